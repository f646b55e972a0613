"""Keep visits that brought no answer, apart from answers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.consent import queries
from fundapp.consent.commands.holding import Named, helper_of, hold_paper
from fundapp.consent.paper_models import ConsentVisit
from fundapp.consent.papers import VisitResult
from fundapp.db.once import done_before, own_key
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Forbidden, Refused

Visited = ConsentVisit  # the row that a visit gives back


@dataclass(frozen=True)
class RecordVisit:
    """Who went to a door when, and why there is no answer."""

    round_id: int
    unit_id: int
    result: VisitResult
    visited_at: datetime
    op_key: str
    visitor: Named
    note: str = ""


def record_visit(session: Session, actor: Actor, cmd: RecordVisit, clock: Clock) -> ConsentVisit:
    """Keep a visit; it is never an answer, and nothing is counted from it.

    Raises:
        Forbidden: neither the community's worker nor the head of that building or group.
        Refused: the visit lies before the round or in the future; the result is published; the key was used.

    Source: peers.md row 19.
    """
    held = hold_paper(session, cmd.round_id, clock)
    charge = queries.charge_of(session, actor, held.round, held.now)
    if charge is None or cmd.unit_id not in charge.unit_ids:
        raise Forbidden("consent.not_your_doors", field="unit_id")
    key = own_key(actor, cmd.op_key)
    sent = done_before(session, ConsentVisit, key, round_id=cmd.round_id, unit_id=cmd.unit_id, result=cmd.result)
    if sent is not None:
        return sent
    if not held.round.opened_at <= cmd.visited_at <= held.now:
        raise Refused("consent.visit_outside", field="visited_at", first=held.round.opened_at)
    visit = ConsentVisit(
        round_id=held.round.id,
        snapshot_id=held.round.snapshot_id,
        unit_id=cmd.unit_id,
        result=cmd.result,
        note=cmd.note.strip(),
        visitor_id=helper_of(session, held, actor, cmd.visitor, "visitor_name"),
        visited_at=cmd.visited_at,
        recorded_by_id=actor.person_id,
        recorded_at=held.now,
        op_key=key,
    )
    session.add(visit)
    session.flush()
    record(session, actor, "consent.visit", f"consent_round:{held.round.id}", held.now, visit=visit.id)
    return visit
