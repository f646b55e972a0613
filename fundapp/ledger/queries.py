"""Read the ledger: kept balances, a subject's lines, the public lines, the state of a pool. Amounts are fen."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, case, func, select, type_coerce
from sqlalchemy.orm import Session

from fundapp.kernel.errors import NotVisible
from fundapp.ledger.chart import MONEY, AccountKind
from fundapp.ledger.models import (
    Book,
    Entry,
    Journal,
    LedgerAccount,
    LedgerBalance,
    LedgerClosing,
)
from fundapp.ledger.rules import MONEY_KINDS, POOL_PARTS, Holder, Ledger, Leg
from fundapp.ledger.standing import chart_in_force as chart_in_force
from fundapp.ledger.standing import frozen_until as frozen_until
from fundapp.ledger.standing import open_day as open_day
from fundapp.places.models import Place


@dataclass(frozen=True)
class BookRow:
    """A book and the place it is for."""

    id: int
    holder_kind: Holder
    holder_name: str
    place_id: int
    place_name: str
    place_path: str


@dataclass(frozen=True)
class AccountState:
    """An account as a posting meets it."""

    account_id: int
    ledger: Ledger
    code: str
    name: str
    floor_fen: int | None
    ceiling_fen: int | None
    balance_fen: int
    version: int
    closed: bool
    kind: AccountKind
    fund: str


@dataclass(frozen=True)
class LedgerLine:
    """One entry with what its journal says."""

    journal_id: int
    seq: int
    event_date: date
    purpose: str
    account_code: str
    account_name: str
    amount_fen: int
    source: str
    evidence: tuple[str, ...]
    book_id: int
    holder_name: str
    ledger: Ledger
    posted_at: datetime
    reverses_id: int | None


@dataclass(frozen=True)
class PublicLine:
    """One journal as everybody may read it.

    ``flow_fen`` is what it did to the holder's cash and bank: above 0 money in, below 0 money out, 0 neither;
    ``amount_fen`` is the sum of its debits.
    """

    journal_id: int
    seq: int
    book_id: int
    holder_kind: Holder
    holder_name: str
    ledger: Ledger
    event_date: date
    posted_at: datetime
    purpose: str
    amount_fen: int
    flow_fen: int
    subject: str | None
    source: str
    evidence: tuple[str, ...]
    reverses_id: int | None
    hash: str


@dataclass(frozen=True)
class PoolState:
    """Where a programme's money stands; ``funded`` is the sum of the others, ``shared`` what communities hold of it."""

    funded: int
    available: int
    held: int
    committed: int
    paid: int
    shared: int = 0


@dataclass(frozen=True)
class Totals:
    """Net fen by kind (:data:`fundapp.ledger.rules.MONEY_KINDS`); a kind without an account is 0.

    ``owed``: what is on hand and belongs to those who advanced it.
    """

    money_in: dict[str, int]
    money_out: dict[str, int]
    on_hand: dict[str, int]
    owed: dict[str, int]


_FEN = BigInteger()


def _fen(column: Any) -> ColumnElement[int]:
    return type_coerce(column, _FEN)


def _books() -> Any:
    return select(
        Book.id, Book.holder_kind, Book.holder_name, Book.place_id, Place.name.label("place_name"),
        Place.path.label("place_path"),
    ).join(Place, Place.id == Book.place_id)  # fmt: skip


def list_books(session: Session, book_ids: Collection[int] | None = None) -> list[BookRow]:
    """List all books, or those named, foundations first."""
    query = _books().order_by(Book.holder_kind.desc(), Book.id)
    if book_ids is not None:
        query = query.where(Book.id.in_(book_ids))
    return [BookRow(*row) for row in session.execute(query)]


def get_book(session: Session, book_id: int) -> BookRow:
    """Give a book.

    Raises:
        NotVisible: there is none of this number.

    """
    row = session.execute(_books().where(Book.id == book_id)).first()
    if row is None:
        raise NotVisible
    return BookRow(*row)


def book_of_holder(session: Session, holder_kind: Holder, holder_name: str, place_id: int) -> BookRow | None:
    """Give the book that a holder keeps for a place; a community's committee is the same whatever it is called."""
    query = _books().where(Book.holder_kind == holder_kind, Book.place_id == place_id)
    if holder_kind is not Holder.COMMITTEE:
        query = query.where(Book.holder_name == holder_name)
    row = session.execute(query).first()
    return BookRow(*row) if row else None


