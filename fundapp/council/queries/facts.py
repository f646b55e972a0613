"""Single facts for the deeds of the 议事厅."""

from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from fundapp.council.models import (
    CouncilAttendance,
    CouncilBody,
    CouncilCharter,
    CouncilItem,
    CouncilMember,
    CouncilRecusal,
    CouncilSession,
)
from fundapp.council.rules import ItemOutcome, MemberRow, Seat
from fundapp.kernel.errors import NotVisible
from fundapp.people.models import Person


def body_named(session: Session, place_id: int, name: str) -> bool:
    """Tell whether a place has a body of this name."""
    query = select(CouncilBody.id).where(CouncilBody.place_id == place_id, CouncilBody.name == name)
    return session.scalar(query) is not None


def members_of(session: Session, body_id: int, at: datetime, *, observers: bool = False) -> list[MemberRow]:
    """List the members of a body at a moment, the chair first; observers only where they are asked for."""
    until = or_(CouncilMember.term_ends_at.is_(None), CouncilMember.term_ends_at > at)
    query = (
        select(CouncilMember, Person.name)
        .outerjoin(Person, Person.id == CouncilMember.person_id)
        .where(CouncilMember.body_id == body_id, CouncilMember.joined_at <= at, until)
        .where(or_(CouncilMember.left_at.is_(None), CouncilMember.left_at > at))
        .order_by(case(*((CouncilMember.seat == seat, place) for place, seat in enumerate(Seat))), CouncilMember.id)
    )
    rows = [
        MemberRow(row.id, row.person_id, row.name or name or "", row.seat, row.origin, row.joined_at, row.term_ends_at)
        for row, name in session.execute(query)
    ]
    return [row for row in rows if observers or row.counts]


def charter_of(session: Session, body_id: int) -> CouncilCharter:
    """Give how a body works now.

    Raises:
        NotVisible: there is no such body.
    """
    query = select(CouncilCharter).where(CouncilCharter.body_id == body_id)
    found = session.scalar(query.order_by(CouncilCharter.number.desc()).limit(1))
    if found is None:
        raise NotVisible
    return found


def charters_until_now(session: Session, body_id: int) -> int:
    """Count how often it was written down how a body works."""
    query = select(func.count()).select_from(CouncilCharter).where(CouncilCharter.body_id == body_id)
    return session.scalar(query) or 0


def recusals_of(session: Session, session_id: int) -> list[CouncilRecusal]:
    """List who stepped aside at the items of a session."""
    query = select(CouncilRecusal).join(CouncilItem, CouncilItem.id == CouncilRecusal.item_id)
    return list(session.scalars(query.where(CouncilItem.session_id == session_id).order_by(CouncilRecusal.id)))


def recused_at(session: Session, session_id: int, item_id: int) -> set[int]:
    """Give the members who stepped aside at an item."""
    return {row.member_id for row in recusals_of(session, session_id) if row.item_id == item_id}


def person_of_member(session: Session, member_id: int) -> int | None:
    """Give the person behind a member, ``None`` where only her name is known."""
    return session.scalar(select(CouncilMember.person_id).where(CouncilMember.id == member_id))


def comes_back(session: Session, body_id: int) -> list[CouncilItem]:
    """List what waits to be put on a body's agenda: adjourned here, or handed up by a body below it, not taken yet."""
    below = select(CouncilCharter.body_id).where(CouncilCharter.parent_id == body_id)
    taken = select(CouncilItem.from_item_id).where(CouncilItem.from_item_id.is_not(None))
    adjourned = and_(CouncilItem.outcome == ItemOutcome.ADJOURNED, CouncilSession.body_id == body_id)
    referred = and_(CouncilItem.outcome == ItemOutcome.REFERRED, CouncilSession.body_id.in_(below))
    query = (
        select(CouncilItem)
        .join(CouncilSession, CouncilSession.id == CouncilItem.session_id)
        .where(CouncilSession.closed_at.is_not(None), CouncilItem.id.not_in(taken), or_(adjourned, referred))
        .order_by(CouncilItem.id)
    )
    return list(session.scalars(query))


def attendance_of(session: Session, session_id: int) -> list[CouncilAttendance]:
    """List what was noted of each member."""
    query = select(CouncilAttendance).where(CouncilAttendance.session_id == session_id)
    return list(session.scalars(query.order_by(CouncilAttendance.member_id)))


def items_of_session(session: Session, session_id: int) -> list[CouncilItem]:
    """List the agenda in its order."""
    query = select(CouncilItem).where(CouncilItem.session_id == session_id)
    return list(session.scalars(query.order_by(CouncilItem.position)))


def session_of_item(session: Session, item_id: int) -> int:
    """Give the number of an item's session.

    Raises:
        NotVisible: there is no such item.
    """
    found = session.scalar(select(CouncilItem.session_id).where(CouncilItem.id == item_id))
    if found is None:
        raise NotVisible
    return found


def item_with_session(session: Session, item_id: int) -> tuple[CouncilItem, CouncilSession]:
    """Give an item and its session.

    Raises:
        NotVisible: there is no such item.
    """
    row = session.execute(
        select(CouncilItem, CouncilSession)
        .join(CouncilSession, CouncilSession.id == CouncilItem.session_id)
        .where(CouncilItem.id == item_id)
    ).first()
    if row is None:
        raise NotVisible
    return row[0], row[1]
