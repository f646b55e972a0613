"""One run of the method of equal shares from a given endowment, exact.

Every voter starts with the same endowment. A project is affordable if its supporters can pay it with nobody paying
more than *price* per point (the poor pay all they have); the affordable project with the lowest price (per fen of
cost under ``cost`` utility) is bought, until none is affordable. The rival of what was bought is out from then on.

What voters spent is counted in whole numbers of a tiny part of a fen, with a proven bound on how far that may be off.
Whatever the bound cannot decide is decided with fractions, of which there is one per round.

Source: docs/rules/voting.md, rule `mes`.
"""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from fundapp.voting.field import Crowd, Field
from fundapp.voting.pricing import Estimate, exact_price
from fundapp.voting.ties import Tie, recorded

_KEY_BITS = 40
_UNKNOWN = -1


class TooCoarse(Exception):
    """The bound has grown so wide that a finer unit is quicker."""


@dataclass(frozen=True, slots=True)
class Price:
    """A project's price now, in units per point, right to within ``slack``; ``lower`` and ``upper`` order projects.

    ``exact`` is the price in fen where it is known, ``whole`` says that every supporter can pay it in full.
    """

    place: int
    units: int
    slack: int
    lower: int
    upper: int
    exact: Fraction | None
    whole: bool


class Run:
    """What was bought so far, and what that cost the voters: :meth:`play` runs to the end."""

    def __init__(self, field: Field, endowment: Fraction, bits: int = 64) -> None:
        self.field = field
        self.endowment = endowment
        self.bits = bits
        self.start = (endowment.numerator << bits) // endowment.denominator
        self.off = 1
        self.bought: list[Price] = []
        self.round_of: dict[int, int] = {}
        self.out: dict[int, int] = {}
        self.taken = [0]
        self.ties: list[Tie] = []
        self._dues: dict[int, int] = {}
        self._spent = [0]
        self._floor: dict[int, int] = {}
        self._exact: list[Fraction] = []
        self._exact_spent: dict[int, Fraction] = {0: Fraction(0)}

    @property
    def order(self) -> list[int]:
        """Name the places that were bought, in order."""
        return [price.place for price in self.bought]

    @property
    def cost(self) -> int:
        """Add up the cost of what was bought, in fen."""
        return sum(self.field.supports[price.place].cost for price in self.bought)

    def play(self, before: "Run | None" = None) -> bool:
        """Buy until nothing is affordable.

        With a run *before* from a smaller endowment, stop and answer False as soon as it is not certain that every
        endowment between the two buys the same projects in the same order.

        Raises:
            TooCoarse: run again with more bits.
        """
        heap = [
            ((support.cost << (self.bits + _KEY_BITS)) // (support.weight * support.scale), place)
            for place, support in self.field.supports.items()
        ]
        heapq.heapify(heap)
        while True:
            old = before.bought[len(self.bought)] if before and len(self.bought) < len(before.bought) else None
            limit = old.upper << (self.bits - before.bits) if before and old else 0
            fresh = self._cheapest(heap, limit)
            if not fresh:
                return True
            chosen = self._choose(fresh)
            if before and not (old and self._sure(old, limit, chosen, fresh)):
                return False
            for price in fresh:
                if price is not chosen:
                    heapq.heappush(heap, (price.lower, price.place))
            self._buy(chosen)

    def exact_price(self, round_: int) -> Fraction:
        """Give the exact price per point (fen) at which the project of a round was bought."""
        while len(self._exact) <= round_:
            found = self._exact_now(self.bought[len(self._exact)].place, len(self._exact))
            if found is None:
                raise AssertionError("a project was bought that its supporters could not pay")
            self._exact.append(found)
        return self._exact[round_]

    def exact_purse(self, pattern: int) -> Fraction:
        """Give what voters of a pattern hold exactly, in fen, when just the projects of the pattern were bought."""
        chain: list[int] = []
        while pattern not in self._exact_spent:
            chain.append(pattern)
            pattern = self.field.patterns.parent[pattern]
        spent = self._exact_spent[pattern]
        for longer in reversed(chain):
            place, points = self.field.marks[self.field.patterns.last[longer]]
            spent = self._exact_spent[longer] = spent + points * self.exact_price(self.round_of[place])
        return max(self.endowment - spent, Fraction(0))

    def _cheapest(self, heap: list[tuple[int, int]], limit: int) -> list[Price]:
        """Price the projects that may be the cheapest, and all others that may lie at or below *limit*.

        The heap holds lower bounds: prices only rise while purses shrink. What is not affordable now never will be.
        """
        fresh: list[Price] = []
        bound: int | None = None
        while heap and (bound is None or heap[0][0] <= bound):
            place = heapq.heappop(heap)[1]
            price = None if place in self.out else self._price(place)
            if price:
                fresh.append(price)
                bound = max(limit, min(price.upper for price in fresh))
        return fresh

    def _choose(self, fresh: Sequence[Price]) -> Price:
        bound = min(price.upper for price in fresh)
        near = [price for price in fresh if price.lower <= bound]
        if len(near) == 1:
            return near[0]
        keys = {price.place: self._exact_key(price) for price in near}
        least = min(keys.values())
        equals = [place for place, key in keys.items() if key == least]
        first = min(equals, key=lambda place: self.field.ranks[place])
        if len(equals) > 1:
            self.ties.append(recorded(len(self.bought), equals, self.field.ranks, self.field.election))
        return next(price for price in near if price.place == first)

    def _sure(self, old: Price, limit: int, chosen: Price, fresh: Sequence[Price]) -> bool:
        """Say whether *chosen* was cheapest at every endowment since the run before.

        All prices fall as the endowment grows. So it is if its old price lies below the others' new ones; or if
        everybody could pay it in full before, for then its own price has not moved.
        """
        return chosen.place == old.place and (
            old.whole or all(price is chosen or price.lower > limit for price in fresh)
        )

    def _exact_key(self, price: Price) -> Fraction:
        exact = price.exact if price.exact is not None else self._exact_now(price.place, len(self.bought))
        if exact is None:
            raise AssertionError("an affordable project has no exact price")
        return exact / self.field.supports[price.place].scale

    def _price(self, place: int) -> Price | None:
        """Price a project from what is in the purses, or answer None if its supporters cannot pay it."""
        support = self.field.supports[place]
        estimate = Estimate(support.cost << self.bits, self.start, self.off)
        for crowd in self.field.crowds(place, self.taken[-1]):
            estimate.add(crowd, self._spendings(crowd))
        estimate.settle(self._floor.get(place, 0) or (support.cost << self.bits) // support.weight)
        exact: Fraction | None = None
        units, slack = estimate.units, estimate.slack
        if estimate.uncertain():
            exact = self._exact_now(place, len(self.bought))
            if exact is None:
                return None
            units, slack = (exact.numerator << self.bits) // exact.denominator, 1
        elif not estimate.weight:
            return None
        elif not estimate.poor_heads:
            exact = Fraction(support.cost, estimate.weight)
        self._floor[place] = max(units - slack, 0)
        lower, upper = (((units + way * slack) << _KEY_BITS) // support.scale for way in (-1, 1))
        return Price(place, units, slack, lower, upper + 1, exact, estimate.weight == support.weight)

    def _spendings(self, crowd: Crowd) -> tuple[int, ...]:
        """Give what each pattern of a crowd would have spent if its purse had no bottom."""
        spent, patterns = self._spent, self.field.patterns
        spent.extend([_UNKNOWN] * (len(patterns.parent) - len(spent)))
        found = crowd.pick(spent)
        if _UNKNOWN not in found:
            return found
        for pattern in crowd.patterns:
            if spent[pattern] == _UNKNOWN:
                self._spend(pattern)
        return crowd.pick(spent)

    def _spend(self, pattern: int) -> int:
        """Work out what a pattern has spent, from what its parent has."""
        patterns, spent = self.field.patterns, self._spent
        parent = patterns.parent[pattern]
        before = spent[parent]
        if before == _UNKNOWN:
            before = self._spend(parent)
        spent[pattern] = total = before + self._dues[patterns.last[pattern]]
        return total

    def _exact_now(self, place: int, rounds: int) -> Fraction | None:
        """Price a project with fractions, from the purses after so many rounds."""
        purses: Counter[tuple[Fraction, int]] = Counter()
        for crowd in self.field.crowds(place, self.taken[rounds]):
            for pattern, heads in zip(crowd.patterns, crowd.heads, strict=True):
                purses[self.exact_purse(pattern), crowd.points] += heads
        return exact_price(self.field.supports[place].cost, purses)

    def _buy(self, price: Price) -> None:
        support = self.field.supports[price.place]
        for points in support.fans:
            self._dues[self.field.bits[price.place, points]] = points * price.units
        self.round_of[price.place] = len(self.bought)
        for rival in self.field.election.against.get(price.place, ()):
            self.out.setdefault(rival, price.place)
        self.bought.append(price)
        self.taken.append(self.taken[-1] | self.field.mask(price.place))
        self.off += support.most_points * price.slack
        if self.off >> (self.bits // 2):
            raise TooCoarse