def money_moved(session: Session, subject: str) -> bool:
    """Tell whether real money was ever posted about *subject*."""
    query = select(Journal.id).where(Journal.subject == subject, Journal.ledger == Ledger.ACTUAL)
    return session.scalar(query.limit(1)) is not None


def _accounts() -> Any:
    return (
        select(
            LedgerAccount.id, LedgerAccount.ledger, LedgerAccount.code, LedgerAccount.name,
            _fen(LedgerBalance.floor_fen), _fen(LedgerBalance.ceiling_fen), _fen(LedgerBalance.balance_fen),
            LedgerBalance.version, LedgerClosing.account_id.is_not(None), LedgerAccount.kind, LedgerAccount.fund,
        )
        .join(LedgerBalance, LedgerBalance.account_id == LedgerAccount.id)
        .outerjoin(LedgerClosing, LedgerClosing.account_id == LedgerAccount.id)
    )  # fmt: skip


def account_states(session: Session, book_id: int, ledger: Ledger, legs: Sequence[Leg]) -> dict[str, AccountState]:
    """Give the accounts of *legs* by code.

    Raises:
        LookupError: an account that has not been opened.

    """
    codes = [leg.account_code for leg in legs]
    query = _accounts().where(
        LedgerAccount.book_id == book_id, LedgerAccount.ledger == ledger, LedgerAccount.code.in_(codes)
    )
    found = {state.code: state for state in (AccountState(*row) for row in session.execute(query))}
    missing = [code for code in codes if code not in found]
    if missing:
        raise LookupError(f"book {book_id} has no {ledger} account {missing[0]}")
    return found


def accounts_of(session: Session, book_id: int) -> list[AccountState]:
    """List a book's accounts by ledger and code."""
    query = _accounts().where(LedgerAccount.book_id == book_id).order_by(LedgerAccount.ledger, LedgerAccount.code)
    return [AccountState(*row) for row in session.execute(query)]


def balance(session: Session, book_id: int, ledger: Ledger, code: str) -> int:
    """Give an account's balance in fen; 0 where it has not been opened."""
    query = (
        select(_fen(LedgerBalance.balance_fen))
        .join(LedgerAccount, LedgerAccount.id == LedgerBalance.account_id)
        .where(LedgerAccount.book_id == book_id, LedgerAccount.ledger == ledger, LedgerAccount.code == code)
    )
    return session.scalar(query) or 0


def balances(session: Session, book_id: int, ledger: Ledger, prefix: str) -> dict[str, int]:
    """Give the balances in fen of all accounts whose code begins with *prefix*, by code."""
    query = (
        select(LedgerAccount.code, _fen(LedgerBalance.balance_fen))
        .join(LedgerBalance, LedgerBalance.account_id == LedgerAccount.id)
        .where(LedgerAccount.book_id == book_id, LedgerAccount.ledger == ledger)
        .where(LedgerAccount.code.startswith(prefix, autoescape=True))
        .order_by(LedgerAccount.code)
    )
    return {code: amount for code, amount in session.execute(query)}


def legs_of(session: Session, journal_id: int) -> list[Leg]:
    """Give a journal's legs in their order."""
    query = (
        select(LedgerAccount.code, _fen(Entry.amount_fen))
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .where(Entry.journal_id == journal_id)
        .order_by(Entry.leg)
    )
    return [Leg(code, amount) for code, amount in session.execute(query)]


@cache
def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Journal.id, Journal.seq, Journal.event_date, Journal.purpose, LedgerAccount.code, LedgerAccount.name,
            _fen(Entry.amount_fen), Journal.source, Journal.canonical, Book.id, Book.holder_name, Journal.ledger,
            Journal.posted_at, Journal.reverses_id,
        )
        .join(Entry, Entry.journal_id == Journal.id)
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .join(Book, Book.id == Journal.book_id)
        .where(Journal.subject == bindparam("subject"))
        .order_by(Journal.id, Entry.leg)
    )  # fmt: skip


def lines_of(session: Session, subject: str, ledger: Ledger | None = None) -> list[LedgerLine]:
    """List every entry about *subject* ("project:12") in the order of posting, in one ledger or in both."""
    query = _lines() if ledger is None else _lines().where(Journal.ledger == ledger)
    return [_line(list(row)) for row in session.execute(query, {"subject": subject})]


def _line(cells: list[Any]) -> LedgerLine:
    """Put a line together; the ninth cell is the canonical text."""
    cells[8] = evidence_of(cells[8])
    return LedgerLine(*cells)


