"""Read who somebody is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import Session

from fundapp.db.crypt import reveal
from fundapp.db.prepared import Prepared
from fundapp.db.types import Instant
from fundapp.kernel.actor import NOBODY, Actor, Grant, Role
from fundapp.kernel.errors import NotVisible
from fundapp.people.models import Account, HouseholdCode, Person, RoleGrant, UnitBinding
from fundapp.people.rules import STAFF, clean_login
from fundapp.places.models import Place, Unit
from fundapp.places.queries import PlaceRow, UnitRow, units_of_compound
from fundapp.web.paging import PER_PAGE, Page, page_of

# Asked for every request of somebody who has signed in, so they are put together once.
_PRESENT = bindparam("now", type_=Instant())


def _now(kind: type[RoleGrant] | type[UnitBinding]) -> ColumnElement[bool]:
    return and_(kind.starts_at <= _PRESENT, or_(kind.ends_at.is_(None), kind.ends_at > _PRESENT))


_UNITS = (
    select(Unit.id, Place.path)
    .join(UnitBinding, UnitBinding.unit_id == Unit.id)
    .join(Place, Place.id == Unit.building_id)
    .where(UnitBinding.person_id == bindparam("person_id"), _now(UnitBinding))
)
_HELD = (
    select(RoleGrant.id.label("number"), RoleGrant.role, null().label("unit_id"), Place.path)
    .join(Place, Place.id == RoleGrant.place_id)
    .where(RoleGrant.person_id == bindparam("person_id"), _now(RoleGrant))
    .union_all(_UNITS.with_only_columns(literal(0), null(), Unit.id, Place.path))
    .subquery("held")
)
_ACTOR = (
    select(Person.id, type_coerce(Person.name, Text).label("hidden"), _HELD.c.role, _HELD.c.unit_id, _HELD.c.path)
    .outerjoin(_HELD, true())
    .where(Person.id == bindparam("person_id"))
    .order_by(_HELD.c.number)
)
_ACTIVE = Prepared(lambda: _ACTOR.join(Account, Account.person_id == Person.id).where(Account.active.is_(True)))
_ANY = Prepared(lambda: _ACTOR)


@dataclass(frozen=True)
class SpeakerRow:
    """Somebody with an account who speaks for a household; her name is for staff pages alone."""

    unit_id: int
    person_id: int
    login: str
    name: str


def actor_of(session: Session, person_id: int, now: datetime) -> Actor:
    """Give the person with the roles and households she has *now*; :data:`NOBODY` if there is none such."""
    return _actor(session, _ANY, person_id, now) or NOBODY


def active_actor(session: Session, person_id: int, now: datetime) -> Actor | None:
    """Give the person with what she has *now*, where her account may be used."""
    return _actor(session, _ACTIVE, person_id, now)


def _actor(session: Session, query: Prepared, person_id: int, now: datetime) -> Actor | None:
    rows = query.rows(session, person_id=person_id, now=now)
    if not rows:
        return None
    units = [row for row in rows if row.unit_id is not None]
    return Actor(
        person_id=rows[0].id,
        name=reveal(rows[0].hidden),
        grants=tuple(Grant(row.role, row.path) for row in rows if row.role is not None),
        unit_ids=frozenset(row.unit_id for row in units),
        unit_paths=tuple(sorted({row.path for row in units})),
    )


def speaks(unit_id: ColumnElement[int], person_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Give the condition that a person speaks for a unit at the moment of the parameter ``now``."""
    return exists().where(UnitBinding.unit_id == unit_id, UnitBinding.person_id == person_id, _now(UnitBinding))


