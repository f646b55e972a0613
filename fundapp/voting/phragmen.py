"""Sequential Phragmén: all voters earn at the same speed, supporters buy a project as soon as they can pay it."""

import heapq
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from fundapp.voting.ballots import Election
from fundapp.voting.outcome import Count, Payment, Round, Why
from fundapp.voting.ties import recorded


class _Loads:
    """What each group of equal ballots has paid so far: the time of the last project bought with its money."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.times: list[Fraction] = [Fraction(0)]
        self.last = [0] * len(election.groups)
        self.fans: list[list[tuple[int, int]]] = [[] for _ in election.projects]
        for group, (ballot, times) in enumerate(election.groups):
            for place, _ in ballot:
                self.fans[place].append((group, times))

    def paid_at(self, place: int) -> Counter[int]:
        """Count the supporters of a project by the time at which they last paid."""
        heads: Counter[int] = Counter()
        for group, times in self.fans[place]:
            heads[self.last[group]] += times
        return heads

    def time(self, place: int) -> Fraction:
        """Say when the supporters of a project can pay it."""
        spent = sum((heads * self.times[at] for at, heads in self.paid_at(place).items()), Fraction(0))
        return (spent + self.election.projects[place].cost) / self.election.votes[place]

    def buy(self, place: int, time: Fraction) -> Round:
        """Let the supporters pay, and tell what each paid."""
        payments = [Payment(heads, time - self.times[at]) for at, heads in self.paid_at(place).items()]
        self.times.append(time)
        for group, _ in self.fans[place]:
            self.last[group] = len(self.times) - 1
        project = self.election.projects[place]
        return Round(project.id, project.cost, time=time, payments=_merged(payments))


def phragmen(election: Election, ranks: Sequence[int]) -> tuple[Count, list[Round]]:
    """Select by sequential Phragmén; the count ends when the next project, or one tied for next, does not fit.

    Projects without a vote and projects dearer than the whole budget take no part. Only for ballots without points.

    Source: docs/rules/voting.md#phragmen.
    """
    result, rounds, loads = Count(), [], _Loads(election)
    left = election.budget
    heap: list[tuple[Fraction, int]] = []
    for place in election.supported:
        cost = election.projects[place].cost
        if cost > left:
            result.refused[place] = (Why.OVER_BUDGET, left, None)
        else:
            heap.append((Fraction(cost, election.votes[place]), place))
    heapq.heapify(heap)
    while heap:
        time, equals = _next(heap, loads)
        dear = [place for place in equals if election.projects[place].cost > left]
        if dear:
            _stop(result, left, min(dear, key=lambda place: ranks[place]), [*equals, *(place for _, place in heap)])
            break
        chosen = min(equals, key=lambda place: ranks[place])
        if len(equals) > 1:
            result.ties.append(recorded(len(result.selected), equals, ranks, election))
        rounds.append(loads.buy(chosen, time))
        result.selected.append(chosen)
        left -= election.projects[chosen].cost
        for place in equals:
            if place != chosen:
                heapq.heappush(heap, (time, place))
    return result, rounds


def _next(heap: list[tuple[Fraction, int]], loads: _Loads) -> tuple[Fraction, list[int]]:
    """Take the projects that can be paid first from *heap*, whose times may be too early but never too late."""
    fresh: list[tuple[Fraction, int]] = []
    while heap and (not fresh or heap[0][0] <= min(fresh)[0]):
        _, place = heapq.heappop(heap)
        heapq.heappush(fresh, (loads.time(place), place))
    time = fresh[0][0]
    equals = [place for at, place in fresh if at == time]
    for at, place in fresh:
        if at != time:
            heapq.heappush(heap, (at, place))
    return time, equals


def _stop(result: Count, left: int, blocker: int, rest: Sequence[int]) -> None:
    for place in rest:
        result.refused[place] = (Why.AFTER_STOP, left, blocker)
    result.refused[blocker] = (Why.DOES_NOT_FIT, left, None)


def _merged(payments: Sequence[Payment]) -> tuple[Payment, ...]:
    heads: Counter[Fraction] = Counter()
    for payment in payments:
        heads[payment.each] += payment.voters
    return tuple(Payment(voters, each) for each, voters in sorted(heads.items(), reverse=True) if each)
