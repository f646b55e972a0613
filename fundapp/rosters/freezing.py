"""Freezes the households of a place, their heads and their groups, for a round that opens."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Refused
from fundapp.places.commands import hold_compound
from fundapp.places.models import GroupKind, PlaceKind
from fundapp.places.queries import PlaceRow, UnitRow, get_place, groups_below, places_below, units_below
from fundapp.rosters import rules
from fundapp.rosters.heads import HolderKind, SnapshotLine, head_of, roster_hash
from fundapp.rosters.models import RosterSnapshot, SnapshotUnit
from fundapp.rosters.queries import developers_below, voters_below

BATCH = 500


def freeze_roster(session: Session, actor: Actor, place_id: int, at: datetime) -> RosterSnapshot:
    """Freeze the households of all compounds of a place: for a round that is opened in the same deed.

    Homes and shops are households, parking spaces are not. Doors carry the compound's name where there are several.
    Who holds a unit *at* that moment is its head, an undelivered one counts with its developer; a later change of
    holder, area or group does not touch the snapshot. :class:`SnapshotUnit` says how heads are counted.
    Compounds are held, so that no wall moves meanwhile. Who may freeze is the rule of the round.

    Raises:
        NotVisible: there is no such place.
        Refused: no household lies there (code ``rosters.empty``).
    """
    place = get_place(session, place_id)
    for compound in sorted(places_below(session, place.path, PlaceKind.COMPOUND), key=lambda row: row.id):
        hold_compound(session, compound.id)
    lines = _lines(session, place, at)
    if not lines:
        raise Refused("rosters.empty", place=place.full_name)
    snapshot = RosterSnapshot(place_id=place.id, taken_at=at, households=len(lines), roster_hash=roster_hash(lines))
    session.add(snapshot)
    session.flush()
    rows = [_row(snapshot.id, line) for line in lines]
    for start in range(0, len(rows), BATCH):
        session.execute(insert(SnapshotUnit.__table__), rows[start : start + BATCH])  # type: ignore[arg-type]
    record(session, actor, "rosters.freeze", f"roster_snapshot:{snapshot.id}", at, households=len(lines))
    return snapshot


def _lines(session: Session, place: PlaceRow, at: datetime) -> list[SnapshotLine]:
    units = [unit for unit in units_below(session, place.path) if unit.use in rules.HOUSEHOLDS]
    compounds = {row.id: row.name for row in places_below(session, place.path, PlaceKind.COMPOUND)}
    several = len({unit.compound_id for unit in units}) > 1
    heads = _heads(session, units, place, at)
    groups = groups_below(session, place.path, at)
    return [
        SnapshotLine(
            unit.id,
            (compounds[unit.compound_id] if several else "") + unit.door,
            unit.area_cm2,
            heads[unit.id],
            groups.get((unit.id, GroupKind.TEN)),
            groups.get((unit.id, GroupKind.GRID)),
        )
        for unit in units
    ]


def _heads(session: Session, units: list[UnitRow], place: PlaceRow, at: datetime) -> dict[int, int | None]:
    voters, developers = voters_below(session, place.path, at), developers_below(session, place.path, at)
    heads = {}
    for unit in units:
        voter_id, kind = voters.get(unit.id, (None, None))
        developer = voter_id if kind is HolderKind.DEVELOPER else developers.get(unit.compound_id)
        heads[unit.id] = head_of(unit.state, voter_id, developer)
    return heads


def _row(snapshot_id: int, line: SnapshotLine) -> dict[str, object]:
    return {
        "snapshot_id": snapshot_id,
        "unit_id": line.unit_id,
        "door": line.door,
        "area_cm2": line.area_cm2,
        "holder_id": line.holder_id,
        "head_key": line.head_key,
        "group_id": line.group_id,
        "grid_id": line.grid_id,
    }
