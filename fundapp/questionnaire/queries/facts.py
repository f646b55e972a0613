"""What deeds need to know of a questionnaire."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from fundapp.consent.queries import door_or_refuse
from fundapp.kernel.errors import NotVisible
from fundapp.questionnaire.models import (
    Questionnaire,
    QuestionnaireAnswer,
    QuestionnaireCode,
    QuestionnaireOption,
    QuestionnaireQuestion,
    QuestionnaireRelease,
    QuestionnaireSaid,
)
from fundapp.questionnaire.rules import Question
from fundapp.rosters.models import SnapshotUnit
from fundapp.rosters.queries import snapshot_units


@dataclass(frozen=True)
class AskedQuestion:
    """A question with the numbers of its row and of its options' rows."""

    id: int
    question: Question
    option_ids: tuple[int, ...]


@dataclass(frozen=True)
class OpenText:
    """A text that counts; ``shown`` is ``None`` while nobody has decided. Who wrote it is not read."""

    said_id: int
    question_id: int
    words: str
    shown: bool | None
    decisions: int


def running(session: Session, project_id: int, now: datetime) -> bool:
    """Tell whether a questionnaire of a project waits or is open."""
    query = select(Questionnaire.id).where(Questionnaire.project_id == project_id, Questionnaire.closes_at > now)
    return session.scalar(query) is not None


def questions_of(session: Session, questionnaire_id: int) -> list[AskedQuestion]:
    """List the questions in their order, in two statements."""
    rows = session.scalars(
        select(QuestionnaireQuestion)
        .where(QuestionnaireQuestion.questionnaire_id == questionnaire_id)
        .order_by(QuestionnaireQuestion.number)
    ).all()
    options: dict[int, list[QuestionnaireOption]] = {row.id: [] for row in rows}
    found = select(QuestionnaireOption).where(QuestionnaireOption.question_id.in_(options))
    for option in session.scalars(found.order_by(QuestionnaireOption.question_id, QuestionnaireOption.number)):
        options[option.question_id].append(option)
    return [
        AskedQuestion(
            row.id,
            Question(row.words, row.kind, tuple(one.words for one in options[row.id]), row.low, row.high),
            tuple(one.id for one in options[row.id]),
        )
        for row in rows
    ]


def is_asked(session: Session, snapshot_id: int, unit_id: int) -> bool:
    """Tell whether a household stands on the frozen roster."""
    return session.get(SnapshotUnit, (snapshot_id, unit_id)) is not None


def unit_of_door(session: Session, snapshot_id: int, door: str) -> int:
    """Find a household of the frozen roster by its door as written on paper.

    Raises:
        Refused: the roster has no such door (code ``consent.door_not_on_roster``).
    """
    return door_or_refuse(session, snapshot_id, door)


def doors_of(session: Session, snapshot_id: int) -> list[str]:
    """List the doors of a frozen roster, for the worker's list to choose from."""
    return [door for _unit, door, _area in snapshot_units(session, snapshot_id)]


def last_answer(session: Session, questionnaire_id: int, unit_id: int) -> QuestionnaireAnswer | None:
    """Give the answer of a household that counts now."""
    return session.scalar(
        select(QuestionnaireAnswer)
        .where(QuestionnaireAnswer.questionnaire_id == questionnaire_id, QuestionnaireAnswer.unit_id == unit_id)
        .order_by(QuestionnaireAnswer.revision.desc())
        .limit(1)
    )


def counting(questionnaire_id: int) -> Select[Any]:
    """Select the numbers of the answers that count: of each household the highest revision."""
    later = aliased(QuestionnaireAnswer)
    return select(QuestionnaireAnswer.id).where(
        QuestionnaireAnswer.questionnaire_id == questionnaire_id,
        ~select(later.id)
        .where(
            later.questionnaire_id == QuestionnaireAnswer.questionnaire_id,
            later.unit_id == QuestionnaireAnswer.unit_id,
            later.revision > QuestionnaireAnswer.revision,
        )
        .exists(),
    )


def texts_of(session: Session, questionnaire_id: int) -> list[OpenText]:
    """List the texts of the answers that count, in the order of their words: nothing tells who wrote which."""
    later = aliased(QuestionnaireRelease)
    newest = (
        ~select(later.id)
        .where(later.said_id == QuestionnaireRelease.said_id, later.number > QuestionnaireRelease.number)
        .exists()
    )
    rows = session.execute(
        select(
            QuestionnaireSaid.id,
            QuestionnaireSaid.question_id,
            QuestionnaireSaid.words,
            QuestionnaireRelease.shown,
            func.coalesce(QuestionnaireRelease.number, 0).label("number"),
        )
        .outerjoin(QuestionnaireRelease, and_(QuestionnaireRelease.said_id == QuestionnaireSaid.id, newest))
        .where(QuestionnaireSaid.answer_id.in_(counting(questionnaire_id)), QuestionnaireSaid.words.is_not(None))
    )
    found = [OpenText(row.id, row.question_id, row.words, row.shown, row.number) for row in rows]
    return sorted(found, key=lambda one: (one.words, one.said_id))


def living_code(session: Session, which: ColumnElement[bool]) -> int | None:
    """Give the number of the code for which *which* holds, where it was not replaced."""
    return session.scalar(select(QuestionnaireCode.id).where(which, QuestionnaireCode.replaced_at.is_(None)))


def code_lives(session: Session, code_id: int) -> bool:
    """Tell whether a code was not replaced."""
    return living_code(session, QuestionnaireCode.id == code_id) is not None


def door_of_code(session: Session, code_id: int) -> tuple[int, int]:
    """Give questionnaire and household of a code.

    Raises:
        NotVisible: there is none of this number.
    """
    row = session.get(QuestionnaireCode, code_id)
    if row is None:
        raise NotVisible
    return row.questionnaire_id, row.unit_id


def coded_units(session: Session, questionnaire_id: int) -> set[int]:
    """Give the households that have a living code."""
    query = select(QuestionnaireCode.unit_id).where(
        QuestionnaireCode.questionnaire_id == questionnaire_id, QuestionnaireCode.replaced_at.is_(None)
    )
    return set(session.scalars(query))
