"""Counting consent as a function of values: a regime, a roster, the answers. Exact: heads are whole, areas are cm².

Four kinds of consent are kept apart and never share a counter: owners by heads and by floor area, the residents'
meeting, the representatives, and the household rule of practice. Silence is not consent: who did not answer takes no
part. ``follow`` (从众) takes part and is never merged into the number of those who agree.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from fundapp.consent.law import COUNCIL, Law, newest_rules
from fundapp.kernel.bars import Bar, fraction_of_text
from fundapp.kernel.errors import BadInput

_CM2 = 10_000


class Answer(StrEnum):
    """What a unit said on its sheet."""

    AGREE = "agree"
    OPPOSE = "oppose"
    ABSTAIN = "abstain"
    FOLLOW = "follow"


class Result(StrEnum):
    """What the count comes to; ``UNDETERMINED`` where areas are missing and heads alone do not decide."""

    PASSED = "passed"
    FAILED = "failed"
    NO_QUORUM = "no_quorum"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Regime:
    """A rule of consent. Without a quorum the bar is a share of all heads, else of those who take part."""

    name: str
    bar: Bar
    quorum: Bar | None = None

    @property
    def owners(self) -> bool:
        """Tell whether heads are holders, and areas count too."""
        return asks_owners(self.name)

    @property
    def advice(self) -> bool:
        """Tell whether a count binds nobody."""
        return self.name == COUNCIL

    @classmethod
    def of_text(cls, text: str, where: str = "regime") -> "Regime":
        """Read a regime's name; the numbers are those of the law in force, which no end is set to.

        Raises:
            BadInput: an unknown name, or a share that is not above 0 and at most 1.

        >>> Regime.of_text("household:2/3").bar
        Bar(share=Fraction(2, 3), strict=False)
        """
        if text in _REGIMES:
            return _REGIMES[text]
        kind, _, share = text.partition(":")
        if kind != "household":
            raise BadInput(where, repr(text), f"household:P/Q, household:>P/Q, {', '.join(_REGIMES)}")
        strict = share.startswith(">")
        return cls(text, Bar(fraction_of_text(share[1:] if strict else share, where), strict))

    @classmethod
    def under(cls, text: str, law: Law) -> "Regime":
        """Give a regime with the numbers of one version of the law; council advice is known here too.

        Raises:
            BadInput: an unknown name.

        """
        rule = law.rules.get(text)
        return cls(text, rule.bar, rule.quorum) if rule else cls.of_text(text)


def asks_owners(regime: str) -> bool:
    """Tell from its name whether a regime counts holders and their areas.

    >>> asks_owners("owners:half"), asks_owners("household:2/3")
    (True, False)
    """
    return regime.startswith("owners:")


_REGIMES = {name: Regime(name, rule.bar, rule.quorum) for name, rule in newest_rules().items()}


@dataclass(frozen=True)
class Unit:
    """A unit (户) of the frozen roster; an unknown area is ``None``."""

    unit: str
    holder: str = ""
    area_cm2: int | None = None


@dataclass(frozen=True)
class Heads:
    """Heads by answer, each number apart, and the bars in heads."""

    total: int
    agree: int
    oppose: int
    abstain: int
    follow: int
    quorum_needed: int | None
    needed: int

    @property
    def participating(self) -> int:
        """Everybody who answered."""
        return self.agree + self.oppose + self.abstain + self.follow

    @property
    def silent(self) -> int:
        """Everybody who did not."""
        return self.total - self.participating


@dataclass(frozen=True)
class Area:
    """Exclusive floor area in cm²; the bars are exact and may be fractions of a cm²."""

    total: int
    participating: int
    agree: int
    oppose: int
    follow: int
    quorum_needed: Fraction
    needed: Fraction

    @property
    def abstain(self) -> int:
        """Give the area of those who took part and said neither."""
        return self.participating - self.agree - self.oppose - self.follow

    @property
    def silent(self) -> int:
        """Give the area of everybody who did not answer."""
        return self.total - self.participating


def tally(regime: Regime, total: int, answers: Iterable[Answer]) -> Heads:
    """Count one answer for each head that took part, of *total* heads.

    Raises:
        ValueError: no head at all, or more answers than heads.

    Source: domain 3.1, 3.2.

    >>> counted = tally(Regime.of_text("household:2/3"), 193, [Answer.AGREE] * 163)
    >>> counted.agree, counted.needed, counted.silent
    (163, 129, 30)
    """
    return heads_of(regime, total, Counter(answers))


def heads_of(regime: Regime, total: int, said: Mapping[Answer, int]) -> Heads:
    """Give the heads from how many of them said each answer.

    Raises:
        ValueError: no head at all, or more answers than heads.

    """
    numbers = [said.get(answer, 0) for answer in Answer]
    participating = sum(numbers)
    if not 0 < total >= participating:
        raise ValueError(f"{participating} answers of {total} heads")
    needed = regime.bar.needed(participating if regime.quorum else total)
    quorum = regime.quorum.needed(total) if regime.quorum else None
    return Heads(total, numbers[0], numbers[1], numbers[2], numbers[3], quorum, needed)


def area_of(regime: Regime, total: int, said: Mapping[Answer, int]) -> Area | None:
    """Give the area from how much of it said each answer; ``None`` under a regime that counts heads only."""
    if regime.quorum is None or not regime.owners:
        return None
    agree, oppose, _abstain, follow = numbers = [said.get(answer, 0) for answer in Answer]
    participating = sum(numbers)
    bars = total * regime.quorum.share, participating * regime.bar.share
    return Area(total, participating, agree, oppose, follow, *bars)


def decide(regime: Regime, heads: Heads, area: Area | None = None) -> Result:
    """Give the result; under an owners regime heads and area must both reach quorum and bar.

    Where an owners regime has no *area*, heads may deny but never confirm.

    Source: domain 3.1 to 3.5; Civil Code 278, 城市居民委员会组织法 26 to 29.
    """
    if not _is_quorate(regime, heads, area):
        return Result.NO_QUORUM
    joins = follow_joins(regime, heads, area) is Answer.AGREE
    base = heads.participating if regime.quorum else heads.total
    if not regime.bar.reached(heads.agree + joins * heads.follow, base):
        return Result.FAILED
    if area and not regime.bar.reached(area.agree + joins * area.follow, area.participating):
        return Result.FAILED
    return Result.UNDETERMINED if regime.owners and area is None else Result.PASSED


def is_settled(regime: Regime, heads: Heads, area: Area | None) -> bool:
    """Tell whether an owners' round is won whatever the silent still say.

    The quorum is there, and those who agree reach the bar of *all* heads and of *all* area. Who follows is not
    counted, for the side may still turn.

    Source: domain 3.3 (绵阳: early end once quorum and majority hold).
    """
    if area is None or not regime.owners or not _is_quorate(regime, heads, area):
        return False
    return regime.bar.reached(heads.agree, heads.total) and regime.bar.reached(area.agree, area.total)


def _is_quorate(regime: Regime, heads: Heads, area: Area | None) -> bool:
    if regime.quorum is None:
        return True
    enough = regime.quorum.reached(heads.participating, heads.total)
    return enough and (area is None or regime.quorum.reached(area.participating, area.total))


def follow_joins(regime: Regime, heads: Heads, area: Area | None) -> Answer | None:
    """Tell which side those who follow the majority join: the larger in heads and, where known, in area; else none.

    Under a household regime they join nobody.
    """
    if regime.quorum is None:
        return None
    for side, other in ((Answer.AGREE, Answer.OPPOSE), (Answer.OPPOSE, Answer.AGREE)):
        more_heads = getattr(heads, side) > getattr(heads, other)
        if more_heads and (area is None or getattr(area, side) > getattr(area, other)):
            return side
    return None


def area_text(cm2: int | Fraction) -> str:
    """Write cm² as m², with two to four decimals; what is finer than 0.0001 m² is rounded up, for print only.

    >>> area_text(1288793300), area_text(Fraction(2 * 1288793300, 3))
    ('128879.33', '85919.5534')
    """
    whole, rest = divmod(-(-cm2.numerator // cm2.denominator), _CM2)
    return f"{whole}.{rest:04d}".removesuffix("0").removesuffix("0")
