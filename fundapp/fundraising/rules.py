"""Sources of money, reference codes, and the four-source figures, as pure functions."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from moneyed import Money

from fundapp.kernel.errors import Refused
from fundapp.kernel.money import ZERO, fen, split


class Source(StrEnum):
    """Whose money it is. The foundation's part comes by matching and is never recorded here by hand."""

    RESIDENTS = "residents"
    STREET = "street"
    DONORS = "donors"
    FOUNDATION = "foundation"


class Giver(StrEnum):
    """What the giver is. Nobody else is asked: households and units of the community, the government, charities.

    ``UNIT``: a firm or unit of the community that benefits; ``PUBLIC_UNIT``: a public unit there; ``CHARITY``: a
    charity that may raise money in public and hands it on.

    Source: domain.md section 0.2 (居委会法 art. 42).
    """

    HOUSEHOLD = "household"
    UNIT = "unit"
    PUBLIC_UNIT = "public_unit"
    CHARITY = "charity"
    GOVERNMENT = "government"


class ReceiptState(StrEnum):
    """What a receipt stands for: money that waits for a second look, that is there, or that was not: void."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    VOID = "void"


class PledgeState(StrEnum):
    """Where a pledge stands. Only confirmed money counts for it; a lapsed one may still be kept."""

    OPEN = "open"
    PART = "part"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class Help(StrEnum):
    """Help that is not money: goods, a place that is opened, days of labour, a service."""

    GOODS = "goods"
    PLACE = "place"
    LABOUR = "labour"
    SERVICE = "service"


class Means(StrEnum):
    """How it came. ``WAIVED``: no money came now, its lender gave up an advance that the project had."""

    CASH = "cash"
    BANK = "bank"
    TRANSFER = "transfer"
    WAIVED = "waived"


RECORDED_MEANS = (Means.CASH, Means.BANK, Means.TRANSFER)
"""How money comes that a treasurer writes down as a gift."""
RECORDED = (Source.RESIDENTS, Source.DONORS)
"""What a treasurer writes down; the street's money comes through its own desk, the foundation's through its pool."""
ORDER = (Source.FOUNDATION, Source.STREET, Source.RESIDENTS, Source.DONORS)
GIVERS: dict[Source, tuple[Giver, ...]] = {
    Source.RESIDENTS: (Giver.HOUSEHOLD,),
    Source.STREET: (Giver.GOVERNMENT,),
    Source.DONORS: (Giver.UNIT, Giver.PUBLIC_UNIT, Giver.CHARITY),
}
"""Who may stand behind a source; the first is taken where none is named."""

_PROJECT, _UNIT, _CHECK = 5, 6, 97


@dataclass(frozen=True)
class Reference:
    """What the code in a bank transfer names: a project, and a household there or none (a unit of the community)."""

    project_id: int
    unit_id: int | None


def reference_code(project_id: int, unit_id: int | None) -> str:
    """Write the code that a transfer carries: project, household (zeros: none), two check digits.

    The check digits are those of ISO 7064, MOD 97-10: one wrong digit or two that changed places never pass.

    Raises:
        ValueError: numbers too long for the code.

    >>> reference_code(12, 345)
    '00012-000345-31'
    """
    if not (0 < project_id < 10**_PROJECT and 0 <= (unit_id or 0) < 10**_UNIT):
        raise ValueError(f"no code for project {project_id}, unit {unit_id}")
    body = f"{project_id:0{_PROJECT}d}{unit_id or 0:0{_UNIT}d}"
    check = _CHECK + 1 - int(body) * 100 % _CHECK
    return f"{body[:_PROJECT]}-{body[_PROJECT:]}-{check:02d}"


def read_reference(typed: str) -> Reference:
    """Read a code as people and banks write it: wide digits, blanks and dashes are fine.

    Raises:
        Refused: it is not one, or its check digits do not fit (``fundraising.no_such_code``).

    >>> read_reference("00012 000345 31")
    Reference(project_id=12, unit_id=345)
    """
    plain = re.sub(r"[\s\-–—]", "", unicodedata.normalize("NFKC", typed))
    if not re.fullmatch(r"[0-9]{13}", plain) or int(plain) % _CHECK != 1:
        raise Refused("fundraising.no_such_code", field="reference")
    project_id, unit_id = int(plain[:_PROJECT]), int(plain[_PROJECT : _PROJECT + _UNIT])
    return Reference(project_id, unit_id or None)


def check_amount(amount: Money, field: str = "amount") -> None:
    """See that an amount is whole fen above 0.

    Raises:
        Refused: it is not (``fundraising.amount``).
    """
    try:
        positive = amount > ZERO and fen(amount) > 0
    except (TypeError, ValueError):
        positive = False
    if not positive:
        raise Refused("fundraising.amount", field=field)


def receipt_label(year: int, number: int) -> str:
    """Write a receipt's number as papers carry it.

    >>> receipt_label(2026, 7)
    '2026-0007'
    """
    return f"{year}-{number:04d}"


def hides_name(source: Source, anonymous: bool) -> bool:
    """Tell whether the public reads no name: of residents never one, of others none where they asked for it."""
    return anonymous or source is Source.RESIDENTS


def state_of(confirmed: bool | None) -> ReceiptState:
    """Give a receipt's state from what the second person found; ``None``: nothing yet."""
    if confirmed is None:
        return ReceiptState.WAITING
    return ReceiptState.CONFIRMED if confirmed else ReceiptState.VOID


def pledge_state(amount_fen: int, paid_fen: int, cancelled: bool, due_on: date, today: date) -> PledgeState:
    """Give the state of a pledge from what was paid for it and confirmed; the day itself is still in time.

    >>> pledge_state(100, 40, False, date(2026, 3, 1), date(2026, 3, 1)).value
    'part'
    """
    if paid_fen >= amount_fen:
        return PledgeState.FULFILLED
    if cancelled:
        return PledgeState.CANCELLED
    if today > due_on:
        return PledgeState.LAPSED
    return PledgeState.PART if paid_fen else PledgeState.OPEN


def days_text(half_days: int) -> str:
    """Write half days of labour as days.

    >>> days_text(5), days_text(4)
    ('2.5', '2')
    """
    return f"{half_days // 2}{'.5' if half_days % 2 else ''}"


def shares(by_source: Mapping[Source, int]) -> dict[Source, int]:
    """Give each source's share in hundredths of a percent, summing to 100.00 exactly.

    Source: domain.md part (b) case 12.

    >>> [shares({Source.FOUNDATION: 800000, Source.STREET: 400000, Source.RESIDENTS: 860000, Source.DONORS: 1000000})[s]
    ...  for s in ORDER]
    [2614, 1307, 2811, 3268]
    """
    amounts = [by_source.get(source, 0) for source in ORDER]
    if sum(amounts) == 0:
        return dict.fromkeys(ORDER, 0)
    return dict(zip(ORDER, split(10000, amounts), strict=True))
