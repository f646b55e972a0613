"""A small neighbourhood for tests, made through the commands wherever there is one.

Call the builders inside ``unit_of_work()``, after the app was made::

    with unit_of_work() as session:
        places = make_place_tree(session, units=6)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
"""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor, Grant, Role
from fundapp.kernel.clock import SetClock
from fundapp.people.commands import MakeAccount, MakePerson, bind_household, give_role_by_task, grant_role
from fundapp.people.commands import make_account as command_make_account
from fundapp.people.commands import make_person as command_make_person
from fundapp.people.models import Person
from fundapp.people.queries import actor_of
from fundapp.people.rules import BY_HAND
from fundapp.places.commands import AddBuildings, MakePlace, UnitData, add_buildings, add_units, make_place
from fundapp.places.models import PlaceKind, Unit
from fundapp.rosters.commands import freeze_roster
from fundapp.rosters.models import RosterSnapshot

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
CLOCK = SetClock(NOW)
PASSWORD = "tao-hua-yuan-2026"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class PlaceTree:
    """The numbers of one district → street → community → compound → two buildings, and of the units."""

    district: int
    street: int
    community: int
    compound: int
    buildings: tuple[int, int]
    units: tuple[int, ...]


def administrator(session: Session) -> Actor:
    """Give somebody who may set up everything: a real person, once per database."""
    known = session.scalar(select(Person).where(Person.name == "管理员").limit(1))
    if known is None:
        known = Person(name="管理员", created_at=NOW)
        session.add(known)
        session.flush()
    return Actor(known.id, known.name, (Grant(Role.ADMINISTRATOR, "/"),))


def make_place_tree(
    session: Session, units: int = 6, areas: tuple[int | None, ...] = (None,), name: str = ""
) -> PlaceTree:
    """Make a whole tree with *units* households, half in each building; areas (cm²) go round."""
    who, tag = administrator(session), name or f"{next(_numbers)}号"
    above: int | None = None
    ids = []
    for kind, word in (
        (PlaceKind.DISTRICT, "区"),
        (PlaceKind.STREET, "街道"),
        (PlaceKind.COMMUNITY, "社区"),
        (PlaceKind.COMPOUND, "小区"),
    ):
        above = make_place(session, who, MakePlace(kind, f"{tag}{word}", above), CLOCK).id
        ids.append(above)
    return PlaceTree(ids[0], ids[1], ids[2], ids[3], *make_households(session, ids[3], units, areas))


def make_compound(session: Session, community_id: int, name: str, units: int = 4) -> tuple[int, tuple[int, ...]]:
    """Make one more compound with two buildings; give its number and its units' numbers."""
    made = make_place(session, administrator(session), MakePlace(PlaceKind.COMPOUND, name, community_id), CLOCK)
    return made.id, make_households(session, made.id, units)[1]


def make_households(
    session: Session, compound_id: int, units: int, areas: tuple[int | None, ...] = (None,)
) -> tuple[tuple[int, int], tuple[int, ...]]:
    """Make two buildings, 1栋 and 2栋, with *units* households; give the numbers of both."""
    names = AddBuildings(compound_id, ("1栋", "2栋"))
    first, second = add_buildings(session, administrator(session), names, CLOCK)
    half = (units + 1) // 2
    add_units(
        session,
        compound_id,
        [
            UnitData(first.id if n < half else second.id, f"{n % half + 101}", areas[n % len(areas)])
            for n in range(units)
        ],
    )
    made = session.scalars(select(Unit.id).where(Unit.compound_id == compound_id).order_by(Unit.id))
    return (first.id, second.id), tuple(made)


def make_person(
    session: Session, name: str, role: Role | None = None, place_id: int | None = None, *more: tuple[Role, int]
) -> Actor:
    """Make a person with roles, given as ``role, place_id`` or as further pairs; give her as an actor."""
    who = administrator(session)
    person = command_make_person(session, who, MakePerson(name), CLOCK)
    pairs = [(role, place_id), *more] if role is not None and place_id is not None else list(more)
    for one, place in pairs:
        if one in BY_HAND:
            grant_role(session, who, person.id, one, place, CLOCK)
        else:
            give_role_by_task(session, person.id, one, place, NOW)
    session.flush()
    return actor_of(session, person.id, NOW)


def make_resident(session: Session, name: str, *unit_ids: int) -> Actor:
    """Make a person who speaks for households and so is a resident of their compounds."""
    person = command_make_person(session, administrator(session), MakePerson(name), CLOCK)
    for unit_id in unit_ids:
        bind_household(session, person.id, unit_id, NOW)
    return actor_of(session, person.id, NOW)


def make_account(session: Session, actor: Actor, login: str, password: str = PASSWORD) -> str:
    """Give an actor something to sign in with; give the login name."""
    assert actor.person_id is not None
    cmd = MakeAccount(actor.person_id, login, password)
    # an administrator of everything: the tree may hold roles in any place
    return command_make_account(session, administrator(session), cmd, CLOCK).login


def make_snapshot(session: Session, place_id: int, at: datetime = NOW) -> RosterSnapshot:
    """Freeze the households of a place."""
    return freeze_roster(session, administrator(session), place_id, at)


def again(session: Session, actor: Actor, at: datetime = NOW) -> Actor:
    """Read an actor afresh: after roles or households of hers changed."""
    assert actor.person_id is not None
    return actor_of(session, actor.person_id, at)


def later(**by: int) -> SetClock:
    """Give a clock that stands later than :data:`NOW`: ``later(days=8)``."""
    return SetClock(NOW + timedelta(**by))
