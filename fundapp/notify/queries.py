"""Read one's own messages, and who was reminded when."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.notify.models import NotifyMessage, NotifyRead, NotifyReminder
from fundapp.web.paging import PER_PAGE, Page, page_of


@dataclass(frozen=True)
class MessageRow:
    """A message as its owner sees it."""

    id: int
    title: str
    text: str
    link: str
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class ReminderDay:
    """How many households were reminded of a matter on a day, and how many of them have an account."""

    day: date
    households: int
    with_account: int


def messages_of(session: Session, actor: Actor, after: str = "") -> Page[MessageRow]:
    """List the actor's messages, the newest first."""
    query = (
        select(NotifyMessage, NotifyRead.read_at)
        .outerjoin(NotifyRead, NotifyRead.message_id == NotifyMessage.id)
        .where(NotifyMessage.person_id == actor.person_id)
        .order_by(NotifyMessage.id.desc())
        .limit(PER_PAGE + 1)
    )
    if after.isdigit():
        query = query.where(NotifyMessage.id < int(after))
    rows = [
        MessageRow(one.id, one.title, one.text, one.link, one.sent_at, read_at)
        for one, read_at in session.execute(query)
    ]
    return page_of(rows, lambda row: row.id)


def unread_count(session: Session, person_id: int) -> int:
    """Count a person's messages that she has not read."""
    query = (
        select(func.count())
        .select_from(NotifyMessage)
        .outerjoin(NotifyRead, NotifyRead.message_id == NotifyMessage.id)
        .where(NotifyMessage.person_id == person_id, NotifyRead.message_id.is_(None))
    )
    return session.scalar(query) or 0


def reminded_on(session: Session, source: str, day: date) -> set[int]:
    """Give the households that were reminded of a matter on a day."""
    query = select(NotifyReminder.unit_id).where(NotifyReminder.source == source, NotifyReminder.day == day)
    return set(session.scalars(query))


def reminder_days(session: Session, source: str) -> list[ReminderDay]:
    """List the days on which households were reminded of a matter, the newest first."""
    rows = session.execute(
        select(NotifyReminder.day, func.count(), func.count(func.nullif(NotifyReminder.people, 0)))
        .where(NotifyReminder.source == source)
        .group_by(NotifyReminder.day)
        .order_by(NotifyReminder.day.desc())
    )
    return [ReminderDay(day, households, with_account) for day, households, with_account in rows]
