"""Call a session, note who came and what was decided, write the minutes, close it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.council import policy, queries
from fundapp.council.models import CouncilAttendance, CouncilBody, CouncilItem, CouncilSession
from fundapp.council.rules import Hands, ItemOutcome, against_closing, check_notice, check_outcome, state_of
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.queries import get_place
from fundapp.projects.queries import projects_by_id


@dataclass(frozen=True)
class CallSession:
    """A session with its agenda: free items, and projects that are to be discussed."""

    body_id: int
    title: str
    held_at: datetime
    items: tuple[str, ...] = ()
    project_ids: tuple[int, ...] = ()
    venue: str = ""


@dataclass(frozen=True)
class RecordAttendance:
    """Who of the members came, and how many guests."""

    session_id: int
    present: tuple[int, ...]
    guests: int = 0


@dataclass(frozen=True)
class DecideItem:
    """What became of an item, by show of hands."""

    item_id: int
    outcome: ItemOutcome
    votes_for: int = 0
    votes_against: int = 0
    votes_abstain: int = 0
    note: str = ""


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
        Refused: too late; no item; no members; a project from elsewhere.
    """
    body = session.get(CouncilBody, cmd.body_id)
    if body is None:
        raise NotVisible
    now = clock.now(session)
    path = get_place(session, body.place_id).path
    policy.check_secretary(actor, path)
    terms = queries.terms_at(session, path, now)
    check_notice(cmd.held_at, now, terms.notice_days)
    members = len(queries.members_of(session, body.id))
    if not members:
        raise Refused("council.no_members")
    called = CouncilSession(
        body_id=body.id,
        title=cmd.title,
        venue=cmd.venue,
        held_at=cmd.held_at,
        called_at=now,
        called_by_id=actor.person_id,
        members=members,
        quorum_over=terms.quorum.share.numerator,
        quorum_under=terms.quorum.share.denominator,
    )
    session.add(called)
    session.flush()
    items = _agenda(session, called.id, path, cmd)
    session.add_all(items)
    record(session, actor, "council.call", f"council_session:{called.id}", now, items=len(items))
    return called


def record_attendance(session: Session, actor: Actor, cmd: RecordAttendance, clock: Clock) -> int:
    """Note who of the members is present; a later list replaces an earlier one. Give the number of those present.

    Raises:
        Forbidden: not the worker of the community.
        Refused: before it begins or after it was closed; nobody is present; somebody who is no member; fewer than the
            hands that were raised.
    """
    held, now = _hold(session, actor, cmd.session_id, clock)
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
            check_outcome(item.outcome, hands, len(present), held.members, held.quorum)
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
            quorum; an outcome that the hands contradict.
    """
    session_id = queries.session_of_item(session, cmd.item_id)
    held, now = _hold(session, actor, session_id, clock)
    policy.check_may_record(state_of(held.held_at, held.closed_at, now), held.held_at)
    present = sum(row.present for row in queries.attendance_of(session, held.id))
    if not present:
        raise Refused("council.attendance_missing")
    hands = Hands(cmd.votes_for, cmd.votes_against, cmd.votes_abstain)
    check_outcome(cmd.outcome, hands, present, held.members, held.quorum)
    item = session.get_one(CouncilItem, cmd.item_id)
    item.outcome, item.note = cmd.outcome, cmd.note.strip()
    item.votes_for, item.votes_against, item.votes_abstain = cmd.votes_for, cmd.votes_against, cmd.votes_abstain
    record(session, actor, "council.decide", f"council_item:{item.id}", now, outcome=cmd.outcome.value)
    return item


def write_minutes(session: Session, actor: Actor, cmd: WriteMinutes, clock: Clock) -> CouncilSession:
    """Keep the minutes as they stand now.

    Raises:
        Forbidden: not the worker of the community.
        Refused: before it begins or after it was closed.
    """
    held, now = _hold(session, actor, cmd.session_id, clock)
    policy.check_may_record(state_of(held.held_at, held.closed_at, now), held.held_at)
    held.minutes = cmd.minutes.strip()
    record(session, actor, "council.minutes", f"council_session:{held.id}", now, length=len(held.minutes))
    return held


def close_session(session: Session, actor: Actor, cmd: CloseSession, clock: Clock) -> CouncilSession:
    """Close a session: outcomes and minutes become public, and nothing of it is changed any more.

    Raises:
        Forbidden: not the worker of the community.
        Refused: closed already; minutes, attendance or an item's outcome missing.
    """
    held, now = _hold(session, actor, cmd.session_id, clock)
    if held.closed_at is not None:
        raise Refused("council.closed")
    items = queries.items_of_session(session, held.id)
    attended = any(row.present for row in queries.attendance_of(session, held.id))
    lacking = against_closing(held.minutes, attended, [item.outcome is not None for item in items], held.held_at, now)
    if lacking:
        raise lacking[0]
    held.closed_at, held.closed_by_id = now, actor.person_id
    record(session, actor, "council.close", f"council_session:{held.id}", now)
    return held


def _hold(session: Session, actor: Actor, session_id: int, clock: Clock) -> tuple[CouncilSession, datetime]:
    held = lock(session, CouncilSession, session_id)
    if held is None:
        raise NotVisible
    now = clock.now(session)
    body = session.get_one(CouncilBody, held.body_id)
    policy.check_secretary(actor, get_place(session, body.place_id).path)
    return held, now


def _agenda(session: Session, session_id: int, path: str, cmd: CallSession) -> list[CouncilItem]:
    """Put the items in order: projects first, in the order in which they were named."""
    found = projects_by_id(session, list(cmd.project_ids))
    for project_id in cmd.project_ids:
        if project_id not in found or not found[project_id].place_path.startswith(path):
            raise Refused("council.project_elsewhere", field="projects")
    titles: list[tuple[str, int | None]] = [(found[one].title, one) for one in dict.fromkeys(cmd.project_ids)]
    titles += [(title.strip(), None) for title in cmd.items if title.strip()]
    if not titles:
        raise Refused("council.no_items", field="items")
    return [
        CouncilItem(session_id=session_id, position=number, title=title[:120], project_id=project_id)
        for number, (title, project_id) in enumerate(titles, start=1)
    ]
