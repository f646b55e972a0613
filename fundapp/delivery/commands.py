"""The deeds of delivery up to acceptance."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from moneyed import Money
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.db.once import done_before, own_key
from fundapp.delivery.models import Acceptance, Expense, ExpenseDecision, ProgressPhoto, ProgressReport
from fundapp.delivery.policy import check_may_accept, check_may_claim_expense, check_may_decide_expense, check_may_work
from fundapp.delivery.queries import expenses_of, pays_by_tranche, reports_of, settlement_of, undecided
from fundapp.delivery.texts import expense_purpose
from fundapp.files.models import Attachment
from fundapp.fundraising.commands import project_accounts
from fundapp.fundraising.purses import Purse
from fundapp.fundraising.queries import funds_of, get_fund
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen
from fundapp.ledger.commands import post
from fundapp.ledger.rules import Ledger, Leg, Posting
from fundapp.parties.commands import find_counterparty, know_counterparty
from fundapp.procurement.insiders import check_unrelated
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.queries import ProjectRow, get_project, tasks_of
from fundapp.projects.rules import Stage

_PAYEE = ("payee", "payee_code")


@dataclass(frozen=True)
class NewReport:
    """A progress report; ``photo_ids`` are stored attachments."""

    project_id: int
    op_key: str
    told: str
    percent: int
    photo_ids: tuple[int, ...]


def report_progress(session: Session, actor: Actor, cmd: NewReport, clock: Clock) -> ProgressReport:
    """Report what has been done.

    Raises:
        Forbidden, Refused: see :func:`fundapp.delivery.policy.check_may_work`.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"told": cmd.told, "percent": cmd.percent}
    standing = done_before(session, ProgressReport, key, project_id=cmd.project_id, **said)
    if standing is not None:
        return standing
    check_may_work(actor, get_project(session, cmd.project_id), tasks_of(session, cmd.project_id))
    row = ProgressReport(
        project_id=cmd.project_id,
        op_key=key,
        **said,
        reported_by_id=actor.person_id,
        reported_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(ProgressPhoto(report_id=row.id, attachment_id=photo) for photo in cmd.photo_ids)
    record(session, actor, "delivery.report", f"project:{cmd.project_id}", now, report=row.id)
    return row


@dataclass(frozen=True)
class NewExpense:
    """A claim for payment as filled in; ``payee_code``: the payee's 统一社会信用代码, as for a quote.

    ``fund_id``: the purpose whose money pays; none: what is for the whole project.
    """

    project_id: int
    op_key: str
    amount: Money
    purpose: str
    payee: str
    invoice_no: str
    invoice_id: int
    spent_on: date
    payee_code: str = ""
    fund_id: int | None = None


def claim_expense(session: Session, actor: Actor, cmd: NewExpense, clock: Clock) -> Expense:
    """Claim an expense; it is paid once somebody else approves it.

    Raises:
        Forbidden, Refused: see :func:`fundapp.delivery.policy.check_may_claim_expense`; ``delivery.invoice_twice``,
            ``delivery.other_purpose``,
            ``delivery.not_yet``, ``web.used_key``, or by :func:`fundapp.parties.commands.know_counterparty`.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    known = find_counterparty(session, cmd.payee, cmd.payee_code, _PAYEE)
    key, said = own_key(actor, cmd.op_key), _said(cmd)
    standing = done_before(session, Expense, key, counterparty_id=known, **said)
    if standing is not None:
        return standing
    project = get_project(session, cmd.project_id)
    settled = settlement_of(session, project.id) is not None
    check_may_claim_expense(actor, project, tasks_of(session, project.id), pays_by_tranche(session, project), settled)
    if cmd.fund_id is not None and cmd.fund_id not in {fund.id for fund in funds_of(session, project.id)}:
        raise Refused("delivery.other_purpose", field="fund_id")
    same = [row for row in expenses_of(session, cmd.project_id) if row.invoice_no == cmd.invoice_no]
    if not all(row.corrected for row in same):
        raise Refused("delivery.invoice_twice", field="invoice_no")
    if cmd.spent_on > local_date(now):
        raise Refused("delivery.not_yet", field="spent_on")
    last = session.scalar(select(func.max(Expense.number)).where(Expense.project_id == cmd.project_id))
    row = Expense(
        **said,
        counterparty_id=know_counterparty(session, actor, cmd.payee, cmd.payee_code, now, _PAYEE),
        op_key=key,
        again=len(same),
        invoice_id=cmd.invoice_id,
        number=(last or 0) + 1,
        claimed_by_id=actor.person_id,
        claimed_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "delivery.claim", f"project:{cmd.project_id}", now, expense=row.id)
    return row


def _said(cmd: NewExpense) -> dict[str, Any]:
    """Give what the form says; the picture of its invoice is stored anew each time that it is sent."""
    others = {"amount", "op_key", "invoice_id", "payee_code"}
    return {name: getattr(cmd, name) for name in cmd.__dataclass_fields__ if name not in others} | {
        "amount_fen": cmd.amount
    }


def decide_expense(
    session: Session, actor: Actor, expense_id: int, approved: bool, reason: str, clock: Clock
) -> ExpenseDecision:
    """Approve and pay an expense in one transaction, or refuse it with a reason. The same again is success.

    Raises:
        NotVisible: no such expense.
        Forbidden: see :func:`fundapp.delivery.policy.check_may_decide_expense`.
        Refused: decided the other way (``delivery.decided``), no reason, or the money is not there
            (``ledger.not_enough``); a related payee (``parties.related``).
    """
    expense = session.get(Expense, expense_id)
    if expense is None:
        raise NotVisible
    lock_project(session, expense.project_id)
    now = clock.now(session)
    check_may_decide_expense(actor, tasks_of(session, expense.project_id), expense.claimed_by_id)
    standing = session.scalar(select(ExpenseDecision).where(ExpenseDecision.expense_id == expense.id))
    if standing is not None:
        if standing.approved != approved:
            raise Refused("delivery.decided")
        return standing
    if not approved and not reason.strip():
        raise Refused("delivery.reason_needed", field="reason")
    if approved:
        project = get_project(session, expense.project_id)
        check_unrelated(session, actor, project, expense.counterparty_id, now)
    row = ExpenseDecision(
        expense_id=expense.id, approved=approved, reason=reason, decided_by_id=actor.person_id, decided_at=now
    )
    session.add(row)
    session.flush()
    record(session, actor, "delivery.decide", f"project:{expense.project_id}", now, expense=expense.id)
    if approved:
        _pay(session, actor, get_project(session, expense.project_id), expense, now)
    return row


def _pay(session: Session, actor: Actor, project: ProjectRow, expense: Expense, now: datetime) -> None:
    book_id = book_of_project(session, actor, project, now)
    project_accounts(session, book_id, project.id, project.title)
    fund = get_fund(session, expense.fund_id) if expense.fund_id else None
    purse = fund.purse if fund else Purse(project.id)
    invoice = session.get_one(Attachment, expense.invoice_id)
    amount = fen(expense.amount_fen)
    legs = (Leg(purse.spend, amount), Leg(purse.cash, -amount))
    purpose = expense_purpose(project.title, expense.purpose, expense.payee)
    source, subject = f"expense:{expense.id}", f"project:{project.id}"
    evidence, two = (invoice.public_id,), (expense.claimed_by_id, actor.person_id)
    posting = Posting(book_id, Ledger.ACTUAL, source, purpose, source, subject, local_date(now), legs, evidence, *two)
    post(session, actor, posting, now)


def accept(session: Session, actor: Actor, project_id: int, told: str, clock: Clock) -> Acceptance:
    """Accept the finished work.

    Raises:
        Forbidden, Refused: see :func:`fundapp.delivery.policy.check_may_accept`.
    """
    lock_project(session, project_id)
    now = clock.now(session)
    project = get_project(session, project_id)
    pending = 0 if pays_by_tranche(session, project) else undecided(session, project_id)
    check_may_accept(actor, project, tasks_of(session, project_id), len(reports_of(session, project_id)), pending)
    row = Acceptance(project_id=project_id, told=told, accepted_by_id=actor.person_id, accepted_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "delivery.accept", f"project:{project_id}", now)
    move_on(session, actor, project_id, Stage.ACCEPTED, now)
    return row
