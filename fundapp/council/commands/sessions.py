"""Call a session, note who came and what was decided, write the minutes, close it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.council import policy, queries
from fundapp.council.body_models import bars_of
from fundapp.council.models import CouncilAttendance, CouncilBody, CouncilItem, CouncilRecusal, CouncilSession
from fundapp.council.rules import (
    OPEN_STILL,
    Hands,
    ItemOutcome,
    Seat,
    against_closing,
    check_notice,
    check_outcome,
    state_of,
)
from fundapp.council.texts import invitation
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.notify.commands import tell_people
from fundapp.places.queries import get_place
from fundapp.projects.queries import projects_by_id


@dataclass(frozen=True)
class CallSession:
    """A session with its agenda: what comes back, projects that are to be discussed, and free items."""

    body_id: int
    title: str
    held_at: datetime
    items: tuple[str, ...] = ()
    project_ids: tuple[int, ...] = ()
    venue: str = ""
    from_item_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class RecordAttendance:
    """Who of the members came, and how many guests."""

    session_id: int
    present: tuple[int, ...]
    guests: int = 0


@dataclass(frozen=True)
class DecideItem:
    """What became of an item, by show of hands or by ballots counted in the room."""

    item_id: int
    outcome: ItemOutcome
    votes_for: int = 0
    votes_against: int = 0
    votes_abstain: int = 0
    note: str = ""
    by_ballot: bool = False


@dataclass(frozen=True)
class Recuse:
    """A member steps aside at an item, and why."""

    item_id: int
    member_id: int
    reason: str


@dataclass(frozen=True)
class WriteMinutes:
    """The minutes as they stand now."""

    session_id: int
    minutes: str


@dataclass(frozen=True)
class CloseSession:
    """Close a session for good."""

    session_id: int


def call_session(session: Session, actor: Actor, cmd: CallSession, clock: Clock) -> CouncilSession:
    """Call a session: its notice with the agenda is public at once, as many days ahead as the policy says.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such body.
        Refused: too late; no item; no members; a project from elsewhere; something that does not wait to come back.
    """
    body = session.get(CouncilBody, cmd.body_id)
    if body is None:
        raise NotVisible
    now = clock.now(session)
    path = get_place(session, body.place_id).path
    policy.check_secretary(actor, path)
    charter = queries.charter_at(session, body.id, path, now)
    check_notice(cmd.held_at, now, charter.notice_days)
    members = queries.members_of(session, body.id, now)
    if not members:
        raise Refused("council.no_members")
    agenda = _agenda(session, body.id, path, cmd)
    called = CouncilSession(
        body_id=body.id,
        title=cmd.title,
        venue=cmd.venue,
        held_at=cmd.held_at,
        called_at=now,
        called_by_id=actor.person_id,
        members=len(members),
        items=len(agenda),
        chair_id=next((row.id for row in members if row.seat is Seat.CHAIR), None),
        **bars_of(charter),
    )
    session.add(called)
    session.flush()
    for position, (title, project_id, earlier) in enumerate(agenda, start=1):
        what = {"title": title[:120], "project_id": project_id, "from_item_id": earlier}
        session.add(CouncilItem(session_id=called.id, position=position, **what))
    session.flush()
    invited = queries.members_of(session, body.id, now, observers=True)
    told = invitation(called.id, called.title, body.name, called.held_at, called.venue)
    tell_people(session, [row.person_id for row in invited if row.person_id], told, now)
    record(session, actor, "council.call", f"council_session:{called.id}", now, items=len(agenda))
    return called


def record_attendance(session: Session, actor: Actor, cmd: RecordAttendance, clock: Clock) -> int:
    """Note who of the members is present; a later list replaces an earlier one. Give the number of those present.

    Raises:
        Forbidden: not the worker of the community.
        Refused: before it begins or after it was closed; nobody is present; somebody who is no member; fewer than the
            hands that were raised.
    """
    held, now = hold_session(session, actor, cmd.session_id, clock)
    policy.check_may_record(state_of(held.held_at, held.closed_at, now), held.held_at)
    members = {row.id for row in queries.members_of(session, held.body_id, held.called_at)}
    present = set(cmd.present)
    if not present:
        raise Refused("council.nobody_present", field="present")
    if not present <= members:
        raise Refused("council.not_a_member", field="present")
    for item in queries.items_of_session(session, held.id):
        if item.outcome is not None:
            hands = Hands(item.votes_for, item.votes_against, item.votes_abstain)
            _check(session, held, item.id, item.outcome, hands, present)
    known = {row.member_id: row for row in queries.attendance_of(session, held.id)}
    for member_id in sorted(members):
        row = known.get(member_id) or CouncilAttendance(session_id=held.id, member_id=member_id)
        row.present = member_id in present
        session.add(row)
    held.guests = cmd.guests
    record(session, actor, "council.attendance", f"council_session:{held.id}", now, present=len(present))
    return len(present)


def decide_item(session: Session, actor: Actor, cmd: DecideItem, clock: Clock) -> CouncilItem:
    """Note what became of an item; until the session is closed it can be put right.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such item.
        Refused: before it begins or after it was closed; no attendance yet; more hands than members present; no
            quorum; an outcome that the hands contradict; handed up where no body stands above.
    """
    session_id = queries.session_of_item(session, cmd.item_id)
    held, now = hold_session(session, actor, session_id, clock)
    policy.check_may_record(state_of(held.held_at, held.closed_at, now), held.held_at)
    if cmd.outcome is ItemOutcome.REFERRED and queries.charter_of(session, held.body_id).parent_id is None:
        raise Refused("council.nothing_above", field="outcome")
    if cmd.outcome not in OPEN_STILL and queries.amendments_open(session, cmd.item_id):
        raise Refused("council.amendments_open", field="outcome")
    hands = Hands(cmd.votes_for, cmd.votes_against, cmd.votes_abstain)
    check_hands(session, held, cmd.item_id, cmd.outcome, hands)
    item = session.get_one(CouncilItem, cmd.item_id)
    item.outcome, item.note, item.by_ballot = cmd.outcome, cmd.note.strip(), cmd.by_ballot
    item.votes_for, item.votes_against, item.votes_abstain = cmd.votes_for, cmd.votes_against, cmd.votes_abstain
    record(session, actor, "council.decide", f"council_item:{item.id}", now, outcome=cmd.outcome.value)
    return item


def write_minutes(session: Session, actor: Actor, cmd: WriteMinutes, clock: Clock) -> CouncilSession:
    """Keep the minutes as they stand now.

    Raises:
        Forbidden: not the worker of the community.
        Refused: before it begins or after it was closed.
    """
    held, now = hold_session(session, actor, cmd.session_id, clock)
    policy.check_may_record(state_of(held.held_at, held.closed_at, now), held.held_at)
    held.minutes = cmd.minutes.strip()
    record(session, actor, "council.minutes", f"council_session:{held.id}", now, length=len(held.minutes))
    return held


def close_session(session: Session, actor: Actor, cmd: CloseSession, clock: Clock) -> CouncilSession:
    """Close a session: outcomes and minutes become public, and nothing of it is changed any more.

    Raises:
        Forbidden: not the worker of the community.
        Refused: closed already; minutes, attendance or an item's outcome missing; not confirmed by the chair.
    """
    held, now = hold_session(session, actor, cmd.session_id, clock)
    if held.closed_at is not None:
        raise Refused("council.closed")
    items = queries.items_of_session(session, held.id)
    attended = any(row.present for row in queries.attendance_of(session, held.id))
    lacking = against_closing(held.minutes, attended, [item.outcome is not None for item in items], held.held_at, now)
    if lacking:
        raise lacking[0]
    if held.chair_id is not None and not queries.confirmed(session, held):
        raise Refused("council.not_confirmed")
    held.closed_at, held.closed_by_id = now, actor.person_id
    record(session, actor, "council.close", f"council_session:{held.id}", now)
    return held


def recuse(session: Session, actor: Actor, cmd: Recuse, clock: Clock) -> CouncilRecusal:
    """Note that an item concerns a member: she leaves the room, and for this item she counts nowhere.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such item.
        Refused: before it begins or after it was closed; decided already; no member; noted already; no reason.

    Source: docs/rules/council.md.
    """
    session_id = queries.session_of_item(session, cmd.item_id)
    held, now = hold_session(session, actor, session_id, clock)
    policy.check_may_record(state_of(held.held_at, held.closed_at, now), held.held_at)
    if session.get_one(CouncilItem, cmd.item_id).outcome is not None:
        raise Refused("council.decided_already")
    if cmd.member_id not in {row.id for row in queries.members_of(session, held.body_id, held.called_at)}:
        raise Refused("council.not_a_member", field="member_id")
    if cmd.member_id in queries.recused_at(session, held.id, cmd.item_id):
        raise Refused("council.recused_already", field="member_id")
    if not cmd.reason.strip():
        raise Refused("council.reason_needed", field="reason")
    told = {"item_id": cmd.item_id, "member_id": cmd.member_id, "reason": cmd.reason.strip()}
    made = CouncilRecusal(noted_by_id=actor.person_id, at=now, **told)
    session.add(made)
    session.flush()
    record(session, actor, "council.recuse", f"council_item:{cmd.item_id}", now)
    return made


def _check(
    session: Session, held: CouncilSession, item_id: int, outcome: ItemOutcome, hands: Hands, present: set[int]
) -> None:
    """Check an outcome among those whom the item does not concern."""
    recused = queries.recused_at(session, held.id, item_id)
    here, whole = len(present - recused), held.members - len(recused)
    check_outcome(outcome, hands, here, whole, held.quorum, held.passing)


def check_hands(session: Session, held: CouncilSession, item_id: int, outcome: ItemOutcome, hands: Hands) -> None:
    """Check an outcome against the hands of those present.

    Raises:
        Refused: no attendance yet; more hands than present; no quorum; an outcome that the hands contradict.
    """
    present = {row.member_id for row in queries.attendance_of(session, held.id) if row.present}
    if not present:
        raise Refused("council.attendance_missing")
    _check(session, held, item_id, outcome, hands, present)


def hold_session(session: Session, actor: Actor, session_id: int, clock: Clock) -> tuple[CouncilSession, datetime]:
    """Lock a session for its secretary, and read the clock after that.

    Raises:
        Forbidden: not the secretary.
        NotVisible: there is no such session.
    """
    held = lock(session, CouncilSession, session_id)
    if held is None:
        raise NotVisible
    now = clock.now(session)
    body = session.get_one(CouncilBody, held.body_id)
    policy.check_secretary(actor, get_place(session, body.place_id).path)
    return held, now


def _agenda(session: Session, body_id: int, path: str, cmd: CallSession) -> list[tuple[str, int | None, int | None]]:
    """Put the items in order: what comes back, then projects as they were named, then what else there is.

    Each is title, project and the item that comes back; a project stands once.
    """
    waiting = {row.id: row for row in queries.comes_back(session, body_id)}
    if not set(cmd.from_item_ids) <= waiting.keys():
        raise Refused("council.not_waiting", field="returning")
    found = projects_by_id(session, list(cmd.project_ids))
    for project_id in cmd.project_ids:
        if project_id not in found or not found[project_id].place_path.startswith(path):
            raise Refused("council.project_elsewhere", field="projects")
    back = [waiting[one] for one in dict.fromkeys(cmd.from_item_ids)]
    agenda: list[tuple[str, int | None, int | None]] = [(row.title, row.project_id, row.id) for row in back]
    named = {row.project_id for row in back}
    agenda += [(found[one].title, one, None) for one in dict.fromkeys(cmd.project_ids) if one not in named]
    agenda += [(title.strip(), None, None) for title in cmd.items if title.strip()]
    if not agenda:
        raise Refused("council.no_items", field="items")
    return agenda
