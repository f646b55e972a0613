"""Count ballots. Nothing about choices leaves this file before the close, whoever asks."""

from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from fundapp.kernel.errors import Refused
from fundapp.kernel.money import fen
from fundapp.voting.box_models import VoteBox, VoteBoxClosing, VoteOpened
from fundapp.voting.mix_models import VoteLoose
from fundapp.voting.models import VoteBallot, VoteCandidate, VoteChoice, VoteOpening, VoteRound
from fundapp.voting.policy import check_counted
from fundapp.voting.queries.boxes import closing_of, slip_marks
from fundapp.voting.queries.facts import excluding
from fundapp.voting.queries.mixing import is_mixed
from fundapp.voting.queries.sheets import papers_waiting, sheet_stand
from fundapp.voting.rounds import Channel, count_votes, results_visible
from fundapp.voting.rules import Outcome
from fundapp.voting.secrecy import Secrecy


def tally(session: Session, round_: VoteRound, now: datetime, *, explain: bool = False) -> Outcome:
    """Count a round for whoever asks.

    Raises:
        Refused: before the close (code ``voting.still_open``), or before a box is counted (``voting.not_counted_yet``).

    Source: peers.md failures 8 and 9.
    """
    if not results_visible(round_, now):
        raise Refused("voting.still_open", closes_at=round_.closes_at)
    check_counted(round_.secrecy, is_counted(session, round_))
    return recount(session, round_.id, explain=explain)


def is_counted(session: Session, round_: VoteRound) -> bool:
    """Tell whether all ballots of a round are there to be counted: with a door once two people have read each paper."""
    if round_.secrecy.by_door:
        return not papers_waiting(session, round_.id)
    table = VoteOpened if round_.secrecy is Secrecy.SEALED else VoteBoxClosing
    if session.scalar(select(table.id).where(table.round_id == round_.id)) is None:
        return False
    stand, closing = sheet_stand(session, round_.id), closing_of(session, round_.id)
    return stand.count.out == 0 and closing is not None and stand.count.printed >= closing.papers


def counted(session: Session, round_id: int) -> bool:
    """Tell whether all ballots of a round are there to be counted."""
    return is_counted(session, session.get_one(VoteRound, round_id))


def recount(session: Session, round_id: int, *, explain: bool = False) -> Outcome:
    """Count the ballots of a round: for its publication and for the check, both after the close."""
    round_ = session.get_one(VoteRound, round_id)
    lots = session.scalar(select(VoteOpening.lots).where(VoteOpening.round_id == round_id))
    rows = session.execute(
        select(VoteCandidate.project_id, VoteCandidate.cost_fen).where(VoteCandidate.round_id == round_id)
    )
    candidates = sorted((project_id, fen(cost)) for project_id, cost in rows)
    ballots, invalid = ballot_list(session, round_id, round_.secrecy)
    cast = (ballots, fen(round_.budget_fen), lots or [])
    rivals = excluding(session, round_)
    return count_votes(round_.method, candidates, *cast, invalid=invalid, explain=explain, rivals=rivals)


def ballot_list(session: Session, round_id: int, secrecy: Secrecy) -> tuple[list[dict[int, int]], int]:
    """Give the points by project of each valid ballot, and the number of invalid ones; without households."""
    if not secrecy.by_door or (secrecy.mixed and is_mixed(session, round_id)):
        slips = [marks for marks in slip_marks(session, round_id).values()]
        return [marks for marks in slips if marks], sum(not marks for marks in slips)
    valid = select(VoteBallot.id).where(VoteBallot.round_id == round_id, VoteBallot.choices > 0)
    named: dict[int, dict[int, int]] = {ballot_id: {} for ballot_id in session.scalars(valid)}
    table = VoteLoose if secrecy.mixed else VoteChoice
    rows = session.execute(
        select(table.ballot_id, VoteCandidate.project_id, table.points)
        .join(VoteCandidate, VoteCandidate.id == table.candidate_id)
        .where(table.round_id == round_id)
    )
    for ballot_id, project_id, points in rows:
        named.setdefault(ballot_id, {})[project_id] = points
    return list(named.values()), sum(turnout(session, round_id).values()) - len(named)


def turnout(session: Session, round_id: int) -> dict[Channel, int]:
    """Count the ballots by channel, invalid ones included; what may be told of it says ``rounds.py``."""
    kept = [
        select(table.channel, func.count()).where(table.round_id == round_id).group_by(table.channel)
        for table in (VoteBallot, VoteBox)
    ]
    return {channel: count for channel, count in session.execute(union_all(*kept))}
