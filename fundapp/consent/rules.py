"""Counting consent as a function of values: a regime, a roster, the answers. Exact: heads are whole, areas are cm².

Four kinds of consent are kept apart and never share a counter: owners by heads and by floor area, the residents'
meeting, the representatives, and the household rule of practice. Silence is not consent: who did not answer takes no
part. ``follow`` (从众) takes part and is never merged into the number of those who agree.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from fundapp.kernel.bars import Bar, fraction_of_text
from fundapp.kernel.errors import BadInput

_MAJORITY = Bar(Fraction(1, 2), strict=True)
_TWO_THIRDS = Bar(Fraction(2, 3))
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
    owners: bool = False

    @classmethod
    def of_text(cls, text: str, where: str = "regime") -> "Regime":
        """Read a regime's name.

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


_REGIMES = {
    regime.name: regime
    for regime in (
        Regime("owners:half", _MAJORITY, _TWO_THIRDS, owners=True),
        Regime("owners:three-quarters", Bar(Fraction(3, 4)), _TWO_THIRDS, owners=True),
        Regime("residents-meeting", _MAJORITY, _MAJORITY),
        Regime("representatives", _MAJORITY, _TWO_THIRDS),
    )
}


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


@dataclass(frozen=True)
class Count:
    """A finished count with the sentences that explain it."""

    regime: str
    heads: Heads
    area: Area | None
    result: Result
    because: tuple[str, ...]


@dataclass(frozen=True)
class _Voice:
    """One head: a unit, or under an owners regime a holder with all her units."""

    answer: Answer | None
    area_cm2: int | None


def tally(regime: Regime, total: int, answers: Iterable[Answer]) -> Heads:
    """Count one answer for each head that took part, of *total* heads.

    Raises:
        ValueError: no head at all, or more answers than heads.

    Source: domain 3.1, 3.2.

    >>> counted = tally(Regime.of_text("household:2/3"), 193, [Answer.AGREE] * 163)
    >>> counted.agree, counted.needed, counted.silent
    (163, 129, 30)
    """
    said = Counter(answers)
    participating = said.total()
    if not 0 < total >= participating:
        raise ValueError(f"{participating} answers of {total} heads")
    return Heads(
        total=total,
        agree=said[Answer.AGREE],
        oppose=said[Answer.OPPOSE],
        abstain=said[Answer.ABSTAIN],
        follow=said[Answer.FOLLOW],
        quorum_needed=regime.quorum.needed(total) if regime.quorum else None,
        needed=regime.bar.needed(participating if regime.quorum else total),
    )


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


def count(regime: Regime, units: Sequence[Unit], answers: Mapping[str, Answer]) -> Count:
    """Count the *answers* of *units* under *regime*. A unit that is not in *answers* was silent.

    Under an owners regime a head is a holder, who takes part with all her units as soon as one of them answered. An
    area that is missing anywhere leaves the whole area out. Units are taken to be listed once.

    Raises:
        BadInput: an empty roster, an answer of an unknown unit; under an owners regime a blank holder, or two units
            of one holder that say different things.

    >>> roster = [Unit("1-101", "甲", 800000), Unit("1-102", "乙", 600000)]
    >>> count(Regime.of_text("owners:half"), roster, {"1-101": Answer.AGREE}).result.value
    'no_quorum'
    """
    if not units:
        raise BadInput("roster", "no unit", "at least one unit")
    unknown = answers.keys() - {unit.unit for unit in units}
    if unknown:
        raise BadInput(f"unit {min(unknown)!r}", "an answer", "only units of the roster")
    voices = _owners(units, answers) if regime.owners else [_Voice(answers.get(u.unit), None) for u in units]
    heads = tally(regime, len(voices), [voice.answer for voice in voices if voice.answer])
    area = _area(regime, voices)
    result = decide(regime, heads, area)
    return Count(regime.name, heads, area, result, _because(regime, heads, area, result))


def _owners(units: Sequence[Unit], answers: Mapping[str, Answer]) -> list[_Voice]:
    """Join the units of each holder into one voice."""
    held: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if not unit.holder.strip():
            raise BadInput(f"unit {unit.unit!r}: holder", "nothing", "a holder, who is one head")
        held[unit.holder].append(unit)
    return [_Voice(_one_answer(units, answers), _one_area(units)) for units in held.values()]


def _one_answer(units: Sequence[Unit], answers: Mapping[str, Answer]) -> Answer | None:
    said: Answer | None = None
    for unit in units:
        answer = answers.get(unit.unit)
        if said and answer and answer is not said:
            raise BadInput(f"unit {unit.unit!r}", answer, f"{said}, as another unit of the same holder says")
        said = said or answer
    return said


def _one_area(units: Sequence[Unit]) -> int | None:
    areas = [unit.area_cm2 for unit in units]
    return None if None in areas else sum(area for area in areas if area)


