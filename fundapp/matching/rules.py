"""The match as a function of values: a policy, the claims, the pool. No clock, no database, no float.

Gifts are summed per household before anything else, so that splitting or merging gifts of one household changes
nothing; each entitlement is rounded once, down, at the very end, and the fraction stays in the pool.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fundapp.kernel.errors import BadInput
from fundapp.matching.allocation import Demand, Grant, Line, Mode, Partial, breadth, pairwise, pro_rata, queue
from fundapp.matching.formulas import (
    AmountTier,
    AmountTiers,
    Earned,
    Formula,
    FourSource,
    HouseholdTier,
    HouseholdTiers,
    Linear,
    Standing,
    yuan,
)

__all__ = [
    "AmountTier",
    "AmountTiers",
    "Award",
    "Claim",
    "Demand",
    "Entitlement",
    "Formula",
    "FourSource",
    "Gift",
    "Grant",
    "HouseholdTier",
    "HouseholdTiers",
    "Line",
    "Linear",
    "Mode",
    "Partial",
    "Plan",
    "Policy",
    "Standing",
    "allocate",
    "breadth",
    "entitlement",
    "pairwise",
    "plan",
    "pro_rata",
    "queue",
    "standing",
    "weight",
]


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the match rules; amounts in fen, ``None`` where there is no such limit.

    ``bound``: up to how much two gifts raise each other's weight where the pot is shared by breadth.
    """

    min_gift: int
    cap: int
    formulas: tuple[Formula, ...]
    unlock: int | None = None
    household_cap: int | None = None
    related_cap: int | None = None
    mode: Mode = Mode.QUEUE
    bound: int = 0
    partial: Partial = Partial.VIABLE
    line: Line = Line.STRICT


@dataclass(frozen=True, slots=True)
class Gift:
    """Cleared money of a household in fen; below zero it is a refund."""

    household: str
    amount: int
    related: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A project's claim with all its gifts to date; amounts in fen."""

    ticket: int
    project: str
    budget: int
    households: int
    street: int
    other: int
    viable_minimum: int
    gifts: tuple[Gift, ...]


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a claim has earned: ``whole`` is what the project earns in all, ``entitled`` what this ticket adds."""

    standing: Standing
    exact: Fraction
    whole: int
    entitled: int
    steps: tuple[str, ...]

    @property
    def dropped(self) -> Fraction:
        """The fraction of a fen that stays in the pool."""
        return self.exact - self.whole


@dataclass(frozen=True, slots=True)
class Award:
    """What a ticket is entitled to and what it was granted, in fen."""

    ticket: int
    project: str
    matchable: int
    givers: int
    entitled: int
    granted: int
    steps: tuple[str, ...]

    @property
    def waiting(self) -> bool:
        """Whether part of the entitlement waits for money."""
        return self.granted < self.entitled


@dataclass(frozen=True, slots=True)
class Plan:
    """Awards in the order of tickets, and what is left in the pool."""

    awards: tuple[Award, ...]
    left: int


def standing(policy: Policy, claim: Claim) -> Standing:
    """Sum the gifts per household and apply floor and caps; one related gift makes the household related.

    Raises:
        BadInput: a household got back more than it gave, or more households gave than there are.

    Source: money 7, definitions.
    """
    sums, related = _summed(claim)
    counted = _counted(policy, sums, related)
    if len(counted) > claim.households:
        found = f"{len(counted)} giving households"
        raise BadInput(f"ticket {claim.ticket}, households", found, f"at most {claim.households}")
    raised = sum(sums.values())
    gap = max(0, claim.budget - raised - claim.street - claim.other)
    return Standing(sum(counted), len(counted), raised, claim.households, claim.budget, gap)


def _summed(claim: Claim) -> tuple[dict[str, int], set[str]]:
    """Give what each household gave in all, and which are related."""
    sums: dict[str, int] = defaultdict(int)
    for gift in claim.gifts:
        sums[gift.household] += gift.amount
    for household, amount in sums.items():
        if amount < 0:
            where = f"ticket {claim.ticket}, household {household!r}"
            raise BadInput(where, f"{amount} fen in all", "refunds no larger than the gifts")
    return sums, {gift.household for gift in claim.gifts if gift.related}


def _counted(policy: Policy, sums: dict[str, int], related: set[str]) -> list[int]:
    """Give what of each household's money counts, floor and caps applied."""
    cap, related_cap = _caps(policy, no_cap=sum(sums.values()))
    return [
        min(gave, related_cap if household in related else cap)
        for household, gave in sums.items()
        if gave >= policy.min_gift
    ]


def weight(policy: Policy, claim: Claim) -> int:
    """Give a claim's weight where the policy shares the pot by breadth; elsewhere 0, nobody asks for it.

    Source: money R7.
    """
    return breadth(_counted(policy, *_summed(claim)), policy.bound) if policy.mode is Mode.PAIRWISE else 0


