"""Who may record money, and who may confirm it."""

from collections.abc import Mapping

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import GROUP_STAGES, RAISING_STAGES, Stage, Task

MONEY_STAFF = (
    Role.WORKER, Role.SUPERVISOR, Role.STREET_OFFICER, Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER,
    Role.FOUNDATION_SUPERVISOR,
)  # fmt: skip
REFUND_STAGES = RAISING_STAGES | {Stage.RESERVED}


def check_may_record(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task]) -> None:
    """Let the group's treasurer record, while the project may raise money.

    Raises:
        Forbidden: not the treasurer (``fundraising.only_treasurer``).
        Refused: the project is not at a stage that raises money (``fundraising.not_now``).
    """
    if tasks.get(actor.person_id or 0) is not Task.TREASURER:
        raise Forbidden("fundraising.only_treasurer")
    if project.stage not in RAISING_STAGES:
        raise Refused("fundraising.not_now")


def check_may_confirm(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], recorded_by_id: int) -> None:
    """Let another member of the group, or the community's worker, confirm.

    Raises:
        Forbidden: neither of these (``fundraising.only_group``), or who recorded (``fundraising.second_person``).
    """
    if actor.person_id not in tasks and not actor.has(Role.WORKER, project.place_path):
        raise Forbidden("fundraising.only_group")
    if actor.person_id == recorded_by_id:
        raise Forbidden("fundraising.second_person")


def check_may_pledge(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], unit_id: int | None) -> None:
    """Let somebody pledge for her own household, or the treasurer write down what others pledged.

    Raises:
        Forbidden: neither (``fundraising.only_own_pledge``).
        Refused: the project is not at a stage that raises money (``fundraising.not_now``).
    """
    if tasks.get(actor.person_id or 0) is not Task.TREASURER and (unit_id or 0) not in actor.unit_ids:
        raise Forbidden("fundraising.only_own_pledge")
    if project.stage not in RAISING_STAGES:
        raise Refused("fundraising.not_now")


def check_may_refund(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task]) -> None:
    """Let the treasurer prepare a refund before the work is accepted; afterwards the rest goes back by closing.

    Raises:
        Forbidden: not the treasurer (``fundraising.only_treasurer``).
        Refused: too late (``fundraising.too_late_for_refund``).
    """
    if tasks.get(actor.person_id or 0) is not Task.TREASURER:
        raise Forbidden("fundraising.only_treasurer")
    if project.stage not in REFUND_STAGES:
        raise Refused("fundraising.too_late_for_refund")


def check_may_count(actor: Actor, tasks: Mapping[int, Task]) -> None:
    """Let the treasurer count.

    Raises:
        Forbidden: not the treasurer (``fundraising.only_treasurer``).
    """
    if tasks.get(actor.person_id or 0) is not Task.TREASURER:
        raise Forbidden("fundraising.only_treasurer")


def check_may_set_terms(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task]) -> None:
    """Let the lead decide the terms, from the first check until raising begins.

    Raises:
        Forbidden: not the lead (``fundraising.only_lead``).
        Refused: another moment (``fundraising.no_terms_now``).
    """
    if tasks.get(actor.person_id or 0) is not Task.LEAD:
        raise Forbidden("fundraising.only_lead")
    if project.stage not in GROUP_STAGES:
        raise Refused("fundraising.no_terms_now")


def check_may_end(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task]) -> None:
    """Let the lead or the community's worker carry out what was decided, while the project may raise money.

    Raises:
        Forbidden: neither (``fundraising.only_lead_or_worker``).
        Refused: another moment (``fundraising.not_now``).
    """
    if tasks.get(actor.person_id or 0) is not Task.LEAD and not actor.has(Role.WORKER, project.place_path):
        raise Forbidden("fundraising.only_lead_or_worker")
    if project.stage not in REFUND_STAGES:
        raise Refused("fundraising.not_now")


def check_may_see(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task]) -> None:
    """Show a project's money papers to its group and to the staff of its place.

    Raises:
        NotVisible: to anybody else.
    """
    if actor.person_id in tasks or any(actor.has(role, project.place_path) for role in MONEY_STAFF):
        return
    raise NotVisible
