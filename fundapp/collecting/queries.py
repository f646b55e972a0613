"""Read walks, phones and entries; what a collector's phone may hold."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from fundapp.collecting.models import Device, DoorEntry, Walk
from fundapp.collecting.policy import COLLECTORS
from fundapp.collecting.rules import Fate
from fundapp.consent.models import ConsentRound
from fundapp.consent.queries.heard import voice_column, voices_heard
from fundapp.consent.queries.windows import closes_at, keying_until
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.people.models import Account, Person, RoleGrant
from fundapp.places.models import Place, Unit
from fundapp.places.queries import get_place, places_below
from fundapp.places.rules import PlaceKind, natural_key
from fundapp.projects.models import ProjectVersion
from fundapp.rosters.models import SnapshotUnit


@dataclass(frozen=True)
class Door:
    """A door on a walk; ``answered`` says that the household has answered, never what."""

    unit_id: int
    door: str
    answered: bool


@dataclass(frozen=True)
class RoundOnWalk:
    """A round in which somebody has a walk."""

    round_id: int
    title: str
    buildings: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Collector:
    """Somebody who may be sent to doors of a place, for its worker."""

    login: str
    name: str
    role: Role


@dataclass(frozen=True)
class WalkRow:
    """One walk, for the worker who gives them: who goes where, and how many answers came from there."""

    id: int
    building: str
    person: str
    starts_at: datetime
    ends_at: datetime | None
    counted: int
    superseded: int


def standing_walk(session: Session, round_id: int, building_id: int, person_id: int) -> Walk | None:
    """Give the walk that stands for a person in a building."""
    return session.scalar(
        select(Walk).where(
            Walk.round_id == round_id,
            Walk.building_id == building_id,
            Walk.person_id == person_id,
            Walk.ends_at.is_(None),
        )
    )


def walk(session: Session, walk_id: int) -> Walk:
    """Give a walk.

    Raises:
        NotVisible: there is none of this number.
    """
    found = session.get(Walk, walk_id)
    if found is None:
        raise NotVisible
    return found


def walks_of(session: Session, round_id: int, actor: Actor) -> list[Walk]:
    """List the walks that a collector has in a round now."""
    return list(
        session.scalars(
            select(Walk).where(Walk.round_id == round_id, Walk.person_id == actor.person_id, Walk.ends_at.is_(None))
        )
    )


def ever_walked(session: Session, round_id: int, actor: Actor) -> bool:
    """Tell whether somebody has or had a walk in a round: her phone may still hold what she noted."""
    walk_id = session.scalar(
        select(Walk.id).where(Walk.round_id == round_id, Walk.person_id == actor.person_id).limit(1)
    )
    return walk_id is not None


def device_of(session: Session, round_id: int, key: str) -> Device | None:
    """Give a phone that is registered for a round."""
    return session.scalar(select(Device).where(Device.round_id == round_id, Device.device_key == key))


def covers(session: Session, round_id: int, actor: Actor, unit_id: int, at: datetime) -> bool:
    """Tell whether a collector had a walk to this door at a moment."""
    found = session.scalar(
        select(Walk.id)
        .join(Unit, Unit.building_id == Walk.building_id)
        .where(
            Walk.round_id == round_id,
            Walk.person_id == actor.person_id,
            Unit.id == unit_id,
            Walk.starts_at <= at,
            or_(Walk.ends_at.is_(None), Walk.ends_at > at),
        )
        .limit(1)
    )
    return found is not None


def doors_of_walks(session: Session, round_id: int, actor: Actor) -> list[Door]:
    """List the doors that a collector goes to in a round; nothing of the roster beyond them."""
    round_ = session.get_one(ConsentRound, round_id)
    rows = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.door, voice_column(round_).in_(voices_heard(round_id)))
        .join(Unit, Unit.id == SnapshotUnit.unit_id)
        .join(Walk, and_(Walk.building_id == Unit.building_id, Walk.round_id == round_id))
        .where(
            SnapshotUnit.snapshot_id == round_.snapshot_id, Walk.person_id == actor.person_id, Walk.ends_at.is_(None)
        )
    )
    return sorted((Door(unit, door, bool(said)) for unit, door, said in rows), key=lambda one: natural_key(one.door))


def rounds_on_walk(session: Session, actor: Actor, now: datetime) -> list[RoundOnWalk]:
    """List the rounds in which somebody collects now, the soonest to close first."""
    rows = session.execute(
        select(ConsentRound.id, ProjectVersion.title, Place.name, ConsentRound.opens_at, closes_at().label("closes_at"))
        .join(Walk, Walk.round_id == ConsentRound.id)
        .join(Place, Place.id == Walk.building_id)
        .join(ProjectVersion, ProjectVersion.id == ConsentRound.version_id)
        .where(Walk.person_id == actor.person_id, Walk.ends_at.is_(None), keying_until() > now)
        .order_by(closes_at(), ConsentRound.id)
    ).all()
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row.name)
    told = {row.id: row for row in rows}
    return [
        RoundOnWalk(
            key, told[key].title, tuple(sorted(names, key=natural_key)), told[key].opens_at, told[key].closes_at
        )
        for key, names in found.items()
    ]


def walks_of_round(session: Session, round_id: int) -> list[WalkRow]:
    """List all walks of a round with what came from them, for its worker."""
    came = dict[tuple[int, int, Fate], int]()
    for person, building, fate, count in session.execute(
        select(DoorEntry.person_id, Unit.building_id, DoorEntry.fate, func.count())
        .join(Unit, Unit.id == DoorEntry.unit_id)
        .where(DoorEntry.round_id == round_id)
        .group_by(DoorEntry.person_id, Unit.building_id, DoorEntry.fate)
    ):
        came[person, building, fate] = count
    rows = session.execute(
        select(Walk, Place.name, Person.name)
        .join(Place, Place.id == Walk.building_id)
        .join(Person, Person.id == Walk.person_id)
        .where(Walk.round_id == round_id)
        .order_by(Walk.id)
    )
    return [
        WalkRow(
            walk.id,
            building,
            person,
            walk.starts_at,
            walk.ends_at,
            came.get((walk.person_id, walk.building_id, Fate.COUNTED), 0),
            came.get((walk.person_id, walk.building_id, Fate.SUPERSEDED), 0),
        )
        for walk, building, person in rows
    ]


def buildings_of_round(session: Session, round_id: int) -> list[tuple[int, str]]:
    """List the buildings of a round's place."""
    place = get_place(session, session.get_one(ConsentRound, round_id).place_id)
    rows = places_below(session, place.path, PlaceKind.BUILDING)
    return [(row.id, row.name) for row in sorted(rows, key=lambda row: natural_key(row.name))]


