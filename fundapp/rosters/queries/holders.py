"""Read who holds a unit and who speaks for it at a moment; names only where a deed writes the look down."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, false, func, or_, select
from sqlalchemy.orm import Session

from fundapp.db.types import Instant
from fundapp.kernel.actor import Actor, Role
from fundapp.people.models import Person, UnitBinding
from fundapp.places.models import Place, Unit
from fundapp.places.queries import UnitRow, units_by_id
from fundapp.rosters.heads import HOUSEHOLD_STAYS, masked
from fundapp.rosters.models import Holder, HolderKind, Holding, HoldingReason, NameView, Purpose
from fundapp.web.paging import PER_PAGE, Page, page_of

# Asked with every answer, so it is put together once.
_SINCE = select(func.max(Holding.recorded_at, type_=Instant())).where(
    Holding.unit_id == bindparam("unit_id"),
    Holding.is_voter,
    *(Holding.reason != stays for stays in sorted(HOUSEHOLD_STAYS)),
)


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


def household_since(session: Session, unit_id: int) -> datetime | None:
    """Tell when it was last recorded that another household took over a unit; ``None``: never."""
    return session.scalar(_SINCE, {"unit_id": unit_id})


def taken_over() -> ScalarSelect[datetime]:
    """Give :func:`household_since` of the parameter ``unit_id`` as a part of a statement."""
    return _SINCE.scalar_subquery()


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


@dataclass(frozen=True)
class NamedHolder:
    """A present holder with name and phone: for the deeds that write the look down, and for nothing else."""

    name: str
    phone: str
    kind: HolderKind
    is_voter: bool


@dataclass(frozen=True)
class HoldingRow:
    """One holding of a unit's history; only the first sign of the name is shown."""

    name: str
    kind: HolderKind
    is_voter: bool
    starts_at: datetime
    ends_at: datetime | None
    reason: HoldingReason
    units: int


def holders_by_unit(session: Session, compound_id: int, unit_ids: list[int]) -> dict[int, list[NamedHolder]]:
    """Give the present holders of some units of a compound, the voter first."""
    wanted, found = set(unit_ids), dict[int, list[NamedHolder]]()
    for row in session.execute(
        select(Holding.unit_id, Holding.is_voter, Holder.name, Holder.phone, Holder.kind)
        .join(Holder, Holder.id == Holding.holder_id)
        .join(Unit, Unit.id == Holding.unit_id)
        .where(Unit.compound_id == compound_id, Holding.ends_at.is_(None))
        .order_by(Holding.is_voter.desc(), Holding.id)
    ):
        if row.unit_id in wanted:
            found.setdefault(row.unit_id, []).append(NamedHolder(row.name, row.phone or "", row.kind, row.is_voter))
    return found


def history_of(session: Session, unit_id: int) -> list[HoldingRow]:
    """List all holdings of a unit, the present ones first; with each how many units its holder has now."""
    rows = session.execute(
        select(Holding, Holder.name, Holder.kind)
        .join(Holder, Holder.id == Holding.holder_id)
        .where(Holding.unit_id == unit_id)
        .order_by(Holding.ends_at.is_not(None), Holding.starts_at.desc(), Holding.is_voter.desc(), Holding.id)
    ).all()
    counted = session.execute(
        select(Holding.holder_id, func.count())
        .where(Holding.holder_id.in_([row[0].holder_id for row in rows]), Holding.ends_at.is_(None), Holding.is_voter)
        .group_by(Holding.holder_id)
    )
    sizes = {holder_id: count for holder_id, count in counted}
    return [
        HoldingRow(
            masked(name), kind, one.is_voter, one.starts_at, one.ends_at, one.reason, sizes.get(one.holder_id, 0)
        )
        for one, name, kind in rows
    ]


@dataclass(frozen=True)
class LookRow:
    """One look at names, as the log shows it."""

    id: int
    seen_at: datetime
    by: str
    place: str
    about: str
    names: int
    purpose: Purpose


def looks(session: Session, actor: Actor, after: str = "") -> Page[LookRow]:
    """List who looked at names in the places that the actor works for or administers, the newest first."""
    hers = [grant.path for grant in actor.grants if grant.role in (Role.WORKER, Role.ADMINISTRATOR)]
    query = (
        select(NameView, Person.name, Place.name.label("place"))
        .join(Person, Person.id == NameView.seen_by_id)
        .join(Place, Place.id == NameView.place_id)
        .where(or_(false(), *(Place.path.startswith(path, autoescape=True) for path in hers)))
        .order_by(NameView.id.desc())
        .limit(PER_PAGE + 1)
    )
    if after.isdigit():
        query = query.where(NameView.id < int(after))
    rows = session.execute(query).all()
    doors = units_by_id(session, [int(view.about[5:]) for view, *_ in rows if view.about.startswith("unit:")])
    return page_of([_look(view, by, place, doors) for view, by, place in rows], lambda row: row.id)


def _look(view: NameView, by: str, place: str, doors: dict[int, UnitRow]) -> LookRow:
    kind, _, number = view.about.partition(":")
    about = doors[int(number)].door if kind == "unit" else ""
    return LookRow(view.id, view.seen_at, by, place, about, view.names, view.purpose)
