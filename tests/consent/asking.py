"""A neighbourhood that is asked about one project: made for the tests of this folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.audit.commands import record, seal
from fundapp.consent import commands, queries
from fundapp.consent.papers import SheetEnd, SheetState
from fundapp.consent.policy import Choice
from fundapp.db.engine import tuned_engine
from fundapp.db.work import bind, bound_engine, reading_session, unit_of_work
from fundapp.files.models import Attachment, Audience
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import SetClock, local_date
from fundapp.kernel.money import from_fen
from fundapp.programmes.models import PolicyVersion, Programme
from fundapp.projects.models import CostLine, Project, ProjectVersion
from fundapp.projects.rules import Kind, Stage, Theme
from fundapp.rosters.commands import ChangeHolders, HolderData, HoldingReason, change_holders
from tests.support.world import NOW, PlaceTree, later, make_person, make_place_tree, make_resident, sign_version

OPENS = NOW + timedelta(minutes=30)
CLOSES = OPENS + timedelta(days=7)
KEYED = CLOSES + timedelta(days=3)
JUST = timedelta(microseconds=1)


@dataclass(frozen=True)
class Asked:
    """The places, the worker, the residents by household, the project and its open round."""

    places: PlaceTree
    worker: Actor
    residents: tuple[Actor, ...]
    project: int
    round: int
    scan: int


@contextmanager
def bound(url: str) -> Iterator[None]:
    """Let this process work on the database at *url*, as the app does."""
    engine = tuned_engine(url)
    bind(engine, before_commit=(seal,))
    try:
        yield
    finally:
        engine.dispose()


def at(moment):
    """A clock that stands at *moment*."""
    return SetClock(moment)


def make_project(
    session: Session, worker: Actor, place_id: int, regime="household:2/3", stage=Stage.FEASIBLE, **more
) -> int:
    """Make a project with one version under a policy with *regime*, standing at *stage*; *more*: of the policy.

    ``of_votes``: of its part ``voting``.
    """
    own = {name: value for name, value in more.items() if name not in ("vote", "of_votes")}
    voting = {"choose_by_vote": more.get("vote", True), "max_choices": 3, "days": 7} | more.get("of_votes", {})
    parts = {"consent": {"regime": regime, "days": 7} | own, "voting": voting}
    programme = Programme(
        place_id=place_id, year=2026, name=f"年度计划{uuid4().hex[:6]}", foundation_name="基金会",
        opened_by_id=worker.person_id, opened_at=NOW,
    )  # fmt: skip
    session.add(programme)
    session.flush()
    policy = PolicyVersion(
        programme_id=programme.id, number=1, signers=2, effective_from=NOW, parts=parts,
        parts_hash="p" * 64, made_by_id=worker.person_id, made_at=NOW,
    )  # fmt: skip
    session.add(policy)
    session.flush()
    sign_version(session, policy.id)
    project = Project(
        programme_id=programme.id, place_id=place_id, proposer_id=worker.person_id, title="睦邻驿站", stage=stage,
        version=1, policy_version_id=policy.id, created_at=NOW,
    )  # fmt: skip
    session.add(project)
    session.flush()
    add_version(session, worker, project, 1)
    record(session, worker, "tests.project", f"project:{project.id}", NOW)
    return project.id


def add_version(session: Session, worker: Actor, project: Project, number: int) -> None:
    """Add a version with one cost line."""
    version = ProjectVersion(
        project_id=project.id, number=number, title="睦邻驿站", why="院里没有坐处", location="14号院东侧空地",
        kind=Kind.WORKS, theme=Theme.ENVIRONMENT, beneficiaries=400, origin="居民提议", payers="居民、街道、基金会",
        budget_fen=from_fen(3_000_000), content_hash=f"{number}" * 64, made_by_id=worker.person_id, made_at=NOW,
    )  # fmt: skip
    session.add(version)
    session.flush()
    session.add(CostLine(version_id=version.id, position=1, name="铺装", amount_fen=from_fen(3_000_000)))
    project.version = number


def make_scan(session: Session, worker: Actor, place_id: int) -> int:
    """Make an attachment without a picture behind it."""
    scan = Attachment(
        public_id=uuid4().hex, sha256="s" * 64, media_type="image/jpeg", bytes=1, width=1, height=1,
        audience=Audience.STAFF, place_id=place_id, uploaded_by_id=worker.person_id, uploaded_at=NOW,
    )  # fmt: skip
    session.add(scan)
    session.flush()
    return scan.id


def let_hold(session: Session, worker: Actor, places: PlaceTree, holders) -> None:
    """Say who holds which unit: one name is one holder."""
    for unit, name in zip(places.units, holders, strict=False):
        if name is not None:
            phone_of = f"139{sum(name.encode()) % 10**8:08d}"
            cmd = ChangeHolders(unit, (HolderData(f"演示·{name}", phone_of),), local_date(NOW), HoldingReason.FIRST)
            change_holders(session, worker, cmd, at(NOW))


def make_asked(
    units=6,
    people=3,
    sheets=4,
    regime="household:2/3",
    areas=(None,),
    holders=(),
    opens=OPENS,
    closes=CLOSES,
    places=None,
    **more,
) -> Asked:
    """Open a round over *units* households, *people* of which have a phone, with registered sheets.

    *holders* names who holds which unit, ``None`` where nobody knows; *areas* are cm², going round.
    """
    asked_at = at(min(NOW, opens))
    with unit_of_work() as session:
        places = places or make_place_tree(session, units=units, areas=areas)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        residents = tuple(make_resident(session, f"居民{n}", places.units[n]) for n in range(people))
        let_hold(session, worker, places, holders)
        project = make_project(session, worker, places.compound, regime, **more)
        opened = commands.open_round(session, worker, commands.OpenRound(project, opens, closes), asked_at)
        if sheets:
            commands.register_papers(session, worker, commands.RegisterPapers(opened.id, sheets), asked_at)
        return Asked(places, worker, residents, project, opened.id, make_scan(session, worker, places.compound))


def sold(asked: Asked, number: int, moment, holder="新户主", reason=HoldingReason.SALE) -> Actor:
    """Another holder takes over a household at a moment; give its new resident."""
    cmd = ChangeHolders(asked.places.units[number], (HolderData(holder),), moment.date(), reason)
    with unit_of_work() as session:
        change_holders(session, asked.worker, cmd, at(moment))
        return make_resident(session, holder, asked.places.units[number])


def phone(asked: Asked, number: int, answer=Choice.AGREE, clock=None, key=None, unit=None) -> int:
    """Let the household with this place in the list answer by phone; give the answer's number."""
    cmd = commands.AnswerByPhone(
        asked.round, unit if unit is not None else asked.places.units[number], answer, key or str(uuid4())
    )
    with unit_of_work() as session:
        return commands.answer_by_phone(session, asked.residents[number], cmd, clock or later(hours=1)).id


