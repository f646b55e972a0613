"""Read progress, expenses, acceptance and closing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from moneyed import Money
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from fundapp.advances.queries import open_advances
from fundapp.delivery.correction_models import ExpenseCorrection, ExpenseCorrectionDecision
from fundapp.delivery.models import (
    Acceptance,
    ClosingReturn,
    Expense,
    ExpenseDecision,
    ProgressPhoto,
    ProgressReport,
    ProjectClosing,
    ProjectSettlement,
)
from fundapp.delivery.policy import Books
from fundapp.delivery.rules import returns
from fundapp.files.models import Attachment
from fundapp.fundraising.purpose_models import RestrictedFund
from fundapp.fundraising.purses import Purse
from fundapp.fundraising.queries import funds_of
from fundapp.fundraising.rules import ORDER
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.models import Journal
from fundapp.ledger.queries import balances, list_books
from fundapp.ledger.reversing import ReversalState, reversal_state
from fundapp.ledger.rules import Ledger, ReversalReason
from fundapp.matching.payout import Work, payout_of
from fundapp.matching.queries import claims_of_project
from fundapp.programmes.queries import get_policy
from fundapp.projects.models import Project, ProjectMember
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Stage, Task

DECIDING = (Task.SUPERVISOR, Task.TREASURER)


@dataclass(frozen=True)
class ExpenseRow:
    """An expense and what became of it; all of it is public but who claimed. ``restricted``: out of which purpose."""

    id: int
    project_id: int
    project_title: str
    number: int
    amount: Money
    purpose: str
    restricted: str
    payee: str
    counterparty_id: int
    invoice_no: str
    invoice: str
    spent_on: date
    claimed_by_id: int
    claimed_at: datetime
    approved: bool | None
    reason: str
    corrected: bool

    @property
    def counts(self) -> bool:
        """Tell whether it is a bill of the project: neither refused nor taken back."""
        return self.approved is not False and not self.corrected


_TAKEN_BACK = (
    exists()
    .where(ExpenseCorrection.expense_id == Expense.id)
    .where(ExpenseCorrectionDecision.correction_id == ExpenseCorrection.id, ExpenseCorrectionDecision.passed)
)


def _expenses(session: Session, *where: object) -> list[ExpenseRow]:
    query = (
        select(Expense, ExpenseDecision, Attachment.public_id, Project.title, RestrictedFund.purpose, _TAKEN_BACK)
        .join(Project, Project.id == Expense.project_id)
        .join(Attachment, Attachment.id == Expense.invoice_id)
        .outerjoin(ExpenseDecision, ExpenseDecision.expense_id == Expense.id)
        .outerjoin(RestrictedFund, RestrictedFund.id == Expense.fund_id)
        .where(*where)  # type: ignore[arg-type]  # conditions made in this file
        .order_by(Expense.id)
    )
    return [
        ExpenseRow(
            id=e.id,
            project_id=e.project_id,
            project_title=title,
            number=e.number,
            amount=e.amount_fen,
            purpose=e.purpose,
            restricted=restricted or "",
            payee=e.payee,
            counterparty_id=e.counterparty_id,
            invoice_no=e.invoice_no,
            invoice=invoice,
            spent_on=e.spent_on,
            claimed_by_id=e.claimed_by_id,
            claimed_at=e.claimed_at,
            approved=decision.approved if decision else None,
            reason=decision.reason if decision else "",
            corrected=bool(corrected),
        )
        for e, decision, invoice, title, restricted, corrected in session.execute(query)
    ]


def expenses_of(session: Session, project_id: int) -> list[ExpenseRow]:
    """List a project's expenses by number."""
    return _expenses(session, Expense.project_id == project_id)


def get_expense(session: Session, expense_id: int) -> ExpenseRow:
    """Give one expense.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _expenses(session, Expense.id == expense_id)
    if not found:
        raise NotVisible
    return found[0]


def expenses_waiting_for(session: Session, actor: Actor) -> list[ExpenseRow]:
    """List the undecided expenses that this actor may decide."""
    mine = select(ProjectMember.project_id).where(
        ProjectMember.person_id == actor.person_id, ProjectMember.task.in_(DECIDING)
    )
    undecided = ExpenseDecision.id.is_(None)
    return _expenses(session, Expense.project_id.in_(mine), undecided, Expense.claimed_by_id != actor.person_id)


@dataclass(frozen=True)
class ReportRow:
    """A progress report with its photos."""

    told: str
    percent: int
    reported_at: datetime
    photos: Sequence[str]


def reports_of(session: Session, project_id: int) -> list[ReportRow]:
    """List a project's reports, the newest first."""
    query = select(ProgressReport).where(ProgressReport.project_id == project_id).order_by(ProgressReport.id.desc())
    reports = session.scalars(query).all()
    photos: dict[int, list[str]] = {report.id: [] for report in reports}
    if reports:
        shown = (
            select(ProgressPhoto.report_id, Attachment.public_id)
            .join(Attachment, Attachment.id == ProgressPhoto.attachment_id)
            .where(ProgressPhoto.report_id.in_(photos))
        )
        for report_id, public_id in session.execute(shown):
            photos[report_id].append(public_id)
    return [ReportRow(r.told, r.percent, r.reported_at, photos[r.id]) for r in reports]


def acceptance_of(session: Session, project_id: int) -> Acceptance | None:
    """Give the acceptance, if any."""
    return session.scalar(select(Acceptance).where(Acceptance.project_id == project_id))


