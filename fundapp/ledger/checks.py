"""What ``fundapp check`` recomputes of the ledger, from the raw rows: nothing is trusted because of its type."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from fundapp.db.checking import Check, CheckResult
from fundapp.ledger.models import Book, Entry, Journal, LedgerAccount, LedgerBalance, LedgerClosing
from fundapp.ledger.rules import BODY, body_hash, book_text, digest, instant_text

Row = dict[str, Any]
_SAME = {  # column of the journal: its name in the canonical text
    "book_id": "book", "ledger": "ledger", "key": "key", "seq": "seq", "purpose": "purpose", "source": "source",
    "subject": "subject", "event_date": "event_date", "posted_at": "posted_at", "posted_by_id": "posted_by",
    "reverses_id": "reverses", "prev_hash": "prev",
}  # fmt: skip


def check_books(session: Session) -> CheckResult:
    """Recompute what each book's chain starts from."""
    count = 0
    for book in _rows(session, Book.__table__, Book.id):
        count += 1
        text = book_text(book["holder_kind"], book["holder_name"], book["place_id"], book["opened_at"])
        if digest(text) != book["start_hash"]:
            return CheckResult(count, f"book:{book['id']} is not what its chain starts from")
    return CheckResult(count)


def check_journals(session: Session) -> CheckResult:
    """Recompute every book's chain, and compare columns and entries with the canonical text that was hashed."""
    legs = _legs_by_journal(session)
    ends = {book["id"]: (0, book["start_hash"]) for book in _rows(session, Book.__table__, Book.id)}
    count = 0
    said: dict[Any, Any] = {}
    for row in _rows(session, Journal.__table__, Journal.book_id, Journal.seq):
        count += 1
        fault = _link_fault(row, ends) or _text_fault(row, legs.pop(row["id"], []), said)
        if fault:
            return CheckResult(count, f"ledger_journal:{row['id']} {fault}")
        ends[row["book_id"]] = (row["seq"], row["hash"])
        said[row["id"]] = json.loads(row["canonical"])["legs"]
    return CheckResult(
        count, f"ledger_journal:{min(legs, key=str)} is missing, its entries are there" if legs else None
    )


def _legs_by_journal(session: Session) -> dict[Any, list[Row]]:
    codes = {row["id"]: row["code"] for row in _rows(session, LedgerAccount.__table__, LedgerAccount.id)}
    rows = _rows(session, Entry.__table__, Entry.journal_id, Entry.leg)
    return {
        number: [{**leg, "code": codes.get(leg["account_id"])} for leg in legs]
        for number, legs in groupby(rows, key=itemgetter("journal_id"))
    }


def _link_fault(row: Row, ends: dict[Any, tuple[int, str]]) -> str | None:
    """Say whether a journal does not follow the one before it."""
    seq, prev = ends.get(row["book_id"], (None, None))
    if seq is None:
        return "lies in no book"
    if row["seq"] != seq + 1 or row["prev_hash"] != prev:
        return "does not go on from the journal before it"
    return None if digest(str(row["canonical"])) == row["hash"] else "differs from its hash"


def _text_fault(row: Row, legs: list[Row], said_before: dict[Any, Any]) -> str | None:
    """Say where columns or entries differ from the canonical text, or the text breaks a rule."""
    said = json.loads(row["canonical"])
    for column, name in _SAME.items():
        if row[column] != said[name]:
            return f"differs from its text in {column}"
    if row["body_hash"] != body_hash({name: said[name] for name in BODY}):
        return "differs from its text in body_hash"
    if row["leg_count"] != len(said["legs"]) or [leg["leg_count"] for leg in legs] != [row["leg_count"]] * len(legs):
        return "differs from its text in leg_count"
    numbered = [[number, *leg] for number, leg in enumerate(said["legs"], start=1)]
    if [[leg["leg"], leg["code"], leg["amount_fen"]] for leg in legs] != numbered:
        return "has other entries than its text says"
    return _rule_fault(said, said_before)


def _rule_fault(said: Row, said_before: dict[Any, Any]) -> str | None:
    if sum(amount for _, amount in said["legs"]) != 0:
        return "does not sum to 0"
    if said["reverses"] is None:
        return None
    mirror = [[code, -amount] for code, amount in said_before.get(said["reverses"], [])]
    return None if mirror == said["legs"] else "is no mirror image of what it reverses"


def check_balances(session: Session) -> CheckResult:
    """Recompute every kept balance: its limits, every version without a gap, every balance after an entry."""
    kept = {row["account_id"]: row for row in _rows(session, LedgerBalance.__table__, LedgerBalance.account_id)}
    entries = {
        number: list(rows)
        for number, rows in groupby(
            _rows(session, Entry.__table__, Entry.account_id, Entry.account_version), key=itemgetter("account_id")
        )
    }
    closed = {row["account_id"] for row in _rows(session, LedgerClosing.__table__, LedgerClosing.account_id)}
    rows = len(kept)
    for account in _rows(session, LedgerAccount.__table__, LedgerAccount.id):
        number = account["id"]
        fault = _balance_fault(account, kept.pop(number, None), entries.pop(number, []), number in closed)
        if fault:
            return CheckResult(rows, fault)
    left = [f"ledger_balance:{number}" for number in kept] + [f"ledger_account:{number}" for number in entries]
    return CheckResult(rows, f"{left[0]} belongs to no account" if left else None)


def _balance_fault(account: Row, kept: Row | None, entries: Iterable[Row], closed: bool) -> str | None:
    name = f"ledger_balance:{account['id']}"
    if kept is None:
        return f"{name} is missing"
    total, version = 0, 0
    for entry in entries:
        total, version = total + _whole(entry["amount_fen"]), version + 1
        if entry["account_version"] != version or entry["balance_after_fen"] != total:
            return f"ledger_entry:{entry['journal_id']},{entry['leg']} does not go on from the balance before it"
    if (kept["balance_fen"], kept["version"]) != (total, version):
        return f"{name} is not the sum of its entries"
    limits = (kept["floor_fen"], kept["ceiling_fen"])
    if limits != (account["floor_fen"], account["ceiling_fen"]):
        return f"{name} has other limits than its account"
    if not _within(total, *limits):
        return f"{name} is outside its limits"
    return f"{name} is closed and not empty" if closed and total else None


def _whole(amount: Any) -> int:
    return amount if type(amount) is int else 0


def _within(total: int, floor: Any, ceiling: Any) -> bool:
    return (floor is None or total >= floor) and (ceiling is None or total <= ceiling)


def _rows(session: Session, table: Any, *order: Any) -> Iterator[Row]:
    """Give the rows as the database holds them, days and instants in the words of the canonical text."""
    wanted: Table = table
    query = select(*(type_coerce(column, NullType()).label(column.name) for column in wanted.columns)).order_by(*order)
    for row in session.execute(query):
        yield {name: _plain(name, value) for name, value in row._mapping.items()}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if name.endswith("_at") and isinstance(value, str):  # SQLite keeps instants as text in UTC
        return f"{value.replace(' ', 'T')}+00:00"
    return value


CHECKS: tuple[Check, ...] = (
    Check("ledger.books", check_books),
    Check("ledger.journals", check_journals),
    Check("ledger.balances", check_balances),
)
