"""A sheet on each backend: two projects, four members, a worker, in a programme that does not choose by vote."""

from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from fundapp.audit.commands import record
from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.money import from_fen
from fundapp.scoring import commands
from fundapp.scoring.commands import DraftSheet, HandIn, MemberLine
from fundapp.scoring.models import ScoreSheet
from tests.support.world import NOW, PlaceTree, make_account, make_person, make_place_tree, make_resident
from tests.voting.polling import BY_VOTE, CLOSES, OPENS, at, bound, make_programme, make_project

COSTS = (300_000, 200_000, 250_000)
OFFICES = ("居民代表", "物业", "社区", "基金会")


@dataclass(frozen=True)
class Scored:
    """The places, who works, who scores, the projects (3000, 2000 and 2500 yuan) and the sheet."""

    places: PlaceTree
    worker: Actor
    members: tuple[Actor, ...]
    stranger: Actor
    projects: tuple[int, ...]
    wish: DraftSheet
    sheet: int

    def give(self, number, *points, recused=None, clock=None, key=None, who=None, sheet=None):
        """Let a member hand in the same points for each criterion of each project."""
        left = {self.projects[one]: reason for one, reason in (recused or {}).items()}
        given = {one: (said,) * 5 for one, said in zip(self.projects, points, strict=True) if one not in left}
        cmd = HandIn(sheet or self.sheet, given, left, key or str(uuid4()))
        with unit_of_work() as session:
            return commands.hand_in(session, who or self.members[number], cmd, clock or at(OPENS)).id

    def publish(self, who=None, clock=None):
        """Publish the result."""
        with unit_of_work() as session:
            wish = commands.PublishScores(self.sheet)
            return commands.publish_scores(session, who or self.worker, wish, clock or at(CLOSES)).outcome


def make_scored(opened=True) -> Scored:
    """Draft a sheet and open it."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=6)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        members = tuple(make_resident(session, f"评委{n}", places.units[n]) for n in range(4))
        stranger = make_resident(session, "路人", places.units[5])
        programme = make_programme(session, places.street, worker, BY_VOTE | {"choose_by_vote": False})
        proposers = (members[0], worker, worker)
        projects = tuple(
            make_project(session, who, places.compound, programme, title, cost)
            for who, title, cost in zip(proposers, ("装路灯", "修雨棚", "铺路面"), COSTS, strict=True)
        )
        make_project(session, worker, places.compound, programme, "不参加评选")
        for number, member in enumerate(members):
            make_account(session, member, f"pingwei{number}")
    lines = tuple(MemberLine(f"pingwei{n}", f"演示·评委{n}", OFFICES[n]) for n in range(4))
    wish = DraftSheet(
        programme_id=programme[0], place_id=places.community, title="第一轮评选", opens_at=OPENS, closes_at=CLOSES,
        budget=from_fen(500_000), criteria="惠及面广 20\n参与度高 20\n自筹多 20\n老旧急需 20\n可复制 20", most=10,
        least=60, trim=True, project_ids=projects, members=lines,
    )  # fmt: skip
    with unit_of_work() as session:
        sheet = commands.draft_sheet(session, worker, wish, at(NOW)).id
    if opened:
        with unit_of_work() as session:
            commands.open_sheet(session, worker, sheet, at(NOW))
    return Scored(places, worker, members, stranger, projects, wish, sheet)


def draft_by_hand(worker: int, programme_id: int, place_id: int) -> int:
    """Write a draft as a plain row, where the policy would let nobody draft one; give its number."""
    with unit_of_work() as session:
        sheet = ScoreSheet(
            programme_id=programme_id, place_id=place_id, policy_version_id=1, title="草稿", opens_at=OPENS,
            closes_at=CLOSES, budget_fen=from_fen(100), criteria=[["可复制", 100]], most=10, least=0, trim=False,
            quorum_p=2, quorum_q=3, quorum_strict=False, drafted_by_id=worker, drafted_at=NOW,
        )  # fmt: skip
        session.add(sheet)
        record(session, Actor(worker), "tests.draft", "tests:1", NOW)
        session.flush()
        return sheet.id


@pytest.fixture
def scored(database_url):
    """An open sheet on a database of the test's own."""
    with bound(database_url):
        yield make_scored()


@pytest.fixture
def drafted(database_url):
    """A sheet that is still a draft, and how it was wished for."""
    with bound(database_url):
        made = make_scored(opened=False)
        yield made, lambda **otherwise: replace(made.wish, **otherwise)
