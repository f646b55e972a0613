"""Grades and how they are counted, as functions of values."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """满意 / 基本满意 / 不满意."""

    SATISFIED = "satisfied"
    BASICALLY = "basically"
    UNSATISFIED = "unsatisfied"


class Party(StrEnum):
    """The three parties."""

    COMMUNITY = "community"
    PARTY_MEMBERS = "party_members"
    RESIDENTS = "residents"


SHEETED = (Party.COMMUNITY, Party.PARTY_MEMBERS)
WORST_FIRST = (Grade.UNSATISFIED, Grade.BASICALLY, Grade.SATISFIED)


@dataclass(frozen=True)
class Count:
    """How a party graded; ``base`` is all its members, those who did not grade included."""

    base: int
    satisfied: int
    basically: int
    unsatisfied: int

    @property
    def given(self) -> int:
        """Count the grades given."""
        return self.satisfied + self.basically + self.unsatisfied


def outcome(count: Count) -> Grade:
    """Grade by halves of all members: 满意 where it reaches half, else 基本满意 where both together do.

    Raises:
        ValueError: no member, or more grades than members.

    Source: domain.md section 5, 镇海 2022.

    >>> [outcome(Count(29, *c)).value for c in ((28, 1, 0), (20, 8, 1), (14, 14, 1), (10, 4, 15))]
    ['satisfied', 'satisfied', 'basically', 'unsatisfied']
    """
    if count.base <= 0 or count.given > count.base or min(count.satisfied, count.basically, count.unsatisfied) < 0:
        raise ValueError(f"{count} does not add up")
    if count.satisfied * 2 >= count.base:
        return Grade.SATISFIED
    return Grade.BASICALLY if (count.satisfied + count.basically) * 2 >= count.base else Grade.UNSATISFIED


def by_plurality(count: Count) -> Grade:
    """Give the grade with the most votes; of equal ones the lower.

    Raises:
        ValueError: no grade given.

    Source: domain.md section 5, 罗湖.

    >>> by_plurality(Count(29, 14, 14, 1)).value
    'basically'
    """
    if count.given == 0:
        raise ValueError("nobody has graded")
    votes = {Grade.UNSATISFIED: count.unsatisfied, Grade.BASICALLY: count.basically, Grade.SATISFIED: count.satisfied}
    return max(WORST_FIRST, key=lambda grade: (votes[grade], -WORST_FIRST.index(grade)))


def by_scale(scale: str, count: Count) -> Grade:
    """Count by the rule that the policy names: "three_grade_half" or "plurality".

    >>> by_scale("three_grade_half", Count(29, 28, 1, 0)).value
    'satisfied'
    """
    return by_plurality(count) if scale == "plurality" else outcome(count)


def overall(outcomes: list[Grade]) -> Grade:
    """Give the lowest of the three parties' outcomes: a project is only as good as its least content party.

    >>> overall([Grade.SATISFIED, Grade.BASICALLY, Grade.SATISFIED]).value
    'basically'
    """
    return min(outcomes, key=WORST_FIRST.index)
