"""The deeds of advances: record, confirm, repay, waive."""

from dataclasses import dataclass
from datetime import date, datetime

from moneyed import Money
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.advances.models import (
    Advance,
    AdvanceDecision,
    AdvanceRepayment,
    AdvanceRepaymentDecision,
    AdvanceWaiver,
)
from fundapp.advances.policy import check_may_advance, check_may_confirm_advance
from fundapp.advances.queries import AdvanceRow, get_advance
from fundapp.advances.rules import LENDERS
from fundapp.advances.texts import advance_purpose, repayment_purpose
from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.db.once import Decisions, decided_before, done_before, own_key
from fundapp.fundraising.commands import NewContribution, advance_account, keep_contribution, project_accounts
from fundapp.fundraising.commands.giving import check_household
from fundapp.fundraising.queries import outcome_of
from fundapp.fundraising.rules import Giver, Means, check_amount
from fundapp.fundraising.terms import Outcome
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.commands import post
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger, Leg, Posting
from fundapp.ledger.standing import open_day
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import ProjectRow, get_project, tasks_of

_DECISIONS = Decisions("advances.decided", "fundraising.reason_needed")


@dataclass(frozen=True)
class NewAdvance:
    """What the treasurer fills in; ``unit_id``: the household that lends, of households only."""

    project_id: int
    op_key: str
    lender_kind: Giver
    unit_id: int | None
    lender: str
    anonymous: bool
    related: bool
    amount: Money
    means: Means
    received_on: date
    repay_from: str
    proof_id: int


def record_advance(session: Session, actor: Actor, cmd: NewAdvance, clock: Clock) -> Advance:
    """Record money that was lent; it is there once a second person has confirmed it.

    Raises:
        Refused: ``web.used_key``, ``fundraising.amount``, ``advances.not_this_lender``, ``advances.by_money``, a
            household of another compound (``fundraising.not_our_household``), ``fundraising.not_yet``,
            ``advances.repay_from``, ``advances.returned``, or by the policy.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_record`.
    """
    check_amount(cmd.amount)
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    others = {"op_key", "proof_id", "amount", "repay_from"}
    said = {name: getattr(cmd, name) for name in cmd.__dataclass_fields__ if name not in others}
    said |= {"amount_fen": cmd.amount, "repay_from": cmd.repay_from.strip()}
    key = own_key(actor, cmd.op_key)
    standing = done_before(session, Advance, key, **said)
    if standing is not None:
        return standing
    project = get_project(session, cmd.project_id)
    check_may_advance(actor, project, tasks_of(session, project.id))
    _check_form(session, cmd, project, local_date(now))
    last = session.scalar(select(func.max(Advance.number)).where(Advance.project_id == project.id))
    row = Advance(
        **said, op_key=key, number=(last or 0) + 1, proof_id=cmd.proof_id, recorded_by_id=actor.person_id,
        recorded_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "advances.record", f"project:{project.id}", now, advance=row.id)
    return row


def _check_form(session: Session, cmd: NewAdvance, project: ProjectRow, today: date) -> None:
    if cmd.lender_kind not in LENDERS:
        raise Refused("advances.not_this_lender", field="lender_kind")
    if cmd.means not in (Means.CASH, Means.BANK):
        raise Refused("advances.by_money", field="means")
    check_household(session, LENDERS[cmd.lender_kind], cmd.unit_id, project.place_id)
    if cmd.received_on > today:
        raise Refused("fundraising.not_yet", field="received_on")
    if not cmd.repay_from.strip():
        raise Refused("advances.repay_from", field="repay_from")
    ended = outcome_of(session, project.id)
    if ended is not None and ended.outcome is Outcome.RETURNED:
        raise Refused("advances.returned")


