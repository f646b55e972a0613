"""Read the tree and its units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, false, func, or_, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.places.doors import door_key, split_door
from fundapp.places.models import Place, PlaceKind, Unit, UnitState, UnitUse
from fundapp.places.rules import natural_key


@dataclass(frozen=True)
class PlaceRow:
    """A place as other packages see it; ``full_name`` begins at the street."""

    id: int
    kind: PlaceKind
    name: str
    path: str
    full_name: str


@dataclass(frozen=True)
class UnitRow:
    """A unit with its door as people write it, and the path of its building."""

    id: int
    compound_id: int
    door: str
    path: str
    area_cm2: int | None
    use: UnitUse = UnitUse.HOME
    state: UnitState = UnitState.DELIVERED
    ended_at: datetime | None = None
    building: str = ""
    room: str = ""


def get_place(session: Session, place_id: int) -> PlaceRow:
    """Give a place.

    Raises:
        NotVisible: there is none of this number.

    """
    found = places_by_id(session, [place_id])
    if place_id not in found:
        raise NotVisible
    return found[place_id]


def places_by_id(session: Session, place_ids: list[int]) -> dict[int, PlaceRow]:
    """Give several places, their full names included, in one statement."""
    names = {row.id: row for row in session.scalars(_with_all_above(), {"place_ids": list(place_ids)})}
    return {number: _row(names[number], names) for number in dict.fromkeys(place_ids) if number in names}


@cache
def _with_all_above() -> Select[Place]:
    """Select some places and all that they lie in, climbing from each to the place above it."""
    wanted = select(Place.id, Place.parent_id).where(Place.id.in_(bindparam("place_ids", expanding=True)))
    climbed = wanted.cte("climbed", recursive=True)
    climbed = climbed.union(select(Place.id, Place.parent_id).join(climbed, Place.id == climbed.c.parent_id))
    return select(Place).where(Place.id.in_(select(climbed.c.id)))


def places_above(session: Session, place: PlaceRow) -> list[PlaceRow]:
    """List what a place lies in, the district first."""
    numbers = [int(part) for part in place.path.strip("/").split("/") if int(part) != place.id]
    found = places_by_id(session, numbers) if numbers else {}
    return [found[number] for number in numbers]


def places_below(session: Session, path: str, *kinds: PlaceKind) -> list[PlaceRow]:
    """List the places of some kinds in the subtree of *path*, itself included, in the tree's order."""
    query = select(Place).where(Place.path.startswith(path, autoescape=True)).order_by(Place.path)
    if kinds:
        query = query.where(Place.kind.in_(kinds))
    rows = session.scalars(query).all()
    above = {int(part) for row in rows for part in row.path.strip("/").split("/")}
    names = {row.id: row for row in session.scalars(select(Place).where(Place.id.in_(above)))}
    return [_row(row, names) for row in rows]


def workplaces(session: Session, actor: Actor) -> dict[int, str]:
    """Give the names of the places in which the actor is the worker, by number; buildings are left out."""
    paths = [grant.path for grant in actor.grants if grant.role is Role.WORKER]
    found = [place for path in paths for place in places_below(session, path)]
    return {place.id: place.full_name for place in found if place.kind is not PlaceKind.BUILDING}


def ancestor(session: Session, path: str, kind: PlaceKind) -> PlaceRow | None:
    """Give the place of one kind on the way up from *path*."""
    ids = [int(part) for part in path.strip("/").split("/")]
    row = session.scalar(select(Place).where(Place.id.in_(ids), Place.kind == kind))
    return get_place(session, row.id) if row else None


def units_of_compound(session: Session, compound_id: int) -> list[UnitRow]:
    """List a compound's standing units by building and room."""
    return _units(session, (Unit.compound_id == compound_id) & Unit.ended_at.is_(None))


def units_by_id(session: Session, unit_ids: list[int]) -> dict[int, UnitRow]:
    """Give units by number, ended ones too: rounds may stand on them."""
    return {row.id: row for row in _units(session, Unit.id.in_(unit_ids))}


