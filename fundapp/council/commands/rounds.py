"""What a round of voting does to projects, and the choice without a vote where the policy wants it so."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.council import policy, queries
from fundapp.council.models import CouncilItem
from fundapp.council.texts import (
    moved_by_council,
    moved_by_vote,
    moved_from_reserve,
    moved_into_round,
    moved_out_of_outcome,
    moved_out_of_void,
)
from fundapp.db.wiring import ask
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.links import barred_by_links
from fundapp.projects.queries import came_from, get_project
from fundapp.projects.rules import Stage
from fundapp.voting.events import OutcomeBound, OutcomeMoved, RoundOpened, RoundVoided


@dataclass(frozen=True)
class ConfirmSelection:
    """Confirm that a project is chosen because the council passed its item."""

    item_id: int


def take_into_round(session: Session, event: RoundOpened) -> None:
    """Move the candidates of a round that was opened to 表决中."""
    for project_id in sorted(event.project_ids):
        move_on(session, event.actor, project_id, Stage.IN_ROUND, event.at, moved_into_round(event.title))


def apply_result(session: Session, event: OutcomeBound) -> None:
    """Move the selected projects to 入选 and the others, with their rank, to the reserve list."""
    ranks = {project_id: rank for rank, project_id in enumerate(event.reserve, start=1)}
    for project_id in sorted((*event.selected, *event.reserve)):
        rank = ranks.get(project_id)
        to = Stage.SELECTED if rank is None else Stage.RESERVED
        move_on(session, event.actor, project_id, to, event.at, moved_by_vote(event.title, rank))


def move_in_outcome(session: Session, event: OutcomeMoved) -> None:
    """Move who came in from the reserve list to 入选, and who fell out back to 已同意: a new round can take it.

    Raises:
        Refused: it stands elsewhere by now (code ``projects.no_such_move``), or money rests on it.
    """
    start, to = (Stage.RESERVED, Stage.SELECTED) if event.enters else (Stage.SELECTED, Stage.CONSENTED)
    stage = lock_project(session, event.project_id).stage
    against: str | None = None if event.enters else ask("voting.against_leaving", session, event.project_id)
    if stage is not start or against:  # asked once more, now that the project is held
        raise Refused(against or "projects.no_such_move", stage=stage.value, to=to.value)
    words = moved_from_reserve(event.title) if event.enters else moved_out_of_outcome(event.title, event.reason)
    move_on(session, event.actor, event.project_id, to, event.at, words)


def release_from_round(session: Session, event: RoundVoided) -> None:
    """Put the candidates of a round that is void back to where they stood before it: a new round can take them."""
    for project_id in event.project_ids:
        to = came_from(session, project_id, Stage.IN_ROUND)
        move_on(session, event.actor, project_id, to, event.at, moved_out_of_void(event.title))


def confirm_selection(session: Session, actor: Actor, cmd: ConfirmSelection, clock: Clock) -> CouncilItem:
    """Move a project from 已同意 to 入选 where the policy chooses by the council instead of by a vote.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such item.
        Refused: the item concerns no project, was not passed, or its session is not closed; the policy chooses by
            vote; the project does not stand at 已同意, another carries it on, or a rival stands on a ballot or was
            chosen.
    """
    item, held = queries.item_with_session(session, cmd.item_id)
    if item.project_id is None:
        raise Refused("council.item_without_project")
    lock_project(session, item.project_id)
    now = clock.now(session)
    project = get_project(session, item.project_id)
    policy.check_secretary(actor, project.place_path)
    policy.check_decided(held.closed_at, item.outcome)
    policy.check_may_confirm(project, queries.chosen_by_vote(session, project))
    if barred_by_links(session, [project.id]):
        raise Refused("council.barred_by_link")
    move_on(session, actor, project.id, Stage.SELECTED, now, moved_by_council(held.title))
    record(session, actor, "council.confirm_selection", f"project:{project.id}", now, item=item.id)
    return item
