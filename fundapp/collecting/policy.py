"""Who gives doors to collectors, and who may collect."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused

COLLECTORS = (Role.WORKER, Role.BUILDING_HEAD)


def may_give_walks(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor works for the community of a round."""
    return actor.signed_in and actor.has(Role.WORKER, place_path)


def check_may_give_walks(actor: Actor, place_path: str) -> None:
    """Let the community's worker say who goes to which doors.

    Raises:
        Forbidden: somebody else (code ``collecting.not_worker``).
    """
    if not may_give_walks(actor, place_path):
        raise Forbidden("collecting.not_worker")


def check_collector(collector: Actor, building_path: str) -> None:
    """Check that somebody may be sent to the doors of a building: its worker or its building head.

    Raises:
        Refused: she is neither (code ``collecting.not_collector``, on the field ``login``).
    """
    if not any(collector.has(role, building_path) for role in COLLECTORS):
        raise Refused("collecting.not_collector", field="login")
