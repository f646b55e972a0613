"""Read projects. What strangers may see is said in one place: :func:`visible_to`."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.places.models import Place
from fundapp.projects.models import Project, ProjectMember, ProjectVersion, StageChange
from fundapp.projects.rules import PUBLIC_STAGES, Kind, Stage, Task, Theme

STAFF = (
    Role.BUILDING_HEAD, Role.WORKER, Role.SUPERVISOR, Role.STREET_OFFICER, Role.FOUNDATION_OFFICER,
    Role.FOUNDATION_APPROVER, Role.ADMINISTRATOR,
)  # fmt: skip


@dataclass(frozen=True)
class ProjectRow:
    """A project with its newest version, as other packages see it."""

    id: int
    title: str
    stage: Stage
    programme_id: int
    place_id: int
    place_path: str
    place_name: str
    proposer_id: int
    policy_version_id: int | None
    version: int
    version_id: int | None
    kind: Kind | None
    theme: Theme | None
    budget: Money | None
    why: str
    location: str
    beneficiaries: int | None
    invented: bool
    created_at: datetime


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Say which projects an actor may see: the public ones, one's own, and for staff those of their places."""
    open_to_all = Project.stage.in_(PUBLIC_STAGES)
    if not actor.signed_in:
        return open_to_all
    staffed = [Place.path.startswith(grant.path, autoescape=True) for grant in actor.grants if grant.role in STAFF]
    not_draft = and_(Project.stage != Stage.DRAFT, or_(*staffed)) if staffed else None
    own = Project.proposer_id == actor.person_id
    return or_(open_to_all, own, not_draft) if not_draft is not None else or_(open_to_all, own)


def select_projects() -> Select[Project, ProjectVersion, str, str]:
    """Start a query for projects with place and newest version; extend it with conditions and order."""
    return (
        select(Project, ProjectVersion, Place.path, Place.name)
        .join(Place, Place.id == Project.place_id)
        .outerjoin(
            ProjectVersion,
            and_(ProjectVersion.project_id == Project.id, ProjectVersion.number == Project.version),
        )
    )


def get_project(session: Session, project_id: int, actor: Actor | None = None) -> ProjectRow:
    """Give a project; with an *actor*, only one that she may see.

    Raises:
        NotVisible: there is none of this number, or not for this actor.

    """
    query = select_projects().where(Project.id == project_id)
    if actor is not None:
        query = query.where(visible_to(actor))
    row = session.execute(query).first()
    if row is None:
        raise NotVisible
    return project_row(*row)


def projects_by_id(session: Session, project_ids: list[int]) -> dict[int, ProjectRow]:
    """Give several projects by number."""
    query = select_projects().where(Project.id.in_(project_ids))
    return {row[0].id: project_row(*row) for row in session.execute(query)}


def project_row(project: Project, version: ProjectVersion | None, path: str, place_name: str) -> ProjectRow:
    """Put one row of :func:`select_projects` together."""
    return ProjectRow(
        id=project.id,
        title=version.title if version else project.title,
        stage=project.stage,
        programme_id=project.programme_id,
        place_id=project.place_id,
        place_path=path,
        place_name=place_name,
        proposer_id=project.proposer_id,
        policy_version_id=project.policy_version_id,
        version=project.version,
        version_id=version.id if version else None,
        kind=version.kind if version else None,
        theme=version.theme if version else None,
        budget=version.budget_fen if version else None,
        why=version.why if version else "",
        location=version.location if version else "",
        beneficiaries=version.beneficiaries if version else None,
        invented=project.invented,
        created_at=project.created_at,
    )


def tasks_of(session: Session, project_id: int) -> dict[int, Task]:
    """Give the project group's tasks by person."""
    rows = session.execute(
        select(ProjectMember.person_id, ProjectMember.task).where(ProjectMember.project_id == project_id)
    )
    return {row.person_id: row.task for row in rows}


def history(session: Session, project_id: int) -> list[StageChange]:
    """List the stages a project went through, the oldest first."""
    query = select(StageChange).where(StageChange.project_id == project_id).order_by(StageChange.id)
    return list(session.scalars(query))
