"""Who may open programmes and give them rules."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden

KEEPERS = (Role.ADMINISTRATOR, Role.FOUNDATION_OFFICER)


def may_keep(actor: Actor, path: str) -> bool:
    """Tell whether the actor administers the place or works for its foundation."""
    return any(actor.has(role, path) for role in KEEPERS)


def check_may_keep(actor: Actor, path: str) -> None:
    """Let an administrator or a foundation officer of the place pass.

    Raises:
        Forbidden: she is neither there.
    """
    if not may_keep(actor, path):
        raise Forbidden("programmes.not_keeper")
