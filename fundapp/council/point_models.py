"""Questions and reasons for and against a project, by households of the place: said once, never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.council.rules import Side
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only
from fundapp.db.types import stored


class CouncilPoint(Numbered, Base):
    """A reason for, a reason against, or a question; ``answer_due_at`` is the day by which a question is answered."""

    __tablename__ = "council_point"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("length(trim(text)) > 0", name="says_something"),
        CheckConstraint("(side = 'asks') = (answer_due_at IS NOT NULL)", name="questions_are_due"),
        Index("ix_council_point_project_id", "project_id", "id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    side: Mapped[Side] = mapped_column(stored(Side))
    text: Mapped[str] = mapped_column(String(500))
    answer_due_at: Mapped[datetime | None]
    op_key: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class CouncilPointHiding(Numbered, Base):
    """A point is hidden, or shown again, with the reason that its author reads; the newest counts."""

    __tablename__ = "council_point_hiding"
    __table_args__ = (
        CheckConstraint("length(trim(reason)) > 0", name="says_why"),
        Index("ix_council_point_hiding_point_id", "point_id", "id"),
        {"info": {"sealed": True}},
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("council_point.id"))
    hidden: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class CouncilPointAnswer(Numbered, Base):
    """The official answer to a question; one."""

    __tablename__ = "council_point_answer"
    __table_args__ = (
        UniqueConstraint("point_id"),
        CheckConstraint("length(trim(text)) > 0", name="says_something"),
        {"info": {"sealed": True}},
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("council_point.id"))
    text: Mapped[str] = mapped_column(String(1000))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


append_only("council_point")
append_only("council_point_hiding")
append_only("council_point_answer")
