"""How one pool is shared among tickets: in a queue (先干先得), or at the end in proportion."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fundapp.kernel.money import split
from fundapp.matching.formulas import yuan


class Mode(StrEnum):
    """Whether tickets are served in order or all together."""

    QUEUE = "queue"
    PRO_RATA = "pro_rata"


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
    """What a ticket still asks for in fen; on a later run ``granted`` is what it already has."""

    owed: int
    viable: int = 0
    granted: int = 0


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
