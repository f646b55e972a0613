"""Joining a file to what is kept, suggesting matches, and the arithmetic of 余额调节表. Pure functions."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fundapp.banking.layouts import Fault, Row

UPLOAD_LIFETIME = timedelta(days=1)
NEAR = timedelta(days=10)
MOST_IN_A_MATCH = 200


class Booking(StrEnum):
    """What the book learns from the bank: what was there at the start, interest, charges, money nobody has named."""

    OPENING = "opening"
    INTEREST = "interest"
    FEE = "fee"
    UNKNOWN = "unknown"


BOOKED_ON = {
    Booking.OPENING: "netassets:opening",
    Booking.INTEREST: "income:interest",
    Booking.FEE: "spend:bank_fee",
    Booking.UNKNOWN: "suspense:bank",
}
"""The account of the book beside the bank's, by what is booked."""


def may_book(kind: Booking, amount_fen: int, opening: bool) -> bool:
    """Tell whether a line may be booked so: charges go out, all else comes in; a start is a start.

    >>> may_book(Booking.FEE, -500, False), may_book(Booking.INTEREST, -500, False)
    (True, False)
    """
    if opening or kind is Booking.OPENING:
        return opening and kind is Booking.OPENING and amount_fen > 0
    return amount_fen < 0 if kind is Booking.FEE else amount_fen > 0


class TransferState(StrEnum):
    """Asked for, refused, approved and unknown to the banks, known to one of them, or to both; or taken back."""

    ASKED = "asked"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    IN_TRANSIT = "in_transit"
    SETTLED = "settled"
    REVERSED = "reversed"


def transfer_state(passed: bool | None, left: bool, arrived: bool, back: bool = False) -> TransferState:
    """Give where a transfer stands; *passed* none: nobody has decided; *back*: its posting was reversed.

    >>> [transfer_state(*one).value for one in ((None, False, False), (True, True, False), (True, True, True))]
    ['asked', 'in_transit', 'settled']
    """
    if passed is None:
        return TransferState.ASKED
    if not passed:
        return TransferState.REFUSED
    if back:
        return TransferState.REVERSED
    if left and arrived:
        return TransferState.SETTLED
    return TransferState.IN_TRANSIT if left or arrived else TransferState.UNKNOWN


class Why(StrEnum):
    """Why a line and an entry are proposed to each other."""

    CODE = "code"
    SAME_DAY = "same day"
    NEAR = "near"


@dataclass(frozen=True)
class Plan:
    """What taking a file in would do; nothing is taken in while there is a fault."""

    new: tuple[Row, ...] = ()
    known: int = 0
    before: int = 0
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class BankItem:
    """A line of the bank as matching sees it; ``project_id``: whom the code in its words names."""

    id: int
    day: date
    amount_fen: int
    project_id: int | None = None


@dataclass(frozen=True)
class BookItem:
    """An entry of the book as matching sees it."""

    journal_id: int
    leg: int
    day: date
    amount_fen: int
    project_id: int | None = None
    reverses_id: int | None = None


@dataclass(frozen=True)
class Suggestion:
    """A line of the bank that probably is an entry of the book."""

    line_id: int
    journal_id: int
    leg: int
    why: Why


@dataclass(frozen=True)
class Balances:
    """余额调节表 of one day, in fen: both balances, and what only one side knows, apart by direction (all >= 0)."""

    bank: int
    book: int
    book_in: int
    book_out: int
    bank_in: int
    bank_out: int

    @property
    def bank_adjusted(self) -> int:
        """Give the bank's balance with what only the book knows."""
        return self.bank + self.book_in - self.book_out

    @property
    def book_adjusted(self) -> int:
        """Give the book's balance with what only the bank knows."""
        return self.book + self.bank_in - self.bank_out


def join(kept: Sequence[Row], rows: Sequence[Row], last: Row | None, from_start: bool = False) -> Plan:
    """Find which rows of a file are new: those behind the last line that is kept.

    *kept*: the kept lines since the file's first day, in their order, *from_start* where the first of all is among
    them; *last*: the last line that is kept at all. A file that says something else about a time that is kept, or
    leaves a gap behind it, has a fault and brings nothing. What it says of the time before the first kept line is left
    out.
    """
    if not rows:
        return Plan(faults=(Fault(0, "no_rows"),))
    if last is None:
        return Plan(new=tuple(rows))
    if not kept:
        return _behind(rows, last, 0)
    start, before = _meet(kept, rows, from_start)
    if start is None:
        return _behind(rows, last, 0)
    return _along(kept[start:], rows[before:], last, before)


