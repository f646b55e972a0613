"""Move money between two bank accounts of one book, by two people."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.banking.policy import check_may_check, check_may_keep
from fundapp.banking.queries import get_transfer, own_book, parts_of
from fundapp.banking.queries.accounts import AccountRow, get_account
from fundapp.banking.queries.transfers import TransferRow
from fundapp.banking.texts import transfer_purpose
from fundapp.banking.transfer_models import BankTransfer, BankTransferDecision
from fundapp.db.once import Decisions, decided_before, done_before, own_key
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import ZERO, fen, from_fen
from fundapp.ledger.commands import ensure_account, lock_books, post
from fundapp.ledger.queries import account_states
from fundapp.ledger.rules import Ledger, Leg, Posting

_DECISIONS = Decisions("banking.transfer_decided", "banking.reason_needed", heard="passed")


@dataclass(frozen=True)
class NewTransfer:
    """From which bank account to which, of which fund's money (``part``), how much, and why."""

    book_id: int
    op_key: str
    from_id: int
    to_id: int
    part: str
    amount: Money
    reason: str


def ask_transfer(session: Session, actor: Actor, cmd: NewTransfer, clock: Clock) -> BankTransfer:
    """Ask for a transfer; nothing moves before another person approves it, whatever the amount.

    Raises:
        NotVisible: no such book or account, as far as the actor may know.
        Forbidden: she does not keep the book's bank accounts.
        Refused: ``web.used_key``, no amount (``banking.transfer_amount``), not two accounts of this book
            (``banking.not_between``), no reason (``banking.why_transfer``), more than is there
            (``banking.not_there``, fact ``room``).
    """
    book = own_book(session, cmd.book_id, actor)
    lock_books(session, [book.id])
    check_may_keep(actor, book.holder_kind, book.place_path)
    key, now = own_key(actor, cmd.op_key), clock.now(session)
    said = {
        "book_id": book.id, "from_id": cmd.from_id, "to_id": cmd.to_id, "part": cmd.part, "amount_fen": cmd.amount,
        "reason": cmd.reason.strip(),
    }  # fmt: skip
    standing = done_before(session, BankTransfer, key, **said)
    if standing is not None:
        return standing
    _check(session, cmd)
    row = BankTransfer(op_key=key, **said, asked_by_id=actor.person_id, asked_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "banking.ask_transfer", f"book:{book.id}", now, transfer=row.id)
    return row


def _check(session: Session, cmd: NewTransfer) -> None:
    if cmd.amount <= ZERO:
        raise Refused("banking.transfer_amount", field="amount")
    here, there = get_account(session, cmd.from_id), get_account(session, cmd.to_id)
    if here.id == there.id or any(_elsewhere(one, cmd.book_id) for one in (here, there)):
        raise Refused("banking.not_between", field="to_id")
    if not cmd.reason.strip():
        raise Refused("banking.why_transfer", field="reason")
    room = parts_of(session, here).get(cmd.part, 0)
    if fen(cmd.amount) > room:
        raise Refused("banking.not_there", field="amount", room=from_fen(room))


def _elsewhere(account: AccountRow, book_id: int) -> bool:
    """Tell whether an account is of another book, or stands for the money of projects, each a fund of its own."""
    return account.book_id != book_id or account.covers.endswith(":")


def decide_transfer(
    session: Session, actor: Actor, transfer_id: int, passed: bool, reason: str, clock: Clock
) -> BankTransferDecision:
    """Approve a transfer, which posts it, or refuse it with a reason; the same again is success.

    Raises:
        NotVisible: no such transfer, as far as the actor may know.
        Forbidden: see :func:`fundapp.banking.policy.check_may_check`.
        Refused: decided the other way (``banking.transfer_decided``), refused without a reason
            (``banking.reason_needed``), or the money is not there any more (``ledger.not_enough``).
    """
    row = get_transfer(session, transfer_id)
    book = own_book(session, row.book_id, actor)
    lock_books(session, [book.id])
    now = clock.now(session)
    check_may_check(actor, book.holder_kind, book.place_path, row.asked_by_id)
    query = select(BankTransferDecision).where(BankTransferDecision.transfer_id == row.id)
    standing = decided_before(session, query, _DECISIONS, passed, reason)
    if standing is not None:
        return standing
    made = BankTransferDecision(
        transfer_id=row.id, passed=passed, reason=reason.strip(), decided_by_id=actor.person_id, decided_at=now
    )
    session.add(made)
    session.flush()
    record(session, actor, "banking.decide_transfer", f"book:{book.id}", now, transfer=row.id)
    if passed:
        _post(session, actor, row, now)
    return made


def _post(session: Session, actor: Actor, row: TransferRow, now: datetime) -> None:
    """Move the money within its fund: the account there is opened with the fund of the account here."""
    here, there, amount = f"{row.here.covers}{row.part}", f"{row.there.covers}{row.part}", fen(row.amount)
    stands = account_states(session, row.book_id, Ledger.ACTUAL, [Leg(here, -amount)])[here]
    ensure_account(session, row.book_id, Ledger.ACTUAL, there, stands.name, floor_fen=0, fund=stands.fund)
    source, purpose = f"bank_transfer:{row.id}", transfer_purpose(row.here.label, row.there.label)
    legs, two = (Leg(there, amount), Leg(here, -amount)), (row.asked_by_id, actor.person_id)
    day = local_date(now)
    post(session, actor, Posting(row.book_id, Ledger.ACTUAL, source, purpose, source, None, day, legs, (), *two), now)
