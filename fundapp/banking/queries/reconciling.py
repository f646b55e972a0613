"""余额调节表: what stands on both sides at the end of a day, and what was prepared and checked."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from fundapp.banking.models import (
    BankLine,
    BankMatch,
    BankMatchEntry,
    BankMatchLine,
    BankUnmatch,
    Reconciliation,
    ReconciliationCheck,
)
from fundapp.banking.queries.accounts import FEN, SINGLE, AccountRow, accounts_of_books, covered, covers_free
from fundapp.banking.queries.matching import EntryRow, LineRow, select_entries, select_lines
from fundapp.banking.rules import Balances, reconcile
from fundapp.db.types import canonical
from fundapp.ledger.models import Entry, Journal, LedgerBalance
from fundapp.people.models import Person


@dataclass(frozen=True)
class State:
    """Both sides at the end of a day; ``only_bank`` and ``only_book`` are what the other side did not know by then."""

    balances: Balances
    only_bank: tuple[LineRow, ...]
    only_book: tuple[EntryRow, ...]

    @property
    def fingerprint(self) -> str:
        """Name everything that the paper says, so that a later change shows."""
        told = {
            "bank": self.balances.bank,
            "book": self.balances.book,
            "lines": [line.id for line in self.only_bank],
            "entries": sorted([entry.journal_id, entry.leg] for entry in self.only_book),
        }
        return hashlib.sha256(canonical(told).encode()).hexdigest()


@dataclass(frozen=True)
class ReconciliationRow:
    """A paper as it was prepared, and what the second person found (``passed`` is missing: nothing yet)."""

    id: int
    account_id: int
    as_of: date
    balances: Balances
    note: str
    state_hash: str
    prepared_by_id: int
    prepared_by: str
    prepared_at: datetime
    passed: bool | None
    reason: str | None
    checked_by: str | None
    checked_at: datetime | None


def state_at(session: Session, account: AccountRow, day: date) -> State:
    """Give both sides at the end of a day. What is matched with something later counts as known to one side only."""
    lines, entries = _only_bank(session, account, day), _only_book(session, account, day)
    balances = reconcile(
        bank_at(session, account.id, day),
        book_at(session, account, day),
        [line.amount_fen for line in lines],
        [entry.amount_fen for entry in entries],
    )
    return State(balances, tuple(lines), tuple(entries))


def bank_at(session: Session, account_id: int, day: date) -> int:
    """Give the bank's balance at the end of a day; 0 before the first line."""
    query = select(type_coerce(BankLine.balance_fen, FEN)).where(BankLine.account_id == account_id, BankLine.day <= day)
    return session.scalar(query.order_by(BankLine.position.desc()).limit(1)) or 0


def book_at(session: Session, account: AccountRow, day: date) -> int:
    """Give the book's balance at the end of a day: the kept balances less what happened later."""
    ids = covered(session, account)
    kept = select(func.coalesce(func.sum(type_coerce(LedgerBalance.balance_fen, FEN)), 0))
    later = (
        select(func.coalesce(func.sum(type_coerce(Entry.amount_fen, FEN)), 0))
        .join(Journal, Journal.id == Entry.journal_id)
        .where(Journal.book_id == account.book_id, Journal.event_date > day, Entry.account_id.in_(ids))
    )
    return int(session.scalar(kept.where(LedgerBalance.account_id.in_(ids))) or 0) - int(session.scalar(later) or 0)


def _whole_by(day: date) -> ColumnElement[bool]:
    """Say that all members of a standing match lie on or before a day."""
    line, entry = aliased(BankMatchLine), aliased(BankMatchEntry)
    late_line = (
        exists()
        .where(line.match_key == BankMatch.op_key, BankLine.id == line.line_id, BankLine.day > day)
        .correlate(BankMatch)
    )
    late_entry = (
        exists()
        .where(entry.match_key == BankMatch.op_key, Journal.id == entry.journal_id, Journal.event_date > day)
        .correlate(BankMatch)
    )
    return and_(~exists().where(BankUnmatch.match_id == BankMatch.id), ~late_line, ~late_entry)


def _only_bank(session: Session, account: AccountRow, day: date) -> list[LineRow]:
    cleared = (
        select(BankMatchLine.line_id)
        .join(BankMatch, BankMatch.op_key == BankMatchLine.match_key)
        .where(BankMatch.account_id == account.id, _whole_by(day))
    )
    query = select_lines().where(BankLine.account_id == account.id, BankLine.day <= day, BankLine.id.not_in(cleared))
    return [LineRow(*row) for row in session.execute(query.order_by(BankLine.position))]


