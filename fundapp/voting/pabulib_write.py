"""Write a round's ballots in the .pb format, so that other people's programs can count them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from moneyed import Money

from fundapp.kernel.clock import local_date
from fundapp.kernel.money import fen
from fundapp.voting.method import BallotType, Method
from fundapp.voting.pabulib_words import RIVALS
from fundapp.voting.rules import Rule

RULES = {
    Rule.GREEDY: "greedy",
    Rule.GREEDY_NO_SKIP: "greedy-no-skip",
    Rule.GREEDY_THRESHOLD: "greedy-threshold",
    Rule.PHRAGMEN: "unknown",
    Rule.MES: "equalshares",
    Rule.MES_ADD1: "equalshares/add1",
}


COUNTED = (Rule.GREEDY, Rule.GREEDY_NO_SKIP, Rule.GREEDY_THRESHOLD)


@dataclass(frozen=True)
class Written:
    """What is written: projects as (title, cost) by number, ballots as points by project, and who was selected."""

    title: str
    method: Method
    budget: Money
    opens_at: datetime
    closes_at: datetime
    projects: Mapping[int, tuple[str, Money]]
    ballots: Sequence[Mapping[int, int]]
    selected: frozenset[int]
    rivals: Sequence[tuple[int, int]] = ()


def pb_text(written: Written) -> str:
    """Write the three sections; voters are numbered from one in the order given, names are quoted where they must be.

    Source: voting.md §6 "Pabulib format".
    """
    pointed = not written.method.ballot.vote_type.ticks_only
    votes = {project: sum(project in ballot for ballot in written.ballots) for project in written.projects}
    scores = {project: sum(ballot.get(project, 0) for ballot in written.ballots) for project in written.projects}
    projects = [
        [
            project,
            _number(cost),
            votes[project],
            *([scores[project]] if pointed else ()),
            title,
            int(project in written.selected),
        ]
        for project, (title, cost) in written.projects.items()
    ]
    score = ("score",) if pointed else ()
    with_points = pointed
    cast = [_vote(number, ballot, with_points) for number, ballot in enumerate(written.ballots, start=1)]
    return (
        _section("META", ("key", "value"), _meta(written))
        + _section("PROJECTS", ("project_id", "cost", "votes", *score, "name", "selected"), projects)
        + _section("VOTES", ("voter_id", "vote", "points") if with_points else ("voter_id", "vote"), cast)
    )


def _vote(number: int, ballot: Mapping[int, int], with_points: bool) -> list[object]:
    ordered = sorted(ballot, key=lambda project: (-ballot[project], project))
    vote: list[object] = [number, ",".join(map(str, ordered))]
    return [*vote, ",".join(str(ballot[project]) for project in ordered)] if with_points else vote


def _meta(written: Written) -> list[Sequence[object]]:
    method, total = written.method, sum(fen(cost) for _title, cost in written.projects.values())
    limits: list[Sequence[object]] = [("min_length", 1), ("max_length", method.most)]
    if method.ballot is BallotType.KNAPSACK:
        limits.append(("max_sum_cost", _number(written.budget)))
    if method.ballot is BallotType.POINTS:
        limits += [("max_points", method.each), ("max_sum_points", method.points)]
    if method.options.threshold is not None:
        limits.append(("min_project_score_threshold", int(method.options.threshold)))
    rivals = "|".join(f"{one},{other}" for one, other in written.rivals)
    custom = "greedy-custom" if method.options.rule in COUNTED else "unknown"
    return [
        ("description", written.title),
        ("country", "China"),
        ("unit", "fundapp"),
        ("instance", local_date(written.opens_at).year),
        ("num_projects", len(written.projects)),
        ("num_votes", len(written.ballots)),
        ("budget", _number(written.budget)),
        ("vote_type", method.ballot.vote_type.value),
        ("rule", custom if rivals else RULES[method.options.rule]),
        ("date_begin", f"{local_date(written.opens_at):%d.%m.%Y}"),
        ("date_end", f"{local_date(written.closes_at):%d.%m.%Y}"),
        *limits,
        ("language", "zh"),
        ("currency", "CNY"),
        *([("comment", f"{RIVALS}{rivals} no more than one of a pair is selected")] if rivals else ()),
        *([("fully_funded", 1)] if total <= fen(written.budget) else ()),
    ]


def _number(amount: Money) -> str:
    """Write yuan, without decimals where there are none."""
    whole, rest = divmod(fen(amount), 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def _section(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow([name])
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
