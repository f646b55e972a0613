"""Who may change a roster."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden


def may_keep_roster(actor: Actor, path: str) -> bool:
    """Tell whether the actor works for the community in which the compound lies."""
    return actor.has(Role.WORKER, path)


def check_may_keep_roster(actor: Actor, path: str) -> None:
    """Let a worker of the community change its rosters.

    Raises:
        Forbidden: she does not work there.
    """
    if not may_keep_roster(actor, path):
        raise Forbidden("rosters.not_worker")
