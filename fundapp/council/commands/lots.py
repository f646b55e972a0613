"""Draw members by lot: announce the list and where the seed will come from, then draw with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.council.commands.bodies import hold_body
from fundapp.council.lots import draw, fingerprint
from fundapp.council.models import CouncilDraw, CouncilLot, CouncilMember
from fundapp.council.rules import Origin, Seat
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused


@dataclass(frozen=True)
class AnnounceLot:
    """Who may be drawn, for how many seats, and where everybody will read the seed."""

    body_id: int
    names: tuple[str, ...]
    seats: int
    seed_from: str
    term_ends_at: datetime | None = None


@dataclass(frozen=True)
class DrawLot:
    """The seed, as everybody read it."""

    lot_id: int
    seed: str


def announce_lot(session: Session, actor: Actor, cmd: AnnounceLot, clock: Clock) -> CouncilLot:
    """Publish the number of candidates and the fingerprint of their list, before anybody knows the seed.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such body.
        Refused: more seats than candidates; one name twice; nowhere to read the seed; a term that is over.
    """
    body, now = hold_body(session, actor, cmd.body_id, clock)
    names = [name.strip() for name in cmd.names if name.strip()]
    if len(set(names)) != len(names):
        raise Refused("council.name_twice", field="names")
    if not 0 < cmd.seats < len(names):
        raise Refused("council.too_many_seats", field="seats", candidates=len(names))
    if not cmd.seed_from.strip():
        raise Refused("council.reason_needed", field="seed_from")
    if cmd.term_ends_at is not None and cmd.term_ends_at <= now:
        raise Refused("council.term_over", field="term_ends_at")
    lot = CouncilLot(
        body_id=body.id,
        names=names,
        candidates=len(names),
        seats=cmd.seats,
        fingerprint=fingerprint(names),
        seed_from=cmd.seed_from.strip(),
        term_ends_at=cmd.term_ends_at,
        announced_by_id=actor.person_id,
        announced_at=now,
    )
    session.add(lot)
    session.flush()
    record(session, actor, "council.announce_lot", f"council_body:{body.id}", now, candidates=len(names))
    return lot


def draw_lot(session: Session, actor: Actor, cmd: DrawLot, clock: Clock) -> CouncilDraw:
    """Draw with the seed; those drawn are members from now on.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such lot.
        Refused: drawn already; no seed; the term is over.
    """
    lot = session.get(CouncilLot, cmd.lot_id)
    if lot is None:
        raise NotVisible
    body, now = hold_body(session, actor, lot.body_id, clock)
    if session.scalar(select(CouncilDraw.id).where(CouncilDraw.lot_id == lot.id)) is not None:
        raise Refused("council.drawn_already", field="seed")
    seed = cmd.seed.strip()
    if not seed:
        raise Refused("council.reason_needed", field="seed")
    if lot.term_ends_at is not None and lot.term_ends_at <= now:
        raise Refused("council.term_over", field="seed")
    numbers = draw(seed, lot.candidates, lot.seats)
    drawn = CouncilDraw(lot_id=lot.id, seed=seed, numbers=list(numbers), drawn_by_id=actor.person_id, drawn_at=now)
    session.add(drawn)
    sits = {"seat": Seat.MEMBER, "origin": Origin.LOT, "joined_at": now, "term_ends_at": lot.term_ends_at}
    session.add_all(
        CouncilMember(body_id=body.id, name=lot.names[number - 1], lot_id=lot.id, **sits) for number in numbers
    )
    session.flush()
    record(session, actor, "council.draw_lot", f"council_body:{body.id}", now, seats=len(numbers))
    return drawn
