"""Sessions, agenda items, attendance and recusals. A closed session is never changed."""

from datetime import datetime

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.council.body_models import Bars, bar_checks
from fundapp.council.body_models import CouncilBody as CouncilBody
from fundapp.council.body_models import CouncilCharter as CouncilCharter
from fundapp.council.body_models import CouncilDraw as CouncilDraw
from fundapp.council.body_models import CouncilLot as CouncilLot
from fundapp.council.body_models import CouncilMember as CouncilMember
from fundapp.council.point_models import CouncilPoint as CouncilPoint
from fundapp.council.point_models import CouncilPointAnswer as CouncilPointAnswer
from fundapp.council.point_models import CouncilPointHiding as CouncilPointHiding
from fundapp.council.rules import ItemOutcome, Side
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
    chair_id: Mapped[int | None] = mapped_column(ForeignKey("council_member.id"))
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
    by_ballot: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")


class CouncilAttendance(Numbered, Base):
    """Whether a member was present at a session; she may have signed in herself by the code on the screen."""

    __tablename__ = "council_attendance"
    __table_args__ = (UniqueConstraint("session_id", "member_id"), {"info": {"sealed": True}})

    session_id: Mapped[int] = mapped_column(ForeignKey("council_session.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("council_member.id"))
    present: Mapped[bool]
    by_herself: Mapped[bool] = mapped_column(default=False)


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


class CouncilMotion(Numbered, Base):
    """A motion on an item, or an amendment to it: who moved and who seconded it, its words, what it costs.

    The motion itself is decided with its item; an amendment by hands of its own, before that.
    """

    __tablename__ = "council_motion"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        CheckConstraint("(number = 1) = (amends_id IS NULL)", name="one_motion_then_amendments"),
        CheckConstraint("mover_id <> seconder_id", name="seconded_by_another"),
        CheckConstraint("length(trim(text)) > 0", name="says_something"),
        CheckConstraint("budget_fen IS NULL OR budget_fen > 0", name="budget_positive"),
        CheckConstraint("outcome IS NULL OR outcome IN ('passed', 'rejected')", name="carried_or_not"),
        CheckConstraint("outcome IS NULL OR amends_id IS NOT NULL", name="motion_goes_with_its_item"),
        CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND votes_abstain >= 0", name="hands_counted"),
        {"info": {"sealed": True}},
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("council_item.id"))
    number: Mapped[int]
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("council_motion.id"))
    mover_id: Mapped[int] = mapped_column(ForeignKey("council_member.id"))
    seconder_id: Mapped[int] = mapped_column(ForeignKey("council_member.id"))
    text: Mapped[str] = mapped_column(Text)
    budget_fen: Mapped[Money | None]
    outcome: Mapped[ItemOutcome | None] = mapped_column(stored(ItemOutcome))
    votes_for: Mapped[int] = mapped_column(default=0)
    votes_against: Mapped[int] = mapped_column(default=0)
    votes_abstain: Mapped[int] = mapped_column(default=0)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class CouncilSpeech(Numbered, Base):
    """A member who asked to speak on an item; when she began and ended."""

    __tablename__ = "council_speech"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR started_at IS NOT NULL", name="ends_what_began"),
        Index("ix_council_speech_item_id", "item_id", "id"),
        {"info": {"sealed": True}},
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("council_item.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("council_member.id"))
    side: Mapped[Side] = mapped_column(stored(Side))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class CouncilConfirmation(Numbered, Base):
    """The chair's word that the minutes tell what happened: by her own account, or on paper with its photo."""

    __tablename__ = "council_confirmation"
    __table_args__ = (
        CheckConstraint("length(trim(minutes)) > 0", name="confirms_something"),
        Index("ix_council_confirmation_session_id", "session_id"),
        {"info": {"sealed": True}},
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("council_session.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("council_member.id"))
    minutes: Mapped[str] = mapped_column(Text)
    papers: Mapped[str] = mapped_column(String(64))
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


from fundapp.council import guards  # noqa: E402, F401 - declares them for the tables above
