"""Who reports, reviews and pays the street's share."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import RAISING_STAGES


def check_may_report(actor: Actor, project: ProjectRow) -> None:
    """Let the community's worker report a project that may raise money.

    Raises:
        Forbidden: not her community (``subsidies.only_worker``).
        Refused: another moment (``subsidies.not_now``).
    """
    if not actor.has(Role.WORKER, project.place_path):
        raise Forbidden("subsidies.only_worker")
    if project.stage not in RAISING_STAGES:
        raise Refused("subsidies.not_now")


def check_may_review(actor: Actor, project: ProjectRow, reported_by_id: int) -> None:
    """Let an officer of the street set the amount, who did not report it herself.

    Raises:
        Forbidden: not one (``subsidies.only_street``), or who reported (``subsidies.second_person``).
    """
    if not actor.has(Role.STREET_OFFICER, project.place_path):
        raise Forbidden("subsidies.only_street")
    if actor.person_id == reported_by_id:
        raise Forbidden("subsidies.second_person")


def check_may_pay(actor: Actor, project: ProjectRow) -> None:
    """Let an officer of the street pay, while the project may take money.

    Raises:
        Forbidden: not one (``subsidies.only_street``).
        Refused: another moment (``subsidies.not_now``).
    """
    if not actor.has(Role.STREET_OFFICER, project.place_path):
        raise Forbidden("subsidies.only_street")
    if project.stage not in RAISING_STAGES:
        raise Refused("subsidies.not_now")
