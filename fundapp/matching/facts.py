"""What a claim rests on, read from the project and its confirmed money, in the form that is stored and published."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.db.wiring import ask
from fundapp.fundraising.queries import household_gifts, raised
from fundapp.fundraising.rules import Source
from fundapp.kernel.money import fen
from fundapp.matching.rules import Claim, Gift
from fundapp.places.models import Unit
from fundapp.projects.queries import ProjectRow


def claim_facts(session: Session, project: ProjectRow, ticket: int, viable_fen: int) -> tuple[dict[str, Any], Claim]:
    """Give the facts of a claim, and the same as the rules take them. Households appear as "户1", "户2" in order.

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
        gifts.append({"household": name, "amount": gift.amount_fen, "related": gift.related})
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
