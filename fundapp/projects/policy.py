"""Who may propose, edit, check and form a group, and when."""

from collections.abc import Collection

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.projects.linking import GONE, LinkState, LinkStep
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import EDITABLE_STAGES, GROUP_STAGES, Finding, Stage, may_move


def works_for(actor: Actor, path: str) -> bool:
    """Tell whether the actor is a worker of the community in which the place lies."""
    return actor.has(Role.WORKER, path)


def may_propose(actor: Actor, path: str) -> bool:
    """Tell whether the actor has a household in the compound, or works for it and so may write for residents."""
    return actor.lives_in(path) or works_for(actor, path)


def check_may_propose(actor: Actor, path: str) -> None:
    """Let residents of the compound and workers of its community propose.

    Raises:
        Forbidden: the actor is neither.

    Source: domain.md section 1.3.
    """
    if not may_propose(actor, path):
        raise Forbidden("projects.not_resident", "place_id")


def heads_here(actor: Actor, path: str) -> bool:
    """Tell whether the actor is a head for the compound or for a building in it."""
    return any(
        grant.role is Role.BUILDING_HEAD and (path.startswith(grant.path) or grant.path.startswith(path))
        for grant in actor.grants
    )


def check_own(actor: Actor, proposer_id: int, stage: Stage) -> None:
    """Let only the proposer go on; nobody else may know of a draft.

    Raises:
        NotVisible: a draft of somebody else.
        Forbidden: a proposal of somebody else.
    """
    if actor.person_id == proposer_id:
        return
    if stage is Stage.DRAFT:
        raise NotVisible
    raise Forbidden("projects.not_proposer")


def against_editing(actor: Actor, proposer_id: int, stage: Stage) -> str | None:
    """Name what speaks against the actor's changing the text; ``None`` where nothing does."""
    if actor.person_id != proposer_id:
        return "projects.not_proposer"
    return None if stage in EDITABLE_STAGES else "projects.text_locked"


def against_withdrawing(actor: Actor, proposer_id: int, stage: Stage) -> str | None:
    """Name what speaks against the actor's taking the proposal back; ``None`` where nothing does."""
    if actor.person_id != proposer_id:
        return "projects.not_proposer"
    return None if may_move(stage, Stage.WITHDRAWN) else "projects.too_late_to_withdraw"


def against_checking(actor: Actor, proposer_id: int, stage: Stage, path: str) -> str | None:
    """Name what speaks against the actor's checking a proposal; ``None`` where nothing does.

    Source: design.md rule 11 (maker is never checker).
    """
    if not works_for(actor, path) and not heads_here(actor, path):
        return "projects.not_checker"
    if actor.person_id == proposer_id:
        return "projects.own_proposal"
    return None if stage in (Stage.SUBMITTED, Stage.FEASIBLE) else "projects.not_to_check"


def check_finding(actor: Actor, stage: Stage, path: str, finding: Finding, reason: str) -> None:
    """Check what a checker found: only a worker rejects, and only passing on needs no reason.

    Raises:
        Forbidden: a head rejects.
        Refused: no reason, or a proposal that was passed on can only be returned.
    """
    if finding is Finding.REJECT and not works_for(actor, path):
        raise Forbidden("projects.only_worker_rejects", "finding")
    if stage is Stage.FEASIBLE and finding is not Finding.RETURN:
        raise Refused("projects.already_passed", "finding")
    if finding is not Finding.PASS and not reason.strip():
        raise Refused("projects.reason_needed", "reason")


def against_forming(actor: Actor, proposer_id: int, stage: Stage, path: str) -> str | None:
    """Name what speaks against the actor's naming the project group; ``None`` where nothing does."""
    if actor.person_id != proposer_id and not works_for(actor, path):
        return "projects.not_founder"
    if stage in GROUP_STAGES:
        return None
    early = stage in (Stage.DRAFT, Stage.SUBMITTED, Stage.RETURNED)
    return "projects.group_too_early" if early else "projects.group_fixed"


def against_linking(actor: Actor, row: ProjectRow, group: Collection[int]) -> str | None:
    """Name what speaks against the actor's linking a project with another; ``None`` where nothing does."""
    if not works_for(actor, row.place_path) and actor.person_id not in {row.proposer_id, *group}:
        return "projects.link_not_yours"
    return "projects.link_gone" if row.stage in GONE else None


def against_deciding_link(actor: Actor, people: frozenset[int], *paths: str) -> str | None:
    """Name what speaks against the actor's deciding on a link; *people* propose or work on one of its projects."""
    if not all(works_for(actor, path) for path in paths):
        return "projects.not_worker_of_both"
    return "projects.link_of_own" if actor.person_id in people else None


def against_answering_link(
    actor: Actor, step: LinkStep, state: LinkState, maker_id: int, people: frozenset[int], paths: tuple[str, str]
) -> str | None:
    """Name what speaks against the actor's answering or ending a link; ``None`` where nothing does.

    Source: design.md rule 11 (maker is never checker).
    """
    if step is LinkStep.WITHDRAWN and actor.person_id != maker_id:
        return "projects.link_of_another"
    decides = None if step is LinkStep.WITHDRAWN else against_deciding_link(actor, people, *paths)
    if decides:
        return decides
    wanted = LinkState.STANDS if step is LinkStep.ENDED else LinkState.ASKED
    return None if state is wanted else "projects.link_answered"


def refuse_if(code: str | None) -> None:
    """Raise what speaks against a deed.

    Raises:
        Forbidden: *code* names something.
    """
    if code is not None:
        raise Forbidden(code)