def paper(asked: Asked, serial: int, number: int, answer=Choice.AGREE, clock=None, key=None) -> int:
    """Let the worker key in a sheet; give the answer's number."""
    unit = asked.places.units[number]
    cmd = commands.KeyPaper(asked.round, serial, unit, answer, asked.scan, key or str(uuid4()))
    with unit_of_work() as session:
        return commands.key_paper(session, asked.worker, cmd, clock or later(hours=2)).id


def correct(asked: Asked, serial: int, number: int, answer: Choice, reason="看错了", clock=None) -> int:
    """Let the worker put a keying mistake right."""
    unit = asked.places.units[number]
    cmd = commands.CorrectPaper(asked.round, serial, unit, answer, reason, str(uuid4()))
    with unit_of_work() as session:
        return commands.correct_paper(session, asked.worker, cmd, clock or later(hours=3)).id


def account(asked: Asked, clock=None) -> None:
    """Let the worker declare every sheet missing from which nothing was keyed in."""
    with unit_of_work() as session:
        states = queries.sheet_states(session, asked.round)
        out = tuple(serial for serial, state in states.items() if state is SheetState.OUT)
        if out:
            cmd = commands.EndSheets(asked.round, out, SheetEnd.MISSING)
            commands.end_sheets(session, asked.worker, cmd, clock or later(hours=2))


def publish(asked: Asked, clock, complete=False):
    """Let the worker account for the paper and publish; give the outcome."""
    account(asked, clock)
    with unit_of_work() as session:
        cmd = commands.PublishResult(asked.round, complete)
        return commands.publish_result(session, asked.worker, cmd, clock).outcome


def extend(asked: Asked, closes, reason="在家的业主太少", clock=None):
    """Let the worker give a later close."""
    with unit_of_work() as session:
        cmd = commands.ExtendRound(asked.round, closes, reason)
        return commands.extend_round(session, asked.worker, cmd, clock or later(hours=4)).closes_at


def end_early(asked: Asked, clock):
    """Let the worker end the round before its time."""
    with unit_of_work() as session:
        return commands.end_round_early(session, asked.worker, commands.EndRoundEarly(asked.round), clock).at


def counted(asked: Asked, moment=None):
    """The numbers of the round at a moment: total, participating, agree, oppose, abstain, follow, silent, needed."""
    with reading_session() as session:
        return queries.bar_of_round(session, asked.round, moment or OPENS).count


def attack(statement: str, **values: object) -> None:
    """Run plain SQL that the database must refuse."""
    with pytest.raises(DBAPIError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(statement), values)
