"""The sheet of a result: heads and area with exact shares, line by line as the form of 佛山 has them.

Source: peers.md section 4 (佛山南海 result form).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fundapp.consent.counting import Count
from fundapp.consent.rules import Area, Heads, area_text
from fundapp.kernel.money import split


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


def percents(parts: Sequence[int]) -> list[str]:
    """Write parts of one whole as percentages with two decimals that sum to 100.00 exactly; none of nothing.

    The spare hundredths go to the largest remainders, ties to the earlier part.

    >>> percents([1, 1, 1])
    ['33.34%', '33.33%', '33.33%']
    >>> percents([163, 2, 0, 28])
    ['84.46%', '1.04%', '0.00%', '14.50%']
    """
    if not sum(parts):
        return [""] * len(parts)
    return [f"{points // 100}.{points % 100:02d}%" for points in split(10_000, parts)]


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
