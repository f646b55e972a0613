"""What a round of voting asks of the packages above it: the programme's terms, and which projects may stand."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.council.bars import Charter, stricter
from fundapp.council.models import CouncilItem, CouncilSession
from fundapp.council.queries.facts import charter_of
from fundapp.council.rules import Terms
from fundapp.council.rules import terms_of as council_terms
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.places.models import Place
from fundapp.programmes.queries import (
    check_signed,
    get_policy,
    get_programme,
    list_programmes,
    policy_in_force,
    programmes_for,
)
from fundapp.projects.links import barred_by_links
from fundapp.projects.models import Project
from fundapp.projects.queries import ProjectRow, project_row, select_projects
from fundapp.projects.rules import Stage
from fundapp.voting.rounds import Option, ProgrammeFacts, terms_of

MAY_STAND = (Stage.CONSENTED, Stage.RESERVED)
NOT_CHOSEN_YET = (Stage.FEASIBLE, Stage.CONSENTING, Stage.CONSENTED, Stage.RESERVED)
MAY_BE_DISCUSSED = (*NOT_CHOSEN_YET, Stage.SELECTED)


def programme_facts(session: Session, programme_id: int, at: datetime) -> ProgrammeFacts | None:
    """Give a programme's place and the terms of its policy in force; ``None`` where there is none.

    Raises:
        Refused: its first policy still waits for a signature (``programmes.unsigned``).
    """
    try:
        programme = get_programme(session, programme_id)
    except NotVisible:
        return None
    check_signed(session, programme_id)
    policy = policy_in_force(session, programme_id, at)
    if policy is None:
        return None
    return ProgrammeFacts(programme.id, programme.name, programme.place_path, policy.id, terms_of(policy.parts))


def terms_at(session: Session, path: str, at: datetime) -> Terms:
    """Give the terms of the programme that a place draws from: the newest year, the nearest place; else the usual."""
    for programme in programmes_for(session, path, at):
        policy = policy_in_force(session, programme.id, at)
        if policy is not None:
            return council_terms(policy.parts)
    return council_terms({})


def charter_at(session: Session, body_id: int, path: str, at: datetime) -> Charter:
    """Give the bars that a body goes by at a moment: of its own and of the policy's each time the higher one."""
    return stricter(charter_of(session, body_id).charter, terms_at(session, path, at).charter)


def in_reserve(session: Session, project_ids: Iterable[int]) -> set[int]:
    """Give those of some projects that stand on the reserve list now."""
    query = select(Project.id).where(Project.id.in_(list(project_ids)), Project.stage == Stage.RESERVED)
    found = set(session.scalars(query))
    return found - barred_by_links(session, found)


def programmes_of_worker(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """List the programmes, by number and name, that reach into the places in which the actor works."""
    paths = [grant.path for grant in actor.grants if grant.role is Role.WORKER]
    return [
        (row.id, f"{row.year} {row.name}")
        for row in list_programmes(session)
        if any(path.startswith(row.place_path) or row.place_path.startswith(path) for path in paths)
    ]


def round_options(session: Session, programme_id: int, place_path: str) -> list[Option]:
    """List the projects of a programme in a place that may stand on a ballot: 已同意, and the reserve list.

    Not those that another carries on, nor those with a rival on another ballot or chosen.
    """
    query = (
        select_projects()
        .where(Project.programme_id == programme_id, Project.stage.in_(MAY_STAND))
        .where(Place.path.startswith(place_path, autoescape=True))
        .order_by(Project.id)
    )
    rows = [project_row(*row) for row in session.execute(query)]
    barred = barred_by_links(session, [row.id for row in rows])
    return [
        Option(row.id, row.version_id, row.title, row.why, row.place_name, row.place_path, row.budget, _reserve(row))
        for row in rows
        if row.version_id is not None and row.budget is not None and row.id not in barred
    ]


def discussable(session: Session, place_path: str) -> list[ProjectRow]:
    """List the projects of a place that may stand on an agenda."""
    query = (
        select_projects()
        .where(Project.stage.in_(MAY_BE_DISCUSSED), Place.path.startswith(place_path, autoescape=True))
        .order_by(Project.id)
    )
    return [project_row(*row) for row in session.execute(query)]


def chosen_by_vote(session: Session, project: ProjectRow) -> bool:
    """Tell whether the policy of a project chooses by a vote of the households."""
    if project.policy_version_id is None:
        return False
    return terms_of(get_policy(session, project.policy_version_id).parts).choose_by_vote


def on_open_agenda(session: Session, project_ids: Iterable[int]) -> set[int]:
    """Give those of some projects that stand on the agenda of a session which is not closed yet."""
    query = (
        select(CouncilItem.project_id)
        .join(CouncilSession, CouncilSession.id == CouncilItem.session_id)
        .where(CouncilItem.project_id.in_(project_ids), CouncilSession.closed_at.is_(None))
    )
    return {number for number in session.scalars(query) if number is not None}


def _reserve(row: ProjectRow) -> bool:
    return row.stage is Stage.RESERVED
