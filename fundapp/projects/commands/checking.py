"""The first check of a proposal by a building head or a worker."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import get_place
from fundapp.projects import policy
from fundapp.projects.commands.moves import lock_project, move_on
from fundapp.projects.models import Project
from fundapp.projects.rules import Finding, Stage

_LEADS_TO = {Finding.PASS: Stage.FEASIBLE, Finding.RETURN: Stage.RETURNED, Finding.REJECT: Stage.REJECTED}


@dataclass(frozen=True)
class CheckProposal:
    """Say what the first check came to; the proposer reads the reason."""

    project_id: int
    finding: Finding
    reason: str = ""


def check_proposal(session: Session, actor: Actor, cmd: CheckProposal, clock: Clock) -> Project:
    """Pass a proposal on, return it with a reason, or (a worker) reject it with a reason.

    One that was passed on may still be returned as long as no household has been asked.

    Raises:
        Forbidden: no head or worker there, one's own proposal, nothing to check, or a head who rejects.
        NotVisible: there is no such proposal, or it is a draft.
        Refused: no reason for a return or a rejection.

    Source: domain.md section 1.3; design.md rule 11.

    """
    project = lock_project(session, cmd.project_id)
    if project.stage is Stage.DRAFT:
        raise NotVisible
    now = clock.now(session)
    path = get_place(session, project.place_id).path
    policy.refuse_if(policy.against_checking(actor, project.proposer_id, project.stage, path))
    policy.check_finding(actor, project.stage, path, cmd.finding, cmd.reason)
    moved = move_on(session, actor, project.id, _LEADS_TO[cmd.finding], now, cmd.reason.strip())
    record(session, actor, "projects.check", f"project:{project.id}", now, finding=cmd.finding.value)
    return moved
