"""The pages of the 议事厅: notices and closed sessions for everybody, names and open papers for the secretary."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fundapp.council.bars import Charter, text_of_bar
from fundapp.council.models import CouncilBody, CouncilItem, CouncilMotion, CouncilRecusal, CouncilSession
from fundapp.council.policy import is_secretary
from fundapp.council.queries.bodies import kept_by
from fundapp.council.queries.facts import attendance_of, items_of_session, members_of, recusals_of
from fundapp.council.queries.floor import confirmed, motions_of
from fundapp.council.rules import ItemOutcome, MemberRow, SessionState, state_of, without_names
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.places.models import Place
from fundapp.places.queries import PlaceRow, get_place
from fundapp.web.paging import PER_PAGE


@dataclass(frozen=True)
class SessionRow:
    """A session in a list, and its agenda: title and outcome, the latter only when it is closed."""

    id: int
    title: str
    body: str
    place_name: str
    held_at: datetime
    state: SessionState
    items: tuple[tuple[str, ItemOutcome | None], ...] = ()


@dataclass(frozen=True)
class MotionRow:
    """A motion or an amendment; who moved and seconded it only for the secretary and the chair."""

    id: int
    number: int
    text: str
    budget: Money | None
    outcome: ItemOutcome | None
    votes_for: int
    votes_against: int
    votes_abstain: int
    mover: str
    seconder: str

    @property
    def amends(self) -> bool:
        """Tell whether it amends the motion."""
        return self.number > 1


@dataclass(frozen=True)
class ItemRow:
    """An item as one person may see it."""

    id: int
    position: int
    title: str
    project_id: int | None
    outcome: ItemOutcome | None
    votes_for: int
    votes_against: int
    votes_abstain: int
    note: str
    recused: int
    returned: bool
    present: int
    members: int
    by_ballot: bool
    motions: tuple[MotionRow, ...]


@dataclass(frozen=True)
class ItemMark:
    """What a closed session came to about a project."""

    session_id: int
    title: str
    held_at: datetime
    outcome: ItemOutcome
    votes_for: int
    votes_against: int
    votes_abstain: int


@dataclass(frozen=True)
class SessionPage:
    """A session as one person may see it.

    ``roll`` (member, present or not noted) and ``recusals`` (item, name, reason) are for the secretary only.
    """

    id: int
    title: str
    body: str
    body_id: int
    place: PlaceRow
    venue: str
    held_at: datetime
    called_at: datetime
    closed_at: datetime | None
    state: SessionState
    members: int
    needed: int
    charter: Charter
    present: int
    guests: int
    minutes: str
    items: tuple[ItemRow, ...]
    secretary: bool
    chair: bool
    chaired: bool
    confirmed: bool
    roll: tuple[tuple[MemberRow, bool | None], ...]
    recusals: tuple[tuple[int, str, str], ...]

    @property
    def quorum(self) -> str:
        """Write the share of the members that must be present."""
        return text_of_bar(self.charter.quorum)


def list_sessions(session: Session, now: datetime, before: int | None = None) -> list[SessionRow]:
    """List sessions, the newest first, one row more than a page; outcomes only of closed ones."""
    query = _sessions().order_by(CouncilSession.id.desc()).limit(PER_PAGE + 1)
    if before is not None:
        query = query.where(CouncilSession.id < before)
    rows = session.execute(query).all()
    items: dict[int, list[tuple[str, ItemOutcome | None]]] = {}
    for item in session.scalars(
        select(CouncilItem)
        .where(CouncilItem.session_id.in_([row[0].id for row in rows]))
        .order_by(CouncilItem.session_id, CouncilItem.position)
    ):
        items.setdefault(item.session_id, []).append((item.title, item.outcome))
    return [_row(held, body, place, now, items.get(held.id, [])) for held, body, place in rows]


def sessions_waiting(session: Session, actor: Actor, now: datetime) -> list[SessionRow]:
    """List the sessions that the actor, as secretary, has still to close, the oldest first."""
    query = (
        _sessions()
        .where(CouncilSession.closed_at.is_(None), CouncilSession.held_at <= now, kept_by(actor))
        .order_by(CouncilSession.held_at, CouncilSession.id)
    )
    return [_row(held, body, place, now, []) for held, body, place in session.execute(query)]


def session_page(session: Session, session_id: int, actor: Actor, now: datetime) -> SessionPage:
    """Give a session: notice and agenda to everybody, what was decided once it is closed, names to the secretary.

    Raises:
        NotVisible: there is none of this number.
    """
    held = session.get(CouncilSession, session_id)
    if held is None:
        raise NotVisible
    body = session.get_one(CouncilBody, held.body_id)
    place = get_place(session, body.place_id)
    secretary, closed = is_secretary(actor, place.path), held.closed_at is not None
    members = members_of(session, held.body_id, held.called_at)
    noted = {row.member_id: row.present for row in attendance_of(session, held.id)}
    recusals, names = recusals_of(session, held.id), {member.id: member.name for member in members}
    chair = actor.signed_in and any(one.id == held.chair_id and one.person_id == actor.person_id for one in members)
    inside = secretary or chair
    shown = inside or closed
    motions = _motions(session, held.id, names if inside else {}) if shown else []
    return SessionPage(
        id=held.id,
        title=held.title,
        body=body.name,
        body_id=body.id,
        place=place,
        venue=held.venue,
        held_at=held.held_at,
        called_at=held.called_at,
        closed_at=held.closed_at,
        state=state_of(held.held_at, held.closed_at, now),
        members=held.members,
        needed=held.quorum.needed(held.members),
        charter=held.charter,
        present=sum(noted.values()) if shown else 0,
        guests=held.guests if shown else 0,
        minutes=_minutes(held.minutes, members, inside, closed),
        items=tuple(_item(row, held, shown, noted, recusals, motions) for row in items_of_session(session, held.id)),
        secretary=secretary,
        chair=chair,
        chaired=held.chair_id is not None,
        confirmed=shown and held.chair_id is not None and confirmed(session, held),
        roll=tuple((member, noted.get(member.id)) for member in members) if secretary else (),
        recusals=tuple((row.item_id, names.get(row.member_id, ""), row.reason) for row in recusals) if inside else (),
    )


def items_of(session: Session, project_ids: Iterable[int]) -> dict[int, list[ItemMark]]:
    """Give what closed sessions came to about some projects, the oldest first, in one statement."""
    rows = session.execute(
        select(CouncilItem, CouncilSession.title, CouncilSession.held_at)
        .join(CouncilSession, CouncilSession.id == CouncilItem.session_id)
        .where(CouncilItem.project_id.in_(project_ids), CouncilSession.closed_at.is_not(None))
        .order_by(CouncilSession.held_at, CouncilItem.id)
    )
    found: dict[int, list[ItemMark]] = {}
    for item, title, held_at in rows:
        if item.project_id is not None and item.outcome is not None:
            hands = (item.votes_for, item.votes_against, item.votes_abstain)
            mark = ItemMark(item.session_id, title, held_at, item.outcome, *hands)
            found.setdefault(item.project_id, []).append(mark)
    return found


def _sessions() -> Select[CouncilSession, str, str]:
    return (
        select(CouncilSession, CouncilBody.name, Place.name)
        .join(CouncilBody, CouncilBody.id == CouncilSession.body_id)
        .join(Place, Place.id == CouncilBody.place_id)
    )


def _row(
    held: CouncilSession, body: str, place: str, now: datetime, items: list[tuple[str, ItemOutcome | None]]
) -> SessionRow:
    closed = held.closed_at is not None
    told = tuple((title, outcome if closed else None) for title, outcome in items)
    return SessionRow(held.id, held.title, body, place, held.held_at, state_of(held.held_at, held.closed_at, now), told)


def _motions(session: Session, session_id: int, names: dict[int, str]) -> list[tuple[int, MotionRow]]:
    return [(row.item_id, _motion(row, names)) for row in motions_of(session, session_id)]


def _motion(row: CouncilMotion, names: dict[int, str]) -> MotionRow:
    hands = (row.votes_for, row.votes_against, row.votes_abstain)
    who = (names.get(row.mover_id, ""), names.get(row.seconder_id, ""))
    return MotionRow(row.id, row.number, row.text, row.budget_fen, row.outcome, *hands, *who)


def _item(
    row: CouncilItem,
    held: CouncilSession,
    shown: bool,
    noted: dict[int, bool],
    recusals: list[CouncilRecusal],
    motions: list[tuple[int, MotionRow]],
) -> ItemRow:
    hands = (row.votes_for, row.votes_against, row.votes_abstain) if shown else (0, 0, 0)
    aside = {one.member_id for one in recusals if one.item_id == row.id}
    present = sum(here for member, here in noted.items() if member not in aside)
    moved = tuple(motion for item, motion in motions if item == row.id)
    return ItemRow(
        row.id, row.position, row.title, row.project_id, row.outcome if shown else None, *hands,
        row.note if shown else "", len(aside), row.from_item_id is not None, present if shown else 0,
        held.members - len(aside), row.by_ballot, moved,
    )  # fmt: skip


def _minutes(minutes: str, members: list[MemberRow], inside: bool, closed: bool) -> str:
    if inside:
        return minutes
    return without_names(minutes, (member.name for member in members)) if closed else ""
