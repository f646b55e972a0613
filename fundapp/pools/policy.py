"""Who moves money along the tree, and who uses a community's share."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Stage

PROPOSERS = (Role.FOUNDATION_OFFICER,)
DECIDERS = (Role.FOUNDATION_APPROVER,)
USABLE = frozenset({Stage.SELECTED, Stage.MATCHED, Stage.DELIVERING})


def check_may_propose(actor: Actor, place_path: str) -> None:
    """Let a foundation officer of the programme's place fill the common pool and propose moves.

    Raises:
        Forbidden: not one (``pools.not_yours``).
    """
    if not actor.has(Role.FOUNDATION_OFFICER, place_path):
        raise Forbidden("pools.not_yours")


def check_may_decide(actor: Actor, place_path: str, proposed_by_id: int) -> None:
    """Let a foundation approver decide on what somebody else proposed.

    Raises:
        Forbidden: not one (``pools.not_yours``), or who proposed (``pools.second_person``).
    """
    if not actor.has(Role.FOUNDATION_APPROVER, place_path):
        raise Forbidden("pools.not_yours")
    if actor.person_id == proposed_by_id:
        raise Forbidden("pools.second_person")


def check_may_use(actor: Actor, project: ProjectRow) -> None:
    """Let the community's worker record for which project its residents decided to use their share.

    Raises:
        Forbidden: not her community (``pools.only_worker``).
        Refused: the project is not at a stage that takes money (``pools.not_now``).
    """
    if not actor.has(Role.WORKER, project.place_path):
        raise Forbidden("pools.only_worker")
    if project.stage not in USABLE:
        raise Refused("pools.not_now")


def check_may_pay_use(actor: Actor, project: ProjectRow, recorded_by_id: int) -> None:
    """Let a foundation officer of the place confirm and pay what somebody else recorded.

    Raises:
        Forbidden: not one (``pools.not_yours``), or who recorded (``pools.second_person``).
        Refused: the project is not at a stage that takes money (``pools.not_now``).
    """
    if not actor.has(Role.FOUNDATION_OFFICER, project.place_path):
        raise Forbidden("pools.not_yours")
    if actor.person_id == recorded_by_id:
        raise Forbidden("pools.second_person")
    if project.stage not in USABLE:
        raise Refused("pools.not_now")
