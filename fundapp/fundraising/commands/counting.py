"""Count the cash book: one counts, another counts again, and a difference is explained by both."""

from dataclasses import dataclass

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.db.once import done_before, own_key
from fundapp.fundraising.models import CashCount, CashCountDecision
from fundapp.fundraising.policy import check_may_confirm, check_may_count
from fundapp.fundraising.purses import Purse
from fundapp.fundraising.queries import funds_of
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import ZERO, fen, from_fen
from fundapp.ledger.commands import lock_books
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import get_project, tasks_of


@dataclass(frozen=True)
class NewCount:
    """What lies in the box and at the bank for a project."""

    project_id: int
    op_key: str
    cash: Money
    bank: Money
    explanation: str


def count_cash(session: Session, actor: Actor, cmd: NewCount, clock: Clock) -> CashCount:
    """Write down a count beside what the book says under its lock.

    Raises:
        Refused: ``web.used_key``, an amount below 0 or finer than a fen (``fundraising.no_count``), a difference
            without a word (``fundraising.explain_difference``, fact ``difference``).
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_count`.
    """
    _check_counted(cmd)
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key = own_key(actor, cmd.op_key)
    said = {"cash_fen": cmd.cash, "bank_fen": cmd.bank, "explanation": cmd.explanation.strip()}
    standing = done_before(session, CashCount, key, project_id=cmd.project_id, **said)
    if standing is not None:
        return standing
    project = get_project(session, cmd.project_id)
    check_may_count(actor, tasks_of(session, cmd.project_id))
    book_id = book_of_project(session, actor, project, now)
    lock_books(session, [book_id])
    general = balance(session, book_id, Ledger.ACTUAL, Purse(project.id).cash)
    book = sum((fund.left for fund in funds_of(session, project.id)), from_fen(general))
    difference = cmd.cash + cmd.bank - book
    if difference != ZERO and not cmd.explanation.strip():
        raise Refused("fundraising.explain_difference", field="explanation", difference=difference)
    row = CashCount(
        project_id=project.id, op_key=key, book_fen=book, **said, counted_by_id=actor.person_id, counted_at=now
    )
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.count", f"project:{project.id}", now, count=row.id)
    return row


def _check_counted(cmd: NewCount) -> None:
    for field, amount in (("cash", cmd.cash), ("bank", cmd.bank)):
        try:
            counted = fen(amount) >= 0
        except ValueError:
            counted = False
        if not counted:
            raise Refused("fundraising.no_count", field=field)


def decide_count(
    session: Session, actor: Actor, count_id: int, confirmed: bool, note: str, clock: Clock
) -> CashCountDecision:
    """Confirm a count, or say that it is wrong; the same again is success.

    Raises:
        NotVisible: no such count.
        Refused: decided the other way (``fundraising.decided``), a difference or a refusal without a word
            (``fundraising.reason_needed``).
        Forbidden: who counted (``fundraising.second_person``), or see
            :func:`fundapp.fundraising.policy.check_may_confirm`.
    """
    row = session.get(CashCount, count_id)
    if row is None:
        raise NotVisible
    lock_project(session, row.project_id)
    now = clock.now(session)
    if actor.person_id == row.counted_by_id:
        raise Forbidden("fundraising.second_person")
    project = get_project(session, row.project_id)
    check_may_confirm(actor, project, tasks_of(session, row.project_id), row.counted_by_id)
    standing = session.scalar(select(CashCountDecision).where(CashCountDecision.count_id == row.id))
    if standing is not None:
        if standing.confirmed != confirmed:
            raise Refused("fundraising.decided")
        return standing
    if not note.strip() and (not confirmed or row.cash_fen + row.bank_fen != row.book_fen):
        raise Refused("fundraising.reason_needed", field="reason")
    decision = CashCountDecision(
        count_id=row.id, confirmed=confirmed, note=note.strip(), decided_by_id=actor.person_id, decided_at=now
    )
    session.add(decision)
    session.flush()
    record(session, actor, "fundraising.decide_count", f"project:{row.project_id}", now, count=row.id)
    return decision
