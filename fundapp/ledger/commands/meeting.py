"""What a posting meets in its book, and why it may not be written: in the words of the person who is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Connection

from fundapp.db.quick import day_of, run
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.chart import MONEY
from fundapp.ledger.rules import Fit, Ledger, Leg, Posted, Posting, fit


@dataclass(frozen=True)
class Account:
    """An account as a posting meets it."""

    account_id: int
    code: str
    name: str
    kind: str
    fund: str
    floor_fen: int | None
    ceiling_fen: int | None
    balance_fen: int
    version: int
    closed: bool


@dataclass(frozen=True)
class Met:
    """A book as a posting meets it: where its chain goes on, what is closed, and what the posting's key stands for.

    ``top`` is the highest number of any journal; ``second_from_fen`` from what on a payment takes two people.
    """

    seq: int
    prev: str
    top: int
    until: date | None
    second_from_fen: int
    standing: Posted | None
    standing_body: str | None


_MEET = """
SELECT COALESCE(e.seq, 0) + 1, COALESCE(e.hash, b.start_hash), COALESCE((SELECT max(id) FROM ledger_journal), 0),
  (SELECT max(c.last_day) FROM ledger_month_closing c WHERE c.book_id = b.id
     AND NOT EXISTS (SELECT 1 FROM ledger_reopening r WHERE r.closing_id = c.id)),
  (SELECT c.second_from_fen FROM ledger_chart c WHERE c.book_id = b.id ORDER BY c.number DESC LIMIT 1),
  s.id, s.seq, s.hash, s.body_hash
FROM book b
LEFT JOIN ledger_journal e ON e.book_id = b.id AND e.seq = (SELECT max(seq) FROM ledger_journal WHERE book_id = b.id)
LEFT JOIN ledger_journal s ON s.book_id = b.id AND s.ledger = ? AND s.key = ?
WHERE b.id = ?
"""


@cache
def _accounts(legs: int) -> str:
    """Give the statement that reads the accounts of so many legs."""
    return f"""
SELECT a.id, a.code, a.name, a.kind, a.fund, b.floor_fen, b.ceiling_fen, b.balance_fen, b.version,
  c.account_id IS NOT NULL
FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
LEFT JOIN ledger_closing c ON c.account_id = a.id
WHERE a.book_id = ? AND a.ledger = ? AND a.code IN ({", ".join("?" * legs)})
"""  # noqa: S608 - places for values only


def meet(connection: Connection, posting: Posting) -> Met:
    """Read what a posting needs to know of its book; the caller holds the book.

    Raises:
        LookupError: there is no such book.

    """
    row = run(connection, _MEET, posting.ledger.value, posting.key, posting.book_id).first()
    if row is None:
        raise LookupError(f"no such book among [{posting.book_id}]")
    standing = Posted(row[5], row[6], row[7]) if row[5] is not None else None
    return Met(row[0], row[1], row[2], day_of(row[3]), row[4], standing, row[8])


def accounts(connection: Connection, book_id: int, ledger: Ledger, legs: Sequence[Leg]) -> dict[str, Account]:
    """Give the accounts of *legs* by code.

    Raises:
        LookupError: an account that has not been opened.

    """
    codes = [leg.account_code for leg in legs]
    rows = run(connection, _accounts(len(codes)), book_id, ledger.value, *codes)
    found = {row[1]: Account(*row) for row in rows}
    missing = [code for code in codes if code not in found]
    if missing:
        raise LookupError(f"book {book_id} has no {ledger} account {missing[0]}")
    return found


def refuse(posting: Posting, met: Met, found: dict[str, Account]) -> None:
    """Say why a posting may not be written; nothing happens where it may."""
    _refuse_unbalanced_fund(posting, found)
    if met.until is not None and posting.event_date <= met.until:
        raise Refused("ledger.closed_month", until=met.until)
    _refuse_single_hand(posting, met, found)
    for leg in posting.legs:
        _refuse_misfit(found[leg.account_code], leg.amount_fen)


def _refuse_unbalanced_fund(posting: Posting, found: dict[str, Account]) -> None:
    sums: dict[str, int] = {}
    for leg in posting.legs:
        fund = found[leg.account_code].fund
        sums[fund] = sums.get(fund, 0) + leg.amount_fen
    if any(sums.values()):
        raise ValueError(f"posting {posting.key}: the legs do not sum to 0 in each fund: {sums}")


def _refuse_single_hand(posting: Posting, met: Met, found: dict[str, Account]) -> None:
    """Let a payment of some size be posted with two different people only."""
    out = -sum(leg.amount_fen for leg in posting.legs if found[leg.account_code].kind in MONEY)
    if posting.ledger is not Ledger.ACTUAL or out <= 0:
        return
    limit = met.second_from_fen
    two = {posting.asked_by, posting.approved_by} - {None}
    if (out >= limit and len(two) < 2) or (posting.asked_by is not None and posting.asked_by == posting.approved_by):
        raise Refused("ledger.second_person", limit=from_fen(limit))


def _refuse_misfit(account: Account, amount_fen: int) -> None:
    if account.closed:
        raise Refused("ledger.closed_account", account=account.name)
    floor, ceiling = account.floor_fen, account.ceiling_fen
    fits = fit(account.balance_fen, amount_fen, floor, ceiling)
    if fits is Fit.TOO_LOW and floor is not None:
        raise Refused("ledger.not_enough", account=account.name, available=from_fen(account.balance_fen - floor))
    if fits is Fit.TOO_HIGH and ceiling is not None:
        raise Refused("ledger.over_ceiling", account=account.name, room=from_fen(ceiling - account.balance_fen))
