"""A community with a programme, agreed projects and a round: made for the tests of rounds and of the council."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from fundapp.app import against_leaving
from fundapp.audit.commands import record, seal
from fundapp.council.commands import apply_result, move_in_outcome, release_from_round, take_into_round
from fundapp.council.queries import in_reserve, programme_facts, programmes_of_worker, round_options
from fundapp.db.engine import tuned_engine
from fundapp.db.types import Instant
from fundapp.db.wiring import wire
from fundapp.db.work import bind, bound_engine, unit_of_work
from fundapp.files.models import Attachment, Audience
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import SetClock
from fundapp.kernel.money import from_fen
from fundapp.matching.commands import first_funding
from fundapp.programmes.events import ProgrammeOpened
from fundapp.programmes.models import PolicyVersion, Programme
from fundapp.projects.links import rivals_of
from fundapp.projects.models import CostLine, Project, ProjectVersion
from fundapp.projects.rules import Kind, Stage, Theme
from fundapp.publicity.events import ObjectionAnswered
from fundapp.voting import commands
from fundapp.voting.events import OutcomeBound, OutcomeMoved, RoundOpened, RoundVoided
from fundapp.voting.queries import noticed
from fundapp.voting.secrecy import Secrecy
from tests.support.world import NOW, PlaceTree, make_person, make_place_tree, make_resident, sign_version

OPENS = NOW + timedelta(hours=1)
CLOSES = OPENS + timedelta(days=7)
JUST = timedelta(microseconds=1)
TITLES = ("装路灯", "修雨棚", "铺路面", "健身角", "读书室", "棋牌桌")
FUNDING = 100_000_000
BY_VOTE = {"choose_by_vote": True, "max_choices": 3, "days": 7}


@dataclass(frozen=True)
class Polled:
    """The places, the worker, an officer, the residents by household, the projects and their open round."""

    places: PlaceTree
    worker: Actor
    officer: Actor
    residents: tuple[Actor, ...]
    programme: int
    projects: tuple[int, ...]
    round: int
    scan: int


@contextmanager
def bound(url: str) -> Iterator[None]:
    """Let this process work on the database at *url*, wired as the app is."""
    engine = tuned_engine(url)
    bind(engine, before_commit=(seal,))
    wire_rounds()
    try:
        yield
    finally:
        engine.dispose()


def wire_rounds() -> None:
    """Connect rounds with the council."""
    wire(
        {
            RoundOpened: [take_into_round],
            OutcomeBound: [apply_result],
            OutcomeMoved: [move_in_outcome],
            RoundVoided: [release_from_round],
            ObjectionAnswered: [commands.carry_out],
        },
        {
            "voting.programme": programme_facts,
            "voting.programmes": programmes_of_worker,
            "voting.options": round_options,
            "voting.in_reserve": in_reserve,
            "voting.rivals": rivals_of,
            "voting.against_leaving": against_leaving,
            "publicity.may_see": lambda session, source, _actor: noticed.may_see(session, source),
            "publicity.nameable": noticed.nameable,
            "publicity.parties": noticed.parties,
        },
    )


def at(moment) -> SetClock:
    """A clock that stands at *moment*."""
    return SetClock(moment)


OPEN = at(OPENS + timedelta(hours=1))
SHUT = at(CLOSES)


def make_programme(
    session: Session, place_id: int, by: Actor, voting=None, funding=FUNDING, **parts
) -> tuple[int, int]:
    """Make a programme and its policy; give both numbers."""
    programme = Programme(
        place_id=place_id, year=2026, name=f"年度计划{uuid4().hex[:6]}", foundation_name="演示基金会",
        opened_by_id=by.person_id, opened_at=NOW,
    )  # fmt: skip
    session.add(programme)
    session.flush()
    policy = PolicyVersion(
        programme_id=programme.id, number=1, signers=2, effective_from=NOW,
        parts={"voting": voting or BY_VOTE} | parts, parts_hash="p" * 64, made_by_id=by.person_id, made_at=NOW,
    )  # fmt: skip
    session.add(policy)
    session.flush()
    sign_version(session, policy.id)
    first_funding(session, ProgrammeOpened(programme.id, place_id, "演示基金会", from_fen(funding), by, NOW))
    record(session, by, "tests.programme", f"programme:{programme.id}", NOW)
    return programme.id, policy.id


def make_project(
    session: Session, by: Actor, place_id: int, programme, title="装路灯", cost_fen=100_000, stage=Stage.CONSENTED
) -> int:
    """Make a project with one version, standing at *stage*; *programme* is (programme, policy version)."""
    project = Project(
        programme_id=programme[0], place_id=place_id, proposer_id=by.person_id, title=title, stage=stage,
        version=1, policy_version_id=programme[1], created_at=NOW,
    )  # fmt: skip
    session.add(project)
    session.flush()
    version = ProjectVersion(
        project_id=project.id, number=1, title=title, why=f"{title}，方便老人和孩子。", location="院内",
        kind=Kind.WORKS, theme=Theme.SAFETY,
        beneficiaries=100, origin="居民提议", payers="居民、基金会", budget_fen=from_fen(cost_fen),
        content_hash="1" * 64, made_by_id=by.person_id, made_at=NOW,
    )  # fmt: skip
    session.add(version)
    session.flush()
    session.add(CostLine(version_id=version.id, position=1, name="材料", amount_fen=from_fen(cost_fen)))
    record(session, by, "tests.project", f"project:{project.id}", NOW)
    session.flush()
    return project.id


def make_scan(session: Session, by: Actor, place_id: int) -> int:
    """Make an attachment without a picture behind it."""
    scan = Attachment(
        public_id=uuid4().hex, sha256="s" * 64, media_type="image/jpeg", bytes=1, width=1, height=1,
        audience=Audience.STAFF, place_id=place_id, uploaded_by_id=by.person_id, uploaded_at=NOW,
    )  # fmt: skip
    session.add(scan)
    session.flush()
    return scan.id


def make_polled(
    units=6,
    people=3,
    costs=(100_000, 200_000, 300_000, 400_000),
    budget=500_000,
    opened=True,
    voting=None,
    secrecy=Secrecy.SIMPLE,
) -> Polled:
    """Draft a round among projects of these costs, over *units* households, and open it."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=units)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        officer = make_person(session, "李干事", Role.FOUNDATION_OFFICER, places.street)
        residents = tuple(make_resident(session, f"居民{n}", places.units[n]) for n in range(people))
        programme = make_programme(session, places.street, officer, voting)
        projects = tuple(
            make_project(session, worker, places.compound, programme, TITLES[n % 6], cost)
            for n, cost in enumerate(costs)
        )
        scan = make_scan(session, worker, places.compound)
    round_id = draft(places, worker, programme[0], projects, budget, secrecy=secrecy)
    if opened:
        with unit_of_work() as session:
            commands.open_round(session, worker, commands.OpenRound(round_id), at(NOW), random.Random(7))
    return Polled(places, worker, officer, residents, programme[0], projects, round_id, scan)


