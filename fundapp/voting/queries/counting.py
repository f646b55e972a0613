"""Count ballots. Nothing about choices leaves this file before the close, whoever asks."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.kernel.errors import Refused
from fundapp.kernel.money import fen
from fundapp.voting.models import VoteBallot, VoteCandidate, VoteChoice, VoteOpening, VoteRound
from fundapp.voting.rounds import Channel, count_votes, results_visible
from fundapp.voting.rules import Outcome


def tally(session: Session, round_: VoteRound, now: datetime, *, explain: bool = False) -> Outcome:
    """Count a round for whoever asks.

    Raises:
        Refused: before the close (code ``voting.still_open``).

    Source: peers.md failures 8 and 9.
    """
    if not results_visible(round_, now):
        raise Refused("voting.still_open", closes_at=round_.closes_at)
    return recount(session, round_.id, explain=explain)


def recount(session: Session, round_id: int, *, explain: bool = False) -> Outcome:
    """Count the ballots of a round: for its publication and for the check, both after the close."""
    round_ = session.get_one(VoteRound, round_id)
    lots = session.scalar(select(VoteOpening.lots).where(VoteOpening.round_id == round_id))
    rows = session.execute(
        select(VoteCandidate.project_id, VoteCandidate.cost_fen).where(VoteCandidate.round_id == round_id)
    )
    candidates = sorted((project_id, fen(cost)) for project_id, cost in rows)
    ballots, invalid = ballot_list(session, round_id)
    budget = fen(round_.budget_fen)
    return count_votes(round_.method, candidates, ballots, budget, lots or [], invalid=invalid, explain=explain)


def ballot_list(session: Session, round_id: int) -> tuple[list[dict[int, int]], int]:
    """Give the points by project of each valid ballot, and the number of invalid ones; without households."""
    valid = select(VoteBallot.id).where(VoteBallot.round_id == round_id, VoteBallot.choices > 0)
    named: dict[int, dict[int, int]] = {ballot_id: {} for ballot_id in session.scalars(valid)}
    rows = session.execute(
        select(VoteChoice.ballot_id, VoteCandidate.project_id, VoteChoice.points)
        .join(VoteCandidate, VoteCandidate.id == VoteChoice.candidate_id)
        .where(VoteChoice.round_id == round_id)
    )
    for ballot_id, project_id, points in rows:
        named.setdefault(ballot_id, {})[project_id] = points
    return list(named.values()), sum(turnout(session, round_id).values()) - len(named)


def turnout(session: Session, round_id: int) -> dict[Channel, int]:
    """Count the ballots by channel, invalid ones included; what may be told of it says ``rounds.py``."""
    rows = session.execute(
        select(VoteBallot.channel, func.count()).where(VoteBallot.round_id == round_id).group_by(VoteBallot.channel)
    )
    return {channel: count for channel, count in rows}
