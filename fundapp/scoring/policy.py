"""Who drafts, scores and publishes, and when."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.scoring.rules import SheetState, Window


def works_here(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor is the worker of this place."""
    return actor.signed_in and actor.has(Role.WORKER, place_path)


def check_worker(actor: Actor, place_path: str) -> None:
    """Let only the community's worker go on.

    Raises:
        Forbidden: somebody else (``scoring.not_worker``).
    """
    if not works_here(actor, place_path):
        raise Forbidden("scoring.not_worker")


def check_draft(state: SheetState) -> None:
    """Let only a draft be changed.

    Raises:
        Refused: ``scoring.frozen``.
    """
    if state is not SheetState.DRAFT:
        raise Refused("scoring.frozen")


def check_may_score(window: Window, state: SheetState, member: bool, handed_in: bool) -> None:
    """Let a member of the sheet hand in her one paper while it is open.

    Raises:
        Forbidden: not a member (``scoring.not_member``).
        Refused: ``scoring.handed_in``, ``scoring.not_open_yet`` or ``scoring.closed``.
    """
    if not member:
        raise Forbidden("scoring.not_member")
    if handed_in:
        raise Refused("scoring.handed_in")
    if state in (SheetState.DRAFT, SheetState.WAITING):
        raise Refused("scoring.not_open_yet", opens_at=window.opens_at)
    if state is not SheetState.OPEN:
        raise Refused("scoring.closed", closes_at=window.closes_at)


def check_may_publish(actor: Actor, place_path: str, window: Window, state: SheetState) -> None:
    """Let the result be published once, after the close.

    Raises:
        Forbidden: not the worker (``scoring.not_worker``).
        Refused: ``scoring.still_open`` or ``scoring.published``.
    """
    check_worker(actor, place_path)
    if state is SheetState.PUBLISHED:
        raise Refused("scoring.published")
    if state is not SheetState.CLOSED:
        raise Refused("scoring.still_open", closes_at=window.closes_at)
