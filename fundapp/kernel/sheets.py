"""Numbered sheets of paper: each that was printed is entered, void or missing in the end."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class SheetEnd(StrEnum):
    """Why nothing will be keyed in from a sheet: void 作废 (blank ones too), or not come back 未收回."""

    VOID = "void"
    MISSING = "missing"


class SheetState(StrEnum):
    """Where a printed sheet stands."""

    OUT = "out"
    ENTERED = "entered"
    VOID = "void"
    MISSING = "missing"


@dataclass(frozen=True)
class SheetCount:
    """How the printed sheets of a round stand: always ``printed = entered + void + missing + out``."""

    printed: int
    entered: int
    void: int
    missing: int

    @property
    def out(self) -> int:
        """Give the sheets of which nobody has said yet what became of them."""
        return self.printed - self.entered - self.void - self.missing


def sheet_state(keyed: bool, ends: Iterable[SheetEnd]) -> SheetState:
    """Tell where a sheet stands: what was keyed in from it counts before all; void before missing.

    >>> sheet_state(True, [SheetEnd.MISSING]).value, sheet_state(False, []).value
    ('entered', 'out')
    """
    if keyed:
        return SheetState.ENTERED
    said = set(ends)
    if SheetEnd.VOID in said:
        return SheetState.VOID
    return SheetState.MISSING if SheetEnd.MISSING in said else SheetState.OUT


def count_sheets(states: Iterable[SheetState]) -> SheetCount:
    """Count sheets by where they stand.

    >>> count_sheets([SheetState.OUT, SheetState.ENTERED, SheetState.VOID]).out
    1
    """
    listed = list(states)
    return SheetCount(
        printed=len(listed),
        entered=listed.count(SheetState.ENTERED),
        void=listed.count(SheetState.VOID),
        missing=listed.count(SheetState.MISSING),
    )


def serials_of(typed: str) -> list[int] | None:
    """Read serials as people write them: ``3、5-8``; ``None`` where it is something else.

    >>> serials_of("3、5-8，12"), serials_of(" 7 "), serials_of("五"), serials_of("8-5")
    ([3, 5, 6, 7, 8, 12], [7], None, None)
    """
    wanted: set[int] = set()
    for one in typed.translate(str.maketrans("、，;；—–~", ",,,,---")).replace(" ", "").split(","):
        first, dash, last = one.partition("-")
        if not (first.isascii() and first.isdigit() and len(first) < 7):
            return None
        if dash and not (last.isascii() and last.isdigit() and len(last) < 7):
            return None
        low, high = int(first), int(last or first)
        if not 0 < low <= high or high - low > 1000:
            return None
        wanted.update(range(low, high + 1))
    return sorted(wanted)
