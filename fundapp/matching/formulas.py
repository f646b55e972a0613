"""The four formulas a match policy may join, each an exact share of fen with the sentences that explain it.

Nothing is rounded here: the one rounding, down to a whole fen, happens when all formulas are joined.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from fundapp.kernel.bars import Bar

_LONGEST_DECIMAL = 10**6


@dataclass(frozen=True, slots=True)
class Standing:
    """What a claim has reached, in fen; ``matchable`` is after floor and caps, ``raised`` before them."""

    matchable: int
    givers: int
    raised: int
    households: int
    budget: int
    gap: int


@dataclass(frozen=True, slots=True)
class Earned:
    """An exact amount of fen and how it came about."""

    amount: Fraction
    told: tuple[str, ...]


def yuan(amount: int | Fraction) -> str:
    """Write fen for reading, a fraction of a fen spelled out.

    >>> yuan(500000), yuan(Fraction(33333, 2))
    ('5,000.00 元', '166.66 元又 1/2 分')
    """
    whole, rest = divmod(amount.numerator, amount.denominator)
    part = f"又 {rest}/{amount.denominator} 分" if rest else ""
    return f"{whole // 100:,}.{whole % 100:02d} 元{part}"


@cache
def ratio(rate: Fraction) -> str:
    """Write a rate as people say it: one yuan given to so much added.

    >>> ratio(Fraction(3, 2)), ratio(Fraction(2, 3))
    ('1:1.5', '1:2/3')
    """
    if _LONGEST_DECIMAL % rate.denominator:
        return f"1:{rate}"
    millionths = int(rate * _LONGEST_DECIMAL)
    return f"1:{millionths // _LONGEST_DECIMAL}.{millionths % _LONGEST_DECIMAL:06d}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Linear:
    """等比配捐: so much for each matchable yuan."""

    rate: Fraction

    def earn(self, standing: Standing) -> Earned:
        """Match every matchable fen at one rate.

        >>> Linear(Fraction(1, 2)).earn(Standing(333, 1, 333, 9, 0, 0)).amount
        Fraction(333, 2)
        """
        amount = standing.matchable * self.rate
        return Earned(amount, (f"等比配捐：{yuan(standing.matchable)}按 {ratio(self.rate)} 配 {yuan(amount)}。",))


@dataclass(frozen=True, slots=True)
class AmountTier:
    """From ``start`` fen of matchable money on, each further fen earns ``rate``."""

    start: int
    rate: Fraction


@dataclass(frozen=True, slots=True)
class AmountTiers:
    """多筹多补 by amount: marginal tiers, so there is no cliff to top up across."""

    tiers: tuple[AmountTier, ...]

    def earn(self, standing: Standing) -> Earned:
        """Match each slice of the matchable money at the rate of its tier."""
        amount, told = Fraction(0), []
        ends = [tier.start for tier in self.tiers[1:]]
        for tier, end in zip(self.tiers, [*ends, None], strict=True):
            inside = (standing.matchable if end is None else min(standing.matchable, end)) - tier.start
            if inside <= 0:
                break
            part = inside * tier.rate
            amount += part
            told.append(_slice_told(tier, end, inside, part))
        if len(told) > 1:
            told.append(f"各档相加，配 {yuan(amount)}。")
        return Earned(amount, tuple(told) or (f"多筹多补（筹款额分档）：可配 {yuan(0)}，配 {yuan(0)}。",))


def _slice_told(tier: AmountTier, end: int | None, inside: int, part: Fraction) -> str:
    if tier.start == 0:
        place = f"前 {yuan(inside)}"
    elif end is None or tier.start + inside < end:
        place = f"超过 {yuan(tier.start)}的 {yuan(inside)}"
    else:
        place = f"{yuan(tier.start)}至 {yuan(end)}之间的 {yuan(inside)}"
    return f"多筹多补（筹款额分档）：{place}按 {ratio(tier.rate)} 配 {yuan(part)}。"


@dataclass(frozen=True, slots=True)
class HouseholdTier:
    """From ``share`` of the households on, the whole matchable money earns ``rate``."""

    share: Fraction
    rate: Fraction


@dataclass(frozen=True, slots=True)
class HouseholdTiers:
    """多筹多补 by breadth: the more households give, the higher the rate for all of the money."""

    tiers: tuple[HouseholdTier, ...]

    def earn(self, standing: Standing) -> Earned:
        """Match at the rate of the last tier reached; exactly reached is reached, below the first there is no match."""
        part = f"{standing.givers} 户出资，全部 {standing.households} 户"
        reached = [tier for tier in self.tiers if Bar(tier.share).reached(standing.givers, standing.households)]
        if not reached:
            return Earned(Fraction(0), (f"多筹多补（出资户分档）：{part}，未到最低一档 {self.tiers[0].share}，不配。",))
        tier = reached[-1]
        amount = standing.matchable * tier.rate
        how = f"达到 {tier.share} 一档，{yuan(standing.matchable)}按 {ratio(tier.rate)} 配 {yuan(amount)}。"
        return Earned(amount, (f"多筹多补（出资户分档）：{part}，{how}",))


@dataclass(frozen=True, slots=True)
class FourSource:
    """四源共筹: fund, street, residents and donors carry a project together."""

    own_floor: Fraction
    fund_share: Fraction
    per_resident: Fraction

    def earn(self, standing: Standing) -> Earned:
        """Give the least of the fund's share, the match of residents' money and the gap, once the own share is there.

        The residents' own money counts whole for the floor, and only as far as it is matchable for the match.
        """
        floor = self.own_floor * standing.budget
        if standing.raised < floor:
            told = f"居民自筹 {yuan(standing.raised)}，不到预算的 {self.own_floor}，即 {yuan(floor)}，不配"
            return Earned(Fraction(0), (f"四源共筹：{told}。",))
        share, match = self.fund_share * standing.budget, self.per_resident * standing.matchable
        amount = min(share, match, Fraction(standing.gap))
        told = (
            f"预算的 {self.fund_share} 是 {yuan(share)}，居民可配款按 {ratio(self.per_resident)} 是 {yuan(match)}，"
            f"资金缺口 {yuan(standing.gap)}，取最低的 {yuan(amount)}"
        )
        return Earned(amount, (f"四源共筹：{told}。",))


Formula = Linear | AmountTiers | HouseholdTiers | FourSource
