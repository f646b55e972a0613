"""Questionnaires with their questions, the answers of households, and what a moderator released of their texts.

Nothing here is ever changed or deleted but a code, which is replaced.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.types import stored
from fundapp.people.code_models import HouseholdCode, code_constraints
from fundapp.questionnaire.rules import Channel, Kind

_SEALED = {"info": {"sealed": True}}


class Questionnaire(Numbered, Base):
    """Questions to the households of a project's place, with the roster frozen when they were put."""

    __tablename__ = "questionnaire"
    __table_args__ = (
        UniqueConstraint("id", "snapshot_id"),
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        CheckConstraint("opens_at >= asked_at", name="opens_once_asked"),
        CheckConstraint("length(trim(title)) > 0", name="has_title"),
        CheckConstraint("households > 0", name="somebody_is_asked"),
        Index("ix_questionnaire_project_id", "project_id", "id"),
        _SEALED,
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    title: Mapped[str] = mapped_column(String(60))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("roster_snapshot.id"))
    households: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]


class QuestionnaireQuestion(Numbered, Base):
    """One question: a choice with options, a number between two bounds, or a text."""

    __tablename__ = "questionnaire_question"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "number"),
        UniqueConstraint("id", "questionnaire_id", "kind"),
        CheckConstraint("number BETWEEN 1 AND 8", name="eight_at_most"),
        CheckConstraint("length(trim(words)) > 0", name="has_words"),
        CheckConstraint("(kind = 'number') = (low IS NOT NULL AND high IS NOT NULL)", name="numbers_have_bounds"),
        CheckConstraint("low IS NULL OR (low >= 0 AND low < high AND high <= 1000)", name="bounds_in_order"),
        _SEALED,
    )

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    number: Mapped[int]
    words: Mapped[str] = mapped_column(String(120))
    kind: Mapped[Kind] = mapped_column(stored(Kind))
    low: Mapped[int | None]
    high: Mapped[int | None]


class QuestionnaireOption(Numbered, Base):
    """One option of a choice."""

    __tablename__ = "questionnaire_option"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        UniqueConstraint("id", "question_id"),
        CheckConstraint("number BETWEEN 1 AND 10", name="ten_at_most"),
        CheckConstraint("length(trim(words)) > 0", name="has_words"),
        _SEALED,
    )

    question_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_question.id"))
    number: Mapped[int]
    words: Mapped[str] = mapped_column(String(60))


class QuestionnaireCode(HouseholdCode, Base):
    """A household's printed code for one questionnaire. Only keyed hashes are kept; a replaced one is dead."""

    __tablename__ = "questionnaire_code"
    __table_args__ = code_constraints(
        "questionnaire_code", "questionnaire_id", ("questionnaire.id", "questionnaire.snapshot_id")
    )

    questionnaire_id: Mapped[int]


class QuestionnaireAnswer(Numbered, Base):
    """One revision of a household's answer; the highest counts. What it said stands in :class:`QuestionnaireSaid`."""

    __tablename__ = "questionnaire_answer"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "unit_id", "revision"),
        UniqueConstraint("id", "questionnaire_id"),
        UniqueConstraint("op_key"),
        ForeignKeyConstraint(["questionnaire_id", "snapshot_id"], ["questionnaire.id", "questionnaire.snapshot_id"]),
        ForeignKeyConstraint(["snapshot_id", "unit_id"], ["snapshot_unit.snapshot_id", "snapshot_unit.unit_id"]),
        CheckConstraint("revision >= 1", name="revised_from_one"),
        CheckConstraint("(channel = 'code') = (person_id IS NULL)", name="code_has_no_person"),
        _SEALED,
    )

    questionnaire_id: Mapped[int]
    snapshot_id: Mapped[int]
    unit_id: Mapped[int]
    revision: Mapped[int]
    channel: Mapped[Channel] = mapped_column(stored(Channel))
    op_key: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class QuestionnaireSaid(Numbered, Base):
    """What one revision says to one question: a chosen option (a row for each), a number, or a text."""

    __tablename__ = "questionnaire_said"
    __table_args__ = (
        UniqueConstraint("answer_id", "question_id", "option_id"),
        ForeignKeyConstraint(
            ["answer_id", "questionnaire_id"], ["questionnaire_answer.id", "questionnaire_answer.questionnaire_id"]
        ),
        ForeignKeyConstraint(
            ["question_id", "questionnaire_id", "kind"],
            ["questionnaire_question.id", "questionnaire_question.questionnaire_id", "questionnaire_question.kind"],
        ),
        ForeignKeyConstraint(
            ["option_id", "question_id"], ["questionnaire_option.id", "questionnaire_option.question_id"]
        ),
        CheckConstraint("(kind IN ('one', 'several')) = (option_id IS NOT NULL)", name="choice_has_option"),
        CheckConstraint("(kind = 'number') = (number IS NOT NULL)", name="number_has_number"),
        CheckConstraint("(kind = 'text') = (words IS NOT NULL)", name="text_has_words"),
        CheckConstraint("words IS NULL OR length(words) BETWEEN 1 AND 200", name="text_is_short"),
        Index(
            "uq_questionnaire_said_once",
            "answer_id",
            "question_id",
            unique=True,
            sqlite_where=text("kind <> 'several'"),
            postgresql_where=text("kind <> 'several'"),
        ),
        _SEALED,
    )

    answer_id: Mapped[int]
    questionnaire_id: Mapped[int]
    question_id: Mapped[int]
    kind: Mapped[Kind] = mapped_column(stored(Kind))
    option_id: Mapped[int | None]
    number: Mapped[int | None]
    words: Mapped[str | None] = mapped_column(Text)


class QuestionnaireRelease(Numbered, Base):
    """A moderator's decision on one text: shown on the page of results, or not; the newest counts."""

    __tablename__ = "questionnaire_release"
    __table_args__ = (
        UniqueConstraint("said_id", "number"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        _SEALED,
    )

    said_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_said.id"))
    number: Mapped[int]
    shown: Mapped[bool]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


from fundapp.questionnaire import guards  # noqa: E402, F401 - declares them for the tables above
