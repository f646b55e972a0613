"""A small street with everybody whom a proposal meets."""

from dataclasses import dataclass, replace

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.projects import commands
from fundapp.projects.commands import CheckProposal, SubmitProposal
from fundapp.projects.rules import Finding, content_hash, content_of
from tests.support.world import (
    CLOCK,
    PlaceTree,
    make_person,
    make_place_tree,
    make_programme,
    make_resident,
    make_text,
)


@dataclass(frozen=True)
class Street:
    """Places, people and the programme of one street."""

    places: PlaceTree
    programme: int
    resident: Actor
    neighbour: Actor
    worker: Actor
    head: Actor
    stranger: Actor


def make_street() -> Street:
    """Make the street and its people."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        other = make_place_tree(session)
        return Street(
            places,
            make_programme(session, places.street).id,
            make_resident(session, "李大姐", places.units[0]),
            make_resident(session, "张大爷", places.units[1]),
            make_person(session, "王社工", Role.WORKER, places.community),
            make_person(session, "刘楼长", Role.BUILDING_HEAD, places.buildings[1]),
            make_person(session, "外社工", Role.WORKER, other.community),
        )


def begin(street: Street, actor: Actor | None = None, **other) -> int:
    """Begin a proposal; give its number."""
    cmd = replace(commands.BeginProposal(street.places.compound, "睦邻驿站"), **other)
    with unit_of_work() as session:
        return commands.begin_proposal(session, actor or street.resident, cmd, CLOCK).id


def submit(street: Street, project_id: int, text=None, actor: Actor | None = None, clock=CLOCK, warned=True, **other):
    """Hand a text in, as somebody who was told what it costs to change it."""
    text = text or make_text()
    with unit_of_work() as session:
        cmd = SubmitProposal(project_id, text, warned=content_hash(content_of(text)) if warned else "", **other)
        return commands.submit_proposal(session, actor or street.resident, cmd, clock).stage


def check(street: Street, project_id: int, finding=Finding.PASS, reason="", actor: Actor | None = None):
    """Check a proposal."""
    with unit_of_work() as session:
        return commands.check_proposal(
            session, actor or street.worker, CheckProposal(project_id, finding, reason), CLOCK
        ).stage
