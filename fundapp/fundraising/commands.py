"""The deeds on self-raised money."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from moneyed import Money
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.db.wiring import tell
from fundapp.fundraising.events import ContributionConfirmed
from fundapp.fundraising.models import Contribution, ContributionDecision, InKindHelp
from fundapp.fundraising.policy import check_may_confirm, check_may_record
from fundapp.fundraising.rules import Means, Source
from fundapp.fundraising.texts import CASH, SOURCE_LABELS, SPEND, account_name, committee_name, receipt_purpose
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen
from fundapp.ledger.commands import ensure_account, open_book, post
from fundapp.ledger.rules import Holder, Ledger, Leg, Posting
from fundapp.places.models import PlaceKind
from fundapp.places.queries import ancestor, units_by_id
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import get_project, tasks_of


@dataclass(frozen=True)
class NewContribution:
    """What the treasurer fills in. ``unit_id`` is the giving household, for residents' money only."""

    project_id: int
    op_key: str
    source: Source
    unit_id: int | None
    giver: str
    anonymous: bool
    related: bool
    amount: Money
    means: Means
    received_on: date
    proof_id: int


def record_contribution(session: Session, actor: Actor, cmd: NewContribution, clock: Clock) -> Contribution:
    """Record money that was given; it counts once a second person has confirmed it.

    Raises:
        Refused: the key was used for something else (``web.used_key``), a household of another compound
            (``fundraising.not_our_household``), a day that has not come (``fundraising.not_yet``), or by the policy.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_record`.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), _said(cmd)
    standing = done_before(session, Contribution, key, **said)
    if standing is not None:
        return standing
    project = get_project(session, cmd.project_id)
    check_may_record(actor, project, tasks_of(session, cmd.project_id))
    _check_household(session, cmd, project.place_id)
    if cmd.received_on > local_date(now):
        raise Refused("fundraising.not_yet", field="received_on")
    last = session.scalar(select(func.max(Contribution.receipt_no)).where(Contribution.project_id == cmd.project_id))
    row = Contribution(
        **said,
        op_key=key,
        proof_id=cmd.proof_id,
        receipt_no=(last or 0) + 1,
        recorded_by_id=actor.person_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.record", f"project:{cmd.project_id}", now, contribution=row.id)
    return row


def _said(cmd: NewContribution) -> dict[str, Any]:
    """Give what the form says; its picture is stored anew each time that it is sent."""
    others = {"amount", "op_key", "proof_id"}
    return {name: getattr(cmd, name) for name in cmd.__dataclass_fields__ if name not in others} | {
        "amount_fen": cmd.amount
    }


def _check_household(session: Session, cmd: NewContribution, compound_id: int) -> None:
    if cmd.source is not Source.RESIDENTS:
        return
    unit = units_by_id(session, [cmd.unit_id or 0]).get(cmd.unit_id or 0)
    if unit is None or unit.compound_id != compound_id:
        raise Refused("fundraising.not_our_household", field="unit_id")


def decide_contribution(
    session: Session, actor: Actor, contribution_id: int, confirmed: bool, reason: str, clock: Clock
) -> ContributionDecision:
    """Confirm that recorded money is there, or say that it is not; confirmed money is posted in the same transaction.

    Deciding again the same way is success.

    Raises:
        NotVisible: no such contribution.
        Refused: decided the other way before (``fundraising.decided``), refused without a reason.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_confirm`.
    """
    row = session.get(Contribution, contribution_id)
    if row is None:
        raise NotVisible
    lock_project(session, row.project_id)
    now = clock.now(session)
    project = get_project(session, row.project_id)
    check_may_confirm(actor, project, tasks_of(session, row.project_id), row.recorded_by_id)
    standing = session.scalar(select(ContributionDecision).where(ContributionDecision.contribution_id == row.id))
    if standing is not None:
        if standing.confirmed != confirmed:
            raise Refused("fundraising.decided")
        return standing
    if not confirmed and not reason.strip():
        raise Refused("fundraising.reason_needed", field="reason")
    decision = ContributionDecision(
        contribution_id=row.id, confirmed=confirmed, reason=reason, decided_by_id=actor.person_id, decided_at=now
    )
    session.add(decision)
    session.flush()
    record(session, actor, "fundraising.decide", f"project:{row.project_id}", now, contribution=row.id)
    if confirmed:
        _post(session, actor, row, project.place_path, now)
        tell(session, ContributionConfirmed(row.project_id, row.id, actor, now))
    return decision


def committee_book(session: Session, actor: Actor, place_path: str, now: datetime) -> int:
    """Give the book of the committee of the community that a place lies in, opened where it is missing."""
    community = ancestor(session, place_path, PlaceKind.COMMUNITY)
    if community is None:
        raise NotVisible
    return open_book(session, actor, Holder.COMMITTEE, committee_name(community.name), community.id, now).id


def project_accounts(session: Session, book_id: int, project_id: int, title: str) -> None:
    """Open a project's accounts in the committee's book: its cash, what each source gave, what was spent."""
    ensure_account(session, book_id, Ledger.ACTUAL, f"cash:{project_id}", account_name(title, CASH), floor_fen=0)
    for source in Source:
        name, code = account_name(title, SOURCE_LABELS[source]), f"gift:{project_id}:{source.value}"
        ensure_account(session, book_id, Ledger.ACTUAL, code, name, ceiling_fen=0)
    ensure_account(session, book_id, Ledger.ACTUAL, f"spend:{project_id}", account_name(title, SPEND), floor_fen=0)


def _post(session: Session, actor: Actor, row: Contribution, place_path: str, now: datetime) -> None:
    project = get_project(session, row.project_id)
    book_id = committee_book(session, actor, place_path, now)
    project_accounts(session, book_id, project.id, project.title)
    amount = fen(row.amount_fen)
    legs = (Leg(f"cash:{project.id}", amount), Leg(f"gift:{project.id}:{row.source.value}", -amount))
    purpose = receipt_purpose(project.title, row.source, row.receipt_no)
    posting = Posting(
        book_id, Ledger.ACTUAL, f"contribution:{row.id}", purpose, f"contribution:{row.id}", f"project:{project.id}",
        row.received_on, legs,
    )  # fmt: skip
    post(session, actor, posting, now)


@dataclass(frozen=True)
class NewHelp:
    """Help that is not money."""

    project_id: int
    op_key: str
    giver: str
    what: str
    value: Money | None


def record_help(session: Session, actor: Actor, cmd: NewHelp, clock: Clock) -> InKindHelp:
    """Record help in kind.

    Raises:
        Refused, Forbidden: see :func:`fundapp.fundraising.policy.check_may_record`.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"giver": cmd.giver, "what": cmd.what, "value_fen": cmd.value}
    standing = done_before(session, InKindHelp, key, project_id=cmd.project_id, **said)
    if standing is not None:
        return standing
    check_may_record(actor, get_project(session, cmd.project_id), tasks_of(session, cmd.project_id))
    row = InKindHelp(
        project_id=cmd.project_id,
        op_key=key,
        **said,
        recorded_by_id=actor.person_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.help", f"project:{cmd.project_id}", now, help=row.id)
    return row
