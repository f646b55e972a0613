"""A questionnaire that is put to a small neighbourhood: made for the tests of this folder."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import SetClock
from fundapp.projects.rules import Task
from fundapp.questionnaire import commands
from fundapp.questionnaire.rules import Kind, Question, Said
from fundapp.settings import Settings
from tests.support.world import (
    CLOCK,
    NOW,
    PlaceTree,
    later,
    make_group,
    make_person,
    make_place_tree,
    make_project,
    make_resident,
)

SECRET = Settings.for_tests(database_url="sqlite://", instance=".").secret_key
CLOSES = NOW + timedelta(days=7)
HOUR = later(hours=1)
AFTER = SetClock(CLOSES)
QUESTIONS = (
    Question("路灯装在哪里", Kind.ONE, ("门口", "车棚", "花园")),
    Question("晚上几点最暗", Kind.SEVERAL, ("六点", "八点", "十点")),
    Question("现在的照明打几分", Kind.NUMBER, low=1, high=5),
    Question("还有什么想说的", Kind.TEXT),
)
ALL = {
    1: Said(options=(1,)), 2: Said(options=(2, 3)), 3: Said(number=4), 4: Said(text="楼道也暗"),
}  # fmt: skip


@dataclass(frozen=True)
class Put:
    """The places and people, the project and its open questionnaire."""

    places: PlaceTree
    worker: Actor
    group: dict[Task, Actor]
    residents: tuple[Actor, ...]
    project: int
    number: int


def make_put(units=12, people=3) -> Put:
    """Put the questions to *units* households, *people* of which have a phone."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=units)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        residents = tuple(make_resident(session, f"居民{n}", places.units[n]) for n in range(people))
        project = make_project(session, places).id
        group = make_group(session, places, project)
    return Put(places, worker, group, residents, project, put(worker, project))


def put(actor: Actor, project: int, questions=QUESTIONS, clock=CLOCK, opens=None, closes=None) -> int:
    """Put a questionnaire; give its number."""
    with unit_of_work() as session:
        cmd = commands.Ask(project, "路灯怎么装", questions, opens, closes)
        return commands.ask_households(session, actor, cmd, clock).id


def phone(made: Put, number: int, said=None, clock=HOUR, unit=None, key=None):
    """Let the household with this place in the list answer by phone; give the row's number and revision."""
    cmd = commands.Answer(made.number, unit or made.places.units[number], said or ALL, key or str(uuid4()))
    with unit_of_work() as session:
        row = commands.answer_by_phone(session, made.residents[number], cmd, clock)
        return row.id, row.revision


def paper(made: Put, door: str, said=None, clock=HOUR, actor=None, key=None):
    """Let the worker key a paper in; give its revision."""
    cmd = commands.KeyPaper(made.number, door, said or ALL, key or str(uuid4()))
    with unit_of_work() as session:
        return commands.key_paper(session, actor or made.worker, cmd, clock).revision


def door(number: int) -> str:
    """The door of a household by its place in a neighbourhood of twelve."""
    return f"{number // 6 + 1}栋{number % 6 + 101}"


def slips(made: Put, door_named="", clock=CLOCK, actor=None):
    """Let the worker print; give the slips by household."""
    with unit_of_work() as session:
        cmd = commands.PrintCodes(made.number, door_named)
        printed = commands.print_codes(session, actor or made.worker, cmd, SECRET, clock)
    return {slip.unit_id: slip for slip in printed}


def release(made: Put, said: int, shown=True, clock=AFTER, actor=None):
    """Let the worker decide on a text."""
    with unit_of_work() as session:
        row = commands.release_text(session, actor or made.worker, commands.Release(made.number, said, shown), clock)
        return row.number if row else None
