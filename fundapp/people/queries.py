"""Read who somebody is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import NOBODY, Actor, Grant
from fundapp.people.models import Account, HouseholdCode, Person, RoleGrant, UnitBinding
from fundapp.places.models import Place, Unit


def actor_of(session: Session, person_id: int, now: datetime) -> Actor:
    """Give the person with the roles and households she has *now*; :data:`NOBODY` if there is none such."""
    person = session.get(Person, person_id)
    if person is None:
        return NOBODY
    grants = session.execute(
        select(RoleGrant.role, Place.path)
        .join(Place, Place.id == RoleGrant.place_id)
        .where(RoleGrant.person_id == person_id, RoleGrant.starts_at <= now)
        .where(or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))
        .order_by(RoleGrant.id)
    ).all()
    units = session.execute(
        select(Unit.id, Place.path)
        .join(UnitBinding, UnitBinding.unit_id == Unit.id)
        .join(Place, Place.id == Unit.building_id)
        .where(UnitBinding.person_id == person_id, UnitBinding.starts_at <= now)
        .where(or_(UnitBinding.ends_at.is_(None), UnitBinding.ends_at > now))
    ).all()
    return Actor(
        person_id=person.id,
        name=person.name,
        grants=tuple(Grant(row.role, row.path) for row in grants),
        unit_ids=frozenset(row.id for row in units),
        unit_paths=tuple(sorted({row.path for row in units})),
    )


def active_person(session: Session, person_id: int) -> bool:
    """Tell whether the person's account may be used."""
    return bool(session.scalar(select(Account.active).where(Account.person_id == person_id)))


def names_of(session: Session, person_ids: list[int]) -> dict[int, str]:
    """Give the names of persons: for staff pages only."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}


def places_of_roles(session: Session, person_id: int, now: datetime) -> list[str]:
    """List the paths of the places where a person has a role *now*, a resident's compound among them."""
    return [grant.path for grant in actor_of(session, person_id, now).grants]


def units_spoken_for(session: Session, person_id: int, at: datetime) -> frozenset[int]:
    """Give the units for which a person speaks *at* a moment."""
    return actor_of(session, person_id, at).unit_ids


def units_with_speakers(session: Session, unit_ids: Sequence[int], at: datetime) -> dict[int, int]:
    """Give those of the units for which somebody speaks *at* a moment, with the number of persons who do."""
    rows = session.execute(
        select(UnitBinding.unit_id, func.count())
        .where(UnitBinding.unit_id.in_(unit_ids), UnitBinding.starts_at <= at)
        .where(or_(UnitBinding.ends_at.is_(None), UnitBinding.ends_at > at))
        .group_by(UnitBinding.unit_id)
    )
    return {unit_id: count for unit_id, count in rows}


def units_with_live_code(session: Session, unit_ids: Sequence[int], at: datetime) -> dict[int, datetime]:
    """Give those of the units that hold a code one can still use, with its last moment."""
    rows = session.execute(
        select(HouseholdCode.unit_id, HouseholdCode.expires_at)
        .where(HouseholdCode.unit_id.in_(unit_ids), HouseholdCode.expires_at > at)
        .where(HouseholdCode.used_at.is_(None), HouseholdCode.revoked_at.is_(None))
    )
    return {unit_id: expires_at for unit_id, expires_at in rows}
