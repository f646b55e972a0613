"""Who may open programmes, draft their rules and sign them."""

from datetime import datetime

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.programmes.queries import PolicyRow

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


def check_may_sign(actor: Actor, path: str, draft: PolicyRow, now: datetime) -> None:
    """Let an approver of the place's foundation sign a draft of somebody else, once and in time for its notice.

    Raises:
        Forbidden: no approver here (``programmes.not_approver``), the author (``programmes.own_draft``), or she has
            signed (``programmes.signed_once``).
        Refused: no draft any more (``programmes.not_a_draft``), or too late (``programmes.signed_too_late``).
    """
    if not actor.has(Role.FOUNDATION_APPROVER, path):
        raise Forbidden("programmes.not_approver")
    if actor.person_id == draft.made_by_id:
        raise Forbidden("programmes.own_draft")
    if draft.adopted or draft.refused:
        raise Refused("programmes.not_a_draft")
    if actor.person_id in draft.signed_by:
        raise Forbidden("programmes.signed_once")
    if not draft.in_time(now):
        raise Refused("programmes.signed_too_late", sign_by=draft.sign_by)
