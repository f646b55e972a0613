"""Notices, their revisions, proofs of posting, objections and replies: nothing here is ever changed or deleted."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import CanonicalJson, stored
from fundapp.publicity.rules import Medium, Verdict


class PublicityNotice(Numbered, Base):
    """A notice about one matter of a source, in a place; what it says stands in its revisions."""

    __tablename__ = "publicity_notice"
    __table_args__ = (
        UniqueConstraint("source", "kind"),
        CheckConstraint("days BETWEEN 1 AND 60", name="some_days"),
        CheckConstraint("reply_days BETWEEN 1 AND 60", name="days_to_reply"),
        CheckConstraint("objections_most BETWEEN 1 AND 20", name="some_objections"),
        Index("ix_publicity_notice_place_id", "place_id", "id"),
        {"info": {"sealed": True}},
    )

    source: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    days: Mapped[int]
    reply_days: Mapped[int]
    objections_most: Mapped[int]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class PublicityRevision(Numbered, Base):
    """What a notice says from a moment on; the highest number counts, and its period begins anew."""

    __tablename__ = "publicity_revision"
    __table_args__ = (
        UniqueConstraint("notice_id", "number"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        CheckConstraint("length(trim(title)) > 0 AND length(trim(body)) > 0", name="says_something"),
        CheckConstraint("(number = 1) = (reason = '')", name="changed_with_reason"),
        CheckConstraint("starts_at >= made_at AND ends_at > starts_at", name="ends_after_start"),
        {"info": {"sealed": True}},
    )

    notice_id: Mapped[int] = mapped_column(ForeignKey("publicity_notice.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(Text)
    media: Mapped[Any] = mapped_column(CanonicalJson)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class PublicityPosting(Numbered, Base):
    """Proof that a revision hangs somewhere: the photo, where, and until when."""

    __tablename__ = "publicity_posting"
    __table_args__ = (
        ForeignKeyConstraint(["notice_id", "number"], ["publicity_revision.notice_id", "publicity_revision.number"]),
        CheckConstraint("length(trim(spot)) > 0", name="somewhere"),
        CheckConstraint("stays_until > at", name="stays_a_while"),
        Index("ix_publicity_posting_notice_id", "notice_id", "number"),
        {"info": {"sealed": True}},
    )

    notice_id: Mapped[int]
    number: Mapped[int]
    medium: Mapped[Medium] = mapped_column(stored(Medium))
    spot: Mapped[str] = mapped_column(String(160))
    stays_until: Mapped[datetime]
    photo_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class PublicityObjection(Numbered, Base):
    """What a household says against a notice, by phone or on paper through the worker."""

    __tablename__ = "publicity_objection"
    __table_args__ = (
        UniqueConstraint("op_key"),
        ForeignKeyConstraint(["notice_id", "number"], ["publicity_revision.notice_id", "publicity_revision.number"]),
        CheckConstraint("length(trim(text)) > 0", name="says_something"),
        CheckConstraint("reply_due_at > at", name="time_to_reply"),
        CheckConstraint("NOT on_paper OR photo_id IS NOT NULL", name="paper_has_photo"),
        Index("ix_publicity_objection_notice_id", "notice_id"),
        {"info": {"sealed": True}},
    )

    notice_id: Mapped[int]
    number: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    on_paper: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    reply_due_at: Mapped[datetime]


class PublicityReply(Numbered, Base):
    """The one answer to an objection: what it was about in public words, how it stands, and why."""

    __tablename__ = "publicity_reply"
    __table_args__ = (
        UniqueConstraint("objection_id"),
        CheckConstraint("length(trim(summary)) > 0 AND length(trim(reason)) > 0", name="says_why"),
        {"info": {"sealed": True}},
    )

    objection_id: Mapped[int] = mapped_column(ForeignKey("publicity_objection.id"))
    verdict: Mapped[Verdict] = mapped_column(stored(Verdict))
    summary: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class PublicityWithdrawal(Numbered, Base):
    """A notice that no longer counts, because what it is about has fallen."""

    __tablename__ = "publicity_withdrawal"
    __table_args__ = (
        UniqueConstraint("notice_id"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        {"info": {"sealed": True}},
    )

    notice_id: Mapped[int] = mapped_column(ForeignKey("publicity_notice.id"))
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


append_only("publicity_notice")
append_only("publicity_revision")
append_only("publicity_posting")
append_only("publicity_objection")
append_only("publicity_reply")
append_only("publicity_withdrawal")

_WITHDRAWN = "EXISTS (SELECT 1 FROM publicity_withdrawal w WHERE w.notice_id = NEW.notice_id)"
_NEWEST_OPEN = (
    "EXISTS (SELECT 1 FROM publicity_revision r WHERE r.notice_id = NEW.notice_id AND r.number = NEW.number "
    "AND r.starts_at <= NEW.at AND NEW.at < r.ends_at AND NOT EXISTS (SELECT 1 FROM publicity_revision n "
    "WHERE n.notice_id = r.notice_id AND n.number > r.number))"
)
_BOUND = "b.starts_at <= NEW.at AND (b.ends_at IS NULL OR b.ends_at > NEW.at)"
refuse(
    "publicity_revision_next",
    "publicity_revision",
    "INSERT",
    "NEW.number <> 1 + (SELECT COALESCE(MAX(r.number), 0) FROM publicity_revision r WHERE r.notice_id = NEW.notice_id)",
    "revisions of a notice follow each other",
)
refuse(
    "publicity_revision_stands",
    "publicity_revision",
    "INSERT",
    _WITHDRAWN,
    "a notice that was withdrawn says nothing more",
)
refuse(
    "publicity_posting_in_period",
    "publicity_posting",
    "INSERT",
    f"NOT {_NEWEST_OPEN} OR {_WITHDRAWN}",
    "posting is proven while the newest revision is open",
)
refuse(
    "publicity_objection_in_period",
    "publicity_objection",
    "INSERT",
    f"NOT {_NEWEST_OPEN} OR {_WITHDRAWN}",
    "objections are taken while the newest revision is open",
)
refuse(
    "publicity_objection_few",
    "publicity_objection",
    "INSERT",
    "(SELECT COUNT(*) FROM publicity_objection o WHERE o.notice_id = NEW.notice_id AND o.number = NEW.number "
    "AND o.unit_id = NEW.unit_id) >= (SELECT n.objections_most FROM publicity_notice n WHERE n.id = NEW.notice_id)",
    "a household objects only so often to one revision",
)
refuse(
    "publicity_objection_by_household",
    "publicity_objection",
    "INSERT",
    "NOT NEW.on_paper AND NOT EXISTS (SELECT 1 FROM unit_binding b WHERE b.unit_id = NEW.unit_id "  # noqa: S608
    f"AND b.person_id = NEW.person_id AND {_BOUND})",
    "only a person of the household objects by phone",
)
refuse(
    "publicity_objection_of_the_place",
    "publicity_objection",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM publicity_notice n JOIN place p ON p.id = n.place_id JOIN unit u ON u.id = NEW.unit_id "
    "JOIN place h ON h.id = u.building_id WHERE n.id = NEW.notice_id AND h.path LIKE p.path || '%')",
    "only households of the notice's place object",
)
refuse(
    "publicity_reply_not_by_objector",
    "publicity_reply",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM publicity_objection o WHERE o.id = NEW.objection_id AND o.at <= NEW.at) "  # noqa: S608
    "OR EXISTS (SELECT 1 FROM publicity_objection o JOIN unit_binding b ON b.unit_id = o.unit_id "
    f"WHERE o.id = NEW.objection_id AND b.person_id = NEW.person_id AND {_BOUND})",
    "nobody answers an objection of her own household",
)