def somebody_else_speaks(unit_id: ColumnElement[int], person_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Give the condition that anybody but this person (none: anybody) speaks for a unit at ``now``."""
    other = UnitBinding.person_id.is_distinct_from(person_id)
    return exists().where(UnitBinding.unit_id == unit_id, other, _now(UnitBinding))


def names_of(session: Session, person_ids: list[int]) -> dict[int, str]:
    """Give the names of persons: for staff pages only."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}


def places_of_roles(session: Session, person_id: int, now: datetime) -> list[str]:
    """List the paths of the places where a person has a role *now*, a resident's compound among them."""
    return [grant.path for grant in actor_of(session, person_id, now).grants]


def units_spoken_for(session: Session, person_id: int, at: datetime) -> frozenset[int]:
    """Give the units for which a person speaks *at* a moment."""
    return frozenset(row.id for row in session.execute(_UNITS, {"person_id": person_id, "now": at}))


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


@dataclass(frozen=True)
class GrantRow:
    """One role of a person, as staff pages show it."""

    id: int
    role: Role
    place_id: int
    path: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class PersonRow:
    """A person on the register's list: what she signs in with and her present roles."""

    id: int
    name: str
    login: str | None
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class HouseholdState:
    """A household on the page of codes: how many speak for it, and until when its code can be used."""

    unit: UnitRow
    speakers: int
    code_until: datetime | None


@dataclass(frozen=True)
class JoinedCount:
    """How far the households of one building have come; ``place`` is the building."""

    place: PlaceRow
    units: int
    joined: int
    coded: int


def list_staff(session: Session, actor: Actor, now: datetime, words: str = "", after: str = "") -> Page[PersonRow]:
    """List persons whom the actor may administer: with a staff role in her places, or without any role yet.

    ``words`` looks in names (which the database cannot read) and login names, ``after`` is the key of the page before.
    """
    present = and_(RoleGrant.starts_at <= now, or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))
    hers = [
        Place.path.startswith(grant.path, autoescape=True) for grant in actor.grants if grant.role is Role.ADMINISTRATOR
    ]
    staff = (
        select(RoleGrant.person_id)
        .join(Place, Place.id == RoleGrant.place_id)
        .where(present, RoleGrant.role.in_(STAFF), or_(false(), *hers))
    )
    bare = ~select(RoleGrant.id).where(RoleGrant.person_id == Person.id).exists()
    query = (
        select(Person.id, Person.name, Account.login)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(or_(Person.id.in_(staff), bare))
        .order_by(Person.id)
    )
    if after.isdigit():
        query = query.where(Person.id > int(after))
    named = (row for row in session.execute(query) if words in row.name or row.login == clean_login(words))
    people = list(islice(named, PER_PAGE + 1))
    roles = _roles_of(session, [row.id for row in people], now)
    rows = [PersonRow(row.id, row.name, row.login, tuple(roles.get(row.id, ()))) for row in people]
    return page_of(rows, lambda row: row.id)


def _roles_of(session: Session, person_ids: list[int], now: datetime) -> dict[int, list[Role]]:
    found: dict[int, list[Role]] = {}
    for row in session.execute(
        select(RoleGrant.person_id, RoleGrant.role)
        .where(RoleGrant.person_id.in_(person_ids), RoleGrant.starts_at <= now)
        .where(or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))
        .distinct()
    ):
        found.setdefault(row.person_id, []).append(row.role)
    return found


def get_person(session: Session, person_id: int) -> PersonRow:
    """Give a person with her login name.

    Raises:
        NotVisible: there is none of this number.
    """
    row = session.execute(
        select(Person.id, Person.name, Account.login)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id == person_id)
    ).first()
    if row is None:
        raise NotVisible
    return PersonRow(row.id, row.name, row.login, ())


def grants_of(session: Session, person_id: int) -> list[GrantRow]:
    """List all roles of a person, ended ones too, the newest first."""
    rows = session.execute(
        select(RoleGrant, Place.path)
        .join(Place, Place.id == RoleGrant.place_id)
        .where(RoleGrant.person_id == person_id)
        .order_by(RoleGrant.id.desc())
    )
    return [
        GrantRow(grant.id, grant.role, grant.place_id, path, grant.starts_at, grant.ends_at) for grant, path in rows
    ]


