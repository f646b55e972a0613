"""Give walks, end them, register phones, take in what was noted at doors."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.collecting import policy, queries
from fundapp.collecting.models import Device, DoorEntry, Walk
from fundapp.collecting.rules import Fate, device_key, noted_at
from fundapp.consent.commands import (
    AnswerAtDoor,
    Held,
    Named,
    RecordVisit,
    Visited,
    answer_at_door,
    hold,
    record_visit,
)
from fundapp.consent.papers import VisitResult
from fundapp.consent.policy import Choice, RoundState, check_takes_sheets
from fundapp.consent.queries import path_of
from fundapp.db.once import done_before, own_key
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.people.queries import actor_of
from fundapp.places.queries import get_place

LATER = "consent.phone_later"


@dataclass(frozen=True)
class GiveWalk:
    """Send a person to the doors of a building of a round."""

    round_id: int
    building_id: int
    person_id: int


@dataclass(frozen=True)
class NoteAtDoor:
    """What a collector noted at a door: ``noted_at`` is her phone's time, ``op_key`` was made there."""

    round_id: int
    device: str
    unit_id: int
    answer: Choice
    photo_id: int
    noted_at: datetime
    op_key: str


@dataclass(frozen=True)
class VisitedDoor:
    """A door at which a collector got no answer, and why."""

    round_id: int
    device: str
    unit_id: int
    result: VisitResult
    noted_at: datetime
    op_key: str


def give_walk(session: Session, actor: Actor, cmd: GiveWalk, clock: Clock) -> Walk:
    """Give the doors of a building to a collector; giving them again changes nothing.

    Raises:
        Forbidden: not the worker of the community.
        Refused: the round has closed; the building lies elsewhere; the person may not collect there.
    """
    held = hold(session, cmd.round_id, clock)
    round_, now = held.round, held.now
    place = path_of(session, round_.place_id)
    policy.check_may_give_walks(actor, place)
    check_takes_sheets(held.window, held.state)
    building = get_place(session, cmd.building_id)
    if not building.path.startswith(place) or building.kind != "building":
        raise Refused("collecting.other_building", field="building_id")
    policy.check_collector(actor_of(session, cmd.person_id, now), building.path)
    walk = queries.standing_walk(session, round_.id, building.id, cmd.person_id)
    if walk is not None:
        return walk
    walk = Walk(
        round_id=round_.id,
        building_id=building.id,
        person_id=cmd.person_id,
        assigned_by_id=actor.person_id,
        starts_at=now,
    )
    session.add(walk)
    session.flush()
    record(session, actor, "collecting.give", f"consent_round:{round_.id}", now, building=building.id, to=cmd.person_id)
    return walk


def end_walk(session: Session, actor: Actor, walk_id: int, clock: Clock) -> Walk:
    """End a walk: what is noted from now on is not taken; what was noted before still is.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is none of this number.
    """
    walk = lock(session, Walk, walk_id)
    if walk is None:
        raise NotVisible
    held = hold(session, walk.round_id, clock)
    round_, now = held.round, held.now
    policy.check_may_give_walks(actor, path_of(session, round_.place_id))
    if walk.ends_at is None:
        walk.ends_at = now
        session.flush()
        record(session, actor, "collecting.end", f"consent_round:{round_.id}", now, walk=walk.id)
    return walk


def register_device(session: Session, actor: Actor, round_id: int, key: str, clock: Clock) -> Device:
    """Register a collector's phone for a round, before its close; a second time changes nothing.

    Raises:
        Forbidden: she has no walk in this round, or the phone's name belongs to another collector.
        Refused: the round has closed, or the name is no UUID.
    """
    held = hold(session, round_id, clock)
    round_, now = held.round, held.now
    check_takes_sheets(held.window, held.state)
    if not queries.walks_of(session, round_.id, actor):
        raise Forbidden("collecting.no_walk")
    name = device_key(key)
    device = queries.device_of(session, round_.id, name)
    if device is not None and device.person_id != actor.person_id:
        raise Forbidden("collecting.other_phone")
    if device is None:
        device = Device(round_id=round_.id, device_key=name, person_id=actor.person_id, registered_at=now)
        session.add(device)
        session.flush()
        record(session, actor, "collecting.register", f"consent_round:{round_.id}", now, device=device.id)
    return device


def note_at_door(session: Session, actor: Actor, cmd: NoteAtDoor, clock: Clock) -> DoorEntry:
    """Take in what was noted at a door; the same entry sent again gives what became of it the first time.

    What the household said by phone after it was noted stands; the entry is kept beside it as superseded.

    Raises:
        Forbidden: not a registered phone of this collector, or a door that her walk does not cover.
        Refused: noted outside the round, the round takes nothing any more, or the key was used for something else.

    Source: design.md rule 4; reliability.md 4.2.
    """
    held = hold(session, cmd.round_id, clock)
    round_, now = held.round, held.now
    key = own_key(actor, device_key(cmd.op_key))
    sent = done_before(session, DoorEntry, key, round_id=round_.id, unit_id=cmd.unit_id, answer=cmd.answer)
    if sent is not None:
        return sent
    device, noted = _on_her_walk(session, actor, cmd, held)
    if held.state is RoundState.WAITING:
        raise Refused("consent.not_open_yet", opens_at=round_.opens_at)
    entry = DoorEntry(
        op_key=key,
        device_id=device.id,
        round_id=round_.id,
        unit_id=cmd.unit_id,
        answer=cmd.answer,
        photo_id=cmd.photo_id,
        noted_at=noted,
        received_at=now,
        person_id=actor.person_id,
        fate=Fate.COUNTED,
    )
    _count(session, actor, cmd, entry, clock)
    session.add(entry)
    session.flush()
    record(session, actor, "collecting.note", f"consent_round:{round_.id}", now, fate=entry.fate.value)
    return entry


def note_visit(session: Session, actor: Actor, cmd: VisitedDoor, clock: Clock) -> Visited:
    """Take in a visit that brought no answer; sent again it is there once. It is never counted as an answer.

    Raises:
        Forbidden: not a registered phone of this collector, or a door that her walk does not cover.
        Refused: noted outside the round, its result is told, or the key was used for something else.
    """
    held = hold(session, cmd.round_id, clock)
    _device, noted = _on_her_walk(session, actor, cmd, held)
    went, key = Named(actor.person_id), device_key(cmd.op_key)
    return record_visit(session, actor, RecordVisit(cmd.round_id, cmd.unit_id, cmd.result, noted, key, went), clock)


def _on_her_walk(session: Session, actor: Actor, cmd: NoteAtDoor | VisitedDoor, held: Held) -> tuple[Device, datetime]:
    """Give the collector's phone and when she noted something, where her walk covered the door then."""
    device = queries.device_of(session, held.round.id, device_key(cmd.device))
    if device is None or device.person_id != actor.person_id:
        raise Forbidden("collecting.other_phone")
    noted = noted_at(cmd.noted_at, held.window.opens_at, held.window.closes_at, held.now)
    if not queries.covers(session, held.round.id, actor, cmd.unit_id, noted):
        raise Forbidden("collecting.not_on_walk")
    return device, noted


def _count(session: Session, actor: Actor, cmd: NoteAtDoor, entry: DoorEntry, clock: Clock) -> None:
    told = AnswerAtDoor(cmd.round_id, cmd.unit_id, cmd.answer, cmd.photo_id, entry.op_key, entry.noted_at)
    try:
        entry.answer_id = answer_at_door(session, actor, told, clock).id
    except Refused as refusal:
        if refusal.code != LATER:
            raise
        entry.fate = Fate.SUPERSEDED
