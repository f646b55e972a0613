"""What waits at the 议事厅 for whom: minutes for the chair, questions and matters handed up for the secretary."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from fundapp.council.models import (
    CouncilAttendance,
    CouncilBody,
    CouncilCharter,
    CouncilItem,
    CouncilMember,
    CouncilPoint,
    CouncilPointAnswer,
    CouncilPointHiding,
    CouncilSession,
)
from fundapp.council.queries.bodies import kept_by
from fundapp.council.queries.floor import confirmed
from fundapp.council.rules import ItemOutcome
from fundapp.kernel.actor import Actor
from fundapp.places.models import Place
from fundapp.projects.models import Project


@dataclass(frozen=True)
class QuestionRow:
    """A question without an answer, and until when one is due."""

    id: int
    project_id: int
    title: str
    due_at: datetime


@dataclass(frozen=True)
class MatterRow:
    """A matter that a body below handed up, and the body that takes it."""

    title: str
    body_id: int
    body: str


def minutes_to_confirm(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """List the sessions that this person chairs, whose papers are complete and not confirmed as they stand."""
    if not actor.signed_in:
        return []
    undecided = exists().where(CouncilItem.session_id == CouncilSession.id, CouncilItem.outcome.is_(None))
    attended = exists().where(CouncilAttendance.session_id == CouncilSession.id, CouncilAttendance.present)
    query = (
        select(CouncilSession)
        .join(CouncilMember, CouncilMember.id == CouncilSession.chair_id)
        .where(CouncilMember.person_id == actor.person_id, CouncilSession.closed_at.is_(None))
        .where(CouncilSession.minutes != "", attended, ~undecided)
        .order_by(CouncilSession.held_at, CouncilSession.id)
    )
    return [(held.id, held.title) for held in session.scalars(query) if not confirmed(session, held)]


def questions_waiting(session: Session, actor: Actor) -> list[QuestionRow]:
    """List the questions without an answer in the places whose papers the actor keeps, the first limit first.

    One that is hidden waits for nobody.
    """
    later = aliased(CouncilPointHiding)
    newest = ~exists().where(later.point_id == CouncilPointHiding.point_id, later.id > CouncilPointHiding.id)
    hidden = exists().where(CouncilPointHiding.point_id == CouncilPoint.id, CouncilPointHiding.hidden, newest)
    rows = session.execute(
        select(CouncilPoint.id, Project.id, Project.title, CouncilPoint.answer_due_at)
        .join(Project, Project.id == CouncilPoint.project_id)
        .join(Place, Place.id == Project.place_id)
        .where(CouncilPoint.answer_due_at.is_not(None), kept_by(actor), ~hidden)
        .where(~exists().where(CouncilPointAnswer.point_id == CouncilPoint.id))
        .order_by(CouncilPoint.answer_due_at, CouncilPoint.id)
    )
    return [QuestionRow(number, project, title, due) for number, project, title, due in rows if due is not None]


def handed_up(session: Session, actor: Actor) -> list[MatterRow]:
    """List the matters that were handed up to bodies whose papers the actor keeps, and not taken on an agenda yet."""
    later = aliased(CouncilCharter)
    newest = ~exists().where(later.body_id == CouncilCharter.body_id, later.number > CouncilCharter.number)
    taken = select(CouncilItem.from_item_id).where(CouncilItem.from_item_id.is_not(None))
    rows = session.execute(
        select(CouncilItem.title, CouncilBody.id, CouncilBody.name)
        .join(CouncilSession, CouncilSession.id == CouncilItem.session_id)
        .join(CouncilCharter, CouncilCharter.body_id == CouncilSession.body_id)
        .join(CouncilBody, CouncilBody.id == CouncilCharter.parent_id)
        .join(Place, Place.id == CouncilBody.place_id)
        .where(CouncilItem.outcome == ItemOutcome.REFERRED, CouncilSession.closed_at.is_not(None), newest)
        .where(CouncilItem.id.not_in(taken), kept_by(actor))
        .order_by(CouncilItem.id)
    )
    return [MatterRow(*row) for row in rows]
