"""Who may write in the register, and who may read it."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden

KEEPERS = (Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER, Role.FOUNDATION_SUPERVISOR)
DECLARERS = (Role.GROUP_MEMBER, Role.SUPERVISOR, Role.WORKER, Role.STREET_OFFICER, *KEEPERS)


def place_of(actor: Actor, *roles: Role) -> str:
    """Give the path of the lowest place in which the actor has one of *roles*: whose register keeps her entry.

    Raises:
        Forbidden: she has none of them (``parties.not_your_register``).
    """
    paths = [grant.path for grant in actor.grants if grant.role in roles]
    if not paths:
        raise Forbidden("parties.not_your_register")
    return max(paths, key=lambda path: (path.count("/"), path))


def may_read(actor: Actor, path: str) -> bool:
    """Tell whether the actor keeps the register of a place: the foundation's staff there or above."""
    return any(actor.has(role, path) for role in KEEPERS)


def check_may_end(actor: Actor, path: str, concerned: tuple[int | None, int | None]) -> None:
    """Let the foundation's staff end an entry, never whom it concerns.

    Raises:
        Forbidden: not of this register (``parties.not_your_register``), or concerned (``parties.not_ones_own``).
    """
    if not may_read(actor, path):
        raise Forbidden("parties.not_your_register")
    if actor.person_id in concerned:
        raise Forbidden("parties.not_ones_own")
