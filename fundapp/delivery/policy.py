"""Who may do what while work is done."""

from collections.abc import Mapping

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Stage, Task

WORKING = frozenset({Task.LEAD, Task.TREASURER, Task.MEMBER})


def check_may_work(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task]) -> None:
    """Let the working members report and claim while the project is being done.

    Raises:
        Forbidden: not one of them (``delivery.only_group``).
        Refused: another moment (``delivery.not_delivering``).
    """
    if tasks.get(actor.person_id or 0) not in WORKING:
        raise Forbidden("delivery.only_group")
    if project.stage is not Stage.DELIVERING:
        raise Refused("delivery.not_delivering")


def check_may_decide_expense(actor: Actor, tasks: Mapping[int, Task], claimed_by_id: int) -> None:
    """Let the supervisor or the treasurer decide, never who claimed.

    Raises:
        Forbidden: somebody else (``delivery.only_checker``), or who claimed (``delivery.second_person``).
    """
    if tasks.get(actor.person_id or 0) not in (Task.SUPERVISOR, Task.TREASURER):
        raise Forbidden("delivery.only_checker")
    if actor.person_id == claimed_by_id:
        raise Forbidden("delivery.second_person")


def check_may_accept(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], reports: int, pending: int) -> None:
    """Let the supervisor accept finished work once nothing is open.

    Raises:
        Forbidden: not the supervisor (``delivery.only_supervisor``).
        Refused: another moment, no report yet (``delivery.no_progress``), open expenses (``delivery.expenses_open``).
    """
    if tasks.get(actor.person_id or 0) is not Task.SUPERVISOR:
        raise Forbidden("delivery.only_supervisor")
    if project.stage is not Stage.DELIVERING:
        raise Refused("delivery.not_delivering")
    if reports == 0:
        raise Refused("delivery.no_progress")
    if pending:
        raise Refused("delivery.expenses_open", count=pending)


def check_may_close(actor: Actor, project: ProjectRow, unpaid_fen: int) -> None:
    """Let the community's worker close an evaluated project whose promised money has been paid.

    Raises:
        Forbidden: not a worker here (``delivery.only_worker``).
        Refused: not evaluated (``delivery.not_evaluated``), promised money unpaid (``delivery.money_not_paid``).
    """
    if not actor.has(Role.WORKER, project.place_path):
        raise Forbidden("delivery.only_worker")
    if project.stage is not Stage.EVALUATED:
        raise Refused("delivery.not_evaluated")
    if unpaid_fen:
        raise Refused("delivery.money_not_paid")
