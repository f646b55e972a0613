"""Take a payment back that should not have been: one of the group asks, another decides; nothing is deleted."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import Decisions, decided_before, done_before, own_key
from fundapp.delivery.correction_models import ExpenseCorrection, ExpenseCorrectionDecision
from fundapp.delivery.policy import check_may_ask_correction, check_may_decide_correction
from fundapp.delivery.queries import corrections_of, get_correction, get_expense, payment_of, settlement_of
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.ledger.commands import reverse
from fundapp.ledger.reversing import ReversalState
from fundapp.ledger.rules import ReversalReason
from fundapp.people.queries import actor_of
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import get_project, tasks_of

DECISIONS = Decisions("delivery.correction_decided", "delivery.reason_needed", "passed", "why")


@dataclass(frozen=True)
class NewCorrection:
    """Which payment shall be taken back, and why: by code and in words, which are public."""

    expense_id: int
    op_key: str
    reason: ReversalReason
    told: str


def ask_correction(session: Session, actor: Actor, cmd: NewCorrection, clock: Clock) -> ExpenseCorrection:
    """Ask that a payment be taken back; nothing is posted before another person approves it.

    Raises:
        NotVisible: no such expense.
        Forbidden, Refused: see :func:`fundapp.delivery.policy.check_may_ask_correction`; ``web.used_key``, it was not
            paid (``delivery.not_paid``), taken back or asked for already (``delivery.corrected``), no words
            (``delivery.why_correct``).
    """
    expense = get_expense(session, cmd.expense_id)
    lock_project(session, expense.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"reason": cmd.reason, "told": cmd.told.strip()}
    standing = done_before(session, ExpenseCorrection, key, expense_id=expense.id, **said)
    if standing is not None:
        return standing
    project, tasks = get_project(session, expense.project_id), tasks_of(session, expense.project_id)
    check_may_ask_correction(actor, project, tasks, settlement_of(session, project.id) is not None)
    if not get_expense(session, expense.id).approved:
        raise Refused("delivery.not_paid")
    asked = [row for row in corrections_of(session, project.id) if row.expense_id == expense.id]
    if any(row.state is not ReversalState.REFUSED for row in asked):
        raise Refused("delivery.corrected")
    if not said["told"]:
        raise Refused("delivery.why_correct", field="told")
    row = ExpenseCorrection(op_key=key, expense_id=expense.id, **said, asked_by_id=actor.person_id, asked_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "delivery.ask_correction", f"project:{project.id}", now, correction=row.id)
    return row


def decide_correction(
    session: Session, actor: Actor, correction_id: int, passed: bool, why: str, clock: Clock
) -> ExpenseCorrectionDecision:
    """Take the payment back as was asked and post its reversal, or refuse it with a reason; the same again is success.

    Raises:
        NotVisible: no such request.
        Forbidden: see :func:`fundapp.delivery.policy.check_may_decide_correction`.
        Refused: decided the other way (``delivery.correction_decided``), refused without a reason
            (``delivery.reason_needed``), or what :func:`fundapp.ledger.commands.reverse` refuses.
    """
    asked = get_correction(session, correction_id)
    lock_project(session, asked.project_id)
    now = clock.now(session)
    check_may_decide_correction(actor, tasks_of(session, asked.project_id), asked.asked_by_id)
    query = select(ExpenseCorrectionDecision).where(ExpenseCorrectionDecision.correction_id == asked.id)
    standing = decided_before(session, query, DECISIONS, passed, why)
    if standing is not None:
        return standing
    if passed:
        asker, journal = actor_of(session, asked.asked_by_id, now), payment_of(session, asked.expense_id)
        reverse(session, asker, journal, asked.reason, asked.told, now, approved_by=actor.person_id)
    row = ExpenseCorrectionDecision(
        correction_id=asked.id, passed=passed, why=why.strip(), decided_by_id=actor.person_id, decided_at=now
    )
    session.add(row)
    session.flush()
    record(session, actor, "delivery.decide_correction", f"project:{asked.project_id}", now, correction=asked.id)
    return row