@dataclass(frozen=True)
class ClosingRow:
    """How a project ended; ``returned`` by source."""

    received: Money
    spent: Money
    left: Money
    closed_at: datetime
    returned: dict[str, Money]


def cash_of(session: Session, project_id: int) -> int:
    """Give what a project has in cash, in fen, from the kept balance."""
    code = f"cash:{project_id}"
    return sum(balances(session, book.id, Ledger.ACTUAL, code).get(code, 0) for book in list_books(session))


def owed_by(session: Session, project_id: int) -> int:
    """Give what a project owes to the foundation, in fen, from the kept balance."""
    code = f"owed:{project_id}"
    return sum(balances(session, book.id, Ledger.ACTUAL, code).get(code, 0) for book in list_books(session))


def settlement_of(session: Session, project_id: int) -> ProjectSettlement | None:
    """Give a project's settlement, if any."""
    return session.scalar(select(ProjectSettlement).where(ProjectSettlement.project_id == project_id))


def another(session: Session, actor: Actor, project_id: int) -> int | None:
    """Give who else stands behind money that goes back by rule: who settled the match, else who accepted the work."""
    settled, accepted = settlement_of(session, project_id), acceptance_of(session, project_id)
    people = [settled.settled_by_id if settled else None, accepted.accepted_by_id if accepted else None]
    return next((one for one in people if one not in (None, actor.person_id)), None)


def undecided(session: Session, project_id: int) -> int:
    """Count the bills of a project that nobody has decided on."""
    return sum(row.approved is None for row in expenses_of(session, project_id))


def pays_by_tranche(session: Session, project: ProjectRow) -> bool:
    """Tell whether the policy that a project keeps pays matched money in tranches, and settles it."""
    if project.policy_version_id is None:
        return False
    return payout_of(get_policy(session, project.policy_version_id).parts) is not None


def books_of(session: Session, project: ProjectRow, unpaid: int) -> Books:
    """Give what a closing looks at; *unpaid* is what is promised and not paid, in fen."""
    needed = pays_by_tranche(session, project) and any(not c.refused for c in claims_of_project(session, project.id))
    return Books(
        unpaid=unpaid,
        owed=owed_by(session, project.id),
        pending=undecided(session, project.id),
        unsettled=needed and settlement_of(session, project.id) is None,
        advances=open_advances(session, project.id),
        corrections=waiting_corrections(session, project.id),
    )


def work_of(session: Session, project: ProjectRow) -> Work:
    """Tell matching how far a project has come: what its tranches wait for."""
    bills = [fen(row.amount) for row in expenses_of(session, project.id) if row.counts]
    reports = reports_of(session, project.id)
    done = (Stage.ACCEPTED, Stage.EVALUATED, Stage.CLOSED)
    return Work(
        started=project.stage is Stage.DELIVERING or project.stage in done,
        percent=reports[0].percent if reports else 0,
        accepted=project.stage in done,
        invoices=sum(bills),
    )


def what_goes_back(session: Session, project_id: int) -> dict[str, Money]:
    """Give what a closing would return now, by source, from the kept balances; empty where nothing is left."""
    found: dict[str, int] = {}
    for book in list_books(session):
        for prefix in (f"cash:{project_id}", f"gift:{project_id}:"):
            for code, amount in balances(session, book.id, Ledger.ACTUAL, prefix).items():
                found[code] = found.get(code, 0) + amount
    purse, whole = Purse(project_id), dict.fromkeys((source.value for source in ORDER), 0)
    given = {source.value: -found.get(purse.gift(source), 0) for source in ORDER}
    shares = [returns(found.get(purse.cash, 0), given)]
    for fund in funds_of(session, project_id):
        shares.append(returns(fen(fund.left), {source.value: fund.given[source] for source in ORDER}))
    for share in shares:
        for source, amount in share.items():
            whole[source] += amount
    return {source: from_fen(amount) for source, amount in whole.items() if amount}


def closing_of(session: Session, project_id: int) -> ClosingRow | None:
    """Give the closing, if any."""
    row = session.scalar(select(ProjectClosing).where(ProjectClosing.project_id == project_id))
    if row is None:
        return None
    parts = session.execute(
        select(ClosingReturn.source, ClosingReturn.amount_fen).where(ClosingReturn.closing_id == row.id)
    )
    returned = {source: amount for source, amount in parts}
    return ClosingRow(row.received_fen, row.spent_fen, row.left_fen, row.closed_at, returned)


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


def _corrections(session: Session, *where: ColumnElement[bool]) -> list[CorrectionRow]:
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
    return _corrections(session, Expense.project_id == project_id)


def get_correction(session: Session, correction_id: int) -> CorrectionRow:
    """Give one request.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _corrections(session, ExpenseCorrection.id == correction_id)
    if not found:
        raise NotVisible
    return found[0]


def corrections_waiting_for(session: Session, actor: Actor) -> list[CorrectionRow]:
    """List the undecided requests that this actor may decide."""
    mine = select(ProjectMember.project_id).where(
        ProjectMember.person_id == actor.person_id, ProjectMember.task.in_(DECIDING)
    )
    undecided = ExpenseCorrectionDecision.id.is_(None)
    return _corrections(
        session, Expense.project_id.in_(mine), undecided, ExpenseCorrection.asked_by_id != actor.person_id
    )


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
