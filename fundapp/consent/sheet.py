"""The sheet of a result: heads and area with exact shares, line by line as the form of 佛山 has them.

Source: peers.md section 4 (佛山南海 result form).
"""

from dataclasses import dataclass

from fundapp.consent.counting import Count
from fundapp.consent.rules import Answer, Area, Heads, Regime, area_text, follow_joins
from fundapp.kernel.money import percents


@dataclass(frozen=True)
class Line:
    """One line: what it tells, heads, their share; area in m², its share. Empty where nothing is counted.

    ``name`` is ``total``, ``participating``, ``silent`` or an answer; shares of ``total`` and ``participating`` lines
    are of the total, those of answers of who took part, or of all where a rule has no quorum.
    """

    name: str
    heads: int
    heads_share: str
    area: str = ""
    area_share: str = ""


@dataclass(frozen=True)
class Met:
    """Which bars are reached, and what counts as agreement: those who agree, and who follows where that side is larger.

    A quorum that is not asked for is reached.
    """

    heads_counted: int
    area_counted: int
    quorum_heads: bool
    quorum_area: bool
    heads: bool
    area: bool


def met(regime: Regime, heads: Heads, area: Area | None) -> Met:
    """Tell bar by bar what is reached; exactly a half does not exceed a half.

    >>> from fundapp.consent.rules import area_of, heads_of
    >>> regime = Regime.of_text("owners:half")
    >>> halves = heads_of(regime, 4, {Answer.AGREE: 2, Answer.OPPOSE: 2}), area_of(regime, 80, {Answer.AGREE: 60})
    >>> met(regime, *halves)
    Met(heads_counted=2, area_counted=60, quorum_heads=True, quorum_area=True, heads=False, area=True)
    """
    joins = follow_joins(regime, heads, area) is Answer.AGREE
    counted = heads.agree + joins * heads.follow
    base, quorum = heads.participating if regime.quorum else heads.total, regime.quorum
    counted_area = area.agree + joins * area.follow if area else 0
    return Met(
        heads_counted=counted,
        area_counted=counted_area,
        quorum_heads=quorum is None or quorum.reached(heads.participating, heads.total),
        quorum_area=quorum is None or area is None or quorum.reached(area.participating, area.total),
        heads=regime.bar.reached(counted, base),
        area=area is not None and regime.bar.reached(counted_area, area.participating),
    )


def lines_of(count: Count, of_all: bool, with_follow: bool) -> list[Line]:
    """Give the sheet of a count; *of_all* where the rule asks for a share of all heads, not of those who took part."""
    names = ["agree", "oppose", "abstain"] + (["follow"] if with_follow or count.heads.follow else [])
    heads = _numbers(count.heads, names, of_all)
    area = _numbers(count.area, names, of_all) if count.area else {}
    total = [
        Line("total", count.heads.total, "", area_text(count.area.total) if count.area else ""),
    ]
    order = ["participating", *names, "silent"]
    return total + [
        Line(
            name,
            heads[name][0],
            heads[name][1],
            area_text(area[name][0]) if area else "",
            area[name][1] if area else "",
        )
        for name in order
    ]


def _numbers(counted: Heads | Area, names: list[str], of_all: bool) -> dict[str, tuple[int, str]]:
    answers = [getattr(counted, name) for name in names]
    taking, silent = counted.participating, counted.silent
    outer = percents([taking, silent])
    if of_all:
        *inner, last = percents([*answers, silent])
        outer = [outer[0], last]
    else:
        inner = percents(answers)
    told = dict(zip(names, zip(answers, inner, strict=True), strict=True))
    return told | {"participating": (taking, outer[0]), "silent": (silent, outer[1])}
