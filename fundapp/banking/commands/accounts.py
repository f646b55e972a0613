"""Open a bank account for a book."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.banking.models import BankAccount
from fundapp.banking.policy import check_may_keep
from fundapp.banking.queries import covers_free, own_book
from fundapp.banking.texts import further_name
from fundapp.db.once import done_before, own_key
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.ledger.commands import ensure_account, lock_books
from fundapp.ledger.rules import Ledger


@dataclass(frozen=True)
class OpenAccount:
    """What the officer fills in; ``tail``: the last digits of the number, no more of it is kept."""

    book_id: int
    op_key: str
    bank: str
    tail: str
    covers: str


def open_account(session: Session, actor: Actor, cmd: OpenAccount, clock: Clock) -> BankAccount:
    """Say at which bank lies what some accounts of a book hold.

    Raises:
        NotVisible: no such book, as far as the actor may know.
        Forbidden: she does not keep its bank accounts.
        Refused: ``web.used_key``, or the accounts are at a bank already, or not there (``banking.covered_already``).
    """
    book = own_book(session, cmd.book_id, actor)
    lock_books(session, [book.id])
    check_may_keep(actor, book.holder_kind, book.place_path)
    said = {"book_id": book.id, "bank": cmd.bank.strip(), "tail": cmd.tail.strip(), "covers": cmd.covers}
    key = own_key(actor, cmd.op_key)
    standing = done_before(session, BankAccount, key, **said)
    if standing is not None:
        return standing
    if cmd.covers not in covers_free(session, book.id):
        raise Refused("banking.covered_already", field="covers")
    if cmd.covers.startswith("bank-"):
        name = further_name(cmd.bank.strip(), cmd.tail.strip())
        ensure_account(session, book.id, Ledger.ACTUAL, cmd.covers, name, floor_fen=0)
    now = clock.now(session)
    row = BankAccount(op_key=key, **said, opened_by_id=actor.person_id, opened_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "banking.open_account", f"book:{book.id}", now, account=row.id)
    return row


def hold_account(session: Session, account_id: int) -> BankAccount:
    """Hold a bank account with its lines and matches to the end of the transaction.

    Raises:
        NotVisible: there is none of this number.
    """
    row = lock(session, BankAccount, account_id)
    if row is None:
        raise NotVisible
    return row
