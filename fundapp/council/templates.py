"""The kinds of bodies, and the ready templates that a worker picks and adapts.

The levels are those of the places; the bars are floors where a law names them, and a proposal elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from fundapp.council.bars import MORE_THAN_HALF, TWO_THIRDS, Charter, Passing
from fundapp.kernel.bars import Bar
from fundapp.places.rules import PlaceKind


class BodyKind(StrEnum):
    """What a body is; each kind belongs to one set of bodies that work together."""

    COMMUNITY = "community"
    GROUP = "group"
    BUILDING = "building"
    JOINT = "joint"
    REVIEW = "review"
    NEIGHBOURS = "neighbours"
    REPRESENTATIVES = "representatives"
    DECIDING = "deciding"
    EXECUTING = "executing"
    SUPERVISING = "supervising"
    BRANCH = "branch"
    COMMITTEES = "committees"
    PARTY_MEETING = "party_meeting"


@dataclass(frozen=True)
class Template:
    """How a body of a kind usually works: where it sits, whom it reports to, when it may decide."""

    kind: BodyKind
    level: PlaceKind
    above: BodyKind | None
    charter: Charter
    by_law: bool = False
    fewest: int = 3


def _usual(quorum: Bar = TWO_THIRDS, days: int = 3) -> Charter:
    return Charter(quorum, Passing(MORE_THAN_HALF), days)


_HALF = Bar(Fraction(1, 2), strict=True)
TEMPLATES: Mapping[BodyKind, Template] = {
    one.kind: one
    for one in (
        Template(BodyKind.COMMUNITY, PlaceKind.COMMUNITY, BodyKind.REPRESENTATIVES, _usual(), fewest=15),
        Template(BodyKind.GROUP, PlaceKind.COMPOUND, BodyKind.COMMUNITY, _usual(), fewest=5),
        Template(BodyKind.BUILDING, PlaceKind.BUILDING, BodyKind.GROUP, _usual(days=2)),
        Template(BodyKind.JOINT, PlaceKind.STREET, None, _usual()),
        Template(BodyKind.REVIEW, PlaceKind.COMMUNITY, BodyKind.JOINT, _usual()),
        Template(BodyKind.NEIGHBOURS, PlaceKind.COMPOUND, BodyKind.REVIEW, _usual(days=2)),
        Template(BodyKind.REPRESENTATIVES, PlaceKind.COMMUNITY, None, _usual(), by_law=True, fewest=20),
        Template(BodyKind.DECIDING, PlaceKind.COMPOUND, BodyKind.REPRESENTATIVES, _usual(), fewest=5),
        Template(BodyKind.EXECUTING, PlaceKind.COMPOUND, BodyKind.DECIDING, _usual(_HALF, 1)),
        Template(BodyKind.SUPERVISING, PlaceKind.COMPOUND, BodyKind.DECIDING, _usual(_HALF, 1)),
        Template(BodyKind.BRANCH, PlaceKind.COMMUNITY, BodyKind.COMMITTEES, _usual(_HALF)),
        Template(BodyKind.COMMITTEES, PlaceKind.COMMUNITY, BodyKind.PARTY_MEETING, _usual(_HALF)),
        Template(BodyKind.PARTY_MEETING, PlaceKind.COMMUNITY, BodyKind.REPRESENTATIVES, _usual(), by_law=True),
    )
}
SETS: Mapping[str, tuple[BodyKind, ...]] = {
    "three_levels": (BodyKind.COMMUNITY, BodyKind.GROUP, BodyKind.BUILDING),
    "three_meetings": (BodyKind.JOINT, BodyKind.REVIEW, BodyKind.NEIGHBOURS),
    "representatives": (BodyKind.REPRESENTATIVES,),
    "one_three_one": (BodyKind.DECIDING, BodyKind.EXECUTING, BodyKind.SUPERVISING),
    "four_steps": (BodyKind.BRANCH, BodyKind.COMMITTEES, BodyKind.PARTY_MEETING, BodyKind.REPRESENTATIVES),
}
APART = frozenset(SETS["one_three_one"])
"""The bodies of 131 decide, carry out and supervise: nobody sits in two of them in one place."""


def floor_of(kind: BodyKind) -> Charter | None:
    """Give the bars below which a body of this kind cannot go, ``None`` where no law names any.

    Source: domain.md sections 3.5 and 4 (居民委员会组织法 28; 四议两公开).
    """
    template = TEMPLATES[kind]
    return template.charter if template.by_law else None