def draft(
    places, worker, programme_id, projects, budget=500_000, title="第一轮表决", opens=OPENS, secrecy=Secrecy.SIMPLE
) -> int:
    """Draft a round with candidates; give its number."""
    wish = commands.DraftRound(
        programme_id, places.community, title, opens, opens + timedelta(days=7), from_fen(budget), secrecy=secrecy
    )
    with unit_of_work() as session:
        made = commands.draft_round(session, worker, wish, at(NOW))
        commands.set_candidates(session, worker, commands.SetCandidates(made.id, tuple(projects)), at(NOW))
        return made.id


def cast(polled: Polled, number: int, *chosen: int, clock=OPEN, key=None, unit=None, who=None, points=()) -> int:
    """Let the household with this place in the list vote for projects (places in the list); give the ballot."""
    cmd = commands.CastBallot(
        polled.round,
        unit if unit is not None else polled.places.units[number],
        tuple(polled.projects[one] for one in chosen),
        key or str(uuid4()),
        points,
    )
    with unit_of_work() as session:
        return commands.cast_ballot(session, who or polled.residents[number], cmd, clock).id


def paper(
    polled: Polled, serial: int, number: int, *chosen: int, clock=OPEN, key=None, valid=True, points=(), visit=False
) -> int:
    """Let the worker and an officer key in a household's paper ballot; give the ballot."""
    cmd = commands.KeyBallot(
        polled.round,
        polled.places.units[number],
        tuple(polled.projects[one] for one in chosen),
        serial,
        polled.scan,
        key or str(uuid4()),
        valid=valid,
        points=points,
        visit=visit,
    )
    for who in (polled.worker, polled.officer):
        with unit_of_work() as session:
            row = commands.key_ballot(session, who, cmd, clock)
    return row.id


def publish(polled: Polled, who=None, clock=SHUT) -> int:
    """Publish the result; give its number."""
    with unit_of_work() as session:
        cmd = commands.PublishResult(polled.round)
        return commands.publish_result(session, who or polled.worker, cmd, clock).id


def run(statement: str, **values) -> None:
    """Run one statement of plain SQL with instants written as the house writes them."""
    made = text(statement)
    for name in ("at", "opens", "closes"):
        if f":{name}" in statement:
            made = made.bindparams(bindparam(name, type_=Instant()))
    with bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(made, values)
