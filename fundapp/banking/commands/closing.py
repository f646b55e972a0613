"""Close a month of a book once each of its bank accounts is reconciled; open it again by two people."""

from datetime import date

from sqlalchemy.orm import Session

from fundapp.banking.commands.accounts import hold_account
from fundapp.banking.queries import accounts_of_books, own_book, unreconciled
from fundapp.banking.rules import last_day
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.ledger.commands import ask_to_reopen, close_period, lock_books, reopen_period
from fundapp.ledger.standing import frozen_until


def close_month(session: Session, actor: Actor, book_id: int, month: date, clock: Clock) -> int:
    """Close the month in which a day lies and give its closing's number; closing it again changes nothing.

    Raises:
        NotVisible: no such book, as far as the actor may know.
        Forbidden: she does not keep it.
        Refused: a bank account is not reconciled to its end (the codes of
            :func:`fundapp.banking.queries.unreconciled`), or what the ledger refuses.
    """
    own_book(session, book_id, actor)
    for account in accounts_of_books(session, [book_id]):
        hold_account(session, account.id)
    lock_books(session, [book_id])
    last, until = last_day(month), frozen_until(session, book_id)
    faults = unreconciled(session, book_id, last) if until is None or until < last else []
    if faults:
        raise Refused(faults[0])
    return close_period(session, actor, book_id, month, clock.now(session)).id


def ask_open(session: Session, actor: Actor, closing_id: int, reason: str, clock: Clock) -> int:
    """Ask that a closed month be opened again: see :func:`fundapp.ledger.commands.ask_to_reopen`."""
    return ask_to_reopen(session, actor, closing_id, reason, clock.now(session)).id


def open_again(session: Session, actor: Actor, request_id: int, clock: Clock) -> int:
    """Open a month again as another person asked: see :func:`fundapp.ledger.commands.reopen_period`."""
    return reopen_period(session, actor, request_id, clock.now(session)).id
