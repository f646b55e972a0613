"""What ``fundapp check`` recomputes of the snapshots."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.rosters.heads import SnapshotLine, roster_hash
from fundapp.rosters.models import RosterSnapshot, SnapshotUnit
from fundapp.rosters.queries import LINE


def check_snapshots(session: Session) -> CheckResult:
    """Recompute the size and the hash of every snapshot from its households."""
    rows = session.execute(
        select(SnapshotUnit.snapshot_id, SnapshotUnit.head_key, *LINE).order_by(
            SnapshotUnit.snapshot_id, SnapshotUnit.unit_id
        )
    ).all()
    units = {number: [SnapshotLine(*row[2:]) for row in group] for number, group in groupby(rows, lambda row: row[0])}
    fault = _head_fault(rows)
    for number, size, kept in session.execute(
        select(RosterSnapshot.id, RosterSnapshot.households, RosterSnapshot.roster_hash).order_by(RosterSnapshot.id)
    ):
        found = units.get(number, [])
        if fault is None and (len(found) != size or roster_hash(found) != kept):
            fault = f"snapshot_unit:{number} does not give the hash of roster_snapshot:{number}"
    return CheckResult(len(rows), fault)


def _head_fault(rows: Sequence[Any]) -> str | None:
    """Find a stored head that is not the holder or the unit of its row: the hash is made of what it should be."""
    for number, head_key, *line in rows:
        if SnapshotLine(*line).head_key != head_key:
            return f"snapshot_unit:{number},{line[0]} has another head than its holder or unit"
    return None


CHECKS: tuple[Check, ...] = (Check("rosters.snapshots", check_snapshots),)
