"""Bank accounts and the accounts of the book that they stand for."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, case, func, select, type_coerce
from sqlalchemy.orm import Session

from fundapp.banking.models import BankAccount, BankLine, BankStatement
from fundapp.banking.policy import may_read
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.chart import MONEY, AccountKind
from fundapp.ledger.models import Book, LedgerAccount
from fundapp.ledger.queries import BookRow, get_book, list_books
from fundapp.ledger.rules import Holder, Ledger
from fundapp.people.models import Person
from fundapp.places.models import Place

SINGLE, FAMILY = "bank", "cash:"
FEN = BigInteger()


@dataclass(frozen=True)
class AccountRow:
    """A bank account with its book, and how far its lines go; ``last_fen``: its balance after the last one."""

    id: int
    book_id: int
    bank: str
    tail: str
    covers: str
    holder_kind: Holder
    holder_name: str
    place_id: int
    place_path: str
    lines: int
    last_fen: int

    @property
    def label(self) -> str:
        """Name it the way papers do."""
        return f"{self.bank}（{self.tail}）" if self.tail else self.bank


@dataclass(frozen=True)
class StatementRow:
    """A file that was taken in."""

    id: int
    file_name: str
    lines_new: int
    lines_known: int
    taken_by: str
    taken_at: object


def _rows() -> Select[*tuple[Any, ...]]:
    last = (
        select(type_coerce(BankLine.balance_fen, FEN))
        .where(BankLine.account_id == BankAccount.id)
        .order_by(BankLine.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    count = select(func.max(BankLine.position)).where(BankLine.account_id == BankAccount.id).scalar_subquery()
    return (
        select(
            BankAccount.id, BankAccount.book_id, BankAccount.bank, BankAccount.tail, BankAccount.covers,
            Book.holder_kind, Book.holder_name, Book.place_id, Place.path,
            func.coalesce(count, 0), func.coalesce(last, 0),
        )
        .join(Book, Book.id == BankAccount.book_id)
        .join(Place, Place.id == Book.place_id)
        .order_by(BankAccount.id)
    )  # fmt: skip


def accounts_of_books(session: Session, book_ids: Collection[int]) -> list[AccountRow]:
    """List the bank accounts of books."""
    query = _rows().where(BankAccount.book_id.in_(book_ids))
    return [AccountRow(*row) for row in session.execute(query)]


def get_account(session: Session, account_id: int, actor: Actor | None = None) -> AccountRow:
    """Give a bank account, to an actor only where she may read it.

    Raises:
        NotVisible: there is none of this number, as far as she may know.
    """
    row = session.execute(_rows().where(BankAccount.id == account_id)).first()
    found = AccountRow(*row) if row else None
    if found is None or (actor is not None and not may_read(actor, found.holder_kind, found.place_path)):
        raise NotVisible
    return found


def own_book(session: Session, book_id: int, actor: Actor) -> BookRow:
    """Give a book whose bank lines and reports the actor may read.

    Raises:
        NotVisible: there is none, as far as she may know.
    """
    book = get_book(session, book_id)
    if not may_read(actor, book.holder_kind, book.place_path):
        raise NotVisible
    return book


def own_books(session: Session, actor: Actor) -> list[BookRow]:
    """List the books whose bank lines and reports the actor may read."""
    return [book for book in list_books(session) if may_read(actor, book.holder_kind, book.place_path)]


def covered(session: Session, account: AccountRow) -> list[int]:
    """Give the accounts of the book that a bank account stands for: the one place that reads their codes."""
    code = LedgerAccount.code
    family = account.covers.endswith(":")
    parts = code.startswith(account.covers if family else f"{account.covers}:", autoescape=True)
    fits = parts if family else (code == account.covers) | parts
    query = select(LedgerAccount.id).where(
        LedgerAccount.book_id == account.book_id, LedgerAccount.ledger == Ledger.ACTUAL, fits
    )
    return list(session.scalars(query))


def pays_from(account: AccountRow) -> str:
    """Give the code of the account on which the book writes what only the bank knows."""
    return f"{account.covers}bank" if account.covers.endswith(":") else account.covers


def covers_free(session: Session, book_id: int) -> list[str]:
    """List what a further bank account of a book may stand for: each thing is at one bank.

    Where the money at the bank has its account, a further one ("bank-2") is for what is transferred there.
    """
    there = select(case((LedgerAccount.kind == AccountKind.CASH, FAMILY), else_=SINGLE)).where(
        LedgerAccount.book_id == book_id, LedgerAccount.ledger == Ledger.ACTUAL, LedgerAccount.kind.in_(MONEY)
    )
    taken = set(session.scalars(select(BankAccount.covers).where(BankAccount.book_id == book_id)))
    banks = sum(one.startswith(SINGLE) for one in taken)
    further = [f"{SINGLE}-{banks + 1}"] if SINGLE in taken else []
    return [*sorted(set(session.scalars(there.distinct())) - taken), *further]


def statements_of(session: Session, account_id: int) -> list[StatementRow]:
    """List the files that were taken in for an account, the newest first."""
    query = (
        select(
            BankStatement.id, BankStatement.file_name, BankStatement.lines_new, BankStatement.lines_known, Person.name,
            BankStatement.taken_at,
        )
        .join(Person, Person.id == BankStatement.taken_by_id)
        .where(BankStatement.account_id == account_id)
        .order_by(BankStatement.id.desc())
        .limit(24)
    )  # fmt: skip
    return [StatementRow(*row) for row in session.execute(query)]
