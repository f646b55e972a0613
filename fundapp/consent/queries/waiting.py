"""What waits: for a household's answer, for the worker's publication."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, select
from sqlalchemy.orm import Session

from fundapp.consent.models import ConsentAnswer, ConsentPreliminary, ConsentResult, ConsentRound, ConsentVoid
from fundapp.consent.queries.history import struck_before
from fundapp.consent.queries.windows import closes_at, keying_until
from fundapp.projects.models import ProjectVersion
from fundapp.rosters.models import SnapshotUnit


@dataclass(frozen=True)
class WaitingRound:
    """A round that waits for somebody: a household's answer, or the worker's publication.

    ``again``: an earlier round of the project was struck, so that the household is asked again.
    """

    round_id: int
    project_id: int
    title: str
    place_id: int
    unit_id: int | None
    answered: bool
    closes_at: datetime
    keying_until: datetime
    again: bool = False


def open_rounds_for_units(session: Session, unit_ids: Iterable[int], now: datetime) -> list[WaitingRound]:
    """List the open rounds for some households, one row per round and household, the soonest close first."""
    said = (
        select(ConsentAnswer.id)
        .where(
            ConsentAnswer.round_id == ConsentRound.id,
            ConsentAnswer.voice
            == case((ConsentRound.regime.startswith("owners:"), SnapshotUnit.holder_id), else_=SnapshotUnit.unit_id),
        )
        .exists()
    )
    rows = session.execute(
        _waiting()
        .add_columns(SnapshotUnit.unit_id, said.label("said"), struck_before().label("again"))
        .join(SnapshotUnit, SnapshotUnit.snapshot_id == ConsentRound.snapshot_id)
        .where(SnapshotUnit.unit_id.in_(unit_ids), ConsentRound.opens_at <= now, closes_at() > now)
        .where(~_settled())
        .order_by(closes_at(), ConsentRound.id, SnapshotUnit.unit_id)
    )
    return [
        WaitingRound(
            r.id, r.project_id, r.title, r.place_id, r.unit_id, bool(r.said), r.closes_at, r.keying_until, bool(r.again)
        )
        for r in rows
    ]


def rounds_open_at(session: Session, place_ids: Iterable[int], now: datetime) -> list[WaitingRound]:
    """List the rounds that run in some places, the soonest close first."""
    rows = session.execute(
        _waiting()
        .where(ConsentRound.place_id.in_(place_ids), ConsentRound.opens_at <= now, closes_at() > now, ~_settled())
        .order_by(closes_at(), ConsentRound.id)
    )
    return [
        WaitingRound(r.id, r.project_id, r.title, r.place_id, None, False, r.closes_at, r.keying_until) for r in rows
    ]


def rounds_waiting_for_result(session: Session, place_ids: Iterable[int], now: datetime) -> list[WaitingRound]:
    """List the closed rounds in some places that are neither published nor struck, the oldest close first."""
    rows = session.execute(
        _waiting()
        .where(ConsentRound.place_id.in_(place_ids), closes_at() <= now, ~_settled())
        .order_by(closes_at(), ConsentRound.id)
    )
    return [
        WaitingRound(r.id, r.project_id, r.title, r.place_id, None, False, r.closes_at, r.keying_until) for r in rows
    ]


def rounds_standing_on(session: Session, unit_ids: Iterable[int]) -> list[str]:
    """List the titles of the rounds that ask one of some units and have neither a final result nor been struck."""
    over = select(ConsentResult.round_id).union(select(ConsentVoid.round_id))
    return list(
        session.scalars(
            select(ProjectVersion.title)
            .join(ConsentRound, ConsentRound.version_id == ProjectVersion.id)
            .join(SnapshotUnit, SnapshotUnit.snapshot_id == ConsentRound.snapshot_id)
            .where(SnapshotUnit.unit_id.in_(list(unit_ids)), ConsentRound.id.not_in(over))
            .order_by(ProjectVersion.title)
            .distinct()
        )
    )


def _waiting() -> Select[Any]:
    return select(
        ConsentRound.id,
        ConsentRound.project_id,
        ProjectVersion.title,
        ConsentRound.place_id,
        closes_at().label("closes_at"),
        keying_until().label("keying_until"),
    ).join(ProjectVersion, ProjectVersion.id == ConsentRound.version_id)


def _settled() -> ColumnElement[bool]:
    return (
        select(ConsentResult.id).where(ConsentResult.round_id == ConsentRound.id).exists()
        | select(ConsentVoid.id).where(ConsentVoid.round_id == ConsentRound.id).exists()
        | select(ConsentPreliminary.id).where(ConsentPreliminary.round_id == ConsentRound.id).exists()
    )
