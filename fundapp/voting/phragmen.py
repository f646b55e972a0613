"""Sequential Phragmén: all voters earn at the same speed, supporters buy a project as soon as they can pay it.

Times are kept as whole numbers of a tiny part of a fen, rounded down: a new time is a mean of old ones plus a cost per
head, so it lies less than one unit per round below the true one. What that leaves open is decided with fractions.
"""

import heapq
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from fundapp.voting.ballots import Election
from fundapp.voting.outcome import Count, Payment, Round, Why
from fundapp.voting.ties import recorded

_BITS = 128


class Loads:
    """What each group of equal ballots has paid so far: the time of the last project bought with its money."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self._times = [0]
        self._bought: list[tuple[int, Counter[int]]] = []
        self._exact = [Fraction(0)]
        self._last = [0] * len(election.groups)
        self._fans: list[list[tuple[int, int]]] = [[] for _ in election.projects]
        for group, (ballot, times) in enumerate(election.groups):
            for place, _ in ballot:
                self._fans[place].append((group, times))

    @property
    def slack(self) -> int:
        """Say by how many units a time may be too early."""
        return len(self._times)

    def time(self, place: int) -> int:
        """Say when the supporters of a project can pay it, in units, too early by less than ``slack``."""
        spent = sum([heads * self._times[at] for at, heads in self._paid_at(place).items()])
        return ((self.election.projects[place].cost << _BITS) + spent) // self.election.votes[place]

    def exact_time(self, place: int) -> Fraction:
        """Say exactly when the supporters of a project can pay it, in fen that each voter has earned."""
        return self._mean(place, self._paid_at(place))

    def buy(self, place: int) -> None:
        """Let the supporters pay."""
        time, paid_at = self.time(place), self._paid_at(place)
        self._times.append(time)
        self._bought.append((place, paid_at))
        for group, _ in self._fans[place]:
            self._last[group] = len(self._times) - 1

    def rounds(self) -> list[Round]:
        """Tell what each supporter paid, round by round."""
        told = []
        for at, (place, paid_at) in enumerate(self._bought):
            time = self._exact_at(at + 1)
            heads: Counter[Fraction] = Counter()
            for before, voters in paid_at.items():
                heads[time - self._exact_at(before)] += voters
            payments = tuple(Payment(voters, each) for each, voters in sorted(heads.items(), reverse=True) if each)
            project = self.election.projects[place]
            told.append(Round(project.id, project.cost, time=time, payments=payments))
        return told

    def _paid_at(self, place: int) -> Counter[int]:
        """Count the supporters of a project by the number of the time at which they last paid."""
        heads: Counter[int] = Counter()
        for group, times in self._fans[place]:
            heads[self._last[group]] += times
        return heads

    def _mean(self, place: int, paid_at: Counter[int]) -> Fraction:
        spent = sum((heads * self._exact_at(at) for at, heads in paid_at.items()), Fraction(0))
        return (spent + self.election.projects[place].cost) / self.election.votes[place]

    def _exact_at(self, number: int) -> Fraction:
        while len(self._exact) <= number:
            self._exact.append(self._mean(*self._bought[len(self._exact) - 1]))
        return self._exact[number]


def phragmen(election: Election, ranks: Sequence[int]) -> tuple[Count, Loads]:
    """Select by sequential Phragmén; the count ends when the next project, or one tied for next, does not fit.

    Projects without a vote and projects dearer than the whole budget take no part, and the rival of a selected project
    takes none from then on. Only for ballots without points.

    Source: docs/rules/voting.md, rule `phragmen`.
    """
    result, loads = Count(), Loads(election)
    left = election.budget
    heap: list[tuple[int, int]] = []
    for place in election.supported:
        cost = election.projects[place].cost
        if cost > left:
            result.refused[place] = (Why.OVER_BUDGET, left, None)
        else:
            heap.append(((cost << _BITS) // election.votes[place], place))
    heapq.heapify(heap)
    while heap:
        equals = _next(heap, loads)
        dear = [place for place in equals if election.projects[place].cost > left]
        if dear:
            _stop(result, left, min(dear, key=lambda place: ranks[place]), [*equals, *(place for _, place in heap)])
            break
        chosen = min(equals, key=lambda place: ranks[place])
        if len(equals) > 1:
            result.ties.append(recorded(len(result.selected), equals, ranks, election))
        for place in equals:
            if place != chosen:
                heapq.heappush(heap, (loads.time(place), place))
        loads.buy(chosen)
        result.selected.append(chosen)
        left -= election.projects[chosen].cost
        heap = _without_rivals(election, heap, result, chosen, left)
    return result, loads


def _without_rivals(
    election: Election, heap: list[tuple[int, int]], result: Count, chosen: int, left: int
) -> list[tuple[int, int]]:
    """Take the rivals of what was just bought out of the heap, and note why."""
    rivals = election.against.get(chosen, ())
    if not rivals:
        return heap
    kept = [entry for entry in heap if entry[1] not in rivals]
    gone = {place for _time, place in heap} & set(rivals)
    result.refused |= dict.fromkeys(gone, (Why.RIVAL_SELECTED, left, chosen))
    heapq.heapify(kept)
    return kept


def _next(heap: list[tuple[int, int]], loads: Loads) -> list[int]:
    """Take the projects that can be paid first from *heap*, whose times may be too early but never too late."""
    fresh: list[tuple[int, int]] = []
    first: int | None = None
    while heap and (first is None or heap[0][0] <= first + loads.slack):
        place = heapq.heappop(heap)[1]
        time = loads.time(place)
        fresh.append((time, place))
        first = time if first is None else min(first, time)
    near = [place for time, place in fresh if first is not None and time <= first + loads.slack]
    if len(near) > 1:
        exact = {place: loads.exact_time(place) for place in near}
        least = min(exact.values())
        near = [place for place in near if exact[place] == least]
    for time, place in fresh:
        if place not in near:
            heapq.heappush(heap, (time, place))
    return near


def _stop(result: Count, left: int, blocker: int, rest: Sequence[int]) -> None:
    for place in rest:
        result.refused[place] = (Why.AFTER_STOP, left, blocker)
    result.refused[blocker] = (Why.DOES_NOT_FIT, left, None)
