"""Who may shape the tree."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden

KEEPERS = (Role.ADMINISTRATOR, Role.WORKER)


def check_may_add_below(actor: Actor, path: str | None) -> None:
    """Let an administrator of the place add to it; a new district may be added by any administrator.

    Raises:
        Forbidden: she is no administrator there.
    """
    allowed = actor.has_any(Role.ADMINISTRATOR) if path is None else actor.has(Role.ADMINISTRATOR, path)
    if not allowed:
        raise Forbidden("places.not_administrator")


def may_set_up(actor: Actor, path: str) -> bool:
    """Tell whether the actor is an administrator of the place."""
    return actor.has(Role.ADMINISTRATOR, path)


def check_may_add_building(actor: Actor, path: str) -> None:
    """Let an administrator or a worker of the compound add buildings: both keep its roster.

    Raises:
        Forbidden: she is neither there.
    """
    if not any(actor.has(role, path) for role in KEEPERS):
        raise Forbidden("places.not_administrator")
