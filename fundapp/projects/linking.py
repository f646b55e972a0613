"""When two projects are the same, or exclude each other: the words, the moments, and who looks alike.

Source: docs/rules/council.md "Duplicates and rivals".
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from fundapp.projects.rules import Stage

ALIKE = 60
RATHER_ALIKE = 40
MOST_ALIKE = 5
GONE = frozenset({Stage.DRAFT, Stage.WITHDRAWN, Stage.REJECTED})
"""Who stands here is nobody's double and nobody's rival."""
BEFORE_CHOICE = frozenset(
    {Stage.SUBMITTED, Stage.RETURNED, Stage.FEASIBLE, Stage.CONSENTING, Stage.CONSENTED, Stage.RESERVED}
)
"""Nothing was decided of them yet, and no ballot names them: they may still be carried on by another."""
CHOSEN = frozenset(
    {Stage.SELECTED, Stage.MATCHED, Stage.DELIVERING, Stage.ACCEPTED, Stage.EVALUATED, Stage.CLOSED}
)  # fmt: skip
"""They will be built, or were."""


class LinkKind(StrEnum):
    """How two projects belong together: the first is carried on by the second, or only one of them can be built."""

    DUPLICATE = "duplicate"
    RIVALS = "rivals"


class LinkStep(StrEnum):
    """What became of a link after it was asked for."""

    STANDS = "stands"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class LinkState(StrEnum):
    """Where a link stands; computed from its steps."""

    ASKED = "asked"
    STANDS = "stands"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


def link_state(steps: Iterable[LinkStep]) -> LinkState:
    """Tell where a link stands: without a step it was only asked for, and an end outlasts what it ended.

    >>> link_state([]), link_state([LinkStep.STANDS, LinkStep.ENDED])
    (<LinkState.ASKED: 'asked'>, <LinkState.ENDED: 'ended'>)
    """
    found = set(steps)
    over = found - {LinkStep.STANDS}
    if over:
        return LinkState(over.pop().value)
    return LinkState.STANDS if found else LinkState.ASKED


def pair_of(kind: LinkKind, project_id: int, other_id: int) -> tuple[int, int]:
    """Give a pair as it is kept: rivals have no order, a double goes before who carries it on.

    >>> pair_of(LinkKind.RIVALS, 9, 4), pair_of(LinkKind.DUPLICATE, 9, 4)
    ((4, 9), (9, 4))
    """
    turned = kind is LinkKind.RIVALS and other_id < project_id
    return (other_id, project_id) if turned else (project_id, other_id)


def against_linking(kind: LinkKind, stage: Stage, other_stage: Stage) -> str | None:
    """Name what speaks against a link of projects at these stages (refusal code); ``None`` where nothing does.

    A double is still before its vote. Of two rivals one at least is still to be chosen.

    >>> against_linking(LinkKind.DUPLICATE, Stage.IN_ROUND, Stage.CONSENTED)
    'projects.link_too_late'
    """
    if stage in GONE or other_stage in GONE:
        return "projects.link_gone"
    if kind is LinkKind.DUPLICATE:
        return None if stage in BEFORE_CHOICE else "projects.link_too_late"
    return "projects.link_both_chosen" if stage in CHOSEN and other_stage in CHOSEN else None


@dataclass(frozen=True)
class Described:
    """What is compared of a project: title, location, and the compound in which it lies."""

    project_id: int
    title: str
    location: str
    place_id: int


def alike(one: str, other: str) -> int:
    """Give how much of two texts is the same, in whole hundredths of both together.

    Case, width, blanks and punctuation do not matter. Empty texts are like nothing.

    >>> alike("3栋 门口装路灯", "３栋门口，装路灯！"), alike("装路灯", "修凉亭"), alike("", "")
    (100, 0, 0)
    """
    a, b = sorted((_plain(one), _plain(other)))
    if not a or not b:
        return 0
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return 200 * sum(block.size for block in blocks) // (len(a) + len(b))


def similar(one: Described, others: Iterable[Described]) -> list[int]:
    """Name the projects that may be the same as *one*, the most alike first, five at most.

    A title that is alike to 60 of 100 is enough; with 40 the place must be the same compound and the location alike.
    It is a hint for a person: nothing follows from it.

    >>> lamp = Described(1, "装两盏路灯", "3栋门口", 7)
    >>> similar(lamp, [Described(2, "3栋门口装路灯", "3栋门口", 7), Described(3, "修凉亭", "3栋门口", 7)])
    [2]
    """
    found = []
    for other in others:
        title = alike(one.title, other.title)
        near = one.place_id == other.place_id and alike(one.location, other.location) >= ALIKE
        if other.project_id != one.project_id and title >= (RATHER_ALIKE if near else ALIKE):
            found.append((-title, not near, other.project_id))
    return [number for _title, _near, number in sorted(found)[:MOST_ALIKE]]


def _plain(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in wide if letter.isalnum())
