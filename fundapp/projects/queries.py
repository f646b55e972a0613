"""Read projects. What strangers may see is said in one place: :func:`visible_to`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from moneyed import Money
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from fundapp.files.models import Attachment
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.people.models import Account, Person
from fundapp.places.models import Place
from fundapp.projects.models import (
    CostLine,
    Project,
    ProjectDraft,
    ProjectMember,
    ProjectPhoto,
    ProjectVersion,
    StageChange,
)
from fundapp.projects.rules import (
    GROUPS,
    PUBLIC_STAGES,
    CostItem,
    Kind,
    ProposalText,
    Stage,
    StageGroup,
    Task,
    Theme,
    content_of,
)
from fundapp.web.paging import PER_PAGE, Page, page_of

STAFF = (
    Role.BUILDING_HEAD, Role.WORKER, Role.SUPERVISOR, Role.STREET_OFFICER, Role.FOUNDATION_OFFICER,
    Role.FOUNDATION_APPROVER, Role.FOUNDATION_SUPERVISOR, Role.ADMINISTRATOR,
)  # fmt: skip
CHECKERS = (Role.BUILDING_HEAD, Role.WORKER)


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
    on_behalf: bool
    created_at: datetime


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Say which projects an actor may see: the public ones, one's own, and for staff those of their places."""
    open_to_all = Project.stage.in_(PUBLIC_STAGES)
    if not actor.signed_in:
        return open_to_all
    staffed = [Place.path.startswith(grant.path, autoescape=True) for grant in actor.grants if grant.role in STAFF]
    headed = [int(part) for g in actor.grants if g.role is Role.BUILDING_HEAD for part in g.path.strip("/").split("/")]
    if headed:  # the head of one building checks what is proposed for its compound
        staffed.append(Place.id.in_(headed))
    not_draft = and_(Project.stage != Stage.DRAFT, or_(*staffed)) if staffed else None
    own = Project.proposer_id == actor.person_id
    return or_(open_to_all, own, not_draft) if not_draft is not None else or_(open_to_all, own)


@cache
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
        on_behalf=project.on_behalf,
        created_at=project.created_at,
    )


def tasks_of(session: Session, project_id: int) -> dict[int, Task]:
    """Give the project group's tasks by person."""
    rows = session.execute(
        select(ProjectMember.person_id, ProjectMember.task).where(ProjectMember.project_id == project_id)
    )
    return {row.person_id: row.task for row in rows}


def project_of_member(session: Session, project_id: int, actor: Actor) -> ProjectRow:
    """Give a project to a member of its group.

    Raises:
        NotVisible: there is none of this number, or the actor has no task in it.
    """
    if actor.person_id not in tasks_of(session, project_id):
        raise NotVisible
    return get_project(session, project_id, actor)


def project_of_worker(session: Session, project_id: int, actor: Actor) -> ProjectRow:
    """Give a project to a worker of its community.

    Raises:
        NotVisible: there is none of this number, or the actor does not work there.
    """
    row = get_project(session, project_id, actor)
    if not actor.has(Role.WORKER, row.place_path):
        raise NotVisible
    return row


def came_from(session: Session, project_id: int, stage: Stage) -> Stage:
    """Give the stage at which a project stood before it last moved to *stage*.

    Raises:
        NotVisible: it never stood there.
    """
    moves = StageChange.project_id == project_id, StageChange.to_stage == stage
    found = session.scalar(select(StageChange.from_stage).where(*moves).order_by(StageChange.id.desc()).limit(1))
    if found is None:
        raise NotVisible
    return found


def history(session: Session, project_id: int) -> list[StageChange]:
    """List the stages a project went through, the oldest first."""
    query = select(StageChange).where(StageChange.project_id == project_id).order_by(StageChange.id)
    return list(session.scalars(query))


@dataclass(frozen=True)
class VersionRow:
    """One version of a project's text with its cost lines."""

    id: int
    project_id: int
    number: int
    text: ProposalText
    content_hash: str
    material: bool
    made_at: datetime


@dataclass(frozen=True)
class Filters:
    """What a list of projects is narrowed to; ``None`` and ``""`` narrow nothing."""

    group: StageGroup | None = None
    theme: Theme | None = None
    kind: Kind | None = None
    place_path: str = ""
    programme_id: int | None = None


def version(session: Session, version_id: int) -> VersionRow:
    """Give a version of a project's text.

    Raises:
        NotVisible: there is none of this number.

    """
    row = session.get(ProjectVersion, version_id)
    if row is None:
        raise NotVisible
    lines = session.execute(
        select(CostLine.name, CostLine.amount_fen).where(CostLine.version_id == row.id).order_by(CostLine.position)
    )
    return _version_row(row, tuple(CostItem(line.name, line.amount_fen) for line in lines))


def versions(session: Session, project_id: int) -> list[VersionRow]:
    """List all versions of a project's text, the newest first, in two statements."""
    rows = session.scalars(
        select(ProjectVersion).where(ProjectVersion.project_id == project_id).order_by(ProjectVersion.number.desc())
    ).all()
    lines: dict[int, list[CostItem]] = {row.id: [] for row in rows}
    found = select(CostLine).where(CostLine.version_id.in_(lines)).order_by(CostLine.version_id, CostLine.position)
    for line in session.scalars(found):
        lines[line.version_id].append(CostItem(line.name, line.amount_fen))
    return [_version_row(row, tuple(lines[row.id])) for row in rows]


def newest_version(session: Session, project_id: int) -> int | None:
    """Give the number of the row that holds a project's newest text; ``None`` for a first draft."""
    return session.scalar(
        select(ProjectVersion.id)
        .where(ProjectVersion.project_id == project_id)
        .order_by(ProjectVersion.number.desc())
        .limit(1)
    )


