"""Publish the result of a round: once, after the close, counted from the ballots."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import from_fen
from fundapp.places.queries import get_place
from fundapp.publicity.rules import Medium
from fundapp.voting import policy, queries
from fundapp.voting.commands.after import announce, settle
from fundapp.voting.commands.mixing import mix
from fundapp.voting.models import VoteOpening, VoteResult, VoteRound, VoteStanding
from fundapp.voting.rounds import Standing, outcome_record, standings
from fundapp.voting.rules import Outcome


@dataclass(frozen=True)
class PublishResult:
    """Publish what the ballots of a round say; ``media`` are where it is posted beside the public page."""

    round_id: int
    media: tuple[Medium, ...] = ()


def publish_result(session: Session, actor: Actor, cmd: PublishResult, clock: Clock) -> VoteResult:
    """Count the ballots, publish the result, and put it on notice; without days of notice it binds at once.

    In a simple round the ballots are parted from their households before, in the same transaction.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: neither the worker nor an officer of the place.
        Refused: before the close; published already; a box that is not counted yet; a ballot that was
            changed behind the program.

    Source: reliability.md V3, V4 and V10.
    """
    round_ = lock(session, VoteRound, cmd.round_id)
    opening = queries.opening_of(session, cmd.round_id)
    if round_ is None or opening is None:
        raise NotVisible
    now = clock.now(session)
    state = queries.state_now(session, round_, now)
    policy.check_may_publish(actor, get_place(session, round_.place_id).path, round_, state)
    policy.check_counted(round_.secrecy, queries.is_counted(session, round_))
    if round_.secrecy.mixed:
        mix(session, actor, round_.id, now)
    outcome = queries.recount(session, round_.id)
    result = _result(actor, round_, opening, outcome, now)
    session.add(result)
    session.flush()
    _stand(session, round_.id, standings(outcome))
    about = f"vote_round:{round_.id}"
    record(session, actor, "voting.publish", about, now, ballots=outcome.ballots, selected=len(outcome.selected))
    if round_.publicity_days:
        announce(session, actor, round_, cmd.media, now)
    else:
        settle(session, actor, round_, now)
    return result


def _result(actor: Actor, round_: VoteRound, opening: VoteOpening, outcome: Outcome, now: datetime) -> VoteResult:
    return VoteResult(
        round_id=round_.id,
        households=opening.households,
        ballots=outcome.ballots,
        invalid=outcome.invalid,
        budget_fen=round_.budget_fen,
        cost_fen=from_fen(outcome.cost),
        outcome=outcome_record(outcome),
        published_by_id=actor.person_id,
        at=now,
    )


def _stand(session: Session, round_id: int, ranked: list[Standing]) -> None:
    candidates = queries.candidate_ids(session, round_id)
    session.add_all(
        VoteStanding(
            round_id=round_id,
            candidate_id=candidates[one.project_id],
            selected=one.selected,
            rank=one.rank,
            votes=one.votes,
            points=one.points,
            why=one.why,
        )
        for one in ranked
    )
    session.flush()
