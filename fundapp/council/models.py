"""Bodies, members, sessions, agenda items and attendance. A closed session is never changed."""

from datetime import datetime
from fractions import Fraction

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.council.rules import ItemOutcome
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import frozen, no_replace, no_truncate, refuse
from fundapp.db.types import stored
from fundapp.kernel.bars import Bar


class CouncilBody(Numbered, Base):
    """A residents' council 议事会 of a community (or of a compound, or a building)."""

    __tablename__ = "council_body"
    __table_args__ = (
        UniqueConstraint("place_id", "name"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    name: Mapped[str] = mapped_column(String(80))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class CouncilMember(Numbered, Base):
    """A member: a person known to the program, or a plain name. Never shown in public."""

    __tablename__ = "council_member"
    __table_args__ = (
        UniqueConstraint("body_id", "person_id", "joined_at"),
        CheckConstraint("(person_id IS NULL) <> (name IS NULL)", name="person_or_name"),
        CheckConstraint("name IS NULL OR length(trim(name)) > 0", name="named"),
        CheckConstraint("left_at IS NULL OR left_at >= joined_at", name="leaves_after_joining"),
        Index("ix_council_member_body_id", "body_id", "id"),
    )

    body_id: Mapped[int] = mapped_column(ForeignKey("council_body.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str | None] = mapped_column(String(60))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class CouncilSession(Numbered, Base):
    """A session; ``members`` is the number of members when it was called, the whole that the quorum is a share of.

    ``quorum_over``/``quorum_under`` is that share as the policy had it on the day of the call.
    """

    __tablename__ = "council_session"
    __table_args__ = (
        CheckConstraint("called_at < held_at", name="called_ahead"),
        CheckConstraint("members > 0", name="somebody_is_called"),
        CheckConstraint("0 < quorum_over AND quorum_over <= quorum_under", name="quorum_is_a_share"),
        CheckConstraint("guests >= 0", name="guests_counted"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by_somebody"),
        CheckConstraint("closed_at IS NULL OR closed_at >= held_at", name="closed_after_it_was_held"),
        CheckConstraint("closed_at IS NULL OR length(trim(minutes)) > 0", name="closed_with_minutes"),
        Index("ix_council_session_body_id", "body_id", "id"),
        {"info": {"sealed": True}},
    )

    body_id: Mapped[int] = mapped_column(ForeignKey("council_body.id"))
    title: Mapped[str] = mapped_column(String(80))
    venue: Mapped[str] = mapped_column(String(120), default="")
    held_at: Mapped[datetime]
    called_at: Mapped[datetime]
    called_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    members: Mapped[int]
    quorum_over: Mapped[int]
    quorum_under: Mapped[int]
    guests: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @property
    def quorum(self) -> Bar:
        """Give the share of the members that must be present."""
        return Bar(Fraction(self.quorum_over, self.quorum_under))


class CouncilItem(Numbered, Base):
    """An item of the agenda, announced with the notice; its outcome comes with the session."""

    __tablename__ = "council_item"
    __table_args__ = (
        UniqueConstraint("session_id", "position"),
        CheckConstraint("position >= 1", name="numbered_from_one"),
        CheckConstraint("length(trim(title)) > 0", name="titled"),
        CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND votes_abstain >= 0", name="hands_counted"),
        CheckConstraint(
            "outcome IS NOT NULL OR votes_for + votes_against + votes_abstain = 0", name="hands_with_outcome"
        ),
        Index("ix_council_item_project_id", "project_id"),
        {"info": {"sealed": True}},
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("council_session.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    outcome: Mapped[ItemOutcome | None] = mapped_column(stored(ItemOutcome))
    votes_for: Mapped[int] = mapped_column(default=0)
    votes_against: Mapped[int] = mapped_column(default=0)
    votes_abstain: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")


class CouncilAttendance(Numbered, Base):
    """Whether a member was present at a session."""

    __tablename__ = "council_attendance"
    __table_args__ = (UniqueConstraint("session_id", "member_id"), {"info": {"sealed": True}})

    session_id: Mapped[int] = mapped_column(ForeignKey("council_session.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("council_member.id"))
    present: Mapped[bool]


def _present(session_id: str) -> str:
    return f"(SELECT COUNT(*) FROM council_attendance a WHERE a.session_id = {session_id} AND a.present)"  # noqa: S608


def _closed(session_id: str) -> str:
    return f"EXISTS (SELECT 1 FROM council_session s WHERE s.id = {session_id} AND s.closed_at IS NOT NULL)"  # noqa: S608


frozen("council_body", ["place_id", "made_by_id", "made_at"])
frozen("council_member", ["body_id", "person_id", "name", "joined_at"])
frozen(
    "council_session",
    ["body_id", "held_at", "called_at", "called_by_id", "members", "quorum_over", "quorum_under"],
)
refuse(
    "council_session_stays_closed",
    "council_session",
    "UPDATE",
    "OLD.closed_at IS NOT NULL",
    "a closed session is never changed",
)
refuse(
    "council_session_closes_complete",
    "council_session",
    "UPDATE",
    f"NEW.closed_at IS NOT NULL AND ({_present('NEW.id')} = 0 "  # noqa: S608 - our own words
    "OR NOT EXISTS (SELECT 1 FROM council_item i WHERE i.session_id = NEW.id) "
    "OR EXISTS (SELECT 1 FROM council_item i WHERE i.session_id = NEW.id AND (i.outcome IS NULL "
    f"OR i.votes_for + i.votes_against + i.votes_abstain > {_present('NEW.id')} "
    f"OR (i.outcome <> 'adjourned' AND {_present('NEW.id')} * NEW.quorum_under < NEW.members * NEW.quorum_over) "
    f"OR (i.outcome = 'passed') <> (i.outcome <> 'adjourned' AND i.votes_for * 2 > {_present('NEW.id')}))))",
    "a session closes with attendance, minutes and an outcome for each item",
)
for _table, _item in (("council_item", "item"), ("council_attendance", "attendance")):
    for _on, _rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW"))):
        refuse(
            f"{_table}_open_{_on.lower()}",
            _table,
            _on,
            " OR ".join(_closed(f"{_row}.session_id") for _row in _rows),
            "a closed session is never changed",
        )
    refuse(f"{_table}_keeps_rows", _table, "DELETE", None, f"{_table} keeps its rows")
    no_truncate(_table)
no_replace("council_item")
no_replace("council_attendance")
refuse(
    "council_item_hands_present",
    "council_item",
    "UPDATE",
    f"NEW.votes_for + NEW.votes_against + NEW.votes_abstain > {_present('NEW.session_id')}",
    "no more hands than members present",
)
