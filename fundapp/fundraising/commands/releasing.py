"""Let restricted money serve the whole project, as its giver or the deciding body agreed."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.db.once import decided_before, done_before, own_key
from fundapp.fundraising.commands.booking import DECISIONS, project_accounts
from fundapp.fundraising.policy import check_may_confirm, check_may_record
from fundapp.fundraising.purpose_models import AgreedBy, FundRelease, FundReleaseDecision
from fundapp.fundraising.purses import Purse
from fundapp.fundraising.queries.purposes import FundRow, get_fund, get_release
from fundapp.fundraising.rules import Source, check_amount
from fundapp.fundraising.texts import release_purpose
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import fen, split
from fundapp.ledger.commands import post
from fundapp.ledger.rules import Ledger, Leg, Posting
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import ProjectRow, get_project, tasks_of


@dataclass(frozen=True)
class NewRelease:
    """How much of a purpose's money may be spent otherwise, who agreed and why, and the paper that shows it."""

    fund_id: int
    op_key: str
    amount: Money
    agreed_by: AgreedBy
    reason: str
    proof_id: int


def record_release(session: Session, actor: Actor, cmd: NewRelease, clock: Clock) -> FundRelease:
    """Record that a release was agreed; it waits for a second person.

    Raises:
        NotVisible: no such purpose.
        Refused: ``web.used_key``, ``fundraising.amount``, ``fundraising.why_released``, ``fundraising.beyond_fund``
            (fact ``room``), or by the policy.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_record`.
    """
    check_amount(cmd.amount)
    project_id = get_fund(session, cmd.fund_id).project_id
    lock_project(session, project_id)
    now = clock.now(session)
    key = own_key(actor, cmd.op_key)
    said = {"amount_fen": cmd.amount, "agreed_by": cmd.agreed_by, "reason": cmd.reason.strip()}
    standing = done_before(session, FundRelease, key, fund_id=cmd.fund_id, **said)
    if standing is not None:
        return standing
    check_may_record(actor, get_project(session, project_id), tasks_of(session, project_id))
    if not cmd.reason.strip():
        raise Refused("fundraising.why_released", field="reason")
    room = get_fund(session, cmd.fund_id).room
    if cmd.amount > room:
        raise Refused("fundraising.beyond_fund", field="amount", room=room)
    row = FundRelease(
        fund_id=cmd.fund_id, op_key=key, **said, proof_id=cmd.proof_id, recorded_by_id=actor.person_id,
        recorded_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.release", f"project:{project_id}", now, release=row.id)
    return row


def decide_release(
    session: Session, actor: Actor, release_id: int, confirmed: bool, reason: str, clock: Clock
) -> FundReleaseDecision:
    """Confirm that a release was agreed, or say that it was not; the same again is success.

    Raises:
        NotVisible: no such release.
        Refused: decided the other way (``fundraising.decided``), refused without a reason, or the money is spent
            (``ledger.not_enough``).
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_confirm`.
    """
    project_id = get_release(session, release_id)[0].project_id
    lock_project(session, project_id)
    now = clock.now(session)
    fund, row = get_release(session, release_id)
    project = get_project(session, project_id)
    check_may_confirm(actor, project, tasks_of(session, project_id), row.recorded_by_id)
    query = select(FundReleaseDecision).where(FundReleaseDecision.release_id == row.id)
    standing = decided_before(session, query, DECISIONS, confirmed, reason)
    if standing is not None:
        return standing
    made = FundReleaseDecision(
        release_id=row.id, confirmed=confirmed, reason=reason, decided_by_id=actor.person_id, decided_at=now
    )
    session.add(made)
    session.flush()
    record(session, actor, "fundraising.decide_release", f"project:{project_id}", now, release=row.id)
    if confirmed:
        book_id = book_of_project(session, actor, project, now)
        project_accounts(session, book_id, project.id, project.title)
        source, two = f"fund_release:{row.id}", (row.recorded_by_id, actor.person_id)
        post(session, actor, _posting(project, fund, fen(row.amount), book_id, source, two, now), now)
    return made


def _posting(
    project: ProjectRow, fund: FundRow, amount: int, book_id: int, source: str, two: tuple[int, int | None],
    now: datetime,
) -> Posting:  # fmt: skip
    """Move cash and gifts from the purpose's fund to the general one: by what each source gave, balanced in each."""
    here, there = fund.purse, Purse(project.id)
    giving = [one for one in Source if fund.given[one] > 0]
    parts = zip(giving, split(amount, [fund.given[one] for one in giving]), strict=True)
    legs = [Leg(there.cash, amount), Leg(here.cash, -amount)]
    for one, part in parts:
        if part:
            legs += [Leg(here.gift(one), part), Leg(there.gift(one), -part)]
    purpose, subject = release_purpose(project.title, fund.purpose), f"project:{project.id}"
    return Posting(book_id, Ledger.ACTUAL, source, purpose, source, subject, local_date(now), tuple(legs), (), *two)
