"""Single facts for the deeds of the 议事厅."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fundapp.council.models import CouncilAttendance, CouncilBody, CouncilItem, CouncilMember, CouncilSession
from fundapp.kernel.errors import NotVisible
from fundapp.people.models import Person


@dataclass(frozen=True)
class MemberRow:
    """A member with her name: for staff pages only."""

    id: int
    person_id: int | None
    name: str


def body_named(session: Session, place_id: int, name: str) -> bool:
    """Tell whether a place has a body of this name."""
    query = select(CouncilBody.id).where(CouncilBody.place_id == place_id, CouncilBody.name == name)
    return session.scalar(query) is not None


def members_of(session: Session, body_id: int, at: datetime | None = None) -> list[MemberRow]:
    """List the members of a body, today's or those of a moment."""
    query = (
        select(CouncilMember.id, CouncilMember.person_id, CouncilMember.name, Person.name.label("person"))
        .outerjoin(Person, Person.id == CouncilMember.person_id)
        .where(CouncilMember.body_id == body_id)
        .order_by(CouncilMember.id)
    )
    if at is None:
        query = query.where(CouncilMember.left_at.is_(None))
    else:
        stays = or_(CouncilMember.left_at.is_(None), CouncilMember.left_at > at)
        query = query.where(CouncilMember.joined_at <= at, stays)
    return [MemberRow(row.id, row.person_id, row.name or row.person or "") for row in session.execute(query)]


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
