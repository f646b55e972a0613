"""Projects that raise money, for tests: with their groups, and gifts to record."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from fundapp.db.work import reading_session, unit_of_work
from fundapp.fundraising.commands import NewContribution, decide_contribution, record_contribution
from fundapp.fundraising.models import Contribution
from fundapp.fundraising.rules import Means, Source
from fundapp.kernel.actor import Actor
from fundapp.kernel.money import from_fen
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from fundapp.stories.props import picture
from tests.support.world import (
    CLOCK,
    NOW,
    PlaceTree,
    make_group,
    make_place_tree,
    make_programme,
    make_project,
    make_text,
)


@dataclass(frozen=True)
class Raising:
    """Projects of one compound that may raise money."""

    places: PlaceTree
    projects: tuple[int, ...]
    groups: tuple[dict[Task, Actor], ...]
    proof: int

    def book(self) -> int:
        """Give the book in which receipts are."""
        with reading_session() as session:
            return session.scalar(select(Contribution.book_id).limit(1)) or 0


def asked_town(projects: int = 1, upto: Stage = Stage.CONSENTED) -> Raising:
    """Make projects to which their households agreed."""
    road = (Stage.CONSENTING, Stage.CONSENTED, Stage.SELECTED)
    with unit_of_work() as session:
        places = make_place_tree(session)
        programme = make_programme(session, places.street)
        made, groups = [], []
        for number in range(projects):
            made.append(make_project(session, places, programme=programme, text=make_text(f"第{number}件")).id)
            groups.append(make_group(session, places, made[-1]))
            for stage in road[: road.index(upto) + 1]:
                move_on(session, groups[-1][Task.LEAD], made[-1], stage, NOW)
        proof = picture(session, groups[0][Task.TREASURER], places.compound, CLOCK)
    return Raising(places, tuple(made), tuple(groups), proof)


def gift_of(asked: Raising, project: int = 0, **other) -> NewContribution:
    """Make a gift of 100 yuan of the first household."""
    told = {
        "project_id": asked.projects[project], "op_key": str(uuid.uuid4()), "source": Source.RESIDENTS,
        "unit_id": asked.places.units[0], "giver": "住户", "anonymous": False, "related": False,
        "amount": from_fen(10000), "means": Means.CASH, "received_on": date(2026, 3, 1), "proof_id": asked.proof,
    }  # fmt: skip
    return NewContribution(**(told | other))


def record(asked: Raising, project: int = 0, **other) -> int:
    """Record as the project's treasurer."""
    with unit_of_work() as session:
        cmd = gift_of(asked, project, **other)
        return record_contribution(session, asked.groups[project][Task.TREASURER], cmd, CLOCK).id


def given(asked: Raising, project: int = 0, **other) -> int:
    """Record a gift, and let another member confirm it."""
    number = record(asked, project, **other)
    with unit_of_work() as session:
        decide_contribution(session, asked.groups[project][Task.MEMBER], number, True, "", CLOCK)
    return number
