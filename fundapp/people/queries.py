"""Read who somebody is."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import NOBODY, Actor, Grant
from fundapp.people.models import Account, Person, RoleGrant, UnitBinding
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
