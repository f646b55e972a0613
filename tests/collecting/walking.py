"""A neighbourhood that is asked door to door: made for the tests of this folder."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from fundapp.collecting import commands
from fundapp.consent.policy import Choice
from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Actor, Role
from tests.consent.asking import OPENS, Asked, at, make_asked
from tests.support.world import NOW, make_person

PHONE = "3f2a9c41-0000-4000-8000-000000000001"
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Walking:
    """The round, its building head with a registered phone, and her walk."""

    asked: Asked
    head: Actor
    walk: int


def make_walking() -> Walking:
    """Send the head of the first building to its doors."""
    asked = make_asked()
    building = asked.places.buildings[0]
    with unit_of_work() as session:
        head = make_person(session, "周楼长", Role.BUILDING_HEAD, building)
        cmd = commands.GiveWalk(asked.round, building, head.person_id or 0)
        walk = commands.give_walk(session, asked.worker, cmd, at(NOW)).id
        commands.register_device(session, head, asked.round, PHONE, at(NOW))
    return Walking(asked, head, walk)


def note(
    walking: Walking,
    number: int,
    answer: Choice = Choice.AGREE,
    noted: datetime = OPENS + HOUR,
    received: datetime = OPENS + 2 * HOUR,
    key: str = "",
    device: str = PHONE,
    actor: Actor | None = None,
):
    """Send what was noted at the door of a household; give what became of it and the answer's number."""
    asked = walking.asked
    cmd = commands.NoteAtDoor(
        asked.round, device, asked.places.units[number], answer, asked.scan, noted, key or str(uuid4())
    )
    with unit_of_work() as session:
        entry = commands.note_at_door(session, actor or walking.head, cmd, at(received))
        return entry.fate, entry.answer_id
