"""Publish the result of a round: once, after the close, counted from the ballots."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import tell
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import from_fen
from fundapp.places.queries import get_place
from fundapp.voting import policy, queries
from fundapp.voting.events import ResultPublished
from fundapp.voting.models import VoteOpening, VoteResult, VoteRound, VoteStanding
from fundapp.voting.rounds import Standing, outcome_record, standings
from fundapp.voting.rules import Outcome


@dataclass(frozen=True)
class PublishResult:
    """Publish what the ballots of a round say."""

    round_id: int


def publish_result(session: Session, actor: Actor, cmd: PublishResult, clock: Clock) -> VoteResult:
    """Count the ballots, publish the result, move its projects to 入选 or to the reserve list with their rank.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: neither the worker nor an officer of the place.
        Refused: before the close; published already; a box that is not counted yet.

    Source: reliability.md V3 and V4.
    """
    round_ = lock(session, VoteRound, cmd.round_id)
    opening = queries.opening_of(session, cmd.round_id)
    if round_ is None or opening is None:
        raise NotVisible
    now = clock.now(session)
    state = queries.state_now(session, round_, now)
    policy.check_may_publish(actor, get_place(session, round_.place_id).path, round_, state)
    policy.check_counted(round_.secrecy, queries.is_counted(session, round_))
    outcome = queries.recount(session, round_.id)
    result = _result(actor, round_, opening, outcome, now)
    session.add(result)
    session.flush()
    ranked = standings(outcome)
    _stand(session, round_.id, ranked)
    about = f"vote_round:{round_.id}"
    record(session, actor, "voting.publish", about, now, ballots=outcome.ballots, selected=len(outcome.selected))
    tell(session, _published(round_, ranked, actor, now))
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


def _published(round_: VoteRound, ranked: list[Standing], actor: Actor, now: datetime) -> ResultPublished:
    return ResultPublished(
        round_.id,
        round_.title,
        round_.place_id,
        tuple(one.project_id for one in ranked if one.selected),
        tuple(one.project_id for one in ranked if not one.selected),
        actor,
        now,
    )
