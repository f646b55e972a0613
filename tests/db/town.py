"""A town whose projects have come to a stage, and forms about raising money in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from fundapp.custody.commands import NameKeeper, name_keeper
from fundapp.db.work import unit_of_work
from fundapp.fundraising.commands import (
    NewContribution,
    NewCount,
    NewPledge,
    NewRefund,
    count_cash,
    decide_contribution,
    make_pledge,
    prepare_refund,
    record_contribution,
)
from fundapp.fundraising.rules import Means, Source
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.money import from_fen
from fundapp.ledger.rules import Holder
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from fundapp.stories.props import picture
from tests.support.world import (
    CLOCK,
    NOW,
    PlaceTree,
    make_group,
    make_person,
    make_place_tree,
    make_programme,
    make_project,
    make_resident,
    make_text,
)

ROAD = (
    Stage.CONSENTING, Stage.CONSENTED, Stage.SELECTED, Stage.MATCHED, Stage.DELIVERING, Stage.ACCEPTED,
)  # fmt: skip
Send = Callable[[Session, Actor, str, bool], Any]


@dataclass(frozen=True)
class Sending:
    """Who sends a form, who else might send the same key, and the deed: ``send(session, actor, key, otherwise)``."""

    who: Actor
    other: Actor
    send: Send


@dataclass(frozen=True)
class Town:
    """A programme with projects that have come to a stage, and the people around them."""

    places: PlaceTree
    programme: int
    projects: tuple[int, ...]
    groups: tuple[dict[Task, Actor], ...]
    staff: dict[Role, tuple[Actor, Actor]]
    scan: int


def make_town(
    stage: Stage, projects: int = 1, budget: str = "20000.00", keeper: Holder | None = None, **programme_of: Any
) -> Town:
    """Make a town whose projects stand at *stage*; *programme_of*: parts and funding of its programme.

    *keeper*: who keeps the projects' money, where they name somebody.
    """
    with unit_of_work() as session:
        places = make_place_tree(session)
        programme = make_programme(session, places.street, **programme_of)
        proposer = make_resident(session, "李提案", places.units[0])
        made, groups = [], []
        for number in range(projects):
            text = make_text(f"第{number}件", budget=budget)
            made.append(make_project(session, places, proposer, programme=programme, text=text).id)
            groups.append(make_group(session, places, made[-1]))
            for step in ROAD[: ROAD.index(stage) + 1]:
                move_on(session, groups[-1][Task.LEAD], made[-1], step, NOW)
        roles = (
            Role.STREET_OFFICER, Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER, Role.FOUNDATION_SUPERVISOR,
        )  # fmt: skip
        staff = {
            role: (
                make_person(session, f"甲{role.value}", role, places.street),
                make_person(session, f"乙{role.value}", role, places.street),
            )
            for role in roles
        }
        for number in made if keeper else ():
            named = NameKeeper(number, keeper, "演示慈善会" if keeper is Holder.CHARITY else "", "托管协议")
            name_keeper(session, staff[Role.FOUNDATION_OFFICER][0], named, CLOCK)
        scan = picture(session, groups[0][Task.TREASURER], places.compound, CLOCK)
    return Town(places, programme.id, tuple(made), tuple(groups), staff, scan)


def gift(town: Town, key: str, amount: int = 200_000, number: int = 0) -> NewContribution:
    """Give a household's gift of 2,000 yuan."""
    return NewContribution(
        town.projects[number], key, Source.RESIDENTS, town.places.units[1], "住户", False, False, from_fen(amount),
        Means.CASH, local_date(NOW), town.scan,
    )  # fmt: skip


def pledge() -> Sending:
    """Something is pledged."""
    town = make_town(Stage.SELECTED)
    group = town.groups[0]

    def send(session, who, key, otherwise):
        said = NewPledge(
            town.projects[0], key, Source.RESIDENTS, town.places.units[1], "住户", False, from_fen(900 + otherwise),
            local_date(NOW),
        )  # fmt: skip
        return make_pledge(session, who, said, CLOCK)

    return Sending(group[Task.TREASURER], group[Task.LEAD], send)


def refund() -> Sending:
    """Money goes back."""
    town = make_town(Stage.SELECTED)
    group = town.groups[0]
    with unit_of_work() as session:
        made = record_contribution(session, group[Task.TREASURER], gift(town, "g"), CLOCK).id
        decide_contribution(session, group[Task.MEMBER], made, True, "", CLOCK)
    return Sending(
        group[Task.TREASURER],
        group[Task.LEAD],
        lambda s, who, key, otherwise: prepare_refund(
            s, who, NewRefund(made, key, from_fen(500 + otherwise), "交款人要求"), CLOCK
        ),
    )


def cash_count() -> Sending:
    """The cash book is counted."""
    town = make_town(Stage.SELECTED)
    group = town.groups[0]
    return Sending(
        group[Task.TREASURER],
        group[Task.LEAD],
        lambda s, who, key, otherwise: count_cash(
            s, who, NewCount(town.projects[0], key, from_fen(0), from_fen(0 + otherwise), "多一分"), CLOCK
        ),
    )
