"""The price of one project: what a point costs if all supporters pay it together, the poor with all they have."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import starmap
from operator import mul

from fundapp.voting.field import Crowd


def exact_price(cost: int, purses: Counter[tuple[Fraction, int]]) -> Fraction | None:
    """Price a point exactly, from how many voters have which purse and gave how many points; consumes *purses*.

    Answers None if the supporters cannot pay *cost* together.

    >>> exact_price(10, Counter({(Fraction(1), 1): 1, (Fraction(9), 1): 2}))
    Fraction(9, 2)
    """
    weight = sum(points * heads for (_, points), heads in purses.items())
    left = Fraction(cost)
    while weight:
        price = left / weight
        poor = [(purse, points) for purse, points in purses if purse < price * points]
        if not poor:
            return price
        for purse, points in poor:
            heads = purses.pop((purse, points))
            left -= purse * heads
            weight -= points * heads
    return None


class Estimate:
    """A price from rounded purses: who is poor at it, and how far it may be off.

    ``units`` is the price and ``slack`` its bound, ``weight`` that of the supporters who can pay in full;
    ``poor_heads`` counts those who have something, or may have, but less.
    """

    def __init__(self, cost: int, start: int, off: int) -> None:
        self.cost = cost
        self.start = start
        self.off = off
        self.units = 0
        self.slack = 0
        self._crowds: list[tuple[Crowd, Sequence[int]]] = []
        self._empty()

    def add(self, crowd: Crowd, spendings: Sequence[int]) -> None:
        """Add supporters who give the same points, with what each pattern has spent of its endowment."""
        self._crowds.append((crowd, spendings))

    def settle(self, floor: int) -> None:
        """Work out the price; it is known not to be below *floor*."""
        self.units = floor
        room = 1
        while True:
            reach = self.units + room * (self.units // 16 + self.slack + self.off)
            self._gather(reach)
            while self.weight:
                self.units = self.left // self.weight
                self.slack = self.poor_heads * self.off // self.weight + 2
                if not self._split(self.units):
                    break
            if not self.weight or self.units + self.slack + self.off < reach:
                return
            room *= 2

    def uncertain(self) -> bool:
        """Say whether the bound leaves open who is poor, or whether the project is affordable."""
        if not self.weight:
            return self.left <= self.poor_heads * self.off
        for points, live, poorer in self._near:
            margin = self.off + self.slack * points
            due = self.units * points
            if (live and min(live)[0] - due <= margin) or (poorer and due - poorer <= margin):
                return True
        return False

    def _empty(self) -> None:
        self.left = self.cost
        self.weight = 0
        self.poor_heads = 0
        self._near: list[tuple[int, list[tuple[int, int]], int]] = []

    def _gather(self, reach: int) -> None:
        """Single out those who might not be able to pay a price below *reach*, without those who have nothing left."""
        self._empty()
        start, edge = self.start, self.start + self.off
        for crowd, spendings in self._crowds:
            bound = start - reach * crowd.points
            near = [(spent, voters) for spent, voters in zip(spendings, crowd.heads, strict=True) if spent > bound]
            live = [(start - spent, voters) for spent, voters in near if spent < edge]
            gone = sum([voters for _, voters in near]) - sum([voters for _, voters in live])
            self.weight += crowd.points * (crowd.voters - gone)
            self._near.append((crowd.points, live, 0))

    def _split(self, price: int) -> bool:
        """Move those who cannot pay *price* to the poor; say whether there were any."""
        found = False
        for at, (points, live, poorer) in enumerate(self._near):
            due = price * points
            poor = [entry for entry in live if entry[0] < due]
            if poor:
                found = True
                heads = sum([voters for _, voters in poor])
                rich = [entry for entry in live if entry[0] >= due]
                self._near[at] = (points, rich, max(poorer, max(poor)[0]))
                self.left -= sum(starmap(mul, poor))
                self.weight -= points * heads
                self.poor_heads += heads
        return found
