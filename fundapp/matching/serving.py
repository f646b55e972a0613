"""Serving the queue: grants by the rules, in the order of tickets, under the pool's lock."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger, Leg
from fundapp.matching.models import MatchClaim, MatchGrant, Step
from fundapp.matching.policy_text import policy_of_dict
from fundapp.matching.pool import available, book_of, pool_account, shift
from fundapp.matching.queries import cut_by_claim, decisions_of, granted_by_claim, live_claims
from fundapp.matching.rules import Demand, Mode, allocate
from fundapp.matching.texts import commit_purpose, hold_purpose, release_purpose
from fundapp.programmes.queries import ProgrammeRow, get_policy
from fundapp.projects.models import Project


def serve_queue(session: Session, actor: Actor, programme: ProgrammeRow, now: datetime) -> None:
    """Grant what the pool has to the tickets that still wait, in their order, by the policy of the first of them.

    The caller holds the pool. What an approved ticket is granted later is promised at once, under its approval. A pool
    that is shared all at once has no queue: what comes back waits there for its next round.
    """
    waiting = live_claims(session, programme.id)
    if not waiting:
        return
    book_id = book_of(session, actor, programme, now)
    numbers = [claim.id for claim in waiting]
    got, cut = granted_by_claim(session, numbers), cut_by_claim(session, numbers)
    demands = [
        Demand(fen(c.entitled_fen) - cut.get(c.id, 0) - got.get(c.id, 0), fen(c.viable_fen), got.get(c.id, 0))
        for c in waiting
    ]
    policy = policy_of_dict(get_policy(session, waiting[0].policy_version_id).parts["matching"], "matching")
    if policy.mode is not Mode.QUEUE:
        return
    for claim, grant in zip(waiting, allocate(policy, demands, available(session, book_id, programme)), strict=True):
        if grant.amount > 0:
            hold_for(session, actor, programme, claim, grant.amount, grant.told, now)


def hold_for(
    session: Session, actor: Actor, programme: ProgrammeRow, claim: MatchClaim, amount: int, told: str, now: datetime
) -> None:
    """Grant *amount* fen to a ticket and hold it in the pool; the caller holds the pool and knows that it is there."""
    book_id = book_of(session, actor, programme, now)
    row = MatchGrant(claim_id=claim.id, amount_fen=from_fen(amount), told=told, granted_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "matching.grant", f"project:{claim.project_id}", now, grant=row.id)
    open_part = pool_account(session, book_id, programme, "available")
    held = pool_account(session, book_id, programme, "held", claim.ticket)
    about = (f"match_grant:{row.id}", f"project:{claim.project_id}")
    purpose = hold_purpose(_title(session, claim), claim.ticket)
    shift(session, actor, book_id, f"grant:{row.id}", purpose, about, (Leg(held, amount), Leg(open_part, -amount)), now)
    if decisions_of(session, claim.id).get(Step.APPROVAL):
        commit_held(session, actor, programme, claim, now)


def commit_held(session: Session, actor: Actor, programme: ProgrammeRow, claim: MatchClaim, now: datetime) -> int:
    """Turn what is held for an approved ticket into a promise to its project; give the fen."""
    book_id = book_of(session, actor, programme, now)
    held = pool_account(session, book_id, programme, "held", claim.ticket)
    committed = pool_account(session, book_id, programme, "committed", claim.project_id)
    amount = balance(session, book_id, Ledger.COMMIT, held)
    if amount:
        legs = (Leg(committed, amount), Leg(held, -amount))
        newest = session.scalar(select(func.max(MatchGrant.id)).where(MatchGrant.claim_id == claim.id))
        about = (f"match_claim:{claim.id}", f"project:{claim.project_id}")
        purpose = commit_purpose(_title(session, claim), claim.ticket)
        shift(session, actor, book_id, f"commit:{claim.id}:{newest}", purpose, about, legs, now)
    return amount


def release_held(session: Session, actor: Actor, programme: ProgrammeRow, claim: MatchClaim, now: datetime) -> int:
    """Give what is held for a refused ticket back to the pool; give the fen."""
    book_id = book_of(session, actor, programme, now)
    held = pool_account(session, book_id, programme, "held", claim.ticket)
    open_part = pool_account(session, book_id, programme, "available")
    amount = balance(session, book_id, Ledger.COMMIT, held)
    if amount:
        legs = (Leg(open_part, amount), Leg(held, -amount))
        about = (f"match_claim:{claim.id}", f"project:{claim.project_id}")
        purpose = release_purpose(_title(session, claim), claim.ticket)
        shift(session, actor, book_id, f"release:{claim.id}", purpose, about, legs, now)
    return amount


def _title(session: Session, claim: MatchClaim) -> str:
    return session.scalar(select(Project.title).where(Project.id == claim.project_id)) or ""
