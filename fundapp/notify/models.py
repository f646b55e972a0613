"""Messages, their being read, and reminders: nothing here is ever changed or deleted."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only


class NotifyMessage(Numbered, Base):
    """One message to one person. ``once_key`` keeps the same matter from being told twice."""

    __tablename__ = "notify_message"
    __table_args__ = (
        UniqueConstraint("person_id", "once_key"),
        CheckConstraint("length(trim(title)) > 0", name="says_something"),
        CheckConstraint("link LIKE '/%' AND link NOT LIKE '//%'", name="links_inside"),
        Index("ix_notify_message_person_id", "person_id", "id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(200))
    once_key: Mapped[str] = mapped_column(String(120))
    sent_at: Mapped[datetime]


class NotifyRead(Base):
    """That a message was read by the person it went to."""

    __tablename__ = "notify_read"

    message_id: Mapped[int] = mapped_column(ForeignKey("notify_message.id"), primary_key=True)
    read_at: Mapped[datetime]


class NotifyReminder(Numbered, Base):
    """That a household was reminded of a matter on a day (in China); at most once a day."""

    __tablename__ = "notify_reminder"
    __table_args__ = (UniqueConstraint("source", "unit_id", "day"),)

    source: Mapped[str] = mapped_column(String(60))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    day: Mapped[date]
    people: Mapped[int]
    reminded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


append_only("notify_message")
append_only("notify_read")
append_only("notify_reminder")
