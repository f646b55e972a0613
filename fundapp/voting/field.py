"""What does not change between runs of equal shares.

A purse is the endowment less what its owner paid, and never less than nothing, in whatever order she paid. So all
that matters of a ballot, once certain projects are bought, is which of them it supports: its *pattern*. Voters with
the same pattern hold the same, and a project's supporters are few patterns instead of many ballots.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter

from fundapp.voting.ballots import Election
from fundapp.voting.options import Utility


@dataclass(frozen=True, slots=True)
class Support:
    """A project and all its supporters. ``weight`` adds up their points, ``scale`` turns a price into an order.

    ``fans`` holds, for each number of points, the ballots as masks: those cast once, and the others with how often.
    """

    cost: int
    weight: int
    scale: int
    most_points: int
    fans: dict[int, tuple[list[int], list[tuple[int, int]]]]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Supporters of one project who give it the same points: patterns, and how many of the voters have each.

    ``pick`` takes the crowd's entries out of a list that is indexed by pattern.
    """

    points: int
    patterns: tuple[int, ...]
    heads: tuple[int, ...]
    voters: int
    pick: Callable[[Sequence[int]], tuple[int, ...]]


class Patterns:
    """Numbers for patterns. Each but the empty one, 0, is its ``parent`` and one more mark, ``last``."""

    def __init__(self) -> None:
        self.number = {0: 0}
        self.parent = [0]
        self.last = [-1]

    def of(self, mask: int) -> int:
        """Give the number of a set of marks, a new one if need be."""
        missing: list[int] = []
        while mask not in self.number:
            missing.append(mask)
            mask ^= 1 << (mask.bit_length() - 1)
        for longer in reversed(missing):
            self.parent.append(self.number[mask])
            self.last.append(longer.bit_length() - 1)
            self.number[longer] = len(self.parent) - 1
            mask = longer
        return self.number[mask]


class Field:
    """An election laid out for equal shares under one utility and one tie order.

    A mark is a project with the points given to it; ``marks`` lists them, projects that are cheap per point first.
    """

    def __init__(self, election: Election, utility: Utility, ranks: Sequence[int]) -> None:
        self.election = election
        self.ranks = ranks
        self.patterns = Patterns()
        scales = [project.cost if utility is Utility.COST else 1 for project in election.projects]
        by_full_price = sorted(
            election.supported,
            key=lambda at: (Fraction(election.projects[at].cost, election.points[at] * scales[at]), ranks[at]),
        )
        full_rank = {place: rank for rank, place in enumerate(by_full_price)}
        used = {mark for ballot, _ in election.groups for mark in ballot}
        self.marks = sorted(used, key=lambda mark: (full_rank[mark[0]], mark[1]))
        self.bits = {mark: bit for bit, mark in enumerate(self.marks)}
        self.supports = {place: self._support(place, scales[place]) for place in by_full_price}
        self._fill_fans()
        self.crowds = lru_cache(maxsize=max(256, 16 * len(self.supports)))(self._crowds)

    def mask(self, place: int) -> int:
        """Give all marks of one project."""
        return sum(1 << self.bits[place, points] for points in self.supports[place].fans)

    def _support(self, place: int, scale: int) -> Support:
        points = sorted(points for at, points in self.marks if at == place)
        return Support(
            cost=self.election.projects[place].cost,
            weight=self.election.points[place],
            scale=scale,
            most_points=points[-1],
            fans={each: ([], []) for each in points},
        )

    def _fill_fans(self) -> None:
        for ballot, times in self.election.groups:
            mask = sum(1 << self.bits[mark] for mark in ballot)
            for place, points in ballot:
                once, often = self.supports[place].fans[points]
                if times == 1:
                    once.append(mask)
                else:
                    often.append((mask, times))

    def _crowds(self, place: int, taken: int) -> tuple[Crowd, ...]:
        """Sort the supporters of a project by pattern, when the marks in *taken* are those of bought projects."""
        return tuple(
            _crowd(points, self._count(once, often, taken))
            for points, (once, often) in self.supports[place].fans.items()
        )

    def _count(self, once: Iterable[int], often: Iterable[tuple[int, int]], taken: int) -> dict[int, int]:
        heads = Counter(map(taken.__and__, once))
        for mask, times in often:
            heads[mask & taken] += times
        number = self.patterns.of
        return {number(mask): count for mask, count in heads.items()}


def _crowd(points: int, heads: dict[int, int]) -> Crowd:
    patterns, counts = tuple(heads), tuple(heads.values())
    only = patterns[0]
    pick = itemgetter(*patterns) if len(patterns) > 1 else lambda of: (of[only],)
    return Crowd(points, patterns, counts, sum(counts), pick)
