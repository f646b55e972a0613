"""Grades, counted sheets, and the published result."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored
from fundapp.evaluation.rules import Grade, Party


class HouseholdGrade(Numbered, Base):
    """A household's grade; one for each project."""

    __tablename__ = "household_grade"
    __table_args__ = (UniqueConstraint("project_id", "unit_id"), UniqueConstraint("op_key"), {"info": {"sealed": True}})

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    grade: Mapped[Grade] = mapped_column(stored(Grade))
    comment: Mapped[str] = mapped_column(Text, default="")
    graded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    graded_at: Mapped[datetime]


class GradeSheet(Numbered, Base):
    """A party's counted grades, with the scan of the sheet."""

    __tablename__ = "grade_sheet"
    __table_args__ = (
        UniqueConstraint("project_id", "party"),
        CheckConstraint("party <> 'residents'", name="residents_grade_themselves"),
        CheckConstraint("satisfied >= 0 AND basically >= 0 AND unsatisfied >= 0", name="counts_not_negative"),
        CheckConstraint("base >= satisfied + basically + unsatisfied AND base > 0", name="within_base"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    party: Mapped[Party] = mapped_column(stored(Party))
    base: Mapped[int]
    satisfied: Mapped[int]
    basically: Mapped[int]
    unsatisfied: Mapped[int]
    scan_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class EvaluationResult(Numbered, Base):
    """The published result, one for each project."""

    __tablename__ = "evaluation_result"
    __table_args__ = (
        UniqueConstraint("project_id"),
        CheckConstraint("households > 0", name="households_counted"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    households: Mapped[int]
    community: Mapped[Grade] = mapped_column(stored(Grade, "community_grade"))
    party_members: Mapped[Grade] = mapped_column(stored(Grade, "party_members_grade"))
    residents: Mapped[Grade] = mapped_column(stored(Grade, "residents_grade"))
    overall: Mapped[Grade] = mapped_column(stored(Grade, "overall_grade"))
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]


for _table in ("household_grade", "grade_sheet", "evaluation_result"):
    append_only(_table)
refuse(
    "household_grade_before_result",
    "household_grade",
    "INSERT",
    "EXISTS (SELECT 1 FROM evaluation_result r WHERE r.project_id = NEW.project_id)",
    "the evaluation has been published",
)
