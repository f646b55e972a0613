"""What a claim rests on, read from the project and its confirmed money, in the form that is stored and published."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.db.wiring import ask
from fundapp.fundraising.queries import household_gifts, raised
from fundapp.fundraising.rules import Source
from fundapp.kernel.actor import Role
from fundapp.kernel.money import fen
from fundapp.matching.rules import Claim, Gift
from fundapp.parties.queries import units_near
from fundapp.people.queries import people_as
from fundapp.places.models import Unit
from fundapp.projects.queries import ProjectRow, tasks_of
from fundapp.projects.rules import Task

PAYING = (Role.STREET_OFFICER, Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER, Role.FOUNDATION_SUPERVISOR)
OFFICERS = frozenset({Task.LEAD, Task.TREASURER})


def related_units(session: Session, project: ProjectRow, now: datetime) -> frozenset[int]:
    """Give the households that are related to a project now, by the register and by who speaks for them.

    Those of its lead and treasurer, of the foundation's and street's staff there, of whoever has an interest in a
    supplier, and of people near to the former two.

    Source: money.md section 7 (supplier, group officers, staff).
    """
    officers = {person for person, task in tasks_of(session, project.id).items() if task in OFFICERS}
    staff = {person for role in PAYING for person in people_as(session, role, project.place_path, now)}
    suppliers: set[int] = ask("projects.suppliers", session, project.id)
    return units_near(session, officers | staff, suppliers, now)


def claim_facts(
    session: Session, project: ProjectRow, ticket: int, viable_fen: int, related: Collection[int]
) -> tuple[dict[str, Any], Claim]:
    """Give the facts of a claim, and the same as the rules take them. Households appear as "户1", "户2" in order.

    *related*: the households to which the cap for related parties applies; a gift that the treasurer marked is another
    source of that.

    The street's and donors' money is what has been confirmed; what the community's own share of the pool paid counts
    with the donors', so that nothing is matched beyond what the project still lacks. Amounts in fen.
    """
    sums = raised(session, [project.id])[project.id]
    households = (
        session.scalar(select(func.count()).where(Unit.compound_id == project.place_id, Unit.ended_at.is_(None))) or 0
    )
    names: dict[int, str] = {}
    gifts = []
    for gift in household_gifts(session, project.id):
        name = names.setdefault(gift.unit_id, f"h{len(names) + 1}")
        gifts.append({"household": name, "amount": gift.amount_fen, "related": gift.related or gift.unit_id in related})
    facts = {
        "ticket": ticket,
        "project": f"project:{project.id}",
        "budget": fen(project.budget) if project.budget is not None else 0,
        "households": households,
        "street": sums.get(Source.STREET, 0),
        "other": sums.get(Source.DONORS, 0) + fen(ask("matching.given_otherwise", session, project.id)),
        "viable_minimum": viable_fen,
        "gifts": gifts,
    }
    return facts, claim_of(facts)


def claim_of(facts: dict[str, Any]) -> Claim:
    """Make the rules' claim of stored facts: to recompute it later from what was published."""
    gifts = tuple(Gift(gift["household"], gift["amount"], gift["related"]) for gift in facts["gifts"])
    return Claim(**{name: value for name, value in facts.items() if name != "gifts"}, gifts=gifts)
