"""What ``fundapp check`` recomputes of the snapshots."""

from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.rosters.models import RosterSnapshot, SnapshotUnit
from fundapp.rosters.rules import roster_hash


def check_snapshots(session: Session) -> CheckResult:
    """Recompute the size and the hash of every snapshot from its households."""
    rows = session.execute(
        select(SnapshotUnit.snapshot_id, SnapshotUnit.unit_id, SnapshotUnit.door, SnapshotUnit.area_cm2).order_by(
            SnapshotUnit.snapshot_id, SnapshotUnit.unit_id
        )
    ).all()
    units = {number: [tuple(row)[1:] for row in group] for number, group in groupby(rows, lambda row: row[0])}
    fault = None
    for number, size, kept in session.execute(
        select(RosterSnapshot.id, RosterSnapshot.households, RosterSnapshot.roster_hash).order_by(RosterSnapshot.id)
    ):
        found = units.get(number, [])
        if fault is None and (len(found) != size or roster_hash(found) != kept):  # type: ignore[arg-type]
            fault = f"snapshot_unit:{number} does not give the hash of roster_snapshot:{number}"
    return CheckResult(len(rows), fault)


CHECKS: tuple[Check, ...] = (Check("rosters.snapshots", check_snapshots),)