def _area(regime: Regime, voices: Sequence[_Voice]) -> Area | None:
    if regime.quorum is None or any(voice.area_cm2 is None for voice in voices):
        return None
    said: Counter[Answer | None] = Counter()
    for voice in voices:
        said[voice.answer] += voice.area_cm2 or 0
    total = said.total()
    participating = total - said[None]
    return Area(
        total=total,
        participating=participating,
        agree=said[Answer.AGREE],
        oppose=said[Answer.OPPOSE],
        follow=said[Answer.FOLLOW],
        quorum_needed=total * regime.quorum.share,
        needed=participating * regime.bar.share,
    )


def area_text(cm2: int | Fraction) -> str:
    """Write cm² as m², with two to four decimals; what is finer than 0.0001 m² is rounded up, for print only.

    >>> area_text(1288793300), area_text(Fraction(2 * 1288793300, 3))
    ('128879.33', '85919.5534')
    """
    whole, rest = divmod(-(-cm2.numerator // cm2.denominator), _CM2)
    return f"{whole}.{rest:04d}".removesuffix("0").removesuffix("0")


def _because(regime: Regime, heads: Heads, area: Area | None, result: Result) -> tuple[str, ...]:
    told = [*_quorum_told(regime, heads, area), *_bar_told(regime, heads, area)]
    if heads.follow:
        told.append(_follow_told(regime, heads, area))
    if regime.owners and area is None:
        told.append("名册里有专有部分面积没有登记,面积一项无法计算。")
    told.append(_RESULT_TOLD[result])
    return tuple(told)


_RESULT_TOLD = {
    Result.PASSED: "结果:达到规定的比例。",
    Result.FAILED: "结果:没有达到规定的比例。",
    Result.NO_QUORUM: "结果:参与的不够,本次征求意见不成立。",
    Result.UNDETERMINED: "结果:只凭人数不能断定是否达到比例。",
}


def _quorum_told(regime: Regime, heads: Heads, area: Area | None) -> list[str]:
    if regime.quorum is None:
        return []
    noun, share = _noun(regime), _share_told(regime.quorum)
    told = [
        f"共 {heads.total} {noun},参与表决 {heads.participating} {noun};须{share}参与,"
        f"即至少 {heads.quorum_needed} {noun},{_met(regime.quorum.reached(heads.participating, heads.total))}。"
    ]
    if area:
        told.append(
            f"专有部分面积共 {area_text(area.total)} 平方米,参与表决 {area_text(area.participating)} 平方米;"
            f"须{share}参与,即至少 {area_text(area.quorum_needed)} 平方米,"
            f"{_met(regime.quorum.reached(area.participating, area.total))}。"
        )
    return told


def _bar_told(regime: Regime, heads: Heads, area: Area | None) -> list[str]:
    noun, share = _noun(regime), _share_told(regime.bar)
    joins = follow_joins(regime, heads, area) is Answer.AGREE
    base, of_whom = (heads.participating, "参与表决的") if regime.quorum else (heads.total, "全部户数的")
    agree = heads.agree + joins * heads.follow
    told = [
        f"同意 {heads.agree} {noun},反对 {heads.oppose} {noun},弃权 {heads.abstain} {noun},从众 {heads.follow} {noun},"
        f"未表态 {heads.silent} {noun}。",
        f"须{of_whom}{share}同意,即至少 {heads.needed} {noun};计入同意 {agree} {noun}({agree}/{base}),"
        f"{_met(regime.bar.reached(agree, base))}。",
    ]
    if area:
        agreed = area.agree + joins * area.follow
        least = f"{'超过' if regime.bar.strict else '至少'} {area_text(area.needed)} 平方米"
        told.append(
            f"面积须参与表决的{share}同意,即{least};计入同意 {area_text(agreed)} 平方米,"
            f"{_met(regime.bar.reached(agreed, area.participating))}。"
        )
    return told


def _follow_told(regime: Regime, heads: Heads, area: Area | None) -> str:
    side = follow_joins(regime, heads, area)
    if side is None:
        how = "按户计算时从众不算同意" if regime.quorum is None else "同意和反对都不占多数,从众不计入任何一边"
        return f"从众 {heads.follow} {_noun(regime)}:{how}。"
    name = "同意" if side is Answer.AGREE else "反对"
    return f"从众 {heads.follow} {_noun(regime)}:{name}的一边占多数,从众计入{name};同意的数字仍单独列出。"


def _noun(regime: Regime) -> str:
    return "人" if regime.owners else "户" if regime.name != "representatives" else "名代表"


def _share_told(bar: Bar) -> str:
    if bar == _MAJORITY:
        return "过半数"
    return f"超过 {bar.share} " if bar.strict else f" {bar.share} 以上"


def _met(reached: bool) -> str:
    return "已达到" if reached else "未达到"
