"""What comes next in a session, so that the page has one large button for whoever keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """The next deed; DECIDE on the floor and CLOSE at the session tell why not where it is too early."""

    ATTEND = "attend"
    SPEAK = "speak"
    AMEND = "amend"
    MOVE = "move"
    DECIDE = "decide"
    GO_ON = "go_on"
    OVER = "over"
    FLOOR = "floor"
    WRITE = "write"
    CLOSE = "close"


@dataclass(frozen=True)
class Floor:
    """Where an item stands in the room."""

    decided: bool
    others_open: bool
    quorate: bool
    moved: bool
    amendment_open: bool
    speakers: bool


def step_on_floor(floor: Floor) -> Step:
    """Give the next deed on an item of a session that goes on.

    Without a quorum nothing is decided: who is there is noted first, and once the item was begun it can be put off.

    >>> step_on_floor(Floor(False, True, True, moved=True, amendment_open=True, speakers=False)).value
    'amend'
    """
    if floor.decided:
        return Step.GO_ON if floor.others_open else Step.OVER
    if floor.speakers:
        return Step.SPEAK
    if not floor.quorate:
        return Step.DECIDE if floor.moved else Step.ATTEND
    if floor.amendment_open:
        return Step.AMEND
    return Step.DECIDE if floor.moved else Step.MOVE


def step_of_session(present: int, needed: int, decided: Sequence[bool], written: bool) -> Step:
    """Give the next deed of a session that goes on.

    >>> step_of_session(14, 14, [True, False], written=False).value
    'floor'
    """
    if present == 0 or (present < needed and not any(decided)):
        return Step.ATTEND
    if not all(decided):
        return Step.FLOOR
    return Step.CLOSE if written else Step.WRITE
