"""The result of a round for everybody: recounted from the ballots whenever it is asked for, after the close only."""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from math import ceil
from typing import Any

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.kernel.money import from_fen
from fundapp.voting.method import Method
from fundapp.voting.models import VoteRound
from fundapp.voting.queries.counting import tally
from fundapp.voting.queries.facts import candidates_of
from fundapp.voting.rounds import plain_count, standings, votes_shown
from fundapp.voting.rules import Outcome, Rule, Why

NOT_OF_MONEY = (Why.SUPPORTERS_SHORT, Why.RIVAL_SELECTED)
"""What the budget still held says nothing of these."""


@dataclass(frozen=True)
class Share:
    """How one project was paid under equal shares: by so many ballots, each at most so much (rounded up to a fen)."""

    title: str
    cost: Money
    payers: int
    most: Money


@dataclass(frozen=True)
class ResultLine:
    """One project in a result; ``votes`` and ``points`` are empty where fewer than ten ballots were cast.

    ``left`` is what the budget still held when its turn came and it did not fit. Under equal shares ``held`` is what
    its supporters had left together (rounded down to a fen), and ``went_to`` the titles they had paid for, most first.
    ``rival`` is the title of the rival that was selected before it.
    """

    project_id: int
    title: str
    selected: bool
    rank: int
    votes: int | None
    points: int | None
    cost: Money
    why: Why
    left: Money | None
    held: Money | None = None
    went_to: tuple[str, ...] = ()
    rival: str = ""


@dataclass(frozen=True)
class ResultPage:
    """A whole result. ``ties`` are (the titles that were equal, the one that went first).

    ``start`` is what each ballot began with in the end (equal shares, rounded down to a fen), ``shares`` who paid for
    what, ``by_votes`` the titles that counting votes alone would have selected, where that is another rule.
    """

    method: Method
    ballots: int
    invalid: int
    budget: Money
    cost: Money
    left: Money
    selected: tuple[ResultLine, ...]
    reserve: tuple[ResultLine, ...]
    ties: tuple[tuple[tuple[str, ...], str], ...]
    votes_told: bool
    start: Money | None
    shares: tuple[Share, ...]
    by_votes: tuple[str, ...] | None


def result_page(session: Session, round_id: int, now: datetime) -> ResultPage:
    """Give the result of a round.

    Raises:
        Refused: before the close.
    """
    round_ = session.get_one(VoteRound, round_id)
    method = round_.method
    outcome = tally(session, round_, now, explain=method.options.rule in (Rule.MES, Rule.MES_ADD1))
    titles = {row.project_id: row.title for row in candidates_of(session, round_id)}
    lines = _lines(outcome, titles)
    told = votes_shown(outcome.ballots)
    return ResultPage(
        method=method,
        ballots=outcome.ballots,
        invalid=outcome.invalid,
        budget=round_.budget_fen,
        cost=from_fen(outcome.cost),
        left=from_fen(outcome.budget - outcome.cost),
        selected=tuple(line for line in lines if line.selected),
        reserve=tuple(line for line in lines if not line.selected),
        ties=tuple((tuple(titles[int(one)] for one in tie.among), titles[int(tie.chosen)]) for tie in outcome.ties),
        votes_told=told,
        start=None if outcome.endowment is None else from_fen(int(outcome.endowment)),
        shares=_shares(outcome, titles) if told else (),
        by_votes=_by_votes(outcome, titles),
    )


def _shares(outcome: Outcome, titles: dict[int, str]) -> tuple[Share, ...]:
    return tuple(
        Share(
            titles[int(one.project)],
            from_fen(one.cost),
            sum(payment.voters for payment in one.payments),
            from_fen(ceil(max((payment.each for payment in one.payments), default=Fraction(0)))),
        )
        for one in outcome.rounds
        if one.payments
    )


def _by_votes(outcome: Outcome, titles: dict[int, str]) -> tuple[str, ...] | None:
    """Give what counting votes alone would have selected, in the same order of equals; nothing where that was done."""
    if outcome.options.rule is Rule.GREEDY or not outcome.ballots:
        return None
    return tuple(titles[project] for project in plain_count(outcome))


def _lines(outcome: Outcome, titles: dict[int, str]) -> list[ResultLine]:
    verdicts: dict[int, Any] = {int(verdict.project): verdict for verdict in outcome.verdicts}
    told = votes_shown(outcome.ballots)
    lines = []
    for one in standings(outcome):
        verdict = verdicts[one.project_id]
        line = ResultLine(
            project_id=one.project_id,
            title=titles[one.project_id],
            selected=one.selected,
            rank=one.rank,
            votes=one.votes if told else None,
            points=one.points if told else None,
            cost=from_fen(verdict.cost),
            why=one.why,
            left=from_fen(verdict.left) if verdict.left is not None and one.why not in NOT_OF_MONEY else None,
            rival=titles[int(verdict.blocked_by)] if one.why is Why.RIVAL_SELECTED else "",
        )
        if told and one.why is Why.SUPPORTERS_SHORT and verdict.supporters_left is not None:
            paid = sorted(verdict.went_to, key=lambda pair: (-pair[1], int(pair[0])))
            went_to = tuple(titles[int(project)] for project, _amount in paid)
            line = replace(line, held=from_fen(int(verdict.supporters_left)), went_to=went_to)
        lines.append(line)
    return lines
