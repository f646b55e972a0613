"""A whole count with the sentences that explain it: from a roster and answers, or from numbers that were counted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fundapp.consent.law import COUNCIL, MAJORITY
from fundapp.consent.rules import (
    Answer,
    Area,
    Heads,
    Regime,
    Result,
    Unit,
    area_of,
    area_text,
    decide,
    follow_joins,
    tally,
)
from fundapp.kernel.bars import Bar
from fundapp.kernel.errors import BadInput


@dataclass(frozen=True)
class Count:
    """A finished count with the sentences that explain it."""

    regime: str
    heads: Heads
    area: Area | None
    result: Result
    because: tuple[str, ...]

    @property
    def advice(self) -> bool:
        """Tell whether it binds nobody, whatever it comes to."""
        return self.regime == COUNCIL


@dataclass(frozen=True)
class _Voice:
    """One head: a unit, or under an owners regime a holder with all her units."""

    answer: Answer | None
    area_cm2: int | None


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
    return conclude(regime, heads, _area(regime, voices))


def conclude(regime: Regime, heads: Heads, area: Area | None) -> Count:
    """Give result and reasons of numbers that were counted: the one way for command, page and check."""
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
    if not regime.owners or any(voice.area_cm2 is None for voice in voices):
        return None
    said: Counter[Answer] = Counter()
    for voice in voices:
        if voice.answer:
            said[voice.answer] += voice.area_cm2 or 0
    return area_of(regime, sum(voice.area_cm2 or 0 for voice in voices), said)


def _because(regime: Regime, heads: Heads, area: Area | None, result: Result) -> tuple[str, ...]:
    told = [*_quorum_told(regime, heads, area), *_bar_told(regime, heads, area)]
    if heads.follow:
        told.append(_follow_told(regime, heads, area))
    if regime.owners and area is None:
        told.append("名册里有专有部分面积没有登记，面积一项无法计算。")
    told.append(_RESULT_TOLD[result])
    return tuple(told)


_RESULT_TOLD = {
    Result.PASSED: "结果：达到规定的比例。",
    Result.FAILED: "结果：没有达到规定的比例。",
    Result.NO_QUORUM: "结果：参与的不够，本次征求意见不成立。",
    Result.UNDETERMINED: "结果：只凭人数不能断定是否达到比例。",
}


def _quorum_told(regime: Regime, heads: Heads, area: Area | None) -> list[str]:
    if regime.quorum is None:
        return []
    noun, share = _noun(regime), _share_told(regime.quorum)
    told = [
        f"共 {heads.total} {noun}，参与表决 {heads.participating} {noun}；须{share}参与，"
        f"即至少 {heads.quorum_needed} {noun}，{_met(regime.quorum.reached(heads.participating, heads.total))}。"
    ]
    if area:
        told.append(
            f"专有部分面积共 {area_text(area.total)} 平方米，参与表决 {area_text(area.participating)} 平方米；"
            f"须{share}参与，即至少 {area_text(area.quorum_needed)} 平方米，"
            f"{_met(regime.quorum.reached(area.participating, area.total))}。"
        )
    return told


def _bar_told(regime: Regime, heads: Heads, area: Area | None) -> list[str]:
    noun, share = _noun(regime), _share_told(regime.bar)
    joins = follow_joins(regime, heads, area) is Answer.AGREE
    base, of_whom = (heads.participating, "参与表决的") if regime.quorum else (heads.total, "全部户数的")
    agree = heads.agree + joins * heads.follow
    told = [
        f"同意 {heads.agree} {noun}，反对 {heads.oppose} {noun}，弃权 {heads.abstain} {noun}，"
        + (f"从众 {heads.follow} {noun}，" if heads.follow else "")
        + f"未表态 {heads.silent} {noun}。",
        f"须{of_whom}{share}同意，即至少 {heads.needed} {noun}；计入同意 {agree} {noun}（{agree}/{base}），"
        f"{_met(regime.bar.reached(agree, base))}。",
    ]
    if area:
        agreed = area.agree + joins * area.follow
        least = f"{'超过' if regime.bar.strict else '至少'} {area_text(area.needed)} 平方米"
        told.append(
            f"面积须参与表决的{share}同意，即{least}；计入同意 {area_text(agreed)} 平方米，"
            f"{_met(regime.bar.reached(agreed, area.participating))}。"
        )
    return told


def _follow_told(regime: Regime, heads: Heads, area: Area | None) -> str:
    side = follow_joins(regime, heads, area)
    if side is None:
        how = "按户计算时从众不算同意" if regime.quorum is None else "同意和反对都不占多数，从众不计入任何一边"
        return f"从众 {heads.follow} {_noun(regime)}：{how}。"
    name = "同意" if side is Answer.AGREE else "反对"
    return f"从众 {heads.follow} {_noun(regime)}：{name}的一边占多数，从众计入{name}；同意的数字仍单独列出。"


def _noun(regime: Regime) -> str:
    return "人" if regime.owners else "户" if regime.name != "representatives" else "名代表"


def _share_told(bar: Bar) -> str:
    if bar == MAJORITY:
        return "过半数"
    return f"超过 {bar.share} " if bar.strict else f" {bar.share} 以上"


def _met(reached: bool) -> str:
    return "已达到" if reached else "未达到"
