"""The front door of the count: ``allocate(election, options)`` gives the outcome of any rule."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from fundapp.kernel.errors import BadInput
from fundapp.voting import completion, explain
from fundapp.voting.ballots import Election, approval_election, marked_election
from fundapp.voting.equal_shares import Run
from fundapp.voting.field import Field
from fundapp.voting.greedy import count_points
from fundapp.voting.options import Fill, Options, Rule, Start, Stop, Ties, Utility, choose
from fundapp.voting.outcome import Count, Outcome, Payment, Round, Verdict, Why
from fundapp.voting.phragmen import phragmen
from fundapp.voting.ties import Tie, tie_ranks

__all__ = [
    "Election", "Fill", "Options", "Outcome", "Payment", "Round", "Rule", "Start", "Stop", "Tie", "Ties", "Utility",
    "Verdict", "Why", "allocate", "approval_election", "choose", "marked_election",
]  # fmt: skip


def allocate(election: Election, options: Options) -> Outcome:
    """Choose projects by the rule that *options* name.

    The result depends on nothing but the two arguments, and not on the order of ballots. A project without a vote is
    never selected, nor are two rivals, and the selected and filled projects together never cost more than the budget.
    Every project has a verdict; payments per round and supporters' rests are worked out only if ``options.explain``.

    Raises:
        BadInput: Phragmén for ballots with points, a threshold that is missing, lots that do not fit the projects.

    Source: docs/rules/voting.md.

    >>> election = approval_election([("lamp", 300), ("bench", 200)], [["lamp"], ["bench"], ["bench"]], 400)
    >>> allocate(election, choose(Rule.GREEDY)).selected
    ('bench',)
    """
    ranks = tie_ranks(election, options)
    if options.rule is Rule.PHRAGMEN:
        return _by_phragmen(election, options, ranks)
    if options.rule in (Rule.MES, Rule.MES_ADD1):
        return _by_equal_shares(election, options, ranks)
    return _by_points(election, options, ranks)


def _by_points(election: Election, options: Options, ranks: Sequence[int]) -> Outcome:
    if options.rule is Rule.GREEDY_THRESHOLD:
        options = _with_threshold(election, options)
    count = count_points(
        election,
        ranks,
        budget=election.budget,
        candidates=election.supported,
        skip=options.rule is not Rule.GREEDY_NO_SKIP,
        threshold=ceil((options.threshold or 0) * election.points_unit),
    )
    rounds = [Round(election.projects[at].id, election.projects[at].cost) for at in count.selected]
    return explain.outcome(election, options, ranks, count, rounds=rounds)


def _with_threshold(election: Election, options: Options) -> Options:
    """Take the threshold that the ballots' source states where none was asked for."""
    asked = options.threshold if options.threshold is not None else election.threshold
    if asked is None:
        raise BadInput("--threshold", "nothing", "the least points that a project needs")
    return replace(options, threshold=asked)


def _by_phragmen(election: Election, options: Options, ranks: Sequence[int]) -> Outcome:
    if not election.vote_type.ticks_only:
        raise BadInput("--rule phragmen", f"{election.vote_type} ballots", "approval or choose-1 ballots")
    count, loads = phragmen(election, ranks)
    return explain.outcome(election, options, ranks, count, rounds=loads.rounds() if options.explain else ())


def _by_equal_shares(election: Election, options: Options, ranks: Sequence[int]) -> Outcome:
    if not election.voters:
        return explain.outcome(election, options, ranks, Count())
    field = Field(election, options.utility, ranks)
    run = completion.plain(field) if options.rule is Rule.MES else completion.add_steps(field, options)
    count = Count(run.order, list(run.ties), endowment=run.endowment)
    count.refused = {rival: (Why.RIVAL_SELECTED, None, place) for rival, place in run.out.items()}
    filled = _fill(election, options, ranks, run)
    count.ties += filled.ties
    count.refused |= filled.refused
    return explain.outcome(election, options, ranks, count, filled=filled.selected, run=run)


def _fill(election: Election, options: Options, ranks: Sequence[int], run: Run) -> Count:
    if options.rule is Rule.MES or options.fill is Fill.NONE:
        return Count()
    return count_points(
        election,
        ranks,
        budget=election.budget - run.cost,
        candidates=[place for place in election.supported if place not in run.round_of],
        bought=run.order,
    )
