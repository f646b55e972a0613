"""Read what the register holds, the files that were taken in, and those that wait."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.places.models import GroupKind, Place, PlaceKind, Unit, UnitUse
from fundapp.places.queries import PlaceRow, group_names, places_below
from fundapp.places.rules import natural_key
from fundapp.rosters.heads import HolderData
from fundapp.rosters.models import Holder, Holding, RosterImport, RosterUpload
from fundapp.rosters.rules import Fault, Kept, Plan, SheetRow, make_plan


@dataclass(frozen=True)
class ImportRow:
    """One accepted file."""

    id: int
    file_name: str
    rows_new: int
    rows_changed: int
    imported_at: datetime


def unit_ids_by_key(session: Session, compound_id: int) -> dict[str, int]:
    """Give the standing units of a compound by the key of their doors."""
    rows = session.execute(
        select(Unit.door_key, Unit.id).where(Unit.compound_id == compound_id, Unit.ended_at.is_(None))
    )
    return {row.door_key: row.id for row in rows}


def kept_units(session: Session, compound_id: int) -> dict[str, Kept]:
    """Give what the register holds of a compound's standing units, names included, by the key of their doors."""
    rows = session.execute(
        select(Place.name, Unit.room, Unit.door_key, Unit.id, Unit.area_cm2, Unit.use, Unit.state)
        .join(Place, Place.id == Unit.building_id)
        .where(Unit.compound_id == compound_id, Unit.ended_at.is_(None))
    ).all()
    holders, groups = _present_holders(session, compound_id), group_names(session, compound_id)
    return {
        row.door_key: Kept(
            row.id,
            row.area_cm2,
            row.use,
            row.state,
            f"{row.name}{row.room}",
            tuple(data for _, data in holders.get(row.id, ())),
            groups.get((row.id, GroupKind.TEN), ""),
            groups.get((row.id, GroupKind.GRID), ""),
            tuple(number for number, _ in holders.get(row.id, ())),
        )
        for row in rows
    }


def _present_holders(session: Session, compound_id: int) -> dict[int, list[tuple[int, HolderData]]]:
    found: dict[int, list[tuple[int, HolderData]]] = {}
    for row in session.execute(
        select(Holding.unit_id, Holder.id, Holder.name, Holder.phone, Holder.kind)
        .join(Holder, Holder.id == Holding.holder_id)
        .join(Unit, Unit.id == Holding.unit_id)
        .where(Unit.compound_id == compound_id, Holding.ends_at.is_(None))
        .order_by(Holding.is_voter.desc(), Holding.id)
    ):
        found.setdefault(row.unit_id, []).append((row.id, HolderData(row.name, row.phone or "", row.kind)))
    return found


def buildings_of(session: Session, compound: PlaceRow) -> dict[str, int]:
    """Give the buildings of a compound by name."""
    return {row.name: row.id for row in places_below(session, compound.path, PlaceKind.BUILDING)}


def list_imports(session: Session, compound_id: int, limit: int = 10) -> list[ImportRow]:
    """List the last files that were taken in for a compound, the newest first."""
    rows = session.scalars(
        select(RosterImport)
        .where(RosterImport.compound_id == compound_id)
        .order_by(RosterImport.id.desc())
        .limit(limit)
    )
    return [ImportRow(row.id, row.file_name, row.rows_new, row.rows_changed, row.imported_at) for row in rows]


@dataclass(frozen=True)
class UploadRow:
    """A file that waits to be taken in, and what taking it in would do."""

    id: int
    file_name: str
    ignored: tuple[str, ...]
    plan: Plan


@dataclass(frozen=True)
class BuildingCount:
    """How many units of each use a building has, and of how many the area is known."""

    building_id: int
    name: str
    homes: int
    shops: int
    parking: int
    with_area: int


@dataclass(frozen=True)
class CompoundRow:
    """A compound of a worker with the number of its units."""

    place: PlaceRow
    units: int


def waiting_upload(session: Session, compound: PlaceRow, upload_id: int) -> UploadRow:
    """Give a file that waits, compared with the register as it is now.

    Raises:
        NotVisible: there is none of this number for this compound.
    """
    row = session.get(RosterUpload, upload_id)
    if row is None or row.compound_id != compound.id:
        raise NotVisible
    rows = [SheetRow(*kept) for kept in row.rows]
    plan = make_plan(rows, kept_units(session, compound.id), buildings_of(session, compound))
    return UploadRow(row.id, row.file_name, tuple(row.ignored), plan)


def wrong_rows(session: Session, compound: PlaceRow, upload_id: int) -> list[tuple[SheetRow, Fault]]:
    """Give the rows of a waiting file that cannot be taken in, each with its fault.

    Raises:
        NotVisible: there is none of this number for this compound, or none of its rows is wrong.
    """
    faults = {fault.number: fault for fault in waiting_upload(session, compound, upload_id).plan.wrong}
    row = session.get(RosterUpload, upload_id)
    if row is None or not faults:
        raise NotVisible
    return [(one, faults[one.number]) for one in (SheetRow(*kept) for kept in row.rows) if one.number in faults]


def counts_of(session: Session, compound: PlaceRow) -> list[BuildingCount]:
    """Count the units of each building of a compound."""
    buildings = places_below(session, compound.path, PlaceKind.BUILDING)
    counted: dict[int, dict[UnitUse, tuple[int, int]]] = {}
    for building_id, use, count, known in session.execute(
        select(Unit.building_id, Unit.use, func.count(), func.count(Unit.area_cm2))
        .where(Unit.compound_id == compound.id, Unit.ended_at.is_(None))
        .group_by(Unit.building_id, Unit.use)
    ):
        counted.setdefault(building_id, {})[use] = (count, known)
    return [
        _building_count(row, counted.get(row.id, {}))
        for row in sorted(buildings, key=lambda row: natural_key(row.name))
    ]


def _building_count(place: PlaceRow, by_use: dict[UnitUse, tuple[int, int]]) -> BuildingCount:
    return BuildingCount(
        building_id=place.id,
        name=place.name,
        homes=by_use.get(UnitUse.HOME, (0, 0))[0],
        shops=by_use.get(UnitUse.SHOP, (0, 0))[0],
        parking=by_use.get(UnitUse.PARKING, (0, 0))[0],
        with_area=sum(known for _, known in by_use.values()),
    )


def compounds_of(session: Session, actor: Actor) -> list[CompoundRow]:
    """List the compounds whose rosters the actor keeps."""
    paths = [grant.path for grant in actor.grants if grant.role is Role.WORKER]
    found = {row.id: row for path in paths for row in places_below(session, path, PlaceKind.COMPOUND)}
    counted = session.execute(
        select(Unit.compound_id, func.count())
        .where(Unit.compound_id.in_(found), Unit.ended_at.is_(None))
        .group_by(Unit.compound_id)
    )
    sizes = {compound_id: count for compound_id, count in counted}
    return [CompoundRow(row, sizes.get(row.id, 0)) for row in sorted(found.values(), key=lambda row: row.path)]