def decide_advance(
    session: Session, actor: Actor, advance_id: int, confirmed: bool, reason: str, clock: Clock
) -> AdvanceDecision:
    """Confirm that the lent money is there, or say that it is not; the same again is success.

    What is confirmed is posted in the same transaction: the project's cash, and what it owes.

    Raises:
        NotVisible: no such advance.
        Refused: decided the other way (``advances.decided``), refused without a reason.
        Forbidden: see :func:`fundapp.advances.policy.check_may_confirm_advance`.
    """
    row = session.get(Advance, advance_id)
    if row is None:
        raise NotVisible
    lock_project(session, row.project_id)
    now = clock.now(session)
    project = get_project(session, row.project_id)
    tasks = tasks_of(session, project.id)
    check_may_confirm_advance(actor, project, tasks, row.recorded_by_id, row.unit_id)
    query = select(AdvanceDecision).where(AdvanceDecision.advance_id == row.id)
    standing = decided_before(session, query, _DECISIONS, confirmed, reason)
    if standing is not None:
        return standing
    made = AdvanceDecision(
        advance_id=row.id, confirmed=confirmed, reason=reason, decided_by_id=actor.person_id, decided_at=now
    )
    session.add(made)
    session.flush()
    record(session, actor, "advances.decide", f"project:{project.id}", now, advance=row.id)
    if confirmed:
        _post_advance(session, actor, project, row, now)
    return made


def _post_advance(session: Session, actor: Actor, project: ProjectRow, row: Advance, now: datetime) -> None:
    book_id, owed = _accounts(session, actor, project, now)
    amount, source = fen(row.amount_fen), f"advance:{row.id}"
    legs = (Leg(f"cash:{project.id}", amount), Leg(owed, -amount))
    day = open_day(session, book_id, row.received_on)
    purpose, subject = advance_purpose(project.title, row.number), f"project:{project.id}"
    post(session, actor, Posting(book_id, Ledger.ACTUAL, source, purpose, source, subject, day, legs), now)


def _accounts(session: Session, actor: Actor, project: ProjectRow, now: datetime) -> tuple[int, str]:
    """Give the keeper's book and the account of what the project owes there."""
    book_id = book_of_project(session, actor, project, now)
    project_accounts(session, book_id, project.id, project.title)
    return book_id, advance_account(session, book_id, project.id, project.title)


@dataclass(frozen=True)
class NewRepayment:
    """How much of an advance goes back, and out of which income."""

    advance_id: int
    op_key: str
    amount: Money
    paid_from: str


def prepare_repayment(session: Session, actor: Actor, cmd: NewRepayment, clock: Clock) -> AdvanceRepayment:
    """Prepare a repayment, part or whole, out of what the project has; it waits for a second person.

    Raises:
        NotVisible: no such advance.
        Refused: ``web.used_key``, ``fundraising.amount``, ``advances.paid_from``, ``advances.not_confirmed``,
            ``advances.beyond_owed`` (fact ``room``), ``advances.not_there`` (fact ``cash``), or by the policy.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_record`.
    """
    check_amount(cmd.amount)
    project_id = get_advance(session, cmd.advance_id).project_id
    lock_project(session, project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"amount_fen": cmd.amount, "paid_from": cmd.paid_from.strip()}
    standing = done_before(session, AdvanceRepayment, key, advance_id=cmd.advance_id, **said)
    if standing is not None:
        return standing
    project = get_project(session, project_id)
    check_may_advance(actor, project, tasks_of(session, project_id))
    if not cmd.paid_from.strip():
        raise Refused("advances.paid_from", field="paid_from")
    _check_room(get_advance(session, cmd.advance_id), cmd.amount)
    book_id, _owed = _accounts(session, actor, project, now)
    cash = balance(session, book_id, Ledger.ACTUAL, f"cash:{project_id}")
    if fen(cmd.amount) > cash:
        raise Refused("advances.not_there", field="amount", cash=from_fen(cash))
    row = AdvanceRepayment(
        advance_id=cmd.advance_id, op_key=key, **said, prepared_by_id=actor.person_id, prepared_at=now
    )
    session.add(row)
    session.flush()
    record(session, actor, "advances.repay", f"project:{project_id}", now, repayment=row.id)
    return row


def _check_room(row: AdvanceRow, amount: Money) -> None:
    if not row.confirmed:
        raise Refused("advances.not_confirmed")
    if amount > row.room:
        raise Refused("advances.beyond_owed", field="amount", room=row.room)


