"""What the pages of a questionnaire show; its answers only to the household itself, and to nobody else one by one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import PlaceRow, get_place
from fundapp.projects.queries import ProjectRow, get_project
from fundapp.questionnaire.models import (
    Questionnaire,
    QuestionnaireAnswer,
    QuestionnaireRelease,
    QuestionnaireSaid,
)
from fundapp.questionnaire.policy import State, state_of, works_here
from fundapp.questionnaire.queries.facts import AskedQuestion, questions_of
from fundapp.questionnaire.queries.results import said_by
from fundapp.questionnaire.rules import Said
from fundapp.rosters.models import SnapshotUnit


@dataclass(frozen=True)
class OwnAnswer:
    """A household that the person speaks for: what counts for it now, and when each revision came in."""

    unit_id: int
    door: str
    said: Mapping[int, Said]
    trail: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True)
class QuestionnairePage:
    """A questionnaire as one person may see it."""

    id: int
    title: str
    project: ProjectRow
    place: PlaceRow
    snapshot_id: int
    households: int
    answered: int
    opens_at: datetime
    closes_at: datetime
    state: State
    asked: tuple[AskedQuestion, ...]
    own: tuple[OwnAnswer, ...]
    works: bool


@dataclass(frozen=True)
class Listed:
    """A questionnaire in a project's list."""

    id: int
    title: str
    opens_at: datetime
    closes_at: datetime
    state: State


@dataclass(frozen=True)
class Waiting:
    """A questionnaire that waits for a household, or whose texts wait for the worker."""

    id: int
    title: str
    closes_at: datetime
    texts: int = 0


def questionnaire_page(session: Session, questionnaire_id: int, actor: Actor, now: datetime) -> QuestionnairePage:
    """Give a questionnaire with its questions, and to a household its own answers.

    Raises:
        NotVisible: there is none of this number, or its project is hidden from this person.
    """
    row = session.get(Questionnaire, questionnaire_id)
    if row is None:
        raise NotVisible
    project = get_project(session, row.project_id, actor)
    asked = questions_of(session, row.id)
    answered = session.scalar(
        select(func.count(QuestionnaireAnswer.unit_id.distinct())).where(QuestionnaireAnswer.questionnaire_id == row.id)
    )
    return QuestionnairePage(
        id=row.id,
        title=row.title,
        project=project,
        place=get_place(session, row.place_id),
        snapshot_id=row.snapshot_id,
        households=row.households,
        answered=answered or 0,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        state=state_of(row.opens_at, row.closes_at, now),
        asked=tuple(asked),
        own=_own(session, row, actor, asked) if actor.unit_ids else (),
        works=works_here(actor, project.place_path),
    )


def _own(session: Session, row: Questionnaire, actor: Actor, asked: list[AskedQuestion]) -> tuple[OwnAnswer, ...]:
    units = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.door)
        .where(SnapshotUnit.snapshot_id == row.snapshot_id, SnapshotUnit.unit_id.in_(actor.unit_ids))
        .order_by(SnapshotUnit.unit_id)
    ).all()
    found = []
    for unit_id, door in units:
        trail = session.scalars(
            select(QuestionnaireAnswer)
            .where(QuestionnaireAnswer.questionnaire_id == row.id, QuestionnaireAnswer.unit_id == unit_id)
            .order_by(QuestionnaireAnswer.revision)
        ).all()
        said = said_by(session, trail[-1].id, asked) if trail else {}
        found.append(OwnAnswer(unit_id, door, said, tuple((one.at, one.channel.value) for one in trail)))
    return tuple(found)


def listed_of_project(session: Session, project_id: int, now: datetime) -> list[Listed]:
    """List the questionnaires of a project, the newest first."""
    rows = session.scalars(
        select(Questionnaire).where(Questionnaire.project_id == project_id).order_by(Questionnaire.id.desc())
    )
    return [
        Listed(row.id, row.title, row.opens_at, row.closes_at, state_of(row.opens_at, row.closes_at, now))
        for row in rows
    ]


def waiting_for_units(session: Session, unit_ids: Iterable[int], now: datetime) -> list[Waiting]:
    """List the open questionnaires that some household of these has not answered, the soonest close first."""
    said = (
        select(QuestionnaireAnswer.id)
        .where(
            QuestionnaireAnswer.questionnaire_id == Questionnaire.id,
            QuestionnaireAnswer.unit_id == SnapshotUnit.unit_id,
        )
        .exists()
    )
    rows = session.execute(
        select(Questionnaire.id, Questionnaire.title, Questionnaire.closes_at)
        .join(SnapshotUnit, SnapshotUnit.snapshot_id == Questionnaire.snapshot_id)
        .where(SnapshotUnit.unit_id.in_(list(unit_ids)), Questionnaire.opens_at <= now, Questionnaire.closes_at > now)
        .where(~said)
        .distinct()
        .order_by(Questionnaire.closes_at, Questionnaire.id)
    )
    return [Waiting(row.id, row.title, row.closes_at) for row in rows]


def texts_waiting(session: Session, place_ids: Iterable[int], now: datetime) -> list[Waiting]:
    """List the closed questionnaires in some places with texts that count and that nobody has decided on."""
    later = aliased(QuestionnaireAnswer)
    superseded = (
        select(later.id)
        .where(
            later.questionnaire_id == QuestionnaireAnswer.questionnaire_id,
            later.unit_id == QuestionnaireAnswer.unit_id,
            later.revision > QuestionnaireAnswer.revision,
        )
        .exists()
    )
    decided = select(QuestionnaireRelease.id).where(QuestionnaireRelease.said_id == QuestionnaireSaid.id).exists()
    rows = session.execute(
        select(Questionnaire.id, Questionnaire.title, Questionnaire.closes_at, func.count().label("texts"))
        .join(QuestionnaireAnswer, QuestionnaireAnswer.questionnaire_id == Questionnaire.id)
        .join(QuestionnaireSaid, QuestionnaireSaid.answer_id == QuestionnaireAnswer.id)
        .where(Questionnaire.place_id.in_(list(place_ids)), Questionnaire.closes_at <= now)
        .where(QuestionnaireSaid.words.is_not(None), ~superseded, ~decided)
        .group_by(Questionnaire.id, Questionnaire.title, Questionnaire.closes_at)
        .order_by(Questionnaire.closes_at, Questionnaire.id)
    )
    return [Waiting(row.id, row.title, row.closes_at, row.texts) for row in rows]
