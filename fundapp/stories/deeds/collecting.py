"""Door to door: who is sent where, and what came in from there."""

from uuid import uuid4

from sqlalchemy import select

from fundapp.collecting.commands import GiveWalk, NoteAtDoor, give_walk, note_at_door, register_device
from fundapp.consent.models import ConsentRound
from fundapp.consent.policy import Choice
from fundapp.consent.queries import door_or_refuse
from fundapp.kernel.errors import BadInput
from fundapp.places.queries import get_place, places_below
from fundapp.places.rules import PlaceKind
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import picture


@deed("collecting.give", "round building to")
def collecting_give(scene: Scene) -> Facts:
    """Send a person to the doors of a building. Fields: round, building (its name), to (a person's handle)."""
    round_id, name = scene.thing("consent_round", "round"), scene.fields.text("building")
    place = scene.session.get_one(ConsentRound, round_id).place_id
    rows = places_below(scene.session, get_place(scene.session, place).path, PlaceKind.BUILDING)
    found = [row.id for row in rows if row.name == name]
    if not found:
        raise BadInput(f"{scene.fields.where}, building", repr(name), "、".join(row.name for row in rows))
    walk = give_walk(scene.session, scene.actor, GiveWalk(round_id, found[0], scene.thing("person", "to")), scene.clock)
    return {"walk": walk.id}


@deed("collecting.note", "round door answer noted")
def collecting_note(scene: Scene) -> Facts:
    """Send in what was signed at a door. Fields: round, door, answer (agree, oppose, abstain, follow), noted."""
    round_id = scene.thing("consent_round", "round")
    round_ = scene.session.execute(
        select(ConsentRound.snapshot_id, ConsentRound.place_id).where(ConsentRound.id == round_id)
    ).one()
    unit = door_or_refuse(scene.session, round_.snapshot_id, scene.fields.text("door"))
    phone = str(uuid4())
    register_device(scene.session, scene.actor, round_id, phone, scene.clock)
    photo = picture(scene.session, scene.actor, round_.place_id, scene.clock)
    noted = scene.fields.instant("noted", scene.clock.at)
    cmd = NoteAtDoor(round_id, phone, unit, scene.fields.choice("answer", Choice), photo, noted, str(uuid4()))
    return {"fate": note_at_door(scene.session, scene.actor, cmd, scene.clock).fate.value}
