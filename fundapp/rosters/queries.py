"""Read rosters and their snapshots."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.kernel.errors import NotVisible
from fundapp.places.models import Place, PlaceKind, Unit
from fundapp.places.queries import PlaceRow, places_below
from fundapp.rosters.models import RosterImport, RosterSnapshot, SnapshotUnit
from fundapp.rosters.rules import Kept


@dataclass(frozen=True)
class ImportRow:
    """One accepted file."""

    id: int
    file_name: str
    rows_new: int
    rows_changed: int
    imported_at: datetime


def snapshot_units(session: Session, snapshot_id: int) -> list[tuple[int, str, int | None]]:
    """List the households of a snapshot: number of the unit, door, area in cm²."""
    rows = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.door, SnapshotUnit.area_cm2)
        .where(SnapshotUnit.snapshot_id == snapshot_id)
        .order_by(SnapshotUnit.unit_id)
    )
    return [(unit_id, door, area) for unit_id, door, area in rows]


def snapshot_size(session: Session, snapshot_id: int) -> int:
    """Give the number of households of a snapshot.

    Raises:
        NotVisible: there is none of this number.
    """
    size = session.scalar(select(RosterSnapshot.households).where(RosterSnapshot.id == snapshot_id))
    if size is None:
        raise NotVisible
    return size


def get_snapshot(session: Session, snapshot_id: int) -> RosterSnapshot:
    """Give a snapshot.

    Raises:
        NotVisible: there is none of this number.
    """
    found = session.get(RosterSnapshot, snapshot_id)
    if found is None:
        raise NotVisible
    return found


def kept_units(session: Session, compound_id: int) -> dict[tuple[str, str], Kept]:
    """Give what the register holds of a compound, by building and room."""
    rows = session.execute(
        select(Place.name, Unit.room, Unit.id, Unit.area_cm2, Unit.use)
        .join(Place, Place.id == Unit.building_id)
        .where(Unit.compound_id == compound_id)
    )
    return {(name, room): Kept(unit_id, area, use) for name, room, unit_id, area, use in rows}


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
