"""Move the close of a round: a later one with a published reason, or an early end where the law allows it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.consent import queries
from fundapp.consent.commands.rounds import hold
from fundapp.consent.events import CloseMoved
from fundapp.consent.models import ConsentEnding, ConsentExtension
from fundapp.consent.policy import check_may_end, check_may_extend, check_worker
from fundapp.consent.rules import is_settled
from fundapp.db.wiring import tell
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock


@dataclass(frozen=True)
class ExtendRound:
    """Let a round close later, for a reason that everybody reads."""

    round_id: int
    closes_at: datetime
    reason: str


@dataclass(frozen=True)
class EndRoundEarly:
    """Close a round now, because the silent can no longer change what it comes to."""

    round_id: int


def extend_round(session: Session, actor: Actor, cmd: ExtendRound, clock: Clock) -> ConsentExtension:
    """Give a round that has not closed a later close; the days for keying in paper move with it.

    Raises:
        Forbidden: not the worker of the community.
        Refused: closed, struck or ended; not later than the present close; beyond the longest window; no reason.

    Source: domain.md 3.3 and worked cases 3 and 4.

    """
    held = hold(session, cmd.round_id, clock)
    check_worker(actor, queries.path_of(session, held.round.place_id))
    check_may_extend(held.window, held.state, cmd.closes_at, cmd.reason)
    keying = held.round.keying_until - held.round.closes_at
    row = ConsentExtension(
        round_id=held.round.id,
        number=len(queries.moves_of(session, held.round)) + 1,
        closes_at=cmd.closes_at,
        keying_until=cmd.closes_at + keying,
        reason=cmd.reason.strip(),
        person_id=actor.person_id,
        at=held.now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "consent.extend", f"consent_round:{held.round.id}", held.now, number=row.number)
    tell(session, CloseMoved(held.round.id, held.round.project_id, row.closes_at, row.reason))
    return row


def end_round_early(session: Session, actor: Actor, cmd: EndRoundEarly, clock: Clock) -> ConsentEnding:
    """Close an owners' round before its time; sheets that were registered may still be keyed in for the usual days.

    Raises:
        Forbidden: not the worker of the community.
        Refused: its law knows no early end; it is not open; the silent could still change the result.

    Source: domain.md 3.3 and worked case 3.

    """
    held = hold(session, cmd.round_id, clock)
    round_ = held.round
    check_worker(actor, queries.path_of(session, round_.place_id))
    count = queries.full_count(session, round_)
    won = is_settled(queries.regime_of(round_), count.heads, count.area)
    check_may_end(held.window, held.state, round_.early_end, won)
    row = ConsentEnding(
        round_id=round_.id,
        at=held.now,
        keying_until=held.now + (round_.keying_until - round_.closes_at),
        person_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    record(session, actor, "consent.end_early", f"consent_round:{round_.id}", held.now, agree=count.heads.agree)
    tell(session, CloseMoved(round_.id, round_.project_id, row.at, ""))
    return row
