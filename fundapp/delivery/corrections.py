"""Read what was asked about payments to be taken back."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from fundapp.delivery.correction_models import ExpenseCorrection, ExpenseCorrectionDecision
from fundapp.delivery.models import Expense
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.models import Journal
from fundapp.ledger.reversing import ReversalState, reversal_state
from fundapp.ledger.rules import ReversalReason
from fundapp.projects.models import Project, ProjectMember
from fundapp.projects.rules import Task

DECIDING = (Task.SUPERVISOR, Task.TREASURER)


@dataclass(frozen=True)
class CorrectionRow:
    """A request to take a payment back, and what became of it."""

    id: int
    expense_id: int
    project_id: int
    project_title: str
    number: int
    purpose: str
    payee: str
    amount: Money
    reason: ReversalReason
    told: str
    asked_by_id: int
    asked_at: datetime
    passed: bool | None
    why: str
    decided_at: datetime | None

    @property
    def state(self) -> ReversalState:
        """Give where it stands."""
        return reversal_state(self.passed)


def _rows(session: Session, *where: ColumnElement[bool]) -> list[CorrectionRow]:
    query = (
        select(ExpenseCorrection, ExpenseCorrectionDecision, Expense, Project.title)
        .join(Expense, Expense.id == ExpenseCorrection.expense_id)
        .join(Project, Project.id == Expense.project_id)
        .outerjoin(ExpenseCorrectionDecision, ExpenseCorrectionDecision.correction_id == ExpenseCorrection.id)
        .where(*where)
        .order_by(ExpenseCorrection.id)
    )
    return [
        CorrectionRow(
            c.id, e.id, e.project_id, title, e.number, e.purpose, e.payee, e.amount_fen, c.reason, c.told,
            c.asked_by_id, c.asked_at, d.passed if d else None, d.why if d else "", d.decided_at if d else None,
        )
        for c, d, e, title in session.execute(query)
    ]  # fmt: skip


def corrections_of(session: Session, project_id: int) -> list[CorrectionRow]:
    """List what was asked about a project's payments, the oldest first; all of it is public but who asked."""
    return _rows(session, Expense.project_id == project_id)


def get_correction(session: Session, correction_id: int) -> CorrectionRow:
    """Give one request.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _rows(session, ExpenseCorrection.id == correction_id)
    if not found:
        raise NotVisible
    return found[0]


def corrections_waiting_for(session: Session, actor: Actor) -> list[CorrectionRow]:
    """List the undecided requests that this actor may decide."""
    mine = select(ProjectMember.project_id).where(
        ProjectMember.person_id == actor.person_id, ProjectMember.task.in_(DECIDING)
    )
    undecided = ExpenseCorrectionDecision.id.is_(None)
    return _rows(session, Expense.project_id.in_(mine), undecided, ExpenseCorrection.asked_by_id != actor.person_id)


def waiting_corrections(session: Session, project_id: int) -> int:
    """Count a project's requests that nobody has decided on."""
    return sum(row.passed is None for row in corrections_of(session, project_id))


def payment_of(session: Session, expense_id: int) -> int:
    """Give the number of the journal that paid an expense.

    Raises:
        NotVisible: it was not paid.
    """
    found = session.scalar(select(Journal.id).where(Journal.source == f"expense:{expense_id}"))
    if found is None:
        raise NotVisible
    return found