def _caps(policy: Policy, no_cap: int) -> tuple[int, int]:
    """Give the cap of any household and that of a related one, which is never higher."""
    cap = no_cap if policy.household_cap is None else policy.household_cap
    return cap, cap if policy.related_cap is None else min(cap, policy.related_cap)


def entitlement(policy: Policy, claim: Claim, earlier: int = 0) -> Entitlement:
    """Give what *claim* adds to the *earlier* fen that the project's earlier tickets were entitled to, never below 0.

    The claim restates all gifts to date. The least of the joined formulas, the cap and the gap counts; with less
    matchable money than the unlock nothing does. One rounding, down to a whole fen, at the end.

    Raises:
        BadInput: see :func:`standing`.

    Source: money 7, R1 to R4, gap, unlock, later tickets.
    """
    now = standing(policy, claim)
    steps = [_standing_told(now)]
    if policy.unlock is not None and now.matchable < policy.unlock:
        steps.append(f"可配款 {yuan(now.matchable)}，未到起配线 {yuan(policy.unlock)}，暂不配。")
        exact = Fraction(0)
    else:
        earned = _joined(policy, now)
        exact = earned.amount
        steps += earned.told
    whole = int(exact // 1)
    if exact != whole:
        steps.append(f"不足 1 分的零头（{exact - whole} 分）舍去，留在资金池，配 {yuan(whole)}。")
    entitled = max(0, whole - earlier)
    if earlier:
        steps.append(f"本项目累计应配 {yuan(whole)}，此前排位已应配 {yuan(earlier)}，本次应配 {yuan(entitled)}。")
    return Entitlement(now, exact, whole, entitled, tuple(steps))


def _standing_told(now: Standing) -> str:
    told = f"{now.givers} 户出资；居民自筹 {yuan(now.raised)}"
    if now.matchable == now.raised:
        return f"{told}，全部可配。"
    return f"{told}，其中可配 {yuan(now.matchable)}（不到每户最低额的、超过每户上限的部分不配）。"


def _joined(policy: Policy, now: Standing) -> Earned:
    """Take the least of the formulas, the project cap and the gap, and tell which one bound."""
    results = [formula.earn(now) for formula in policy.formulas]
    steps = [line for result in results for line in result.told]
    amount = min(result.amount for result in results)
    if len(results) > 1:
        steps.append(f"几条规则取最低的，{yuan(amount)}。")
    for limit, name in ((policy.cap, "每个项目的配捐上限"), (now.gap, "项目的资金缺口")):
        if amount > limit:
            amount = Fraction(limit)
            steps.append(f"不超过{name}，配 {yuan(limit)}。")
    return Earned(amount, tuple(steps))


def allocate(policy: Policy, demands: Sequence[Demand], pool: int) -> list[Grant]:
    """Share *pool* among *demands*, which come in the order of tickets.

    In proportion, or by breadth, neither the viable minimum nor the line matters.
    """
    if policy.mode is Mode.QUEUE:
        return queue(demands, pool, policy.partial, policy.line)
    if policy.mode is Mode.PAIRWISE:
        return pairwise(demands, pool)
    return pro_rata([demand.owed for demand in demands], pool)


def plan(policy: Policy, claims: Iterable[Claim], pool: int) -> Plan:
    """Work out every award from *pool* fen; the order in which claims are handed in does not matter, tickets do.

    Raises:
        BadInput: a ticket number twice, or see :func:`standing`.

    Source: money 7, R5 to R7.
    """
    ordered = sorted(claims, key=lambda claim: claim.ticket)
    _each_ticket_once(ordered)
    due: dict[str, int] = defaultdict(int)
    entitlements = []
    for claim in ordered:
        entitlements.append(entitlement(policy, claim, due[claim.project]))
        due[claim.project] += entitlements[-1].entitled
    demands = [
        Demand(e.entitled, c.viable_minimum, weight=weight(policy, c))
        for c, e in zip(ordered, entitlements, strict=True)
    ]
    grants = allocate(policy, demands, pool)
    awards = tuple(_award(*one) for one in zip(ordered, entitlements, grants, strict=True))
    return Plan(awards, pool - sum(grant.amount for grant in grants))


def _each_ticket_once(claims: Sequence[Claim]) -> None:
    ticket, times = max(Counter(claim.ticket for claim in claims).items(), key=lambda one: one[1], default=(0, 0))
    if times > 1:
        raise BadInput(f"ticket {ticket}", f"{times} claims", "one claim for each ticket")


def _award(claim: Claim, earned: Entitlement, grant: Grant) -> Award:
    now = earned.standing
    steps = (*earned.steps, grant.told)
    return Award(claim.ticket, claim.project, now.matchable, now.givers, earned.entitled, grant.amount, steps)
