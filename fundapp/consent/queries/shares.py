"""Read who bears what: by floor for everybody, by household only for itself and its worker."""

from dataclasses import dataclass

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.consent.models import ConsentRound, ConsentShare
from fundapp.places.queries import get_place, units_below
from fundapp.projects.models import ProjectVersion
from fundapp.projects.sharing import Bearer, FloorLine, Share, SharedSum, floor_of, floors_of
from fundapp.rosters.models import SnapshotUnit
from fundapp.rosters.rules import HOUSEHOLDS


@dataclass(frozen=True)
class SharePage:
    """The shared sum of a round with its rule, by floor, and each household's share by its number."""

    shared: SharedSum
    floors: tuple[FloorLine, ...]
    by_unit: dict[int, Money]


def bearers_of(session: Session, place_id: int) -> list[Bearer]:
    """List the households of a place as they stand now, by building and room."""
    units = units_below(session, get_place(session, place_id).path)
    return [Bearer(unit.id, unit.building, unit.room, unit.area_cm2) for unit in units if unit.use in HOUSEHOLDS]


def shared_of(session: Session, version_id: int) -> SharedSum | None:
    """Give the sum that a version's households share by a rule, where there is one."""
    return session.get_one(ProjectVersion, version_id).shared


def shares_of_round(session: Session, round_: ConsentRound) -> SharePage | None:
    """Give who bears what in a round; ``None`` where no sum is shared by a rule. Two statements."""
    shared = shared_of(session, round_.version_id)
    if shared is None:
        return None
    rows = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.door, SnapshotUnit.area_cm2, ConsentShare.share_fen)
        .join(
            ConsentShare,
            (ConsentShare.snapshot_id == SnapshotUnit.snapshot_id) & (ConsentShare.unit_id == SnapshotUnit.unit_id),
        )
        .where(ConsentShare.round_id == round_.id)
        .order_by(SnapshotUnit.unit_id)
    ).all()
    shares = [Share(Bearer(row.unit_id, "", row.door, row.area_cm2), floor_of(row.door), row.share_fen) for row in rows]
    by_unit = {share.bearer.unit_id: share.amount for share in shares}
    return SharePage(shared, tuple(floors_of(shared, shares)), by_unit)
