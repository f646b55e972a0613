"""The result of a round for everybody: recounted from the ballots whenever it is asked for, after the close only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.kernel.money import from_fen
from fundapp.voting.models import VoteRound
from fundapp.voting.queries.counting import tally
from fundapp.voting.queries.facts import candidates_of
from fundapp.voting.rounds import standings, votes_shown
from fundapp.voting.rules import Outcome, Why


@dataclass(frozen=True)
class ResultLine:
    """One project in a result; ``votes`` are empty where fewer than ten ballots were cast.

    ``left`` is what the budget still held when its turn came and it did not fit.
    """

    project_id: int
    title: str
    selected: bool
    rank: int
    votes: int | None
    cost: Money
    why: Why
    left: Money | None


@dataclass(frozen=True)
class ResultPage:
    """A whole result. ``ties`` are (the titles that were equal, the one that went first)."""

    ballots: int
    invalid: int
    budget: Money
    cost: Money
    left: Money
    selected: tuple[ResultLine, ...]
    reserve: tuple[ResultLine, ...]
    ties: tuple[tuple[tuple[str, ...], str], ...]
    votes_told: bool


def result_page(session: Session, round_id: int, now: datetime) -> ResultPage:
    """Give the result of a round.

    Raises:
        Refused: before the close.
    """
    round_ = session.get_one(VoteRound, round_id)
    outcome = tally(session, round_, now)
    titles = {row.project_id: row.title for row in candidates_of(session, round_id)}
    lines = _lines(outcome, titles)
    return ResultPage(
        ballots=outcome.ballots,
        invalid=outcome.invalid,
        budget=round_.budget_fen,
        cost=from_fen(outcome.cost),
        left=from_fen(outcome.budget - outcome.cost),
        selected=tuple(line for line in lines if line.selected),
        reserve=tuple(line for line in lines if not line.selected),
        ties=tuple((tuple(titles[int(one)] for one in tie.among), titles[int(tie.chosen)]) for tie in outcome.ties),
        votes_told=votes_shown(outcome.ballots),
    )


def _lines(outcome: Outcome, titles: dict[int, str]) -> list[ResultLine]:
    verdicts: dict[int, Any] = {int(verdict.project): verdict for verdict in outcome.verdicts}
    told = votes_shown(outcome.ballots)
    return [
        ResultLine(
            project_id=one.project_id,
            title=titles[one.project_id],
            selected=one.selected,
            rank=one.rank,
            votes=one.votes if told else None,
            cost=from_fen(verdicts[one.project_id].cost),
            why=one.why,
            left=None if verdicts[one.project_id].left is None else from_fen(verdicts[one.project_id].left),
        )
        for one in standings(outcome)
    ]
