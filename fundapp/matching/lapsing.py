"""Places in the queue, and the tickets that lose theirs: approved, and no work for as many days as the policy gives.

A lapsed ticket falls back to the tail, its unpaid money goes back to the pool and on to the next in the same
transaction. Every deed at a pool lets lapse what is due before it does its own; no clock runs beside it.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.money import ZERO, fen, from_fen
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger, Leg
from fundapp.matching.models import Disbursement, MatchClaim, MatchDecision, MatchGrant, MatchRelease, Release, Step
from fundapp.matching.payout import beyond, payout_of
from fundapp.matching.policy import check_may_fund
from fundapp.matching.pool import book_of, lock_pool, pool_account, shift
from fundapp.matching.queries import granted_by_claim, live_claims
from fundapp.matching.serving import serve_queue
from fundapp.matching.texts import lapse_purpose, lapse_told
from fundapp.programmes.queries import ProgrammeRow, get_policy
from fundapp.projects.queries import projects_by_id
from fundapp.projects.rules import Stage

NO_WORK_YET = (Stage.SELECTED, Stage.MATCHED)


def next_place(session: Session, programme_id: int) -> int:
    """Give the place behind everybody in a pool's queue; the caller holds the pool."""
    tickets = session.scalar(select(func.max(MatchClaim.ticket)).where(MatchClaim.programme_id == programme_id))
    fallen = session.scalar(select(func.max(MatchRelease.ticket)).where(MatchRelease.programme_id == programme_id))
    return max(tickets or 0, fallen or 0) + 1


def overdue(session: Session, programme_id: int, now: datetime) -> list[tuple[MatchClaim, int, int]]:
    """List the tickets of a pool that have lapsed by *now*, with the days they were given and their unpaid fen."""
    claims = live_claims(session, programme_id)
    projects = projects_by_id(session, [claim.project_id for claim in claims])
    idle = [claim for claim in claims if projects[claim.project_id].stage in NO_WORK_YET]
    nets, found = granted_by_claim(session, [claim.id for claim in idle]), []
    unpaid = _unpaid(session, idle, nets)
    for claim in idle:
        payout = payout_of(get_policy(session, claim.policy_version_id).parts)
        since = _promised_since(session, claim.id) if payout and payout.lapse_days and unpaid[claim.id] else None
        if since is not None and payout is not None and now >= since + timedelta(days=payout.lapse_days or 0):
            found.append((claim, payout.lapse_days or 0, unpaid[claim.id]))
    return found


def _unpaid(session: Session, claims: list[MatchClaim], nets: dict[int, int]) -> dict[int, int]:
    """Give what of each claim has not been paid; what was paid to a project counts to its earlier claims first."""
    ids = {claim.project_id for claim in claims}
    query = select(Disbursement.project_id, func.sum(Disbursement.amount_fen)).where(Disbursement.project_id.in_(ids))
    paid = {number: fen(total) for number, total in session.execute(query.group_by(Disbursement.project_id))}
    found: dict[int, int] = {}
    for number in ids:
        mine = sorted((claim for claim in claims if claim.project_id == number), key=lambda claim: claim.id)
        parts = beyond([nets.get(claim.id, 0) for claim in mine], paid.get(number, 0))
        found |= {claim.id: part for claim, part in zip(mine, parts, strict=True)}
    return found


def _promised_since(session: Session, claim_id: int) -> datetime | None:
    """Give since when an approved claim has had money: the later of its approval and its last grant."""
    approved = session.scalar(
        select(MatchDecision.decided_at).where(
            MatchDecision.claim_id == claim_id, MatchDecision.step == Step.APPROVAL, MatchDecision.passed
        )
    )
    granted = session.scalar(select(func.max(MatchGrant.granted_at)).where(MatchGrant.claim_id == claim_id))
    return max(approved, granted) if approved and granted else None


def lapse_due(session: Session, actor: Actor, programme: ProgrammeRow, now: datetime) -> int:
    """Let lapse what is due and serve the queue with it; give how many tickets fell back. The caller holds the pool."""
    due = overdue(session, programme.id, now)
    for claim, days, unpaid in due:
        _fall_back(session, actor, programme, claim, days, unpaid, now)
    if due:
        serve_queue(session, actor, programme, now)
    return len(due)


def _fall_back(
    session: Session, actor: Actor, programme: ProgrammeRow, claim: MatchClaim, days: int, unpaid: int, now: datetime
) -> None:
    row = MatchRelease(
        claim_id=claim.id,
        programme_id=programme.id,
        kind=Release.LAPSED,
        amount_fen=from_fen(unpaid),
        cut_fen=ZERO,
        ticket=next_place(session, programme.id),
        told=lapse_told(days),
        released_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "matching.lapse", f"project:{claim.project_id}", now, release=row.id, ticket=row.ticket)
    give_back(session, actor, programme, claim, row, now)


def give_back(
    session: Session, actor: Actor, programme: ProgrammeRow, claim: MatchClaim, row: MatchRelease, now: datetime
) -> None:
    """Post a release: what is held first, then what is promised, back to the open part of the pool."""
    amount, book_id = fen(row.amount_fen), book_of(session, actor, programme, now)
    if amount == 0:
        return
    open_part = pool_account(session, book_id, programme, "available")
    held = pool_account(session, book_id, programme, "held", claim.ticket)
    committed = pool_account(session, book_id, programme, "committed", claim.project_id)
    from_held = min(amount, balance(session, book_id, Ledger.COMMIT, held))
    legs = [Leg(open_part, amount), Leg(held, -from_held), Leg(committed, from_held - amount)]
    about = (f"match_release:{row.id}", f"project:{claim.project_id}")
    title = projects_by_id(session, [claim.project_id])[claim.project_id].title
    purpose = lapse_purpose(title, claim.ticket, row.kind)
    shift(session, actor, book_id, f"release:{row.id}:{row.kind.value}", purpose, about,
          tuple(leg for leg in legs if leg.amount_fen), now)  # fmt: skip


def run_queue(session: Session, actor: Actor, programme_id: int, clock: Clock) -> int:
    """Let lapse what is due and serve who waits; give how many tickets fell back. Again and again is harmless.

    Raises:
        NotVisible: no such programme.
        Forbidden: neither a foundation officer of the place nor an administrator (``matching.not_your_step``).
    """
    programme = lock_pool(session, programme_id)
    now = clock.now(session)
    check_may_fund(actor, programme.place_path)
    fell = lapse_due(session, actor, programme, now)
    serve_queue(session, actor, programme, now)
    record(session, actor, "matching.run_queue", f"programme:{programme.id}", now, lapsed=fell)
    return fell
