"""Write a journal with its legs: on PostgreSQL by one call of its own function, on SQLite statement by statement.

Both give the same rows, the same bytes and the same refusals; which of them a database takes is its own affair.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from fundapp.db.quick import lite_instant, run, run_each
from fundapp.ledger.commands.meeting import Account, Met
from fundapp.ledger.rules import People, Posting, digest, instant_text


@dataclass(frozen=True)
class Draft:
    """A journal that is ready to be written: its legs as its text has them, and that text in three pieces.

    Between the pieces come the link and the number.
    """

    posting: Posting
    purpose: str
    legs: str
    body_hash: str
    told: tuple[str, str, str]
    people: People
    at: datetime
    reverses_id: int | None
    reason: str | None


@dataclass(frozen=True)
class Written:
    """What was written beside what the draft says: numbers, link and hash, and each leg's account and balance."""

    journal_id: int
    seq: int
    prev: str
    hash: str
    accounts: tuple[int, ...]
    after: tuple[int, ...]
    versions: tuple[int, ...]


_CALL = """
SELECT r_journal, r_seq, r_prev, r_hash, r_legs
FROM ledger_post(?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?::bigint, ?::bigint, ?::bigint, ?::bigint, ?)
"""
_COLUMNS = (
    "journal_id", "leg", "leg_count", "account_id", "amount_fen", "balance_after_fen", "account_version",
)  # fmt: skip
_ENTRY = f"INSERT INTO ledger_entry ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own names
_JOURNAL = """
INSERT INTO ledger_journal (id, book_id, ledger, key, body_hash, seq, leg_count, purpose, source, subject, event_date,
  posted_at, posted_by_id, reverses_id, reason, asked_by_id, approved_by_id, prev_hash, hash, canonical)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def insert_by_function(connection: Connection, draft: Draft) -> Written | None:
    """Lock the book and write in one round trip; ``None`` where the database refuses: nothing stays but the lock."""
    posting, people = draft.posting, draft.people
    row = run(
        connection, _CALL, posting.book_id, posting.ledger.value, posting.key, draft.body_hash, draft.legs,
        *draft.told, draft.purpose, posting.source, posting.subject, posting.event_date, draft.at, people.posted_by,
        people.asked_by, people.approved_by, draft.reverses_id, draft.reason,
    ).first()  # fmt: skip
    return Written(row[0], row[1], row[2], row[3], *_columns(row[4])) if row else None


def _columns(legs: str) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Read accounts, balances and versions out of what the function gives back of the legs."""
    accounts, after, versions = zip(*(map(int, leg.split(",")) for leg in legs.split(" ")), strict=True)
    return accounts, after, versions


def insert_plainly(connection: Connection, draft: Draft, met: Met, found: dict[str, Account]) -> Written:
    """Write statement by statement; the caller holds the database's write lock and has read it."""
    posting, number = draft.posting, met.top + 1
    text = f"{draft.told[0]}{met.prev}{draft.told[1]}{met.seq}{draft.told[2]}"
    met_accounts = [found[leg.account_code] for leg in posting.legs]
    written = Written(
        number, met.seq, met.prev, digest(text), tuple(account.account_id for account in met_accounts),
        tuple(a.balance_fen + leg.amount_fen for a, leg in zip(met_accounts, posting.legs, strict=True)),
        tuple(account.version + 1 for account in met_accounts),
    )  # fmt: skip
    run_each(connection, _ENTRY, entry_rows(draft, written))
    run(connection, _JOURNAL, *_journal_row(draft, written, text))
    return written


def entry_rows(draft: Draft, written: Written) -> list[tuple[int, ...]]:
    """Give the legs as rows, in the order of the table's columns."""
    legs, number = draft.posting.legs, written.journal_id
    parts = zip(written.accounts, legs, written.after, written.versions, strict=True)
    return [
        (number, place, len(legs), account, leg.amount_fen, after, version)
        for place, (account, leg, after, version) in enumerate(parts, start=1)
    ]


def _journal_row(draft: Draft, written: Written, text: str) -> tuple[Any, ...]:
    posting, people = draft.posting, draft.people
    return (
        written.journal_id, posting.book_id, posting.ledger.value, posting.key, draft.body_hash, written.seq,
        len(posting.legs), draft.purpose, posting.source, posting.subject, posting.event_date.isoformat(),
        lite_instant(draft.at), people.posted_by, draft.reverses_id, draft.reason, people.asked_by,
        people.approved_by, written.prev, written.hash, text,
    )  # fmt: skip


def rows_written(draft: Draft, written: Written) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give every row that was written: its table, its key, and each value as the trail takes its fingerprint."""
    posting, people = draft.posting, draft.people
    text = f"{draft.told[0]}{written.prev}{draft.told[1]}{written.seq}{draft.told[2]}"
    for entry in entry_rows(draft, written):
        yield "ledger_entry", f"{entry[0]},{entry[1]}", dict(zip(_COLUMNS, entry, strict=True))
    row = {
        "id": written.journal_id, "book_id": posting.book_id, "ledger": posting.ledger.value, "key": posting.key,
        "body_hash": draft.body_hash, "seq": written.seq, "leg_count": len(posting.legs), "purpose": draft.purpose,
        "source": posting.source, "subject": posting.subject, "event_date": posting.event_date.isoformat(),
        "posted_at": instant_text(draft.at), "posted_by_id": people.posted_by, "reverses_id": draft.reverses_id,
        "reason": draft.reason, "asked_by_id": people.asked_by, "approved_by_id": people.approved_by,
        "prev_hash": written.prev, "hash": written.hash, "canonical": text,
    }  # fmt: skip
    yield "ledger_journal", str(written.journal_id), row
