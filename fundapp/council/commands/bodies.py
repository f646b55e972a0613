"""Found a council and keep the list of its members."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.council import policy, queries
from fundapp.council.models import CouncilBody, CouncilMember
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.queries import get_place


@dataclass(frozen=True)
class MakeBody:
    """Found a body with members known by their plain names."""

    place_id: int
    name: str
    member_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class AddMember:
    """Take a member in: a person, or a plain name."""

    body_id: int
    name: str = ""
    person_id: int | None = None


def make_body(session: Session, actor: Actor, cmd: MakeBody, clock: Clock) -> CouncilBody:
    """Found a residents' council.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such place.
        Refused: a body of this name is there already.
    """
    now = clock.now(session)
    place = get_place(session, cmd.place_id)
    policy.check_secretary(actor, place.path)
    if queries.body_named(session, place.id, cmd.name):
        raise Refused("council.body_exists", field="name")
    body = CouncilBody(place_id=place.id, name=cmd.name, made_by_id=actor.person_id, made_at=now)
    session.add(body)
    session.flush()
    names = [name.strip() for name in cmd.member_names if name.strip()]
    session.add_all(CouncilMember(body_id=body.id, name=name, joined_at=now) for name in names)
    record(session, actor, "council.make_body", f"council_body:{body.id}", now, members=len(names))
    return body


def add_member(session: Session, actor: Actor, cmd: AddMember, clock: Clock) -> CouncilMember:
    """Take a member in.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such body.
        Refused: neither a name nor a person, or the person is a member already.
    """
    body = lock(session, CouncilBody, cmd.body_id)
    if body is None:
        raise NotVisible
    now = clock.now(session)
    policy.check_secretary(actor, get_place(session, body.place_id).path)
    if (cmd.person_id is None) == (not cmd.name.strip()):
        raise Refused("council.person_or_name", field="name")
    if any(row.person_id == cmd.person_id is not None for row in queries.members_of(session, body.id)):
        raise Refused("council.member_already", field="name")
    name = None if cmd.person_id is not None else cmd.name.strip()
    member = CouncilMember(body_id=body.id, person_id=cmd.person_id, name=name, joined_at=now)
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