def decide_repayment(
    session: Session, actor: Actor, repayment_id: int, confirmed: bool, reason: str, clock: Clock
) -> AdvanceRepaymentDecision:
    """Confirm that the lender has the money back, or say that it was not paid; the same again is success.

    Raises:
        NotVisible: no such repayment.
        Refused: decided the other way (``advances.decided``), refused without a reason, or the money is not there
            (``ledger.not_enough``).
        Forbidden: see :func:`fundapp.advances.policy.check_may_confirm_advance`; ``advances.prepared_by_you``.
    """
    row = session.get(AdvanceRepayment, repayment_id)
    if row is None:
        raise NotVisible
    advance = session.get_one(Advance, row.advance_id)
    lock_project(session, advance.project_id)
    now = clock.now(session)
    project = get_project(session, advance.project_id)
    if actor.person_id == row.prepared_by_id:
        raise Forbidden("advances.prepared_by_you")
    check_may_confirm_advance(actor, project, tasks_of(session, project.id), row.prepared_by_id, advance.unit_id)
    query = select(AdvanceRepaymentDecision).where(AdvanceRepaymentDecision.repayment_id == row.id)
    standing = decided_before(session, query, _DECISIONS, confirmed, reason)
    if standing is not None:
        return standing
    made = AdvanceRepaymentDecision(
        repayment_id=row.id, confirmed=confirmed, reason=reason, decided_by_id=actor.person_id, decided_at=now
    )
    session.add(made)
    session.flush()
    record(session, actor, "advances.decide_repayment", f"project:{project.id}", now, repayment=row.id)
    if confirmed:
        _post_repayment(session, actor, project, advance, row, now)
    return made


def _post_repayment(
    session: Session, actor: Actor, project: ProjectRow, advance: Advance, row: AdvanceRepayment, now: datetime
) -> None:
    book_id, owed = _accounts(session, actor, project, now)
    amount, source = fen(row.amount_fen), f"advance_repayment:{row.id}"
    legs = (Leg(owed, amount), Leg(f"cash:{project.id}", -amount))
    purpose = repayment_purpose(project.title, advance.number, row.paid_from)
    subject, two = f"project:{project.id}", (row.prepared_by_id, actor.person_id)
    posting = Posting(book_id, Ledger.ACTUAL, source, purpose, source, subject, local_date(now), legs, (), *two)
    post(session, actor, posting, now)


@dataclass(frozen=True)
class NewWaiver:
    """How much the lender gives up, with the paper that she signed."""

    advance_id: int
    op_key: str
    amount: Money
    proof_id: int


def waive_advance(session: Session, actor: Actor, cmd: NewWaiver, clock: Clock) -> AdvanceWaiver:
    """Record that a lender gives up what is owed, part or whole: a gift of today that waits for a second person.

    The gift is a receipt like any other (:func:`fundapp.fundraising.commands.decide_contribution` confirms it); no
    money moves, the project only owes less.

    Raises:
        NotVisible: no such advance.
        Refused: ``web.used_key``, ``fundraising.amount``, ``advances.not_confirmed``, ``advances.beyond_owed`` (fact
            ``room``), or by the policy.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_record`.
    """
    check_amount(cmd.amount)
    project_id = get_advance(session, cmd.advance_id).project_id
    lock_project(session, project_id)
    now = clock.now(session)
    key = own_key(actor, cmd.op_key)
    standing = done_before(session, AdvanceWaiver, key, advance_id=cmd.advance_id, amount_fen=cmd.amount)
    if standing is not None:
        return standing
    project = get_project(session, project_id)
    check_may_advance(actor, project, tasks_of(session, project_id))
    _check_room(get_advance(session, cmd.advance_id), cmd.amount)
    advance = session.get_one(Advance, cmd.advance_id)
    given = keep_contribution(session, actor, project, _gift(advance, cmd, local_date(now)), key, now)
    row = AdvanceWaiver(contribution_id=given.id, advance_id=advance.id, op_key=key, amount_fen=cmd.amount)
    session.add(row)
    session.flush()
    record(session, actor, "advances.waive", f"project:{project_id}", now, contribution=given.id)
    return row


def _gift(advance: Advance, cmd: NewWaiver, today: date) -> NewContribution:
    return NewContribution(
        project_id=advance.project_id, op_key=cmd.op_key, source=LENDERS[advance.lender_kind],
        unit_id=advance.unit_id, giver=advance.lender, anonymous=advance.anonymous, related=advance.related,
        amount=cmd.amount, means=Means.WAIVED, received_on=today, proof_id=cmd.proof_id,
        giver_kind=advance.lender_kind,
    )  # fmt: skip
