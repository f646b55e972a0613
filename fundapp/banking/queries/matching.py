"""What matches, and what only one side knows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from fundapp.banking.models import (
    BankLine,
    BankLineText,
    BankMatch,
    BankMatchEntry,
    BankMatchLine,
    BankUnmatch,
)
from fundapp.banking.queries.accounts import FEN, AccountRow, covered
from fundapp.banking.rules import BankItem, Booking, BookItem
from fundapp.ledger.models import Entry, Journal
from fundapp.people.models import Person

SHOWN = 200


@dataclass(frozen=True)
class LineRow:
    """A line of the bank with what it wrote."""

    id: int
    position: int
    opening: bool
    day: date
    amount_fen: int
    balance_fen: int
    number: str
    project_id: int | None
    other: str | None
    words: str | None

    @property
    def item(self) -> BankItem:
        """Give what matching sees of it."""
        return BankItem(self.id, self.day, self.amount_fen, self.project_id)


@dataclass(frozen=True)
class EntryRow:
    """An entry of the book on an account that stands for the bank."""

    journal_id: int
    leg: int
    seq: int
    day: date
    purpose: str
    amount_fen: int
    subject: str | None
    reverses_id: int | None

    @property
    def item(self) -> BookItem:
        """Give what matching sees of it."""
        kind, _, number = (self.subject or "").partition(":")
        project = int(number) if kind == "project" and number.isdigit() else None
        return BookItem(self.journal_id, self.leg, self.day, self.amount_fen, project, self.reverses_id)


@dataclass(frozen=True)
class MatchRow:
    """A match with its members, and how it was taken back where it was."""

    id: int
    booked: Booking | None
    made_by: str
    made_at: datetime
    taken_back_by: str | None
    taken_back_at: datetime | None
    reason: str | None
    lines: tuple[LineRow, ...]
    entries: tuple[EntryRow, ...]


def standing(member: Any, *same: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say that a line or entry is in a match that was not taken back."""
    taken_back = exists().where(BankUnmatch.match_id == BankMatch.id)
    return exists().where(BankMatch.op_key == member.match_key, ~taken_back, *same)


def select_lines() -> Select[*tuple[Any, ...]]:
    """Select what :class:`LineRow` holds, in its order."""
    return select(
        BankLine.id, BankLine.position, BankLine.opening, BankLine.day, type_coerce(BankLine.amount_fen, FEN),
        type_coerce(BankLine.balance_fen, FEN), BankLine.number, BankLine.project_id, BankLineText.other,
        BankLineText.words,
    ).outerjoin(BankLineText, BankLineText.line_id == BankLine.id)  # fmt: skip


def select_entries() -> Select[*tuple[Any, ...]]:
    """Select what :class:`EntryRow` holds, in its order."""
    return select(
        Entry.journal_id, Entry.leg, Journal.seq, Journal.event_date, Journal.purpose,
        type_coerce(Entry.amount_fen, FEN), Journal.subject, Journal.reverses_id,
    ).join(Journal, Journal.id == Entry.journal_id)  # fmt: skip


def free_lines(session: Session, account_id: int) -> list[LineRow]:
    """List the lines that no standing match holds, the oldest first."""
    held = standing(BankMatchLine, BankMatchLine.line_id == BankLine.id)
    query = select_lines().where(BankLine.account_id == account_id, ~held).order_by(BankLine.position)
    return [LineRow(*row) for row in session.execute(query)]


def waiting_lines(session: Session, account_ids: list[int]) -> dict[int, int]:
    """Count for each account the lines that no standing match holds; an account without any is left out."""
    held = standing(BankMatchLine, BankMatchLine.line_id == BankLine.id)
    query = select(BankLine.account_id, func.count()).where(BankLine.account_id.in_(account_ids), ~held)
    return {account_id: count for account_id, count in session.execute(query.group_by(BankLine.account_id))}


def free_entries(session: Session, account: AccountRow) -> list[EntryRow]:
    """List the entries of the book that no standing match holds, the oldest first."""
    same = and_(BankMatchEntry.journal_id == Entry.journal_id, BankMatchEntry.leg == Entry.leg)
    held = standing(BankMatchEntry, same)
    query = (
        select_entries()
        .where(Entry.account_id.in_(covered(session, account)), ~held)
        .order_by(Journal.event_date, Journal.id, Entry.leg)
    )
    return [EntryRow(*row) for row in session.execute(query)]


def matches_of(session: Session, account_id: int, before: int | None = None, limit: int = 21) -> list[MatchRow]:
    """List an account's matches, the newest first, those that were taken back among them."""
    back, taker = aliased(BankUnmatch), aliased(Person)
    query = (
        select(
            BankMatch.id, BankMatch.op_key, BankMatch.booked, Person.name, BankMatch.made_at, taker.name,
            back.taken_back_at, back.reason,
        )
        .join(Person, Person.id == BankMatch.made_by_id)
        .outerjoin(back, back.match_id == BankMatch.id)
        .outerjoin(taker, taker.id == back.taken_back_by_id)
        .where(BankMatch.account_id == account_id)
        .order_by(BankMatch.id.desc())
        .limit(limit)
    )  # fmt: skip
    if before is not None:
        query = query.where(BankMatch.id < before)
    rows = session.execute(query).all()
    lines, entries = members(session, [row.op_key for row in rows])
    return [
        MatchRow(row[0], *row[2:], lines=tuple(lines.get(row.op_key, ())), entries=tuple(entries.get(row.op_key, ())))
        for row in rows
    ]


def members(session: Session, keys: list[str]) -> tuple[dict[str, list[LineRow]], dict[str, list[EntryRow]]]:
    """Give the lines and the entries of matches by their keys."""
    lines: dict[str, list[LineRow]] = {}
    entries: dict[str, list[EntryRow]] = {}
    found = (
        select_lines().add_columns(BankMatchLine.match_key).join(BankMatchLine, BankMatchLine.line_id == BankLine.id)
    )
    for *cells, key in session.execute(found.where(BankMatchLine.match_key.in_(keys)).order_by(BankLine.position)):
        lines.setdefault(key, []).append(LineRow(*cells))
    same = and_(BankMatchEntry.journal_id == Entry.journal_id, BankMatchEntry.leg == Entry.leg)
    found = select_entries().add_columns(BankMatchEntry.match_key).join(BankMatchEntry, same)
    for *cells, key in session.execute(found.where(BankMatchEntry.match_key.in_(keys)).order_by(Entry.journal_id)):
        entries.setdefault(key, []).append(EntryRow(*cells))
    return lines, entries
