"""From the counted rows of a round to the rule: the same functions that ``fundapp consent count`` calls."""

from collections.abc import Mapping
from dataclasses import dataclass

from fundapp.consent.counting import Count, conclude
from fundapp.consent.rules import Answer, Regime, area_of, heads_of


@dataclass(frozen=True)
class HeadCount:
    """Every number of a count apart, as a result keeps it; areas in cm², ``None`` where none are counted.

    ``result`` is ``passed``, ``failed``, ``no_quorum``, ``undetermined``, or ``advice`` where nothing is decided.
    """

    heads: int
    participating: int
    agree: int
    oppose: int
    abstain: int
    follow: int
    silent: int
    needed: int
    area_cm2: int | None
    area_participating: int | None
    area_agree: int | None
    area_oppose: int | None
    area_abstain: int | None
    area_follow: int | None
    result: str


@dataclass(frozen=True)
class Said:
    """How many heads, and how much area in cm², said each answer."""

    heads: Mapping[Answer, int]
    area: Mapping[Answer, int]


def count_said(regime: Regime, heads: int, area_cm2: int | None, said: Said) -> Count:
    """Count what was summed over a round's answers, of all *heads* and of all of the area, where it is known.

    Source: domain.md section 3.

    >>> found = count_said(Regime.of_text("household:2/3"), 193, None, Said({Answer.AGREE: 163, Answer.OPPOSE: 2}, {}))
    >>> found.heads.needed, found.heads.silent, found.result.value
    (129, 28, 'passed')
    """
    area = area_of(regime, area_cm2, said.area) if area_cm2 is not None else None
    return conclude(regime, heads_of(regime, heads, said.heads), area)


def numbers_of(count: Count) -> HeadCount:
    """Give a count with each of its numbers by name."""
    heads, area = count.heads, count.area
    return HeadCount(
        heads=heads.total,
        participating=heads.participating,
        agree=heads.agree,
        oppose=heads.oppose,
        abstain=heads.abstain,
        follow=heads.follow,
        silent=heads.silent,
        needed=heads.needed,
        area_cm2=area.total if area else None,
        area_participating=area.participating if area else None,
        area_agree=area.agree if area else None,
        area_oppose=area.oppose if area else None,
        area_abstain=area.abstain if area else None,
        area_follow=area.follow if area else None,
        result="advice" if count.advice else count.result.value,
    )
