"""Read the links between projects: what two pages show, what waits for a worker, who looks alike."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from fundapp.kernel.actor import NOBODY, Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.people.models import Person
from fundapp.places.models import Place
from fundapp.projects.link_models import ProjectLink, ProjectLinkStep
from fundapp.projects.linking import CHOSEN, GONE, Described, LinkKind, LinkState, LinkStep, link_state, similar
from fundapp.projects.models import Project, ProjectMember, ProjectVersion
from fundapp.projects.queries import ProjectRow, project_row, projects_by_id, select_projects, visible_to
from fundapp.projects.rules import Stage

MOST_OFFERED = 200
TAKEN = CHOSEN | {Stage.IN_ROUND}


@dataclass(frozen=True)
class LinkRow:
    """A link as one of its two projects shows it; of persons only the family name.

    ``carried`` says that this project is the double, ``answer`` what was said when the link was declined or ended.
    """

    id: int
    kind: LinkKind
    state: LinkState
    carried: bool
    other_id: int
    other_title: str
    other_stage: Stage
    reason: str
    made_by: str
    at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None


def links_of(session: Session, project_id: int, actor: Actor = NOBODY, *, public: bool = True) -> tuple[LinkRow, ...]:
    """List a project's links, the newest first, in one statement: those whose other project this actor may see.

    ``public`` leaves out what was only asked for, declined or taken back.
    """
    maker, answerer = aliased(Person), aliased(Person)
    mine = or_(ProjectLink.project_id == project_id, ProjectLink.other_id == project_id)
    title = func.coalesce(ProjectVersion.title, Project.title)
    found = (
        select(ProjectLink, ProjectLinkStep, Project.id, title, Project.stage, maker.name, answerer.name)
        .join(Project, (Project.id != project_id) & Project.id.in_((ProjectLink.project_id, ProjectLink.other_id)))
        .join(Place, Place.id == Project.place_id)
        .outerjoin(
            ProjectVersion, (ProjectVersion.project_id == Project.id) & (ProjectVersion.number == Project.version)
        )
        .join(maker, maker.id == ProjectLink.made_by_id)
        .outerjoin(ProjectLinkStep, ProjectLinkStep.link_id == ProjectLink.id)
        .outerjoin(answerer, answerer.id == ProjectLinkStep.person_id)
        .where(mine, visible_to(actor))
        .order_by(ProjectLink.id.desc(), ProjectLinkStep.id)
    )
    steps: dict[int, list[LinkStep]] = {}
    rows: dict[int, LinkRow] = {}
    for link, step, other_id, words, stage, made_by, by in session.execute(found):
        steps.setdefault(link.id, []).extend([step.step] if step else [])
        rows[link.id] = _row(link, step, link_state(steps[link.id]), (other_id, words, stage), (made_by, by))
    told = (LinkState.STANDS, LinkState.ENDED)
    return tuple(row for row in rows.values() if not public or row.state in told)


def _row(
    link: ProjectLink,
    step: ProjectLinkStep | None,
    state: LinkState,
    other: tuple[int, str, Stage],
    names: tuple[str, str | None],
) -> LinkRow:
    return LinkRow(
        id=link.id,
        kind=link.kind,
        state=state,
        carried=link.kind is LinkKind.DUPLICATE and link.other_id == other[0],
        other_id=other[0],
        other_title=other[1],
        other_stage=other[2],
        reason=link.reason,
        made_by=_family(names[0]),
        at=link.at,
        answer=step.reason if step else "",
        answered_by=_family(names[1]) if names[1] else "",
        answered_at=step.at if step else None,
    )


def link_of(session: Session, link_id: int) -> tuple[ProjectLink, LinkState]:
    """Give a link and where it stands.

    Raises:
        NotVisible: there is none of this number.
    """
    link = session.get(ProjectLink, link_id)
    if link is None:
        raise NotVisible
    steps = session.scalars(select(ProjectLinkStep.step).where(ProjectLinkStep.link_id == link_id))
    return link, link_state(steps)


def open_links(session: Session, project_ids: Collection[int]) -> list[tuple[ProjectLink, LinkState]]:
    """List the links of some projects that were asked for or stand, in one statement."""
    over = exists().where(ProjectLinkStep.link_id == ProjectLink.id, ProjectLinkStep.step != LinkStep.STANDS)
    of = or_(ProjectLink.project_id.in_(project_ids), ProjectLink.other_id.in_(project_ids))
    query = select(ProjectLink, _stands()).where(of, ~over).order_by(ProjectLink.id)
    return [(link, LinkState.STANDS if stands else LinkState.ASKED) for link, stands in session.execute(query)]


def carried_on(session: Session, project_ids: Collection[int]) -> dict[int, int]:
    """Give who carries on each of some projects that are doubles."""
    links = open_links(session, project_ids) if project_ids else []
    return {
        link.project_id: link.other_id
        for link, state in links
        if link.kind is LinkKind.DUPLICATE and state is LinkState.STANDS and link.project_id in project_ids
    }


def rivals_of(session: Session, project_ids: Collection[int]) -> list[tuple[int, int]]:
    """List the pairs of rivals of which one at least is among some projects; the smaller number first."""
    links = open_links(session, project_ids) if project_ids else []
    return [
        (link.project_id, link.other_id)
        for link, state in links
        if link.kind is LinkKind.RIVALS and state is LinkState.STANDS
    ]


def barred_by_links(session: Session, project_ids: Iterable[int]) -> set[int]:
    """Give those of some projects that another carries on, or of which a rival stands on a ballot or was chosen."""
    numbers = set(project_ids)
    pairs = rivals_of(session, numbers)
    both = [*pairs, *((other, one) for one, other in pairs)]
    query = select(Project.id).where(Project.id.in_([one for one, _other in both]), Project.stage.in_(TAKEN))
    taken = set(session.scalars(query)) if both else set()
    return numbers & ({one for one, other in both if other in taken} | set(carried_on(session, numbers)))


def people_of(session: Session, *project_ids: int) -> frozenset[int]:
    """Give the proposers and the groups of some projects."""
    proposers = select(Project.proposer_id).where(Project.id.in_(project_ids))
    members = select(ProjectMember.person_id).where(ProjectMember.project_id.in_(project_ids))
    return frozenset(session.scalars(proposers.union(members)))


@dataclass(frozen=True)
class AskedLink:
    """A link that waits for a worker, with the titles of its projects."""

    id: int
    kind: LinkKind
    project_id: int
    title: str
    other_title: str


def links_waiting(session: Session, actor: Actor) -> list[AskedLink]:
    """List the links that wait for this worker: not those of projects in which she has a task."""
    paths = [Place.path.startswith(g.path, autoescape=True) for g in actor.grants if g.role is Role.WORKER]
    if not paths:
        return []
    other = aliased(Project)
    answered = exists().where(ProjectLinkStep.link_id == ProjectLink.id)
    tasked = exists().where(
        ProjectMember.project_id.in_((ProjectLink.project_id, ProjectLink.other_id)),
        ProjectMember.person_id == actor.person_id,
    )
    rows = session.scalars(
        select(ProjectLink)
        .join(Project, Project.id == ProjectLink.project_id)
        .join(other, other.id == ProjectLink.other_id)
        .join(Place, Place.id == Project.place_id)
        .where(or_(*paths), ~answered, ~tasked)
        .where(Project.proposer_id != actor.person_id, other.proposer_id != actor.person_id)
        .order_by(ProjectLink.id)
    ).all()
    known = projects_by_id(session, [one for link in rows for one in (link.project_id, link.other_id)])
    return [
        AskedLink(link.id, link.kind, link.project_id, known[link.project_id].title, known[link.other_id].title)
        for link in rows
    ]


def linkable(session: Session, row: ProjectRow, actor: Actor) -> list[ProjectRow]:
    """List the projects of the same community that this one may be linked with, those that look alike first."""
    linked = {one for link, _state in open_links(session, [row.id]) for one in (link.project_id, link.other_id)}
    others = [one for one in _neighbours(session, row, actor) if one.id not in linked]
    first = similar(_described(row), [_described(one) for one in others])
    return sorted(others, key=lambda one: (first.index(one.id) if one.id in first else len(first), -one.id))


def similar_to(session: Session, row: ProjectRow, actor: Actor) -> list[ProjectRow]:
    """List the projects of the same community that look like this one and are not linked with it."""
    found = linkable(session, row, actor)
    return found[: len(similar(_described(row), [_described(one) for one in found]))]


def _neighbours(session: Session, row: ProjectRow, actor: Actor) -> list[ProjectRow]:
    query = (
        select_projects()
        .where(visible_to(actor), _in_community(row.place_path), Project.id != row.id, Project.stage.not_in(GONE))
        .order_by(Project.id.desc())
        .limit(MOST_OFFERED)
    )
    return [project_row(*found) for found in session.execute(query)]


def _in_community(path: str) -> ColumnElement[bool]:
    return Place.path.startswith(above(path), autoescape=True)


def above(path: str) -> str:
    """Give the path of what a place lies in.

    >>> above("/1/2/3/4/")
    '/1/2/3/'
    """
    return path.rstrip("/").rpartition("/")[0] + "/"


def _described(row: ProjectRow) -> Described:
    return Described(row.id, row.title, row.location, row.place_id)


def _stands() -> ColumnElement[bool]:
    return exists().where(ProjectLinkStep.link_id == ProjectLink.id, ProjectLinkStep.step == LinkStep.STANDS)


def _family(name: str) -> str:
    return f"{name[:1]}*"
