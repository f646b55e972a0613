"""The deeds on the tree of places; those on groups beside it are handed on from ``groups.py``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import tell
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places import policy
from fundapp.places.doors import building_key, door_key
from fundapp.places.events import PlaceMade
from fundapp.places.groups import (
    AssignUnits,
    MakeGroup,
    NameHead,
    assign_units,
    close_group,
    leave_groups,
    make_group,
    move_units,
    name_head,
    put_in_groups,
    rekey_heads,
    release_unit,
)
from fundapp.places.holding import hold_compound, hold_place
from fundapp.places.models import GroupKind, Place, PlaceKind, Unit, UnitOrigin, UnitState, UnitUse
from fundapp.places.rules import clean_name, clean_room, fits_under

__all__ = [
    "AssignUnits",
    "GroupKind",
    "MakeGroup",
    "NameHead",
    "assign_units",
    "close_group",
    "hold_compound",
    "hold_place",
    "leave_groups",
    "make_group",
    "move_units",
    "name_head",
    "put_in_groups",
    "rekey_heads",
    "release_unit",
]

BATCH = 500


@dataclass(frozen=True)
class MakePlace:
    """Add one place under another; a district stands at the top."""

    kind: PlaceKind
    name: str
    parent_id: int | None = None


@dataclass(frozen=True)
class AddBuildings:
    """Add buildings to a compound by their names."""

    compound_id: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class UnitData:
    """One unit as a roster gives it."""

    building_id: int
    room: str
    area_cm2: int | None = None
    use: UnitUse = UnitUse.HOME
    state: UnitState = UnitState.DELIVERED
    printed: str | None = None


def make_place(session: Session, actor: Actor, cmd: MakePlace, clock: Clock) -> Place:
    """Add a place to the tree; who makes a district administers it.

    Raises:
        Forbidden: the actor is no administrator there.
        NotVisible: there is no such parent.
        Refused: the kind does not belong there, or the name is empty or taken.
    """
    parent = _held(session, cmd.parent_id) if cmd.parent_id is not None else None
    now = clock.now(session)
    policy.check_may_add_below(actor, parent.path if parent else None)
    if not fits_under(cmd.kind, parent.kind if parent else None):
        raise Refused("places.wrong_level", "kind")
    made = _add(session, cmd.kind, _free_name(session, parent, cmd.name), parent, now)
    record(session, actor, "places.make_place", f"place:{made.id}", now, kind=made.kind.value)
    tell(session, PlaceMade(made.id, made.kind, actor.person_id, now))
    return made


def add_buildings(session: Session, actor: Actor, cmd: AddBuildings, clock: Clock) -> list[Place]:
    """Add several buildings to a compound at once: all or none.

    Raises:
        Forbidden: the actor neither administers the compound nor works for it.
        NotVisible: there is no such compound.
        Refused: no name, or one that is taken.
    """
    compound = _held(session, cmd.compound_id)
    now = clock.now(session)
    policy.check_may_add_building(actor, compound.path)
    if compound.kind is not PlaceKind.COMPOUND:
        raise Refused("places.wrong_level", "names")
    if not cmd.names:
        raise Refused("places.name_needed", "names")
    made = [
        _add(session, PlaceKind.BUILDING, _free_name(session, compound, name, "names"), compound, now)
        for name in cmd.names
    ]
    record(session, actor, "places.add_buildings", f"place:{compound.id}", now, buildings=len(made))
    return made


def add_units(session: Session, compound_id: int, units: Sequence[UnitData]) -> int:
    """Add units to the buildings of a compound; give their number. Who may do so is the caller's rule."""
    building_ids = {unit.building_id for unit in units}
    names = {row.id: row.name for row in session.scalars(select(Place).where(Place.id.in_(building_ids)))}
    rows: list[dict[str, Any]] = [
        {
            "building_id": unit.building_id,
            "compound_id": compound_id,
            "room": clean_room(unit.room),
            "door_key": door_key(names[unit.building_id], unit.room),
            "printed": unit.printed,
            "area_cm2": unit.area_cm2,
            "use": unit.use,
            "state": unit.state,
        }
        for unit in units
    ]
    for start in range(0, len(rows), BATCH):
        session.execute(insert(Unit.__table__), rows[start : start + BATCH])  # type: ignore[arg-type]
    return len(rows)


def change_unit(session: Session, unit_id: int, area_cm2: int | None, use: UnitUse, state: UnitState) -> None:
    """Correct the area, the use and the state of a unit. Who may do so is the caller's rule."""
    session.execute(update(Unit).where(Unit.id == unit_id).values(area_cm2=area_cm2, use=use, state=state))


def end_units(session: Session, unit_ids: Sequence[int], at: datetime) -> None:
    """End units that were split or merged; their rows stay. Who may do so is the caller's rule."""
    session.execute(update(Unit).where(Unit.id.in_(unit_ids), Unit.ended_at.is_(None)).values(ended_at=at))


def note_origin(session: Session, unit_ids: Sequence[int], from_ids: Sequence[int]) -> None:
    """Note from which units others came."""
    session.add_all(UnitOrigin(unit_id=made, from_unit_id=former) for made in unit_ids for former in from_ids)
    session.flush()


def _held(session: Session, place_id: int) -> Place:
    place = lock(session, Place, place_id)
    if place is None:
        raise NotVisible
    return place


def _free_name(session: Session, parent: Place | None, typed: str, field: str = "name") -> str:
    name = clean_name(typed)
    if not name:
        raise Refused("places.name_needed", field)
    under = Place.parent_id == parent.id if parent else Place.parent_id.is_(None)
    taken = session.scalars(select(Place.name).where(under)).all()
    in_compound = parent is not None and parent.kind is PlaceKind.COMPOUND
    if name in taken or (in_compound and building_key(name) in {building_key(other) for other in taken}):
        raise Refused("places.name_taken", field, name=name)
    return name


def _add(session: Session, kind: PlaceKind, name: str, parent: Place | None, now: datetime) -> Place:
    made = Place(kind=kind, name=name, parent_id=parent.id if parent else None, path="", created_at=now)
    session.add(made)
    session.flush()
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    session.flush()
    return made
