"""Read who holds a unit and who speaks for it at a moment. No names here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from fundapp.people.models import UnitBinding
from fundapp.places.models import Place, Unit
from fundapp.rosters.models import Holder, HolderKind, Holding


@dataclass(frozen=True)
class Speaker:
    """Who speaks for a unit at a moment.

    ``holder_id`` is the voter among its holders (``None``: the roster knows none), ``since`` when that began.
    ``person_ids`` are those who may answer by account: bound to the household by its code.
    """

    unit_id: int
    holder_id: int | None
    kind: HolderKind | None
    since: datetime | None
    person_ids: frozenset[int]


def speaks_for(session: Session, unit_id: int, at: datetime) -> Speaker:
    """Say who speaks for a unit *at* a moment.

    After a change of holder these are the new one and who joins with the new code. An answer that was given before
    belongs to the unit and stays: the caller asks its own answers first, and lets the new household answer only
    where there is none yet.
    """
    held = session.execute(
        select(Holding.holder_id, Holder.kind, Holding.starts_at)
        .join(Holder, Holder.id == Holding.holder_id)
        .where(Holding.unit_id == unit_id, Holding.is_voter, held_at(at))
    ).first()
    bound = session.scalars(
        select(UnitBinding.person_id)
        .where(UnitBinding.unit_id == unit_id, UnitBinding.starts_at <= at)
        .where(or_(UnitBinding.ends_at.is_(None), UnitBinding.ends_at > at))
    )
    holder_id, kind, since = held or (None, None, None)
    return Speaker(unit_id, holder_id, kind, since, frozenset(bound))


def held_at(at: datetime) -> ColumnElement[bool]:
    """Give the condition that a holding stands *at* a moment."""
    return and_(Holding.starts_at <= at, or_(Holding.ends_at.is_(None), Holding.ends_at > at))


def voters_below(session: Session, path: str, at: datetime) -> dict[int, tuple[int, HolderKind]]:
    """Give the voter of each unit in the subtree of *path* at a moment: holder and kind, by unit."""
    rows = session.execute(
        select(Holding.unit_id, Holding.holder_id, Holder.kind)
        .join(Holder, Holder.id == Holding.holder_id)
        .join(Unit, Unit.id == Holding.unit_id)
        .join(Place, Place.id == Unit.building_id)
        .where(Place.path.startswith(path, autoescape=True), Holding.is_voter, held_at(at))
    )
    return {row.unit_id: (row.holder_id, row.kind) for row in rows}


def developers_below(session: Session, path: str, at: datetime) -> dict[int, int]:
    """Give the developer of each compound in the subtree of *path*: who ever held a unit of it up to a moment.

    A compound with two developers is left out: which of them an undelivered unit belongs to is not known.
    """
    found: dict[int, set[int]] = {}
    for compound_id, holder_id in session.execute(
        select(Unit.compound_id, Holding.holder_id)
        .join(Unit, Unit.id == Holding.unit_id)
        .join(Place, Place.id == Unit.building_id)
        .join(Holder, Holder.id == Holding.holder_id)
        .where(Place.path.startswith(path, autoescape=True), Holder.kind == HolderKind.DEVELOPER)
        .where(Holding.starts_at <= at)
        .distinct()
    ):
        found.setdefault(compound_id, set()).add(holder_id)
    return {compound_id: ids.pop() for compound_id, ids in found.items() if len(ids) == 1}