def _only_book(session: Session, account: AccountRow, day: date) -> list[EntryRow]:
    member = aliased(BankMatchEntry)
    cleared = (
        select(member.journal_id)
        .join(BankMatch, BankMatch.op_key == member.match_key)
        .where(
            BankMatch.account_id == account.id,
            _whole_by(day),
            member.journal_id == Entry.journal_id,
            member.leg == Entry.leg,
        )
        .correlate(Entry)
    )
    query = select_entries().where(
        Entry.account_id.in_(covered(session, account)), Journal.event_date <= day, ~cleared.exists()
    )
    return [EntryRow(*row) for row in session.execute(query.order_by(Journal.event_date, Journal.id, Entry.leg))]


def _papers() -> Select[*tuple[Any, ...]]:
    checker = aliased(Person)
    amounts = [
        type_coerce(column, FEN)
        for column in (
            Reconciliation.bank_fen, Reconciliation.book_fen, Reconciliation.book_in_fen, Reconciliation.book_out_fen,
            Reconciliation.bank_in_fen, Reconciliation.bank_out_fen,
        )
    ]  # fmt: skip
    return (
        select(
            Reconciliation.id, Reconciliation.account_id, Reconciliation.as_of, *amounts, Reconciliation.note,
            Reconciliation.state_hash, Reconciliation.prepared_by_id, Person.name, Reconciliation.prepared_at,
            ReconciliationCheck.passed, ReconciliationCheck.reason, checker.name, ReconciliationCheck.checked_at,
        )
        .join(Person, Person.id == Reconciliation.prepared_by_id)
        .outerjoin(ReconciliationCheck, ReconciliationCheck.reconciliation_id == Reconciliation.id)
        .outerjoin(checker, checker.id == ReconciliationCheck.checked_by_id)
        .order_by(Reconciliation.id.desc())
    )  # fmt: skip


def _paper(cells: Sequence[Any]) -> ReconciliationRow:
    balances = Balances(*cells[3:9])
    return ReconciliationRow(*(*cells[:3], balances, *cells[9:]))


def papers_of(session: Session, account_id: int, as_of: date | None = None) -> list[ReconciliationRow]:
    """List an account's papers, the newest first; of one day where it is named."""
    query = _papers().where(Reconciliation.account_id == account_id)
    if as_of is not None:
        query = query.where(Reconciliation.as_of == as_of)
    return [_paper(row) for row in session.execute(query.limit(36))]


def paper(session: Session, reconciliation_id: int) -> ReconciliationRow | None:
    """Give a paper."""
    row = session.execute(_papers().where(Reconciliation.id == reconciliation_id)).first()
    return _paper(row) if row else None


def unreconciled(session: Session, book_id: int, as_of: date) -> list[str]:
    """Name what keeps a book from being closed at a day, as codes of refusals with the account's label.

    Each bank account needs a paper of that day that was checked, still says what stands there, and leaves no line that
    only the bank knows; what the book keeps at a bank needs a bank account.
    """
    found = ["banking.no_account"] if SINGLE in covers_free(session, book_id) else []
    for account in accounts_of_books(session, [book_id]):
        fault = _why_not(session, account, as_of)
        if fault:
            found.append(fault)
    return found


def _why_not(session: Session, account: AccountRow, as_of: date) -> str | None:
    papers = papers_of(session, account.id, as_of)
    if not papers or papers[0].passed is False:
        return "banking.not_prepared"
    state = state_at(session, account, as_of)
    if state.fingerprint != papers[0].state_hash:
        return "banking.changed_since"
    if state.only_bank:
        return "banking.only_bank"
    return None if papers[0].passed else "banking.not_checked"


def papers_to_check(session: Session, account_ids: list[int], person_id: int | None) -> list[ReconciliationRow]:
    """List the papers of accounts that wait for a second person other than the actor."""
    newer = aliased(Reconciliation)
    newest = ~exists().where(
        newer.account_id == Reconciliation.account_id, newer.as_of == Reconciliation.as_of, newer.id > Reconciliation.id
    )
    query = _papers().where(
        Reconciliation.account_id.in_(account_ids),
        ReconciliationCheck.passed.is_(None),
        Reconciliation.prepared_by_id != person_id,
        newest,
    )
    return [_paper(row) for row in session.execute(query)]
