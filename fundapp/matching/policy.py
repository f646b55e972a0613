"""Who may do which step of a match, and when."""

from collections.abc import Collection, Mapping

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.matching.models import Step
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Stage, Task

CLAIM_STAGES = frozenset({Stage.SELECTED, Stage.MATCHED, Stage.DELIVERING})
STEP_ROLE = {
    Step.STREET_REVIEW: Role.STREET_OFFICER,
    Step.PROPOSAL: Role.FOUNDATION_OFFICER,
    Step.CHECK: Role.FOUNDATION_APPROVER,
    Step.SUPERVISION: Role.FOUNDATION_SUPERVISOR,
    Step.APPROVAL: Role.FOUNDATION_APPROVER,
}


def check_may_claim(
    actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], unconfirmed: int, order_by: str = "ready"
) -> None:
    """Let the group's lead claim once the project is chosen and its own money is confirmed.

    Where the policy orders by "started", work must have begun; "ready" and "claimed" are this moment itself.

    Raises:
        Forbidden: not the lead (``matching.only_lead``).
        Refused: not chosen yet (``matching.not_selected``), money still unconfirmed (``matching.unconfirmed``).
    """
    if tasks.get(actor.person_id or 0) is not Task.LEAD:
        raise Forbidden("matching.only_lead")
    if project.stage not in CLAIM_STAGES:
        raise Refused("matching.not_selected")
    if order_by == "started" and project.stage is not Stage.DELIVERING:
        raise Refused("matching.not_started")
    if unconfirmed:
        raise Refused("matching.unconfirmed", count=unconfirmed)


def check_may_decide(
    actor: Actor, project: ProjectRow, step: Step, involved: Collection[int], people_so_far: Mapping[str, int]
) -> None:
    """Let the holder of the step's role decide it, if she had no hand in the claim or its project before.

    Raises:
        Forbidden: not her role here (``matching.not_your_step``), a step done by her (``matching.second_person``), or
            a hand in the project (``matching.had_a_hand``).
    """
    if not actor.has(STEP_ROLE[step], project.place_path):
        raise Forbidden("matching.not_your_step")
    if actor.person_id in people_so_far.values():
        raise Forbidden("matching.second_person")
    if actor.person_id in involved:
        raise Forbidden("matching.had_a_hand")


def check_may_pay(
    actor: Actor, project: ProjectRow, involved: Collection[int], people_so_far: Mapping[str, int]
) -> None:
    """Let a foundation officer of the place pay, who has neither claimed nor approved.

    Raises:
        Forbidden: not one (``matching.not_your_step``), a hand in the project (``matching.had_a_hand``), or an approver
            of the claim (``matching.approver_does_not_pay``).
    """
    if not actor.has(Role.FOUNDATION_OFFICER, project.place_path):
        raise Forbidden("matching.not_your_step")
    if actor.person_id in involved:
        raise Forbidden("matching.had_a_hand")
    if actor.person_id in (people_so_far.get(step) for step in (Step.CHECK, Step.SUPERVISION, Step.APPROVAL)):
        raise Forbidden("matching.approver_does_not_pay")


def check_may_fund(actor: Actor, place_path: str) -> None:
    """Let a foundation officer or an administrator of the programme's place put money into its pool.

    Raises:
        Forbidden: neither (``matching.not_your_step``).
    """
    if not (actor.has(Role.FOUNDATION_OFFICER, place_path) or actor.has(Role.ADMINISTRATOR, place_path)):
        raise Forbidden("matching.not_your_step")


def check_may_plan(actor: Actor, place_path: str) -> None:
    """Let a foundation officer of the place plan a round.

    Raises:
        Forbidden: not one (``matching.not_your_step``).
    """
    if not actor.has(Role.FOUNDATION_OFFICER, place_path):
        raise Forbidden("matching.not_your_step")


def check_may_approve_plan(actor: Actor, place_path: str, planned_by_id: int) -> None:
    """Let a foundation approver of the place decide on a plan that somebody else made.

    Raises:
        Forbidden: not one (``matching.not_your_step``), or who planned (``matching.planned_by_you``).
    """
    if not actor.has(Role.FOUNDATION_APPROVER, place_path):
        raise Forbidden("matching.not_your_step")
    if actor.person_id == planned_by_id:
        raise Forbidden("matching.planned_by_you")