def content_of_version(session: Session, version_id: int | None) -> dict[str, Any] | None:
    """Give the content of a version as it is hashed and compared; ``None`` for no version."""
    return None if version_id is None else content_of(version(session, version_id).text)


def list_projects(
    session: Session, actor: Actor, filters: Filters, before_id: int | None = None, limit: int = PER_PAGE
) -> Page[ProjectRow]:
    """List the projects that an actor may see, the newest first; ``before_id`` is the key of the page before.

    Drafts and what was taken back are not listed, one's own included: see :func:`my_proposals`.
    """
    query = select_projects().where(visible_to(actor), Project.stage.not_in((Stage.DRAFT, Stage.WITHDRAWN)))
    for condition in _narrowed(filters):
        query = query.where(condition)
    if before_id is not None:
        query = query.where(Project.id < before_id)
    rows = session.execute(query.order_by(Project.id.desc()).limit(limit + 1)).all()
    return page_of([project_row(*row) for row in rows], lambda row: row.id, limit)


def count_by_stage(session: Session, place_path: str = "", programme_id: int | None = None) -> dict[Stage, int]:
    """Count the public projects below a place by stage; stages without a project are left out."""
    query = select(Project.stage, func.count()).join(Place, Place.id == Project.place_id).group_by(Project.stage)
    query = query.where(Project.stage.in_(PUBLIC_STAGES))
    for condition in _narrowed(Filters(place_path=place_path, programme_id=programme_id)):
        query = query.where(condition)
    return {stage: number for stage, number in session.execute(query)}


def my_proposals(session: Session, actor: Actor) -> list[ProjectRow]:
    """List an actor's own proposals, drafts included, the newest first."""
    query = select_projects().where(Project.proposer_id == actor.person_id).order_by(Project.id.desc())
    return [project_row(*row) for row in session.execute(query)]


def waiting_for_check(session: Session, actor: Actor) -> list[ProjectRow]:
    """List the proposals of other people that wait for this actor's first check, the oldest first."""
    paths = [Place.path.startswith(g.path, autoescape=True) for g in actor.grants if g.role in CHECKERS]
    headed = [int(part) for g in actor.grants if g.role is Role.BUILDING_HEAD for part in g.path.strip("/").split("/")]
    if not paths:
        return []
    query = select_projects().where(Project.stage == Stage.SUBMITTED, Project.proposer_id != actor.person_id)
    query = query.where(or_(*paths, Place.id.in_(headed))).order_by(Project.id)
    return [project_row(*row) for row in session.execute(query)]


def draft_of(session: Session, project_id: int) -> dict[str, Any] | None:
    """Give what the proposer has typed, as typed; ``None`` where nothing is kept."""
    row = session.get(ProjectDraft, project_id)
    return None if row is None else dict(row.content)


@dataclass(frozen=True)
class Photo:
    """A photo of a project; its page is ``files.show`` of ``public_id``."""

    attachment_id: int
    public_id: str
    width: int
    height: int


def photos_of(session: Session, project_ids: list[int]) -> dict[int, list[Photo]]:
    """Give the photos of several projects, the first added first, in one statement."""
    rows = session.execute(
        select(ProjectPhoto.project_id, Attachment.id, Attachment.public_id, Attachment.width, Attachment.height)
        .join(Attachment, Attachment.id == ProjectPhoto.attachment_id)
        .where(ProjectPhoto.project_id.in_(project_ids))
        .order_by(ProjectPhoto.project_id, Attachment.id)
    )
    found: dict[int, list[Photo]] = {project_id: [] for project_id in project_ids}
    for row in rows:
        found[row.project_id].append(Photo(row.id, row.public_id, row.width, row.height))
    return found


@dataclass(frozen=True)
class MemberRow:
    """One person of a project group, for the pages of those who may know her name."""

    person_id: int
    name: str
    login: str
    task: Task


def group_of_project(session: Session, project_id: int) -> list[MemberRow]:
    """List a project group by task, with names and login names: for staff and the group itself."""
    rows = session.execute(
        select(ProjectMember.person_id, Person.name, Account.login, ProjectMember.task)
        .join(Person, Person.id == ProjectMember.person_id)
        .outerjoin(Account, Account.person_id == ProjectMember.person_id)
        .where(ProjectMember.project_id == project_id)
        .order_by(ProjectMember.person_id)
    )
    order = list(Task)
    return sorted(
        (MemberRow(r.person_id, r.name, r.login or "", r.task) for r in rows), key=lambda m: order.index(m.task)
    )


def persons_by_login(session: Session, logins: list[str]) -> dict[str, int]:
    """Give the persons behind login names in use; unknown names are left out."""
    rows = session.execute(
        select(Account.login, Account.person_id).where(Account.login.in_(logins), Account.active.is_(True))
    )
    return {login: person_id for login, person_id in rows}


def _narrowed(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.group is not None:
        yield Project.stage.in_(GROUPS[filters.group])
    if filters.theme is not None:
        yield ProjectVersion.theme == filters.theme
    if filters.kind is not None:
        yield ProjectVersion.kind == filters.kind
    if filters.place_path:
        yield Place.path.startswith(filters.place_path, autoescape=True)
    if filters.programme_id is not None:
        yield Project.programme_id == filters.programme_id


def _version_row(row: ProjectVersion, lines: tuple[CostItem, ...]) -> VersionRow:
    text = ProposalText(
        title=row.title,
        why=row.why,
        location=row.location,
        kind=row.kind,
        theme=row.theme,
        beneficiaries=row.beneficiaries,
        origin=row.origin,
        payers=row.payers,
        lines=lines,
        budget=row.budget_fen,
        shared=row.shared,
    )
    return VersionRow(row.id, row.project_id, row.number, text, row.content_hash, row.material, row.made_at)
