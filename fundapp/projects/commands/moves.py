"""Hold a project, and move it from stage to stage."""

from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.projects.models import Project, StageChange
from fundapp.projects.rules import Stage, may_move


def lock_project(session: Session, project_id: int) -> Project:
    """Read a project afresh and hold it.

    Raises:
        NotVisible: there is none of this number.

    """
    project = lock(session, Project, project_id)
    if project is None:
        raise NotVisible
    return project


def move_on(session: Session, actor: Actor, project_id: int, to: Stage, at: datetime, reason: str = "") -> Project:
    """Move a project to another stage: the one way in which its stage changes.

    Raises:
        Refused: no road leads there from where it stands (code ``projects.no_such_move``).

    """
    session.flush()  # the project is read afresh below: what was set on it must not be lost
    project = lock_project(session, project_id)
    if not may_move(project.stage, to):
        raise Refused("projects.no_such_move", stage=project.stage.value, to=to.value)
    told = StageChange(
        project_id=project.id,
        from_stage=project.stage,
        to_stage=to,
        person_id=actor.person_id,
        at=at,
        reason=reason,
    )
    session.add(told)
    session.flush()  # the database lets a stage change only after its entry in the history
    project.stage = to
    session.flush()
    record(session, actor, "projects.move", f"project:{project.id}", at, to=to.value)
    return project
