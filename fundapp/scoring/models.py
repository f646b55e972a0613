"""Sheets, their projects and members, the opening that freezes them, papers and results."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, no_replace, no_truncate, refuse
from fundapp.db.types import CanonicalJson
from fundapp.kernel.bars import Bar
from fundapp.scoring.rules import Criterion, Terms


class ScoreSheet(Numbered, Base):
    """A sheet as it is drafted; frozen by its opening. ``criteria`` are pairs of name and weight."""

    __tablename__ = "score_sheet"
    __table_args__ = (
        CheckConstraint("length(trim(title)) > 0", name="titled"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        CheckConstraint("most BETWEEN 1 AND 100 AND least BETWEEN 0 AND 100", name="points_in_range"),
        CheckConstraint("budget_fen > 0", name="budget_positive"),
        CheckConstraint("0 < quorum_p AND quorum_p <= quorum_q", name="quorum_is_a_share"),
        Index("ix_score_sheet_place_id", "place_id", "id"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    title: Mapped[str] = mapped_column(String(80))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    budget_fen: Mapped[Money]
    criteria: Mapped[Any] = mapped_column(CanonicalJson)
    most: Mapped[int]
    least: Mapped[int]
    trim: Mapped[bool]
    quorum_p: Mapped[int]
    quorum_q: Mapped[int]
    quorum_strict: Mapped[bool]
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]

    @property
    def terms(self) -> Terms:
        """Give how its papers are counted."""
        criteria = tuple(Criterion(name, weight) for name, weight in self.criteria)
        quorum = Bar(Fraction(self.quorum_p, self.quorum_q), self.quorum_strict)
        return Terms(criteria, self.most, self.least, self.trim, quorum)


class ScoreCandidate(Numbered, Base):
    """A project on a sheet: the exact version and its cost."""

    __tablename__ = "score_candidate"
    __table_args__ = (
        UniqueConstraint("sheet_id", "project_id"),
        CheckConstraint("cost_fen > 0", name="cost_positive"),
        {"info": {"sealed": True}},
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("project_version.id"))
    title: Mapped[str] = mapped_column(String(80))
    gives: Mapped[str]
    cost_fen: Mapped[Money]


class ScoreMember(Numbered, Base):
    """Who scores, under the name and office that are published with her points."""

    __tablename__ = "score_member"
    __table_args__ = (
        UniqueConstraint("sheet_id", "person_id"),
        UniqueConstraint("id", "sheet_id"),
        CheckConstraint("length(trim(name)) > 0 AND length(trim(office)) > 0", name="named"),
        {"info": {"sealed": True}},
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(40))
    office: Mapped[str] = mapped_column(String(60))


class ScoreOpening(Numbered, Base):
    """The moment from which a sheet is frozen, with the lots that were drawn."""

    __tablename__ = "score_opening"
    __table_args__ = (UniqueConstraint("sheet_id"), {"info": {"sealed": True}})

    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"))
    lots: Mapped[Any] = mapped_column(CanonicalJson)
    terms_hash: Mapped[str] = mapped_column(String(64))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class ScorePaper(Numbered, Base):
    """What a member gave; final. ``points`` by project; ``recused`` has the reason where she left one to the others."""

    __tablename__ = "score_paper"
    __table_args__ = (
        UniqueConstraint("op_key"),
        UniqueConstraint("sheet_id", "member_id"),
        ForeignKeyConstraint(["member_id", "sheet_id"], ["score_member.id", "score_member.sheet_id"]),
        {"info": {"sealed": True}},
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_opening.sheet_id"))
    member_id: Mapped[int]
    op_key: Mapped[str] = mapped_column(String(36))
    points: Mapped[Any] = mapped_column(CanonicalJson)
    recused: Mapped[Any] = mapped_column(CanonicalJson)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ScoreResult(Numbered, Base):
    """The published count of a sheet."""

    __tablename__ = "score_result"
    __table_args__ = (UniqueConstraint("sheet_id"), {"info": {"sealed": True}})

    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_opening.sheet_id"))
    outcome: Mapped[Any] = mapped_column(CanonicalJson)
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


def _opened(sheet: str) -> str:
    return f"EXISTS (SELECT 1 FROM score_opening o WHERE o.sheet_id = {sheet})"  # noqa: S608 - our own names


_FROZEN = "an opened sheet is not changed"
for _table, _sheet in (("score_sheet", "id"), ("score_candidate", "sheet_id"), ("score_member", "sheet_id")):
    refuse(f"{_table}_stays", _table, "UPDATE", _opened(f"OLD.{_sheet}"), _FROZEN)
    refuse(f"{_table}_remains", _table, "DELETE", _opened(f"OLD.{_sheet}"), _FROZEN)
    no_replace(_table)
    no_truncate(_table)
for _table in ("score_candidate", "score_member"):
    refuse(f"{_table}_comes_before", _table, "INSERT", _opened("NEW.sheet_id"), _FROZEN)
for _table in ("score_opening", "score_paper", "score_result"):
    append_only(_table)
refuse(
    "score_paper_in_time",
    "score_paper",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM score_sheet s WHERE s.id = NEW.sheet_id "
    "AND s.opens_at <= NEW.at AND NEW.at < s.closes_at)",
    "no paper outside the window of its sheet",
)
refuse(
    "score_paper_by_its_member",
    "score_paper",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM score_member m WHERE m.id = NEW.member_id AND m.person_id = NEW.by_id)",
    "only the member hands in her paper",
)
refuse(
    "score_result_after_the_close",
    "score_result",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM score_sheet s WHERE s.id = NEW.sheet_id AND s.closes_at <= NEW.at)",
    "no result before the close",
)