def collectors_at(session: Session, path: str, at: datetime) -> list[Collector]:
    """List who may be sent to doors below *path*: its workers, and the heads of its buildings."""
    here = Place.path.startswith(path, autoescape=True) | Place.id.in_(
        [int(part) for part in path.strip("/").split("/")]
    )
    rows = session.execute(
        select(Account.login, Person.name, RoleGrant.role)
        .join(RoleGrant, RoleGrant.person_id == Account.person_id)
        .join(Person, Person.id == Account.person_id)
        .join(Place, Place.id == RoleGrant.place_id)
        .where(here, RoleGrant.role.in_(COLLECTORS), RoleGrant.starts_at <= at, Account.active.is_(True))
        .where(or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > at))
        .order_by(Account.login, RoleGrant.role)
    )
    found = {row.login: Collector(row.login, row.name, row.role) for row in rows}
    return sorted(found.values(), key=lambda one: (one.role, one.name))


def person_by_login(session: Session, login: str) -> int:
    """Give the person behind a login name in use.

    Raises:
        Refused: nobody has it (code ``collecting.unknown_login``).
    """
    found = session.scalar(select(Account.person_id).where(Account.login == login, Account.active.is_(True)))
    if found is None:
        raise Refused("collecting.unknown_login", field="login", login=login)
    return found