def unit_of_door(session: Session, compound_id: int, typed: str) -> UnitRow | None:
    """Find a standing unit by its door in any spelling."""
    door = split_door(typed)
    if door is None:
        return None
    same = Unit.door_key == door_key(door.building, door.room)
    found = _units(session, (Unit.compound_id == compound_id) & same & Unit.ended_at.is_(None))
    return found[0] if found else None


def units_below(session: Session, path: str) -> list[UnitRow]:
    """List the standing units of every compound in the subtree of *path*."""
    return _units(session, Place.path.startswith(path, autoescape=True) & Unit.ended_at.is_(None))


def path_of(session: Session, place_id: int) -> str | None:
    """Give a place's path; ``None`` where there is no such place."""
    return session.scalar(select(Place.path).where(Place.id == place_id))


def _units(session: Session, where: object) -> list[UnitRow]:
    query = (
        select(
            Unit.id,
            Unit.compound_id,
            Unit.room,
            Unit.area_cm2,
            Unit.use,
            Unit.state,
            Unit.ended_at,
            Place.name,
            Place.path,
        )
        .join(Place, Place.id == Unit.building_id)
        .where(where)  # type: ignore[arg-type]  # one of the three conditions above
    )
    rows = sorted(
        session.execute(query), key=lambda row: (row.compound_id, natural_key(row.name), natural_key(row.room))
    )
    return [
        UnitRow(
            row.id,
            row.compound_id,
            f"{row.name}{row.room}",
            row.path,
            row.area_cm2,
            row.use,
            row.state,
            row.ended_at,
            row.name,
            row.room,
        )
        for row in rows
    ]


def _row(place: Place, names: dict[int, Place]) -> PlaceRow:
    on_the_way = [names[int(part)] for part in place.path.strip("/").split("/")]
    shown = [step.name for step in on_the_way if step.kind is not PlaceKind.DISTRICT or step.id == place.id]
    return PlaceRow(place.id, place.kind, place.name, place.path, "".join(shown))


@dataclass(frozen=True)
class Node:
    """A place of the set-up tree with what lies under it; buildings and units are only counted."""

    place: PlaceRow
    children: tuple["Node", ...]
    buildings: int
    units: int


def tree(session: Session, paths: Sequence[str]) -> list[Node]:
    """Give the trees under some paths, down to the compounds, in a fixed number of statements."""
    under = [Place.path.startswith(path, autoescape=True) for path in paths]
    rows = session.scalars(select(Place).where(or_(false(), *under), Place.kind != PlaceKind.BUILDING)).all()
    known = places_by_id(session, [row.id for row in rows])
    parents = {row.id: row.parent_id for row in rows}
    buildings = _counted(session, select(Place.parent_id, func.count()).where(Place.kind == PlaceKind.BUILDING))
    units = _counted(session, select(Unit.compound_id, func.count()).where(Unit.ended_at.is_(None)))
    return _nodes([number for number in parents if parents[number] not in parents], known, parents, buildings, units)


def _counted(session: Session, query: Select[Any, int]) -> dict[int, int]:
    key = query.selected_columns[0]
    return {row[0]: row[1] for row in session.execute(query.group_by(key))}


def _nodes(
    ids: list[int],
    known: dict[int, PlaceRow],
    parents: dict[int, int | None],
    buildings: dict[int, int],
    units: dict[int, int],
) -> list[Node]:
    return [
        Node(
            known[number],
            tuple(_nodes([one for one in parents if parents[one] == number], known, parents, buildings, units)),
            buildings.get(number, 0),
            units.get(number, 0),
        )
        for number in sorted(ids)
    ]


def children_of(session: Session, place: PlaceRow) -> list[PlaceRow]:
    """List what lies directly under a place, by name."""
    rows = session.execute(select(Place.id, Place.name, Place.kind, Place.path).where(Place.parent_id == place.id))
    found = [PlaceRow(row.id, row.kind, row.name, row.path, f"{place.full_name}{row.name}") for row in rows]
    return sorted(found, key=lambda row: natural_key(row.name))


def count_units(session: Session, place: PlaceRow) -> int:
    """Count the standing units in the subtree of a place."""
    query = (
        select(func.count())
        .select_from(Unit)
        .join(Place, Place.id == Unit.building_id)
        .where(Place.path.startswith(place.path, autoescape=True), Unit.ended_at.is_(None))
    )
    return session.scalar(query) or 0