def staff_at(session: Session, place_id: int, now: datetime) -> list[tuple[str, Role]]:
    """List who has which staff role at exactly this place."""
    rows = session.execute(
        select(Person.name, RoleGrant.role)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.place_id == place_id, RoleGrant.role.in_(STAFF), RoleGrant.starts_at <= now)
        .where(or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))
    )
    return sorted(((row.name, row.role) for row in rows), key=lambda row: (row[1], row[0]))


def people_as(session: Session, role: Role, path: str, now: datetime) -> set[int]:
    """Give who holds *role* at the place *path* or above it *now*."""
    above = [int(part) for part in path.strip("/").split("/")]
    query = select(RoleGrant.person_id).where(RoleGrant.role == role, RoleGrant.place_id.in_(above), _now(RoleGrant))
    return set(session.scalars(query, {"now": now}))


def anybody_as(session: Session, role: Role, path: str, now: datetime) -> bool:
    """Tell whether anybody holds a role in a place or below it."""
    held = (
        select(RoleGrant.id)
        .join(Place, Place.id == RoleGrant.place_id)
        .where(RoleGrant.role == role, Place.path.startswith(path, autoescape=True), RoleGrant.starts_at <= now)
        .where(or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))
    )
    return session.scalar(select(held.exists())) or False


def speakers_with_account(session: Session, unit_ids: Iterable[int], at: datetime) -> list[SpeakerRow]:
    """List who speaks for some households and can sign in."""
    rows = session.execute(
        select(UnitBinding.unit_id, Account.person_id, Account.login, Person.name)
        .join(Account, Account.person_id == UnitBinding.person_id)
        .join(Person, Person.id == UnitBinding.person_id)
        .where(UnitBinding.unit_id.in_(list(unit_ids)), Account.active.is_(True), UnitBinding.starts_at <= at)
        .where(or_(UnitBinding.ends_at.is_(None), UnitBinding.ends_at > at))
    )
    return [SpeakerRow(row.unit_id, row.person_id, row.login, row.name) for row in rows]


def building_heads(session: Session, place_id: int, now: datetime) -> list[str]:
    """Name the heads of a building: who holds that role at exactly this place."""
    return [name for name, role in staff_at(session, place_id, now) if role is Role.BUILDING_HEAD]


def household_states(session: Session, compound_id: int, now: datetime) -> list[HouseholdState]:
    """List the households of a compound with speakers and live codes, in three statements."""
    units = units_of_compound(session, compound_id)
    ids = [unit.id for unit in units]
    speakers, codes = units_with_speakers(session, ids, now), units_with_live_code(session, ids, now)
    return [HouseholdState(unit, speakers.get(unit.id, 0), codes.get(unit.id)) for unit in units]


def joined_counts(states: Iterable[HouseholdState], buildings: Iterable[PlaceRow]) -> list[JoinedCount]:
    """Count the households of each building: all, spoken for, and those with a code but nobody yet."""
    counts = []
    for place in buildings:
        own = [state for state in states if state.unit.path == place.path]
        joined = sum(1 for state in own if state.speakers)
        coded = sum(1 for state in own if state.code_until and not state.speakers)
        counts.append(JoinedCount(place, len(own), joined, coded))
    return counts


def sign_ins_by_role(session: Session, now: datetime) -> dict[Role, tuple[str, str]]:
    """Give one account (login, name) for each role that somebody holds now: for the demonstration's table."""
    rows = session.execute(
        select(RoleGrant.role, Account.login, Person.name)
        .join(Account, Account.person_id == RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.starts_at <= now, or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))
        .order_by(RoleGrant.id)
    )
    found: dict[Role, tuple[str, str]] = {}
    for role, login, name in rows:
        taken = {other for one, (other, _) in found.items() if one is not role}
        if role not in found or (found[role][0] in taken and login not in taken):
            found[role] = (login, name)
    return found
