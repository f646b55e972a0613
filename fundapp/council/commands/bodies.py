"""Found a council from a template, change how it works, and keep the list of its members."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.council import policy, queries
from fundapp.council.bars import Charter, check_floor
from fundapp.council.body_models import bars_of
from fundapp.council.models import CouncilBody, CouncilCharter, CouncilMember
from fundapp.council.rules import Origin, Seat
from fundapp.council.templates import APART, TEMPLATES, BodyKind, floor_of
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.queries import get_place
from fundapp.projects.queries import persons_by_login


@dataclass(frozen=True)
class MakeBody:
    """Found a body of a kind with members known by their plain names; without a charter it works as its template."""

    place_id: int
    name: str
    member_names: tuple[str, ...] = ()
    kind: BodyKind = BodyKind.COMMUNITY
    charter: Charter | None = None
    parent_id: int | None = None
    chair: str = ""
    origin: Origin = Origin.RECOMMENDED
    term_ends_at: datetime | None = None


@dataclass(frozen=True)
class ChangeCharter:
    """Let a body work otherwise from now on; sessions that were called keep what they were called under."""

    body_id: int
    charter: Charter
    parent_id: int | None
    reason: str


@dataclass(frozen=True)
class AddMember:
    """Take a member in: a person (by number or login name), or a plain name."""

    body_id: int
    name: str = ""
    person_id: int | None = None
    login: str = ""
    seat: Seat = Seat.MEMBER
    origin: Origin = Origin.RECOMMENDED
    term_ends_at: datetime | None = None


def make_body(session: Session, actor: Actor, cmd: MakeBody, clock: Clock) -> CouncilBody:
    """Found a residents' council.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such place.
        Refused: a body of this name is there already; bars below the law's; a body above it that is none.
    """
    now = clock.now(session)
    place = get_place(session, cmd.place_id)
    policy.check_secretary(actor, place.path)
    if queries.body_named(session, place.id, cmd.name):
        raise Refused("council.body_exists", field="name")
    body = CouncilBody(place_id=place.id, name=cmd.name, kind=cmd.kind, made_by_id=actor.person_id, made_at=now)
    session.add(body)
    session.flush()
    charter = cmd.charter or TEMPLATES[cmd.kind].charter
    session.add(_charter(session, actor, body, charter, cmd.parent_id, "", now))
    names = [name.strip() for name in cmd.member_names if name.strip()]
    seats = [(cmd.chair.strip(), Seat.CHAIR)] if cmd.chair.strip() else []
    seats += [(name, Seat.MEMBER) for name in names if name != cmd.chair.strip()]
    _check_term(cmd.term_ends_at, now)
    term = {"body_id": body.id, "origin": cmd.origin, "joined_at": now, "term_ends_at": cmd.term_ends_at}
    session.add_all(CouncilMember(name=name, seat=seat, **term) for name, seat in seats)
    record(session, actor, "council.make_body", f"council_body:{body.id}", now, members=len(seats))
    return body


def change_charter(session: Session, actor: Actor, cmd: ChangeCharter, clock: Clock) -> CouncilCharter:
    """Let a body work otherwise from now on.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such body.
        Refused: no reason; bars below the law's; a body above it that stands below it, or in another place.
    """
    body, now = hold_body(session, actor, cmd.body_id, clock)
    if not cmd.reason.strip():
        raise Refused("council.reason_needed", field="reason")
    made = _charter(session, actor, body, cmd.charter, cmd.parent_id, cmd.reason.strip(), now)
    session.add(made)
    session.flush()
    record(session, actor, "council.charter", f"council_body:{body.id}", now, number=made.number)
    return made


def add_member(session: Session, actor: Actor, cmd: AddMember, clock: Clock) -> CouncilMember:
    """Take a member in.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such body.
        Refused: neither a name nor a person; the person is a member already, or sits in another body of 131 here; a
            second chair; a term that is over.
    """
    body, now = hold_body(session, actor, cmd.body_id, clock)
    person_id = _person(session, cmd)
    if (person_id is None) == (not cmd.name.strip()):
        raise Refused("council.person_or_name", field="name")
    known = queries.members_of(session, body.id, now, observers=True)
    if any(row.person_id == person_id is not None for row in known):
        raise Refused("council.member_already", field="name")
    if cmd.seat is Seat.CHAIR and any(row.seat is Seat.CHAIR for row in known):
        raise Refused("council.chair_already", field="seat")
    _check_term(cmd.term_ends_at, now)
    _check_apart(session, body, person_id, now)
    name = None if person_id is not None else cmd.name.strip()
    sits = {"seat": cmd.seat, "origin": cmd.origin, "term_ends_at": cmd.term_ends_at}
    member = CouncilMember(body_id=body.id, person_id=person_id, name=name, joined_at=now, **sits)
    session.add(member)
    session.flush()
    record(session, actor, "council.add_member", f"council_body:{body.id}", now)
    return member


def end_membership(session: Session, actor: Actor, member_id: int, clock: Clock) -> CouncilMember:
    """Let a member go; sessions that were called before keep counting her.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such member.
        Refused: she has left already.
    """
    member = lock(session, CouncilMember, member_id)
    if member is None:
        raise NotVisible
    now = clock.now(session)
    body = session.get_one(CouncilBody, member.body_id)
    policy.check_secretary(actor, get_place(session, body.place_id).path)
    if member.left_at is not None:
        raise Refused("council.member_left")
    member.left_at = now
    record(session, actor, "council.end_membership", f"council_body:{body.id}", now)
    return member


def hold_body(session: Session, actor: Actor, body_id: int, clock: Clock) -> tuple[CouncilBody, datetime]:
    """Lock a body for its secretary, and read the clock after that.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such body.
    """
    body = lock(session, CouncilBody, body_id)
    if body is None:
        raise NotVisible
    now = clock.now(session)
    policy.check_secretary(actor, get_place(session, body.place_id).path)
    return body, now


def _charter(
    session: Session,
    actor: Actor,
    body: CouncilBody,
    charter: Charter,
    parent_id: int | None,
    reason: str,
    now: datetime,
) -> CouncilCharter:
    check_floor(charter, floor_of(body.kind))
    if parent_id is not None:
        _check_above(session, body, parent_id)
    number = 1 + queries.charters_until_now(session, body.id)
    values = bars_of(charter) | {"parent_id": parent_id, "reason": reason}
    return CouncilCharter(body_id=body.id, number=number, made_by_id=actor.person_id, made_at=now, **values)


def _check_above(session: Session, body: CouncilBody, parent_id: int) -> None:
    """Take as the body above one of the same place or of a place around it, which does not stand below this one."""
    parent = session.get(CouncilBody, parent_id)
    here = get_place(session, body.place_id).path
    if parent is None or not here.startswith(get_place(session, parent.place_id).path):
        raise Refused("council.not_above", field="parent_id")
    seen: int | None = parent_id
    while seen is not None:
        if seen == body.id:
            raise Refused("council.not_above", field="parent_id")
        seen = queries.charter_of(session, seen).parent_id


def _person(session: Session, cmd: AddMember) -> int | None:
    login = cmd.login.strip()
    if not login:
        return cmd.person_id
    found = persons_by_login(session, [login]).get(login)
    if found is None:
        raise Refused("council.unknown_login", field="login")
    return found


def _check_term(ends_at: datetime | None, now: datetime) -> None:
    if ends_at is not None and ends_at <= now:
        raise Refused("council.term_over", field="term_ends_at")


def _check_apart(session: Session, body: CouncilBody, person_id: int | None, now: datetime) -> None:
    """Keep those apart who decide, carry out and supervise in one place.

    Source: domain.md section 4 (131).
    """
    if person_id is None or body.kind not in APART:
        return
    others = select(CouncilBody.id).where(
        CouncilBody.place_id == body.place_id, CouncilBody.id != body.id, CouncilBody.kind.in_(APART)
    )
    for other in session.scalars(others):
        if any(row.person_id == person_id for row in queries.members_of(session, other, now)):
            raise Refused("council.two_hats", field="name")
