"""The law as data: which article asks for which share, from which day to which, in our own words.

A round pins the entry that was in force on the day it opened, numbers included, and is never judged again under a later
one. An entry that has been in force is never edited: what replaces it is a further entry with its own first day.
Source: domain.md sections 0, 3.1, 3.5 and 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from fundapp.kernel.bars import Bar

MAJORITY = Bar(Fraction(1, 2), strict=True)
TWO_THIRDS = Bar(Fraction(2, 3))
THREE_QUARTERS = Bar(Fraction(3, 4))


class Standing(StrEnum):
    """What a result of this kind is: a decision under a statute, agreed practice, or advice that binds nobody."""

    STATUTE = "statute"
    PRACTICE = "practice"
    ADVICE = "advice"


@dataclass(frozen=True)
class Rule:
    """The shares that one regime asks for; without a quorum the bar is a share of all heads."""

    bar: Bar
    quorum: Bar | None = None


@dataclass(frozen=True)
class Law:
    """One version of a law for some regimes, in force from a first day to a last one (``None``: until replaced)."""

    code: str
    rules: Mapping[str, Rule]
    effective_from: date
    effective_to: date | None
    title: str
    sentence: str
    standing: Standing = Standing.STATUTE
    early_end: bool = False

    def in_force(self, day: date) -> bool:
        """Tell whether it holds on *day*; its first and last day are inside."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


_FIRST_DAY = date(1990, 1, 1)
HOUSEHOLD, COUNCIL = "household", "council"

LAWS = (
    Law(
        code="civil-code-278",
        rules={
            "owners:half": Rule(MAJORITY, TWO_THIRDS),
            "owners:three-quarters": Rule(THREE_QUARTERS, TWO_THIRDS),
        },
        effective_from=date(2021, 1, 1),
        effective_to=None,
        title="《民法典》第二百七十八条",
        sentence="业主共同决定事项，参与表决的业主，专有部分面积和人数都要占三分之二以上。一般事项须参与表决的面积过半数"
        "并且人数过半数同意；筹集维修资金、改建重建、改变共有部分用途等事项须参与表决的面积四分之三以上并且人数四分之三以上同意。",
        early_end=True,
    ),
    Law(
        code="residents-committee-2025",
        rules={"residents-meeting": Rule(MAJORITY, MAJORITY), "representatives": Rule(MAJORITY, TWO_THIRDS)},
        effective_from=date(2026, 1, 1),
        effective_to=None,
        title="《城市居民委员会组织法》（2025年修订）第二十六条至第二十九条",
        sentence="居民会议要有过半数的居民或者户代表参加，到会的过半数同意才算通过；居民代表会议要有三分之二以上的组成人员"
        "参加，到会的过半数同意才算通过。",
    ),
    Law(
        code="residents-committee-1989",
        rules={"residents-meeting": Rule(MAJORITY, MAJORITY), "representatives": Rule(MAJORITY, MAJORITY)},
        effective_from=_FIRST_DAY,
        effective_to=date(2025, 12, 31),
        title="《城市居民委员会组织法》（2025年修订前）第九条",
        sentence="居民会议可以由居民、户代表或者居民小组选出的代表参加，要有过半数出席，出席的过半数同意才算通过；"
        "当时的法律没有另设居民代表会议。",
    ),
    Law(
        code="council-2025",
        rules={COUNCIL: Rule(MAJORITY)},
        effective_from=date(2026, 1, 1),
        effective_to=None,
        title="《城市居民委员会组织法》（2025年修订）第三十二条",
        sentence="居民议事会是协商的形式，意见供决定时参考；需要由居民会议或者业主决定的，另行表决。",
        standing=Standing.ADVICE,
    ),
    Law(
        code="council-custom",
        rules={COUNCIL: Rule(MAJORITY)},
        effective_from=_FIRST_DAY,
        effective_to=date(2025, 12, 31),
        title="议事协商的惯例（当时没有法律条文）",
        sentence="议事的意见供决定时参考，不是居民会议的决定，也不是业主的决定。",
        standing=Standing.ADVICE,
    ),
    Law(
        code="household-custom",
        rules={},
        effective_from=_FIRST_DAY,
        effective_to=None,
        title="按户征求的惯例（没有法律条文）",
        sentence="按户征求同意是社区的做法，门槛由本计划的政策规定。它不是业主共同决定，也不是居民会议的决定，"
        "不能用来处分共有部分或者动用维修资金。",
        standing=Standing.PRACTICE,
    ),
)
_BY_CODE = {law.code: law for law in LAWS}


def law_for(regime: str, day: date) -> Law:
    """Give the law under which a round of this regime that opens on *day* is counted.

    Raises:
        LookupError: none is in force on that day.

    >>> law_for("representatives", date(2025, 12, 31)).code, law_for("representatives", date(2026, 1, 1)).code
    ('residents-committee-1989', 'residents-committee-2025')
    >>> law_for("household:2/3", date(2026, 1, 1)).standing.value
    'practice'
    """
    for law in LAWS:
        covers = law.code == "household-custom" if regime.startswith(f"{HOUSEHOLD}:") else regime in law.rules
        if covers and law.in_force(day):
            return law
    raise LookupError(regime)


def law_of(code: str) -> Law:
    """Give the law of a pinned code.

    >>> law_of("civil-code-278").early_end
    True
    """
    return _BY_CODE[code]


def newest_rules() -> dict[str, Rule]:
    """Give the shares of each statutory regime under the version that has no last day yet."""
    return {
        name: rule
        for law in LAWS
        if law.effective_to is None and law.standing is Standing.STATUTE
        for name, rule in law.rules.items()
    }
