"""What was said about a project: two columns and the questions, as one person may see them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.council.models import CouncilPoint, CouncilPointAnswer, CouncilPointHiding
from fundapp.council.policy import is_secretary
from fundapp.council.rules import Side, terms_of
from fundapp.kernel.actor import Actor
from fundapp.programmes.queries import get_policy
from fundapp.projects.queries import ProjectRow, get_project
from fundapp.voting.models import VoteCandidate, VoteOpening, VoteRound


@dataclass(frozen=True)
class PointRow:
    """A reason or a question; no name and no door. ``hidden`` is why it is hidden, for author and secretary."""

    id: int
    side: Side
    text: str
    at: datetime
    due_at: datetime | None
    answer: str
    answered_at: datetime | None
    hidden: str
    own: bool


@dataclass(frozen=True)
class PointsPage:
    """What was said about a project."""

    project: ProjectRow
    points: tuple[PointRow, ...]
    quiet: bool
    secretary: bool
    may_say: bool


def keeps_quiet(session: Session, project_id: int, now: datetime) -> bool:
    """Tell whether a vote on a project goes on whose policy keeps reasons out of sight meanwhile."""
    query = (
        select(VoteRound.policy_version_id)
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .join(VoteCandidate, VoteCandidate.round_id == VoteRound.id)
        .where(VoteCandidate.project_id == project_id, VoteRound.opens_at <= now, VoteRound.closes_at > now)
    )
    return any(terms_of(get_policy(session, number).parts).quiet_voting for number in session.scalars(query))


def points_page(session: Session, project_id: int, actor: Actor, now: datetime) -> PointsPage:
    """Give what was said about a project: hidden points only to their author and to the secretary.

    Raises:
        NotVisible: there is no such project for this person.
    """
    project = get_project(session, project_id, actor)
    secretary, quiet = is_secretary(actor, project.place_path), keeps_quiet(session, project_id, now)
    rows = session.execute(
        select(CouncilPoint, CouncilPointAnswer)
        .outerjoin(CouncilPointAnswer, CouncilPointAnswer.point_id == CouncilPoint.id)
        .where(CouncilPoint.project_id == project_id)
        .order_by(CouncilPoint.id)
    )
    hidings = select(CouncilPointHiding).join(CouncilPoint, CouncilPoint.id == CouncilPointHiding.point_id)
    newest = {
        row.point_id: row
        for row in session.scalars(hidings.where(CouncilPoint.project_id == project_id).order_by(CouncilPointHiding.id))
    }
    shown = []
    for point, answer in rows:
        hiding = newest.get(point.id)
        hidden = hiding.reason if hiding is not None and hiding.hidden else ""
        own = actor.signed_in and point.person_id == actor.person_id
        if (hidden or quiet) and not (own or secretary):
            continue
        said, at = (answer.text, answer.at) if answer else ("", None)
        shown.append(PointRow(point.id, point.side, point.text, point.at, point.answer_due_at, said, at, hidden, own))
    return PointsPage(project, tuple(shown), quiet, secretary, actor.lives_in(project.place_path))
