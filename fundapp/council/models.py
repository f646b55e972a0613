"""Sessions, agenda items, attendance and recusals. A closed session is never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.council.body_models import Bars, bar_checks
from fundapp.council.body_models import CouncilBody as CouncilBody
from fundapp.council.body_models import CouncilCharter as CouncilCharter
from fundapp.council.body_models import CouncilDraw as CouncilDraw
from fundapp.council.body_models import CouncilLot as CouncilLot
from fundapp.council.body_models import CouncilMember as CouncilMember
from fundapp.council.rules import ItemOutcome
from fundapp.db.base import Base, Numbered
from fundapp.db.types import stored


class CouncilSession(Numbered, Bars, Base):
    """A session; ``members`` is the number of members when it was called, the whole that the quorum is a share of.

    ``items`` is the number of items in its notice: none can be added afterwards.

    Its bars are those of its body and of the policy, joined, as they were on the day of the call.
    """

    __tablename__ = "council_session"
    __table_args__ = (
        CheckConstraint("called_at < held_at", name="called_ahead"),
        CheckConstraint("members > 0", name="somebody_is_called"),
        CheckConstraint("items > 0", name="something_is_announced"),
        *bar_checks(),
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
    items: Mapped[int]
    guests: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class CouncilItem(Numbered, Base):
    """An item of the agenda, announced with the notice; its outcome comes with the session.

    ``from_item_id`` is the item that was adjourned, or handed up by the body below, and comes back here.
    """

    __tablename__ = "council_item"
    __table_args__ = (
        UniqueConstraint("session_id", "position"),
        UniqueConstraint("from_item_id"),
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
    from_item_id: Mapped[int | None] = mapped_column(ForeignKey("council_item.id"))
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


class CouncilRecusal(Numbered, Base):
    """A member whom an item concerns 回避: for it she counts neither among the members nor among those present."""

    __tablename__ = "council_recusal"
    __table_args__ = (
        UniqueConstraint("item_id", "member_id"),
        CheckConstraint("length(trim(reason)) > 0", name="says_why"),
        {"info": {"sealed": True}},
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("council_item.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("council_member.id"))
    reason: Mapped[str] = mapped_column(String(200))
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


from fundapp.council import guards  # noqa: E402, F401 - declares them for the tables above
