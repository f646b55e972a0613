"""我的待办 lists what waits for each person, by the stages of her projects, and nothing else."""

from datetime import timedelta

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.delivery.commands import NewReport, report_progress
from fundapp.desk.queries import doors, waiting
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock
from fundapp.people.commands import Found, found
from fundapp.people.queries import actor_of
from fundapp.places.commands import MakePlace, make_place
from fundapp.places.models import PlaceKind
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from fundapp.stories.props import picture
from tests.support.world import (
    CLOCK,
    NOW,
    PASSWORD,
    make_group,
    make_person,
    make_place_tree,
    make_programme,
    make_project,
    make_round,
)


def desk(actor):
    """What waits for a person: the endpoints, in their order."""
    with reading_session() as session:
        return [line.link.endpoint for line in waiting(session, actor_of(session, actor.person_id, NOW), NOW)]


@pytest.fixture
def project(app):
    """A project that passed its first check, without a group."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        made = make_project(session, places)
    return places, worker, made.id


def form_group(project):
    """Name its group."""
    with unit_of_work() as session:
        return make_group(session, project[0], project[2])


def move(project, *stages):
    """Let the project go on."""
    with unit_of_work() as session:
        for stage in stages:
            move_on(session, project[1], project[2], stage, NOW)


def test_a_worker_is_led_from_the_check_to_the_vote(project):
    """First the group, then the question to the households, then the vote; while they answer nothing waits."""
    assert desk(project[1]) == ["projects.group"]
    form_group(project)
    assert desk(project[1]) == ["consent.open_round"]
    move(project, Stage.CONSENTING)
    assert desk(project[1]) == []
    move(project, Stage.CONSENTED)
    assert desk(project[1]) == ["voting.new"]
    move(project, Stage.IN_ROUND, Stage.SELECTED)
    assert desk(project[1]) == []


def test_a_round_that_runs_stands_among_the_worker_s_own_pages(project):
    """From its opening to its close she finds it with one step."""
    form_group(project)
    with unit_of_work() as session:
        make_round(session, project[1], project[2], NOW, days=7)

    def listed(at):
        with reading_session() as session:
            return [row.link.endpoint for row in doors(session, actor_of(session, project[1].person_id, at), at)]

    assert "consent.show" in listed(NOW)
    assert "consent.show" not in listed(NOW + timedelta(days=7))


def test_each_of_the_group_sees_her_own_next_step(project):
    """The treasurer is to raise what is missing, lead and member ask for quotes, the supervisor comes last."""
    group = form_group(project)
    assert all(desk(actor) == [] for actor in group.values())
    move(project, Stage.CONSENTING, Stage.CONSENTED, Stage.IN_ROUND, Stage.SELECTED)
    assert desk(group[Task.TREASURER]) == ["fundraising.new"]
    assert desk(group[Task.LEAD]) == desk(group[Task.MEMBER]) == ["procurement.new_quote"]
    assert desk(group[Task.SUPERVISOR]) == []
    move(project, Stage.DELIVERING)
    assert desk(group[Task.LEAD]) == ["delivery.new_report"]
    assert desk(group[Task.SUPERVISOR]) == []
    with unit_of_work() as session:
        photo = picture(session, group[Task.LEAD], project[0].compound, CLOCK)
        report_progress(session, group[Task.LEAD], NewReport(project[2], "k" * 36, "装好了", 100, (photo,)), CLOCK)
    assert desk(group[Task.LEAD]) == []
    assert desk(group[Task.SUPERVISOR]) == ["delivery.accept"]
    move(project, Stage.ACCEPTED)
    assert desk(group[Task.SUPERVISOR]) == []
    assert desk(project[1]) == ["evaluation.sheet"]


def test_a_worker_without_households_is_to_bring_in_the_roster(app):
    """A compound that has no household yet waits for its roster."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=0)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
    assert desk(worker) == ["rosters.show"]


def test_an_empty_installation_says_what_to_set_up(app):
    """Places first, then staff, then the programme of the year; when all is there nothing waits."""
    with unit_of_work() as session:
        admin = actor_of(session, found(session, Found("演示区", "管理员", "admin", PASSWORD), CLOCK).id, NOW)
    assert desk(admin) == ["places.index", "programmes.new"]
    with unit_of_work() as session:
        above = admin.grants[0].path.strip("/").split("/")[-1]
        for kind in (PlaceKind.STREET, PlaceKind.COMMUNITY, PlaceKind.COMPOUND):
            above = make_place(session, admin, MakePlace(kind, f"演示{kind.value}", int(above)), SetClock(NOW)).id
    assert desk(admin) == ["people.people", "programmes.new"]
    with unit_of_work() as session:
        make_person(session, "王社工", Role.WORKER, int(admin.grants[0].path.strip("/").split("/")[-1]))
        make_programme(session, int(admin.grants[0].path.strip("/").split("/")[-1]))
    assert desk(admin) == []
