"""Rules of paper: how many sheets are keyed in twice and which, when every sheet is accounted for, who may carry them.

Pure functions of values. Source: domain.md section 3.3; peers.md rows 17 to 20, 79 and 80.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from fundapp.kernel.errors import BadInput
from fundapp.kernel.sheets import SheetCount as SheetCount
from fundapp.kernel.sheets import SheetEnd as SheetEnd
from fundapp.kernel.sheets import SheetState as SheetState
from fundapp.kernel.sheets import count_sheets as count_sheets
from fundapp.kernel.sheets import serials_of as serials_of
from fundapp.kernel.sheets import sheet_state as sheet_state

PAPER_KEYS = ("second_keying", "second_keying_share", "proxies_most")
USUAL_SHARE = Fraction(1, 10)
USUAL_PROXIES = 3
LAST_PROXIES = 3
_SCALE = 1 << 256


class SecondKeying(StrEnum):
    """How many of the sheets a second person keys in again, without seeing what the first one keyed."""

    NONE = "none"
    SAMPLE = "sample"
    ALL = "all"


class BookForm(StrEnum):
    """How registered lines are printed: in a book with a line per door, or each on a sheet of its own."""

    LIST = "list"
    SHEETS = "sheets"


class BookScope(StrEnum):
    """Whose doors stand in a book."""

    ALL = "all"
    BUILDING = "building"
    GROUP = "group"


class VisitResult(StrEnum):
    """What came of a visit that brought no answer."""

    REFUSED = "refused"
    ABSENT = "absent"
    UNREACHABLE = "unreachable"
    MOVED = "moved"


@dataclass(frozen=True)
class PaperTerms:
    """What a policy version says about paper."""

    second_keying: SecondKeying = SecondKeying.NONE
    share: Fraction = USUAL_SHARE
    proxies_most: int = USUAL_PROXIES


NOTHING_SAID = PaperTerms()


def paper_terms_of(part: Mapping[str, Any]) -> PaperTerms:
    """Read what the part "consent" of a policy says about paper; where it is silent nothing is keyed in twice.

    Raises:
        BadInput: an unknown kind of second keying, a share that is none, or a number of households that is none.

    >>> paper_terms_of({"regime": "household:2/3"}).second_keying.value
    'none'
    >>> paper_terms_of({"second_keying": "sample", "second_keying_share": "1/5"}).share
    Fraction(1, 5)
    """
    kind = part.get("second_keying", SecondKeying.NONE.value)
    if kind not in list(SecondKeying):
        raise BadInput("consent.second_keying", repr(kind), "none, sample or all")
    most = part.get("proxies_most", USUAL_PROXIES)
    if type(most) is not int or not 0 <= most <= LAST_PROXIES:
        raise BadInput("consent.proxies_most", repr(most), f"a whole number from 0 to {LAST_PROXIES}")
    return PaperTerms(SecondKeying(kind), _share(part.get("second_keying_share", str(USUAL_SHARE))), most)


def _share(typed: Any) -> Fraction:
    wanted = 'a share like "1/10", above 0 and at most 1/1'
    above, slash, below = typed.partition("/") if isinstance(typed, str) else ("", "", "")
    whole = above.isascii() and below.isascii() and above.isdigit() and below.isdigit() and len(typed) < 20
    if not slash or not whole or int(below) == 0:
        raise BadInput("consent.second_keying_share", repr(typed), wanted)
    share = Fraction(int(above), int(below))
    if not 0 < share <= 1:
        raise BadInput("consent.second_keying_share", repr(typed), wanted)
    return share


def drawn(roster_hash: str, serial: int) -> int:
    """Give the number that a sheet draws: from the frozen roster and its serial, so that nobody chooses.

    >>> drawn("ab" * 32, 7) == drawn("ab" * 32, 7) != drawn("ab" * 32, 8)
    True
    """
    return int.from_bytes(hashlib.sha256(f"{roster_hash}:{serial}".encode()).digest(), "big")


def sample_of(terms: PaperTerms, roster_hash: str, serials: Iterable[int]) -> frozenset[int]:
    """Give those of the keyed *serials* that a second person has to key in again.

    A sheet is in the sample when its number lies within the share; the one that drew the lowest number always is, so
    that no round with paper goes unchecked.

    >>> sorted(sample_of(PaperTerms(SecondKeying.ALL), "x", [1, 2, 3]))
    [1, 2, 3]
    >>> len(sample_of(PaperTerms(SecondKeying.SAMPLE, Fraction(1, 1000)), "x", range(1, 9)))
    1
    >>> sample_of(PaperTerms(), "x", [1, 2, 3])
    frozenset()
    """
    keyed = list(serials)
    if terms.second_keying is SecondKeying.NONE or not keyed:
        return frozenset()
    if terms.second_keying is SecondKeying.ALL:
        return frozenset(keyed)
    numbers = {serial: drawn(roster_hash, serial) for serial in keyed}
    lowest = min(keyed, key=lambda serial: numbers[serial])
    within = {serial for serial in keyed if numbers[serial] * terms.share.denominator < terms.share.numerator * _SCALE}
    return frozenset(within | {lowest})


def spans_of(serials: Iterable[int]) -> str:
    """Write serials as people do, the reverse of :func:`serials_of`.

    >>> spans_of([3, 5, 6, 7, 8, 12])
    '3、5-8、12'
    """
    spans: list[list[int]] = []
    for serial in sorted(serials):
        if spans and serial == spans[-1][1] + 1:
            spans[-1][1] = serial
        else:
            spans.append([serial, serial])
    return "、".join(str(low) if low == high else f"{low}-{high}" for low, high in spans)