def _meet(kept: Sequence[Row], rows: Sequence[Row], from_start: bool) -> tuple[int | None, int]:
    """Find where a file and the kept lines begin to say the same: places in both; where several fit, the longest."""
    places = [(at, 0) for at, line in enumerate(kept) if rows[0].same_as(line)]
    places += [(0, at) for at, row in enumerate(rows) if from_start and at and row.same_as(kept[0])]
    if not places:
        return None, 0
    return max(places, key=lambda place: _run(kept[place[0] :], rows[place[1] :]))


def _run(kept: Sequence[Row], rows: Sequence[Row]) -> int:
    count = 0
    for line, row in zip(kept, rows, strict=False):
        if not row.same_as(line):
            break
        count += 1
    return count


def _along(kept: Sequence[Row], rows: Sequence[Row], last: Row, before: int) -> Plan:
    same = _run(kept, rows)
    if same == len(rows):
        return Plan(known=same, before=before)
    if same < len(kept):
        return Plan(known=same, before=before, faults=(Fault(rows[same].line, "differs"),))
    rest = _behind(rows[same:], last, same)
    return Plan(new=rest.new, known=same, before=before, faults=rest.faults)


def _behind(rows: Sequence[Row], last: Row, known: int) -> Plan:
    """Let rows follow that go on from the last kept line."""
    first = rows[0]
    if first.day < last.day:
        return Plan(known=known, faults=(Fault(first.line, "differs" if known else "before_the_last"),))
    if first.balance_fen - first.amount_fen != last.balance_fen:
        return Plan(known=known, faults=(Fault(first.line, "gap", last.day.isoformat()),))
    return Plan(new=tuple(rows), known=known)


def suggest(lines: Sequence[BankItem], entries: Sequence[BookItem]) -> list[Suggestion]:
    """Propose an entry for each line with one of its amount: by the code, then the same day, then a near one.

    Each line and each entry is proposed once; of several the nearest day wins, then the earlier.
    """
    found: list[Suggestion] = []
    free = {(one.journal_id, one.leg): one for one in entries}
    left = list(lines)
    for why in Why:
        for line in list(left):
            fitting = [one for one in free.values() if one.amount_fen == line.amount_fen and _is(why, line, one)]
            if fitting:
                best = min(fitting, key=lambda one: (abs(one.day - line.day), one.journal_id, one.leg))
                found.append(Suggestion(line.id, best.journal_id, best.leg, why))
                del free[best.journal_id, best.leg]
                left.remove(line)
    return found


def _is(why: Why, line: BankItem, entry: BookItem) -> bool:
    apart = abs(entry.day - line.day)
    if why is Why.CODE:
        return line.project_id is not None and line.project_id == entry.project_id and apart <= 9 * NEAR
    if line.project_id and entry.project_id and line.project_id != entry.project_id:
        return False
    return apart <= (timedelta() if why is Why.SAME_DAY else NEAR)


def cancelling(entries: Sequence[BookItem]) -> list[tuple[BookItem, BookItem]]:
    """Pair entries with the reversals that took them back: together they are nothing, and no line of the bank."""
    by_journal: dict[tuple[int, int], BookItem] = {(one.journal_id, one.leg): one for one in entries}
    pairs = [(by_journal.get((one.reverses_id or 0, one.leg)), one) for one in entries]
    return [(first, back) for first, back in pairs if first is not None]


def reconcile(bank_fen: int, book_fen: int, only_bank: Iterable[int], only_book: Iterable[int]) -> Balances:
    """Write 余额调节表: the balances of a day and what only one side knows by then, debits above 0.

    Source: docs/rules/banking.md#adjusted.

    >>> made = reconcile(1_000_00, 930_00, [100_00, -10_00], [50_00, -30_00])
    >>> made.bank_adjusted, made.book_adjusted
    (102000, 102000)
    """
    bank, book = list(only_bank), list(only_book)
    return Balances(
        bank_fen, book_fen, _above(book), _above(-one for one in book), _above(bank), _above(-b for b in bank)
    )


def _above(amounts: Iterable[int]) -> int:
    return sum(one for one in amounts if one > 0)


def month_of(text: str) -> tuple[date, date] | None:
    """Give the first and the last day of a month that is written as 2026-03; ``None`` where it is none.

    >>> month_of("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first, last_day(first)


def last_day(day: date) -> date:
    """Give the last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
