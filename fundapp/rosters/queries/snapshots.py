"""Read what rounds stand on."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.kernel.errors import NotVisible
from fundapp.rosters.heads import SnapshotLine
from fundapp.rosters.models import RosterSnapshot, SnapshotUnit

LINE = (
    SnapshotUnit.unit_id,
    SnapshotUnit.door,
    SnapshotUnit.area_cm2,
    SnapshotUnit.holder_id,
    SnapshotUnit.group_id,
    SnapshotUnit.grid_id,
)


def snapshot_units(session: Session, snapshot_id: int) -> list[tuple[int, str, int | None]]:
    """List the households of a snapshot: number of the unit, door, area in cm²."""
    rows = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.door, SnapshotUnit.area_cm2)
        .where(SnapshotUnit.snapshot_id == snapshot_id)
        .order_by(SnapshotUnit.unit_id)
    )
    return [(unit_id, door, area) for unit_id, door, area in rows]


def snapshot_heads(session: Session, snapshot_id: int) -> list[SnapshotLine]:
    """List the households of a snapshot with their heads and groups.

    Units with one ``head_key`` are one head, their areas summed. Under household regimes every line is a head of
    its own; under owners' regimes a line without ``holder_id`` is a blank holder, to be refused by name.
    """
    query = select(*LINE).where(SnapshotUnit.snapshot_id == snapshot_id).order_by(SnapshotUnit.unit_id)
    return [SnapshotLine(*row) for row in session.execute(query)]


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
