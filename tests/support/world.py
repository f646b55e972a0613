"""A small neighbourhood for tests, made through the commands wherever there is one.

Call the builders inside ``unit_of_work()``, after the app was made::

    with unit_of_work() as session:
        places = make_place_tree(session, units=6)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
"""

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.consent.commands import OpenRound, RegisterPapers, open_round, register_papers
from fundapp.consent.models import ConsentRound
from fundapp.kernel.actor import Actor, Grant, Role
from fundapp.kernel.clock import SetClock, local_date
from fundapp.kernel.money import fen_of_text, from_fen
from fundapp.people.commands import MakeAccount, MakePerson, bind_household, give_role_by_task, grant_role
from fundapp.people.commands import make_account as command_make_account
from fundapp.people.commands import make_person as command_make_person
from fundapp.people.models import Person
from fundapp.people.queries import actor_of
from fundapp.people.rules import BY_HAND
from fundapp.places.commands import AddBuildings, MakePlace, UnitData, add_buildings, add_units, make_place
from fundapp.places.models import PlaceKind, Unit
from fundapp.programmes.commands import (
    AddPolicyVersion,
    OpenProgramme,
    SignPolicy,
    add_policy_version,
    open_programme,
    sign_policy,
)
from fundapp.programmes.models import PolicyVersion, Programme
from fundapp.programmes.queries import get_policy, policy_versions
from fundapp.programmes.rules import notice_days, usual_parts
from fundapp.projects.commands import (
    BeginProposal,
    CheckProposal,
    FormGroup,
    SubmitProposal,
    begin_proposal,
    check_proposal,
    form_group,
    submit_proposal,
)
from fundapp.projects.models import Project
from fundapp.projects.rules import CostItem, Finding, Kind, ProposalText, Stage, Task, Theme
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
    known = session.info.get("administrator")
    if known is None:
        known = next((one for one in session.scalars(select(Person).order_by(Person.id)) if one.name == "管理员"), None)
    if known is None:
        known = Person(name="管理员", created_at=NOW)
        session.add(known)
        session.flush()
    session.info["administrator"] = known
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


def make_programme(
    session: Session, place_id: int, parts: dict[str, Any] | None = None, funding: str = "100000.00", year: int = 2026
) -> Programme:
    """Open a programme for a street or district under the usual policy, signed; *parts* replaces subjects of it."""
    cmd = OpenProgramme(
        place_id,
        year,
        f"民生小实事{next(_numbers)}",
        "演示社区基金会",
        from_fen(fen_of_text(funding, "funding")),
        usual_parts() | (parts or {}),
    )
    programme = open_programme(session, administrator(session), cmd, CLOCK)
    sign_version(session, policy_versions(session, programme.id)[0].id)
    return programme


def word_on(session: Session, version_id: int, key: str, passed: bool = True, note: str = "") -> SignPolicy:
    """Make an approver's word on a draft that she has just read."""
    return SignPolicy(version_id, get_policy(session, version_id).parts_hash, key, passed, note)


def sign_version(session: Session, version_id: int, clock: SetClock = CLOCK) -> None:
    """Let two approvers of its place sign a drafted policy."""
    programme = session.get_one(Programme, get_policy(session, version_id).programme_id)
    for number, who in enumerate(make_approvers(session, programme.place_id)):
        sign_policy(session, who, word_on(session, version_id, f"sign{version_id}-{number}"), clock)


def make_approvers(session: Session, place_id: int) -> tuple[Actor, Actor]:
    """Make two approvers of a place's foundation."""
    first, second = (make_person(session, name, Role.FOUNDATION_APPROVER, place_id) for name in ("钱审批", "孙审批"))
    return first, second


def make_version(
    session: Session, programme_id: int, parts: dict[str, Any], clock: SetClock = CLOCK, day: date | None = None
) -> PolicyVersion:
    """Draft another policy and let two approvers sign it; it begins on *day*, or on the first possible one."""
    if day is None:
        notice = notice_days(policy_versions(session, programme_id)[0].parts)
        day = local_date(clock.at) + timedelta(days=notice + 1)
    draft = add_policy_version(session, administrator(session), AddPolicyVersion(programme_id, day, parts), clock)
    sign_version(session, draft.id, clock)
    return draft


def make_text(title: str = "睦邻驿站", budget: str = "30000.00", **other: Any) -> ProposalText:
    """Give a proposal that says everything, with two cost lines that add up to *budget*."""
    whole = fen_of_text(budget, "budget")
    lines = (CostItem("地面铺装", from_fen(whole - whole // 3)), CostItem("桌椅", from_fen(whole // 3)))
    told: dict[str, Any] = {
        "why": "院里没有坐处",
        "location": "院子东侧空地",
        "kind": Kind.WORKS,
        "theme": Theme.ENVIRONMENT,
        "beneficiaries": 6,
        "origin": "居民提议",
        "payers": "居民自筹、街道、基金会配捐",
        "lines": lines,
    }
    return ProposalText(title=title, **(told | other))


def make_project(
    session: Session,
    places: PlaceTree,
    proposer: Actor | None = None,
    *,
    upto: Stage = Stage.FEASIBLE,
    programme: Programme | None = None,
    text: ProposalText | None = None,
    parts: dict[str, Any] | None = None,
    invented: bool = False,
) -> Project:
    """Make a project by its deeds up to 草稿, 等待初审, 退回修改 or 初审通过; further stages are other packages' deeds.

    Without a proposer a resident of the first household proposes; without a programme the street has one opened.
    """
    programme = programme or make_programme(session, places.street, parts)
    proposer = proposer or make_resident(session, "李提案", places.units[0])
    begun = BeginProposal(places.compound, (text or make_text()).title, programme.id, invented=invented)
    project = begin_proposal(session, proposer, begun, CLOCK)
    if upto is Stage.DRAFT:
        return project
    submit_proposal(session, proposer, SubmitProposal(project.id, text or make_text()), CLOCK)
    if upto is Stage.SUBMITTED:
        return project
    finding = {Stage.FEASIBLE: Finding.PASS, Stage.RETURNED: Finding.RETURN, Stage.REJECTED: Finding.REJECT}[upto]
    checker = make_person(session, "赵初审", Role.WORKER, places.community)
    reason = "" if finding is Finding.PASS else "请补充现场照片"
    return check_proposal(session, checker, CheckProposal(project.id, finding, reason), CLOCK)


def make_group(session: Session, places: PlaceTree, project_id: int) -> dict[Task, Actor]:
    """Form a project's group of four new people; give them by task."""
    tag = next(_numbers)
    people = {task: make_person(session, f"{task.value}{tag}") for task in Task}
    logins = {task: make_account(session, actor, f"{task.value}{tag}") for task, actor in people.items()}
    worker = make_person(session, "周社工", Role.WORKER, places.community)
    cmd = FormGroup(
        project_id,
        logins[Task.LEAD],
        logins[Task.TREASURER],
        (logins[Task.MEMBER],),
        (logins[Task.SUPERVISOR],),
    )
    form_group(session, worker, cmd, CLOCK)
    session.flush()
    return {task: again(session, actor) for task, actor in people.items()}


def make_round(
    session: Session,
    worker: Actor,
    project_id: int,
    opens_at: datetime = NOW,
    days: int = 7,
    sheets: int = 0,
) -> ConsentRound:
    """Open a consent round on a feasible project, with *sheets* registered papers."""
    cmd = OpenRound(project_id, opens_at, opens_at + timedelta(days=days))
    opened = open_round(session, worker, cmd, CLOCK)
    if sheets:
        register_papers(session, worker, RegisterPapers(opened.id, sheets), CLOCK)
    return opened
