"""A council with a called session, on each backend."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from fundapp.council import commands
from fundapp.council.queries import items_of_session, members_of
from fundapp.council.rules import ItemOutcome
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import SetClock
from tests.support.world import NOW, PlaceTree, make_person, make_place_tree
from tests.voting.polling import BY_VOTE, bound, make_programme, make_project

HELD = NOW + timedelta(days=4)
BEGUN = SetClock(HELD + timedelta(hours=1))
NAMES = ("王淑芬", "李明", "赵强", "周敏", "吴刚", "郑丽")


@dataclass(frozen=True)
class Called:
    """A body of six, its secretary, a session with two items: a project, and something else."""

    places: PlaceTree
    worker: Actor
    body: int
    members: tuple[int, ...]
    session: int
    items: tuple[int, ...]
    project: int


@pytest.fixture
def working(database_url):
    """Let this process work on a database of the test's own."""
    with bound(database_url):
        yield database_url


@pytest.fixture
def called(working):
    """A session that is called for the fourth day from now; the policy leaves the choice to the council."""
    return make_called(BY_VOTE | {"choose_by_vote": False})


def make_called(voting=BY_VOTE) -> Called:
    """Found a body, make an agreed project, call a session about it."""
    clock = SetClock(NOW)
    with unit_of_work() as session:
        places = make_place_tree(session)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        programme = make_programme(session, places.street, worker, voting)
        project = make_project(session, worker, places.compound, programme)
        body = commands.make_body(session, worker, commands.MakeBody(places.community, "居民议事会", NAMES), clock)
        cmd = commands.CallSession(body.id, "三月议事会", HELD, ("楼顶防水",), (project,), "活动室")
        held = commands.call_session(session, worker, cmd, clock)
        ids = body.id, held.id
    with reading_session() as session:
        members = tuple(row.id for row in members_of(session, ids[0], NOW))
        items = tuple(row.id for row in items_of_session(session, ids[1]))
    return Called(places, worker, ids[0], members, ids[1], items, project)


def attend(called: Called, count=5, clock=BEGUN, guests=2) -> int:
    """Note that so many members came."""
    with unit_of_work() as session:
        cmd = commands.RecordAttendance(called.session, called.members[:count], guests)
        return commands.record_attendance(session, called.worker, cmd, clock)


def decide(called: Called, item: int, outcome: ItemOutcome, *hands: int, clock=BEGUN, who=None) -> None:
    """Note an outcome by a show of hands (for, against, abstain)."""
    with unit_of_work() as session:
        cmd = commands.DecideItem(called.items[item], outcome, *hands)
        commands.decide_item(session, who or called.worker, cmd, clock)


def write(called: Called, minutes="王淑芬主持，李明不同意。", clock=BEGUN) -> None:
    """Write the minutes."""
    with unit_of_work() as session:
        cmd = commands.WriteMinutes(called.session, minutes)
        commands.write_minutes(session, called.worker, cmd, clock)


def close(called: Called, clock=BEGUN) -> None:
    """Close the session."""
    with unit_of_work() as session:
        commands.close_session(session, called.worker, commands.CloseSession(called.session), clock)


def hold(called: Called, outcome=ItemOutcome.PASSED) -> None:
    """Hold the whole session: the first item ends with *outcome*, the second is rejected."""
    attend(called)
    decide(called, 0, outcome, *((4, 1, 0) if outcome is ItemOutcome.PASSED else (2, 3, 0)))
    decide(called, 1, ItemOutcome.REJECTED, 1, 3, 1)
    write(called)
    close(called)
