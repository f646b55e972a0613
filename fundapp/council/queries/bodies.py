"""Bodies: bars, numbers and draws for everybody, names for the secretary."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased

from fundapp.council.bars import Charter
from fundapp.council.models import CouncilBody, CouncilCharter, CouncilDraw, CouncilLot
from fundapp.council.policy import is_secretary
from fundapp.council.queries.facts import charter_of, members_of
from fundapp.council.queries.rounds import charter_at
from fundapp.council.rules import MemberRow, Origin, Seat
from fundapp.council.templates import BodyKind
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.places.models import Place


@dataclass(frozen=True)
class BodyRow:
    """A body with its place."""

    id: int
    name: str
    place_id: int
    place_name: str
    place_path: str
    kind: BodyKind


@dataclass(frozen=True)
class LotRow:
    """A draw of members as everybody may check it: no name, only numbers."""

    id: int
    announced_at: datetime
    candidates: int
    seats: int
    fingerprint: str
    seed_from: str
    seed: str
    numbers: tuple[int, ...]
    drawn_at: datetime | None


@dataclass(frozen=True)
class BodyPage:
    """A body: its bars and draws for everybody; its members by name for its secretary only."""

    row: BodyRow
    charter: Charter
    number: int
    parent: tuple[int, str] | None
    counts: dict[Seat, int]
    origins: dict[Origin, int]
    lots: tuple[LotRow, ...]
    below: tuple[tuple[int, str], ...]
    secretary: bool
    members: tuple[MemberRow, ...]


def bodies_for(session: Session, actor: Actor) -> list[BodyRow]:
    """List the bodies whose papers the actor keeps."""
    rows = session.execute(_bodies().where(kept_by(actor)).order_by(CouncilBody.id))
    return [BodyRow(*row) for row in rows]


def list_bodies(session: Session) -> list[BodyRow]:
    """List all bodies, those of wide places first."""
    return [BodyRow(*row) for row in session.execute(_bodies().order_by(Place.path, CouncilBody.id))]


def bodies_above(session: Session, place_path: str) -> list[BodyRow]:
    """List the bodies of a place and of the places around it, which may stand above one of it."""
    return [row for row in list_bodies(session) if place_path.startswith(row.place_path)]


def own_body(session: Session, body_id: int, actor: Actor) -> BodyRow:
    """Give a body to its secretary.

    Raises:
        NotVisible: there is no such body, or it is somebody else's.
    """
    for body in bodies_for(session, actor):
        if body.id == body_id:
            return body
    raise NotVisible


def body_page(session: Session, body_id: int, actor: Actor, now: datetime) -> BodyPage:
    """Give a body: bars, numbers and draws to everybody, names to its secretary.

    Raises:
        NotVisible: there is no such body.
    """
    row = session.execute(_bodies().where(CouncilBody.id == body_id)).first()
    if row is None:
        raise NotVisible
    body, charter = BodyRow(*row), charter_of(session, body_id)
    members = members_of(session, body_id, now, observers=True)
    secretary = is_secretary(actor, body.place_path)
    parent = session.get(CouncilBody, charter.parent_id) if charter.parent_id else None
    counting = [member for member in members if member.counts]
    return BodyPage(
        row=body,
        charter=charter_at(session, body_id, body.place_path, now),
        number=charter.number,
        parent=(parent.id, parent.name) if parent else None,
        counts={seat: sum(member.seat is seat for member in members) for seat in Seat},
        origins={origin: sum(member.origin is origin for member in counting) for origin in Origin},
        lots=_lots(session, body_id),
        below=_below(session, body_id),
        secretary=secretary,
        members=tuple(members) if secretary else (),
    )


def _bodies() -> Select[int, str, int, str, str, BodyKind]:
    return select(CouncilBody.id, CouncilBody.name, Place.id, Place.name, Place.path, CouncilBody.kind).join(
        Place, Place.id == CouncilBody.place_id
    )


def _lots(session: Session, body_id: int) -> tuple[LotRow, ...]:
    query = (
        select(CouncilLot, CouncilDraw)
        .outerjoin(CouncilDraw, CouncilDraw.lot_id == CouncilLot.id)
        .where(CouncilLot.body_id == body_id)
        .order_by(CouncilLot.id)
    )
    return tuple(
        LotRow(
            lot.id, lot.announced_at, lot.candidates, lot.seats, lot.fingerprint, lot.seed_from,
            drawn.seed if drawn else "", tuple(drawn.numbers) if drawn else (), drawn.drawn_at if drawn else None,
        )
        for lot, drawn in session.execute(query)
    )  # fmt: skip


def _below(session: Session, body_id: int) -> tuple[tuple[int, str], ...]:
    """List the bodies whose newest charter names this one above them."""
    newer = aliased(CouncilCharter)
    outdated = select(newer.id).where(newer.body_id == CouncilCharter.body_id, newer.number > CouncilCharter.number)
    query = (
        select(CouncilBody.id, CouncilBody.name)
        .join(CouncilCharter, CouncilCharter.body_id == CouncilBody.id)
        .where(CouncilCharter.parent_id == body_id, ~outdated.exists())
        .order_by(CouncilBody.id)
    )
    return tuple((number, name) for number, name in session.execute(query))


def kept_by(actor: Actor) -> ColumnElement[bool]:
    """Give the condition that the actor keeps the papers of a place."""
    paths = sorted({grant.path for grant in actor.grants if grant.role is Role.WORKER})
    streets = {grant.path for grant in actor.grants if grant.role is Role.STREET_OFFICER}
    return or_(Place.path.in_(streets), *(Place.path.startswith(path, autoescape=True) for path in paths))
