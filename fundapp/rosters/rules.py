"""What an import would change: the rows of a file against the register."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from fundapp.places.doors import building_key
from fundapp.places.rules import UnitState, UnitUse, clean_name
from fundapp.rosters.heads import HolderData, HolderKind
from fundapp.rosters.rows import HEADINGS, Column, Fault, Household, SheetRow, area_of, columns_of, read_row

__all__ = ["HEADINGS", "Column", "Fault", "Household", "SheetRow", "area_of", "columns_of", "read_row"]

MAX_ROWS = 5000
UPLOAD_LIFETIME = timedelta(days=1)
HOUSEHOLDS = frozenset({UnitUse.HOME, UnitUse.SHOP})


class Fate(StrEnum):
    """What an import does with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True)
class Kept:
    """What the register holds about a unit; of the holders the first votes."""

    unit_id: int
    area_cm2: int | None
    use: UnitUse
    state: UnitState = UnitState.DELIVERED
    door: str = ""
    holders: tuple[HolderData, ...] = ()
    ten: str = ""
    grid: str = ""
    holder_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Change:
    """A row that corrects a unit."""

    household: Household
    before: Kept

    @property
    def of_holders(self) -> bool:
        """Tell whether other holders stand in the file than in the register."""
        return other_holders(self.household.holders, self.before.holders)


@dataclass(frozen=True)
class Plan:
    """What an import would do. It may only be carried out where nothing is wrong; remarks do not stop it."""

    new: tuple[Household, ...]
    changed: tuple[Change, ...]
    unchanged: int
    wrong: tuple[Fault, ...]
    new_buildings: tuple[str, ...]
    remarks: tuple[Fault, ...] = ()

    @property
    def total(self) -> int:
        """Give the number of rows that were looked at."""
        return len(self.new) + len(self.changed) + self.unchanged + len({fault.number for fault in self.wrong})

    @property
    def new_holders(self) -> tuple[Change, ...]:
        """Give the changes in which a known holder gives way to another."""
        return tuple(change for change in self.changed if change.before.holders and change.of_holders)


def make_plan(rows: Iterable[SheetRow], kept: Mapping[str, Kept], buildings: Iterable[str]) -> Plan:
    """Compare a file with the register, by the key of each door: what is new, what changes, what is wrong.

    The same row twice counts once, with a remark; two rows that say different things of one door are wrong. A blank
    cell leaves what is known as it is.
    """
    once, wrong, remarks = _once(rows)
    new, changed, unchanged = [], [], 0
    for read in once:
        before = kept.get(read.key)
        if before is None:
            new.append(read)
        elif _differs(read, before):
            changed.append(Change(read, before))
        else:
            unchanged += 1
    known = {building_key(name) for name in buildings}
    fresh: dict[str, str] = {}
    for one in new:
        if building_key(one.building) not in known:
            fresh.setdefault(building_key(one.building), one.building)
    remarks += _namesakes(once)
    order = sorted(wrong, key=lambda fault: fault.number)
    return Plan(tuple(new), tuple(changed), unchanged, tuple(order), tuple(fresh.values()), tuple(remarks))


def _once(rows: Iterable[SheetRow]) -> tuple[list[Household], list[Fault], list[Fault]]:
    seen: dict[str, Household] = {}
    wrong, remarks = [], []
    for row in rows:
        read = read_row(row)
        if isinstance(read, Fault):
            wrong.append(read)
        elif read.key not in seen:
            seen[read.key] = read
        elif read == seen[read.key]:
            remarks.append(Fault(read.number, "same_again", str(seen[read.key].number)))
        else:
            wrong.append(Fault(read.number, "twice", str(seen[read.key].number)))
    return list(seen.values()), wrong, remarks


def _namesakes(households: list[Household]) -> list[Fault]:
    """Say where one name without a phone stands at several doors: they are counted as several people."""
    bare = [
        (clean_name(holder.name), one.number)
        for one in households
        for holder in one.holders[:1]
        if holder.kind is HolderKind.PERSON and not holder.phone
    ]
    often = Counter(name for name, _ in bare)
    return [Fault(number, "namesake") for name, number in bare if often[name] > 1]


def _differs(read: Household, before: Kept) -> bool:
    return (
        (read.area_cm2 is not None and read.area_cm2 != before.area_cm2)
        or read.use is not before.use
        or (read.state is not None and read.state is not before.state)
        or (bool(read.ten) and read.ten != before.ten)
        or (bool(read.grid) and read.grid != before.grid)
        or other_holders(read.holders, before.holders)
    )


def other_holders(read: tuple[HolderData, ...], before: tuple[HolderData, ...]) -> bool:
    """Tell whether a file names other holders than the register; a blank phone is no difference.

    >>> other_holders((HolderData("王芳"),), (HolderData("王芳", "13800000000"),))
    False
    """
    if not read:
        return False
    if len(read) != len(before) or not read[0].same_as(before[0]):
        return True
    return {clean_name(one.name) for one in read[1:]} != {clean_name(one.name) for one in before[1:]}
