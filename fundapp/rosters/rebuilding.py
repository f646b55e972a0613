"""Walls are moved: a unit is split, or several are merged; not while a round stands on one of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import ask
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.places.commands import UnitData, add_units, end_units, leave_groups, move_units, note_origin
from fundapp.places.models import GroupKind
from fundapp.places.queries import UnitRow, groups_below, unit_of_door, units_of_compound
from fundapp.places.rules import clean_room
from fundapp.rosters import policy
from fundapp.rosters.heads import HoldingReason
from fundapp.rosters.holders import (
    Keeper,
    community_of,
    end_holdings,
    present_holdings,
    standing_unit,
    start_holdings,
)


@dataclass(frozen=True)
class NewRoom:
    """A unit that comes out of the work."""

    room: str
    area_cm2: int | None = None


@dataclass(frozen=True)
class RebuildUnits:
    """Split a unit into several rooms, or merge it with others (by their doors) into one."""

    unit_id: int
    with_doors: tuple[str, ...]
    rooms: tuple[NewRoom, ...]


def rebuild_units(session: Session, actor: Actor, cmd: RebuildUnits, clock: Clock) -> list[int]:
    """End the former units and make the new ones in the first one's building; give the new units' numbers.

    The new units have the holders of the former ones where these were the same, and the first one's groups. They get
    codes of their own.

    Raises:
        Forbidden: the actor does not work for the community.
        NotVisible: there is no such standing unit.
        Refused: a door is none of the compound's, no new room, one that stands already, or nothing changes; a round
            asks one of the former units and is not over.

    Source: reliability.md V6.
    """
    first = standing_unit(session, cmd.unit_id)
    now = clock.now(session)
    policy.check_may_keep_roster(actor, first.path)
    former = _former(session, first, cmd.with_doors)
    rooms = _rooms(cmd.rooms, len(former))
    ids = [unit.id for unit in former]
    check_no_round(session, ids)
    holders = [[one.holder_id for one in present_holdings(session, number)] for number in ids]
    groups = groups_below(session, first.path, now)
    end_holdings(session, ids, now, actor.person_id)
    leave_groups(session, ids, now)
    end_units(session, ids, now)
    made = _make(session, first, rooms)
    note_origin(session, made, ids)
    _hand_on(session, actor, first, made, holders, now)
    for kind in GroupKind:
        if (first.id, kind) in groups:
            move_units(session, kind, dict.fromkeys(made, groups[first.id, kind]), now)
    record(session, actor, "rosters.rebuild_units", f"unit:{first.id}", now, ended=len(ids), made=len(made))
    return made


def check_no_round(session: Session, unit_ids: list[int]) -> None:
    """Keep the units of a round as they are until it is over: who is asked must be who answers.

    Raises:
        Refused: a consent round or a vote stands on one of the units (code ``rosters.round_running``).
    """
    titles = ask("rosters.rounds_standing_on", session, unit_ids)
    if titles:
        raise Refused("rosters.round_running", titles="、".join(titles))


def _former(session: Session, first: UnitRow, doors: tuple[str, ...]) -> list[UnitRow]:
    found = {first.id: first}
    for door in doors:
        other = unit_of_door(session, first.compound_id, door)
        if other is None:
            raise Refused("rosters.door_unknown", "with_doors", door=door)
        found[other.id] = other
    return list(found.values())


def _rooms(rooms: tuple[NewRoom, ...], former: int) -> list[NewRoom]:
    clean = [NewRoom(clean_room(one.room), one.area_cm2) for one in rooms if one.room.strip()]
    if not clean or any(len(one.room) > 20 for one in clean):
        raise Refused("rosters.room_needed", "rooms")
    if len(clean) == 1 and former == 1:
        raise Refused("rosters.nothing_rebuilt", "rooms")
    return clean


def _make(session: Session, first: UnitRow, rooms: list[NewRoom]) -> list[int]:
    before = {unit.id for unit in units_of_compound(session, first.compound_id)}
    building_id = int(first.path.rstrip("/").rsplit("/", 1)[1])
    data = [UnitData(building_id, one.room, one.area_cm2, first.use, first.state) for one in rooms]
    taken = _doors_taken(session, first, data)
    if taken:
        raise Refused("rosters.room_taken", "rooms", room=taken)
    add_units(session, first.compound_id, data)
    return sorted(unit.id for unit in units_of_compound(session, first.compound_id) if unit.id not in before)


def _doors_taken(session: Session, first: UnitRow, data: list[UnitData]) -> str:
    """Give the first room that stands already or is named twice, else nothing."""
    seen: set[str] = set()
    for one in data:
        door = first.building + one.room
        if one.room in seen or unit_of_door(session, first.compound_id, door) is not None:
            return one.room
        seen.add(one.room)
    return ""


def _hand_on(
    session: Session, actor: Actor, first: UnitRow, made: list[int], holders: list[list[int]], now: datetime
) -> None:
    if any(other != holders[0] for other in holders):
        return
    keeper = Keeper(community_of(session, first), actor.person_id, now)
    for unit_id in made:
        start_holdings(session, keeper, unit_id, holders[0], now, HoldingReason.REBUILT)
