"""The deeds of the street's share: report, review, pay."""

from dataclasses import dataclass
from datetime import date

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.fundraising.commands import NewContribution, keep_contribution
from fundapp.fundraising.rules import Giver, Means, Source, check_amount
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import ZERO
from fundapp.places.models import PlaceKind
from fundapp.places.queries import ancestor
from fundapp.projects.apart import check_apart
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import ProjectRow, get_project, tasks_of
from fundapp.subsidies.models import SubsidyPayment, SubsidyRequest, SubsidyReview
from fundapp.subsidies.policy import check_may_pay, check_may_report, check_may_review
from fundapp.subsidies.queries import gap_of, get_request, requests_of
from fundapp.subsidies.rules import RequestState


@dataclass(frozen=True)
class NewRequest:
    """What is asked of the street, and why."""

    project_id: int
    op_key: str
    amount: Money
    reason: str


def report_request(session: Session, actor: Actor, cmd: NewRequest, clock: Clock) -> SubsidyRequest:
    """Report a project to the street.

    Raises:
        Forbidden, Refused: see :func:`fundapp.subsidies.policy.check_may_report`; ``web.used_key``, no amount,
            ``subsidies.reason_needed``, ``subsidies.pending``, ``subsidies.beyond_need`` (fact ``gap``).
    """
    check_amount(cmd.amount)
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"amount_fen": cmd.amount, "reason": cmd.reason.strip()}
    standing = done_before(session, SubsidyRequest, key, project_id=cmd.project_id, **said)
    if standing is not None:
        return standing
    project = get_project(session, cmd.project_id)
    check_may_report(actor, project)
    if not cmd.reason.strip():
        raise Refused("subsidies.reason_needed", field="reason")
    if any(row.state is RequestState.REPORTED for row in requests_of(session, project.id)):
        raise Refused("subsidies.pending")
    gap = gap_of(session, project)
    if cmd.amount > gap:
        raise Refused("subsidies.beyond_need", field="amount", gap=gap)
    row = SubsidyRequest(project_id=project.id, op_key=key, **said, reported_by_id=actor.person_id, reported_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "subsidies.report", f"project:{project.id}", now, request=row.id)
    return row


@dataclass(frozen=True)
class NewReview:
    """What the street's officer sets; ``amount`` 0: nothing."""

    request_id: int
    op_key: str
    amount: Money
    reason: str


def review_request(session: Session, actor: Actor, cmd: NewReview, clock: Clock) -> SubsidyReview:
    """Set the amount, with the reason.

    Raises:
        NotVisible: no such request.
        Forbidden: see :func:`fundapp.subsidies.policy.check_may_review` and
            :func:`fundapp.projects.apart.check_apart`.
        Refused: ``web.used_key``, ``subsidies.reviewed``, ``subsidies.reason_needed``, ``subsidies.beyond_request``
            (fact ``asked``), an amount below 0 or finer than a fen.
    """
    if cmd.amount != ZERO:
        check_amount(cmd.amount)
    row = get_request(session, cmd.request_id)
    lock_project(session, row.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"amount_fen": cmd.amount, "reason": cmd.reason.strip()}
    standing = done_before(session, SubsidyReview, key, request_id=row.id, **said)
    if standing is not None:
        return standing
    row = get_request(session, cmd.request_id)
    project = get_project(session, row.project_id)
    check_may_review(actor, project, row.reported_by_id)
    check_apart(session, actor, project, tasks_of(session, project.id), now)
    if row.approved is not None:
        raise Refused("subsidies.reviewed")
    if not cmd.reason.strip():
        raise Refused("subsidies.reason_needed", field="reason")
    if cmd.amount > row.asked:
        raise Refused("subsidies.beyond_request", field="amount", asked=row.asked)
    made = SubsidyReview(request_id=row.id, op_key=key, **said, reviewed_by_id=actor.person_id, reviewed_at=now)
    session.add(made)
    session.flush()
    record(session, actor, "subsidies.review", f"project:{row.project_id}", now, request=row.id)
    return made


@dataclass(frozen=True)
class NewPayment:
    """What the street paid on a day, with the paper that shows it."""

    request_id: int
    op_key: str
    amount: Money
    paid_on: date
    proof_id: int


def pay_request(session: Session, actor: Actor, cmd: NewPayment, clock: Clock) -> SubsidyPayment:
    """Record a payment of what was approved: a receipt that waits for a second person like any other.

    Raises:
        NotVisible: no such request.
        Forbidden, Refused: see :func:`fundapp.subsidies.policy.check_may_pay` and
            :func:`fundapp.projects.apart.check_apart`; ``web.used_key``, no amount, ``fundraising.not_yet``,
            ``subsidies.beyond_review`` (fact ``room``).
    """
    check_amount(cmd.amount)
    row = get_request(session, cmd.request_id)
    lock_project(session, row.project_id)
    now = clock.now(session)
    key = own_key(actor, cmd.op_key)
    standing = done_before(session, SubsidyPayment, key, request_id=row.id, amount_fen=cmd.amount)
    if standing is not None:
        return standing
    row, project = get_request(session, cmd.request_id), get_project(session, row.project_id)
    check_may_pay(actor, project)
    check_apart(session, actor, project, tasks_of(session, project.id), now)
    if cmd.paid_on > local_date(now):
        raise Refused("fundraising.not_yet", field="paid_on")
    if cmd.amount > row.room:
        raise Refused("subsidies.beyond_review", field="amount", room=row.room)
    given = keep_contribution(session, actor, project, _contribution(session, project, cmd), key, now)
    made = SubsidyPayment(
        request_id=row.id, contribution_id=given.id, op_key=key, amount_fen=cmd.amount, paid_by_id=actor.person_id,
        paid_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(session, actor, "subsidies.pay", f"project:{project.id}", now, payment=made.id)
    return made


def _contribution(session: Session, project: ProjectRow, cmd: NewPayment) -> NewContribution:
    street = ancestor(session, project.place_path, PlaceKind.STREET)
    if street is None:
        raise NotVisible
    return NewContribution(
        project_id=project.id, op_key=cmd.op_key, source=Source.STREET, unit_id=None, giver=street.name,
        anonymous=False, related=False, amount=cmd.amount, means=Means.TRANSFER, received_on=cmd.paid_on,
        proof_id=cmd.proof_id, giver_kind=Giver.GOVERNMENT,
    )  # fmt: skip
