"""How one pool is shared among tickets: in a queue (先干先得), or at the end in proportion."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isqrt

from fundapp.kernel.money import split
from fundapp.matching.formulas import yuan


class Mode(StrEnum):
    """Whether tickets are served in order, or all together: by what they are owed, or by how many households gave."""

    QUEUE = "queue"
    PRO_RATA = "pro_rata"
    PAIRWISE = "pairwise"


class Partial(StrEnum):
    """Whether a ticket that the pool cannot serve whole takes what is there."""

    VIABLE = "viable"
    NONE = "none"
    ANY = "any"


class Line(StrEnum):
    """Whether smaller projects may be served while somebody before them waits."""

    STRICT = "strict"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a ticket still asks for in fen; on a later run ``granted`` is what it already has.

    ``weight`` counts where the pot is shared by breadth (:func:`breadth`).
    """

    owed: int
    viable: int = 0
    granted: int = 0
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Grant:
    """What a ticket gets in fen, and why."""

    amount: int
    told: str


def queue(demands: Sequence[Demand], pool: int, partial: Partial, line: Line) -> list[Grant]:
    """Serve *demands* in the order given; a later demand never changes an earlier grant.

    Where the pool falls short of a demand, ``VIABLE`` gives the rest of the pool if the project then has its viable
    minimum in all, ``ANY`` gives it always, ``NONE`` never. Under ``STRICT`` nobody is served behind one that waits:
    the money stays for the head of the line.

    Source: money R5.

    >>> [g.amount for g in queue([Demand(40), Demand(50, 30), Demand(15)], 60, Partial.VIABLE, Line.SKIP)]
    [40, 0, 15]
    """
    grants, blocked = [], False
    for demand in demands:
        grant = _held_back(demand, pool) if blocked else _served(demand, pool, partial)
        blocked = blocked or (line is Line.STRICT and grant.amount < demand.owed)
        pool -= grant.amount
        grants.append(grant)
    return grants


def _held_back(demand: Demand, pool: int) -> Grant:
    if not demand.owed:
        return _nothing_owed()
    first = f"前面还有项目在等，按次序不越位；资金池 {yuan(pool)}留给排在最前的"
    return Grant(0, f"{first}，本项目 {yuan(demand.owed)}排队等候。")


def _nothing_owed() -> Grant:
    return Grant(0, "应配为零，不占用资金池。")


def _served(demand: Demand, pool: int, partial: Partial) -> Grant:
    if not demand.owed:
        return _nothing_owed()
    if demand.owed <= pool:
        return Grant(demand.owed, f"资金池有 {yuan(pool)}，足额配 {yuan(demand.owed)}。")
    short = f"资金池只有 {yuan(pool)}，不够应配的 {yuan(demand.owed)}"
    if partial is Partial.NONE or not pool:
        return Grant(0, f"{short}，排队等候。")
    if partial is Partial.VIABLE and demand.granted + pool < demand.viable:
        return Grant(0, f"{short}，也不到本项目最低可行的 {yuan(demand.viable)}，排队等候。")
    return Grant(pool, f"{short}，先配 {yuan(pool)}，其余 {yuan(demand.owed - pool)}排队等候。")


def pro_rata(owed: Sequence[int], pool: int) -> list[Grant]:
    """Share *pool* in proportion where it does not cover all.

    Spare fen go one each to the largest remainders, ties to the earlier demand; the grants then sum to the pool.

    Source: money R6.

    >>> [g.amount for g in pro_rata([4000000, 5000000, 1500000], 6000000)]
    [2285714, 2857143, 857143]
    """
    total = sum(owed)
    base = f"各项目应配合计 {yuan(total)}，资金池 {yuan(pool)}"
    if total <= pool:
        return [Grant(one, f"{base}足够，足额配 {yuan(one)}。") for one in owed]
    return [Grant(one, f"{base}，按应配的比例分，零头按最大余数补足，配 {yuan(one)}。") for one in split(pool, owed)]


_EXACT = 10**6


def breadth(amounts: Iterable[int], bound: int) -> int:
    """Give the weight of a project by its givers: the more households gave, the more; one giver alone has none.

    *amounts* are what households gave, in fen. Each pair of them adds 2sD / (D + s), s the root of the product of
    both, D the *bound*; roots and pairs are exact to a millionth of a fen and rounded down, the sum to a whole fen.

    Source: money R7.

    >>> breadth([10000] * 100, 10000), breadth([1000000], 10000), breadth([5000] * 200, 10000)
    (49500000, 0, 132666666)
    """
    groups = sorted(Counter(amount for amount in amounts if amount > 0).items())
    total = 0
    for place, (one, times) in enumerate(groups):
        total += times * (times - 1) // 2 * _pair(one, one, bound)
        total += sum(times * others * _pair(one, other, bound) for other, others in groups[place + 1 :])
    return total // _EXACT


def _pair(one: int, other: int, bound: int) -> int:
    root = isqrt(one * other * _EXACT**2)
    return 2 * root * bound * _EXACT // (bound * _EXACT + root)


def pairwise(demands: Sequence[Demand], pool: int) -> list[Grant]:
    """Share *pool* by weight where it does not cover all; nobody gets more than is owed.

    What a capped demand leaves is shared among the others by their weights; spare fen as in :func:`pro_rata`. What
    nobody with a weight is owed stays in the pool.

    Source: money R7.

    >>> [g.amount for g in pairwise([Demand(900, weight=3), Demand(100, weight=5), Demand(50, weight=0)], 400)]
    [300, 100, 0]
    """
    total = sum(demand.owed for demand in demands)
    base = f"各项目应配合计 {yuan(total)}，资金池 {yuan(pool)}"
    if total <= pool:
        return [Grant(one.owed, f"{base}足够，足额配 {yuan(one.owed)}。") for one in demands]
    got = _filled(demands, pool)
    return [
        Grant(amount, f"{base}，按出资户多少的权重 {one.weight} 分，不超过应配的，配 {yuan(amount)}。")
        for one, amount in zip(demands, got, strict=True)
    ]


def _filled(demands: Sequence[Demand], pool: int) -> list[int]:
    got = [0] * len(demands)
    open_now = [place for place, one in enumerate(demands) if one.owed and one.weight]
    while open_now and pool:
        parts = dict(zip(open_now, split(pool, [demands[place].weight for place in open_now]), strict=True))
        full = [place for place in open_now if parts[place] >= demands[place].owed]
        for place in full or open_now:
            got[place] = min(parts[place], demands[place].owed)
            pool -= got[place]
        open_now = [place for place in open_now if place not in full] if full else []
    return got