def evidence_of(canonical_text: str) -> tuple[str, ...]:
    """Read the public ids of the attachments out of a journal's canonical text."""
    return tuple(json.loads(canonical_text)["evidence"])


def public_lines(
    session: Session,
    before_seq: int | None = None,
    limit: int = 50,
    ledger: Ledger | None = Ledger.ACTUAL,
    book_id: int | None = None,
) -> list[PublicLine]:
    """List journals, the newest first: of real money unless another *ledger* is named (``None``: both).

    ``before_seq`` is the ``journal_id`` of the last line of the page before; two statements in all.
    """
    query = select(Journal, Book.holder_kind, Book.holder_name).join(Book, Book.id == Journal.book_id)
    if before_seq is not None:
        query = query.where(Journal.id < before_seq)
    if ledger is not None:
        query = query.where(Journal.ledger == ledger)
    if book_id is not None:
        query = query.where(Journal.book_id == book_id)
    newest = Journal.id if book_id is None else Journal.seq  # one order; in a book an index gives it
    rows = session.execute(query.order_by(newest.desc()).limit(limit)).all()
    sums = _sums(session, [row[0].id for row in rows])
    return [_public_line(*row, *sums[row[0].id]) for row in rows]


def _sums(session: Session, journal_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Give each journal's debits, and what it did to cash and bank."""
    amount = _fen(Entry.amount_fen)
    on_hand = LedgerAccount.kind.in_(MONEY)
    query = (
        select(
            Entry.journal_id,
            func.sum(case((amount > 0, amount), else_=0)),
            func.sum(case((on_hand, amount), else_=0)),
        )
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .where(Entry.journal_id.in_(journal_ids))
        .group_by(Entry.journal_id)
    )
    return {number: (int(debits), int(flow)) for number, debits, flow in session.execute(query)}


def _public_line(journal: Journal, kind: Holder, name: str, amount_fen: int, flow_fen: int) -> PublicLine:
    return PublicLine(
        journal_id=journal.id, seq=journal.seq, book_id=journal.book_id, holder_kind=kind, holder_name=name,
        ledger=journal.ledger, event_date=journal.event_date, posted_at=journal.posted_at, purpose=journal.purpose,
        amount_fen=amount_fen, flow_fen=flow_fen, subject=journal.subject, source=journal.source,
        evidence=evidence_of(journal.canonical), reverses_id=journal.reverses_id, hash=journal.hash,
    )  # fmt: skip


def totals_by_kind(session: Session, book_ids: Collection[int] | None = None) -> Totals:
    """Add up real money by kind from the kept balances, in all books or in those named.

    What came in counts net of what was given back; a foundation's grant shows as its money out and, in the
    committee's book, as ``gift:foundation`` in.
    """
    kind = case(*((LedgerAccount.code.like(pattern), name) for name, pattern in MONEY_KINDS.items()), else_="other")
    query = (
        select(kind, func.sum(_fen(LedgerBalance.balance_fen)))
        .join(LedgerBalance, LedgerBalance.account_id == LedgerAccount.id)
        .where(LedgerAccount.ledger == Ledger.ACTUAL)
        .group_by(kind)
    )
    if book_ids is not None:
        query = query.where(LedgerAccount.book_id.in_(book_ids))
    sums = {name: int(amount) for name, amount in session.execute(query)}
    came = [name for name in MONEY_KINDS if name.startswith("gift:") or name == "donation"]
    return Totals(
        money_in={name: -sums.get(name, 0) for name in came},
        money_out={name: sums.get(name, 0) for name in ("spend", "grant")},
        on_hand={name: sums.get(name, 0) for name in ("cash", "bank")},
        owed={"advance": -sums.get("advance", 0)},
    )


def pool_state(session: Session, programme_id: int) -> PoolState:
    """Give where a programme's pool stands, from the kept balances."""
    pool = f"pool:{programme_id}:"
    part = case(*((LedgerAccount.code.like(f"{pool}{name}%"), name) for name in POOL_PARTS))
    query = (
        select(part, func.sum(_fen(LedgerBalance.balance_fen)))
        .join(LedgerBalance, LedgerBalance.account_id == LedgerAccount.id)
        .where(LedgerAccount.ledger == Ledger.COMMIT, LedgerAccount.code.startswith(pool))
        .group_by(part)
    )
    sums = {name: int(amount) for name, amount in session.execute(query)}
    return PoolState(
        funded=-sums.get("source", 0), **{name: sums.get(name, 0) for name in POOL_PARTS if name != "source"}
    )
