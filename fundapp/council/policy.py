"""Who keeps a council's papers: the community's worker, as its secretary."""

from datetime import datetime

from fundapp.council.rules import SessionState
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused


def is_secretary(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor keeps the papers of a body in this place."""
    return actor.signed_in and actor.has(Role.WORKER, place_path)


def check_secretary(actor: Actor, place_path: str) -> None:
    """Let only the secretary go on.

    Raises:
        Forbidden: somebody else (code ``council.not_secretary``).
    """
    if not is_secretary(actor, place_path):
        raise Forbidden("council.not_secretary")


def check_may_record(state: SessionState, held_at: datetime) -> None:
    """Let attendance and outcomes be noted once a session has begun, and until it is closed.

    Raises:
        Refused: ``council.closed`` or ``council.not_held_yet``.
    """
    if state is SessionState.CLOSED:
        raise Refused("council.closed")
    if state is SessionState.CALLED:
        raise Refused("council.not_held_yet", held_at=held_at)
