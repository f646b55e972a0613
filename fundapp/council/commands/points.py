"""Say something for or against a project, ask, hide with a reason, answer."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.council import policy, queries
from fundapp.council.models import CouncilPoint, CouncilPointAnswer, CouncilPointHiding
from fundapp.council.rules import ANSWER_DAYS, MOST_POINTS, Side
from fundapp.council.texts import hidden_message
from fundapp.db.once import done_before, own_key
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.notify.commands import tell_people
from fundapp.places.queries import units_by_id
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import ProjectRow, get_project
from fundapp.publicity.rules import end_of_days


@dataclass(frozen=True)
class Say:
    """A household's reason or question."""

    project_id: int
    unit_id: int
    side: Side
    text: str
    op_key: str


@dataclass(frozen=True)
class HidePoint:
    """Hide a point, or show it again, and why."""

    point_id: int
    hidden: bool
    reason: str


@dataclass(frozen=True)
class AnswerPoint:
    """The official answer to a question."""

    point_id: int
    text: str


def say(session: Session, actor: Actor, cmd: Say, clock: Clock) -> CouncilPoint:
    """Take a household's reason or question; sent twice it stands once.

    Raises:
        Forbidden: not a household of the person, or not one of the project's place.
        NotVisible: there is no such project for this person.
        Refused: nothing said; the household has said enough; its vote goes on and the round keeps quiet.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    project = get_project(session, cmd.project_id, actor)
    units = units_by_id(session, [cmd.unit_id]) if cmd.unit_id in actor.unit_ids else {}
    policy.check_of_place(units.get(cmd.unit_id), project.place_path)
    key, text = own_key(actor, cmd.op_key), cmd.text.strip()
    told = {"project_id": project.id, "unit_id": cmd.unit_id, "side": cmd.side, "text": text}
    sent = done_before(session, CouncilPoint, key, **told)
    if sent is not None:
        return sent
    if not text:
        raise Refused("council.reason_needed", field="text")
    if queries.keeps_quiet(session, project.id, now):
        raise Refused("council.quiet_now")
    said = select(func.count()).where(CouncilPoint.project_id == project.id, CouncilPoint.unit_id == cmd.unit_id)
    if (session.scalar(said) or 0) >= MOST_POINTS:
        raise Refused("council.said_enough", field="text", most=MOST_POINTS)
    due = end_of_days(now, ANSWER_DAYS) if cmd.side is Side.ASKS else None
    point = CouncilPoint(op_key=key, person_id=actor.person_id, at=now, answer_due_at=due, **told)
    session.add(point)
    session.flush()
    record(session, actor, "council.say", f"project:{project.id}", now, side=cmd.side.value)
    return point


def hide_point(session: Session, actor: Actor, cmd: HidePoint, clock: Clock) -> CouncilPointHiding:
    """Hide a point, or show it again; its author is told why.

    Raises:
        Forbidden: not the worker of the place.
        NotVisible: there is no such point.
        Refused: no reason.
    """
    point, project = _hold(session, actor, cmd.point_id)
    now = clock.now(session)
    if not cmd.reason.strip():
        raise Refused("council.reason_needed", field="reason")
    made = CouncilPointHiding(
        point_id=point.id, hidden=cmd.hidden, reason=cmd.reason.strip(), by_id=actor.person_id, at=now
    )
    session.add(made)
    session.flush()
    tell_people(session, [point.person_id], hidden_message(project.id, made.id, cmd.hidden, made.reason), now)
    record(session, actor, "council.hide_point", f"project:{project.id}", now, hidden=cmd.hidden)
    return made


def answer_point(session: Session, actor: Actor, cmd: AnswerPoint, clock: Clock) -> CouncilPointAnswer:
    """Answer a question, once; late is better than never, and is told.

    Raises:
        Forbidden: not the worker of the place.
        NotVisible: there is no such point.
        Refused: it is no question; answered already; nothing said.
    """
    point, project = _hold(session, actor, cmd.point_id)
    now = clock.now(session)
    if point.side is not Side.ASKS:
        raise Refused("council.no_question")
    if not cmd.text.strip():
        raise Refused("council.reason_needed", field="text")
    if session.scalar(select(CouncilPointAnswer.id).where(CouncilPointAnswer.point_id == point.id)) is not None:
        raise Refused("council.answered_already")
    made = CouncilPointAnswer(point_id=point.id, text=cmd.text.strip(), by_id=actor.person_id, at=now)
    session.add(made)
    session.flush()
    record(session, actor, "council.answer_point", f"project:{project.id}", now)
    return made


def _hold(session: Session, actor: Actor, point_id: int) -> tuple[CouncilPoint, ProjectRow]:
    point = lock(session, CouncilPoint, point_id)
    if point is None:
        raise NotVisible
    project = get_project(session, point.project_id)
    policy.check_secretary(actor, project.place_path)
    return point, project
