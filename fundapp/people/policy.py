"""Who may make accounts, give roles and print household codes."""

from collections.abc import Iterable

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.people.rules import BY_HAND


def check_may_make_person(actor: Actor) -> None:
    """Let administrators make persons and accounts.

    Raises:
        Forbidden: the actor administers nothing.
    """
    if not actor.has_any(Role.ADMINISTRATOR):
        raise Forbidden("people.not_administrator")


def check_may_give_role(actor: Actor, person_id: int, role: Role, path: str) -> None:
    """Let an administrator of the place give a role to somebody else.

    Raises:
        Forbidden: she is no administrator there, or gives to herself.
        Refused: residents come by their household's code, group members by their project.
    """
    check_administers(actor, path)
    if actor.person_id == person_id:
        raise Forbidden("people.not_yourself", "person_id")
    if role not in BY_HAND:
        raise Refused("people.not_by_hand", "role")


def check_may_end_role(actor: Actor, person_id: int, path: str) -> None:
    """Let an administrator of the place end somebody else's role; her own stays, so that one is always left.

    Raises:
        Forbidden: she is no administrator there, or it is her own.
    """
    check_administers(actor, path)
    if actor.person_id == person_id:
        raise Forbidden("people.not_yourself")


def check_administers(actor: Actor, path: str) -> None:
    """Let an administrator of the place pass.

    Raises:
        Forbidden: she is none there.
    """
    if not actor.has(Role.ADMINISTRATOR, path):
        raise Forbidden("people.not_administrator")


def check_may_reset_password(actor: Actor, person_id: int, paths: Iterable[str]) -> None:
    """Let an administrator of *all* places where a person has a role set her a new password.

    Raises:
        Forbidden: one of the places is not hers, or the account is her own.
    """
    check_may_make_person(actor)
    if actor.person_id == person_id:
        raise Forbidden("people.not_yourself")
    for path in paths:
        check_administers(actor, path)


def may_issue_codes(actor: Actor, path: str) -> bool:
    """Tell whether the actor works for the community in which the place lies."""
    return actor.has(Role.WORKER, path)


def check_may_issue_codes(actor: Actor, path: str) -> None:
    """Let a worker of the community print household codes.

    Raises:
        Forbidden: she does not work there.
    """
    if not may_issue_codes(actor, path):
        raise Forbidden("people.not_worker")


def may_look_at(actor: Actor, person_id: int, paths: Iterable[str]) -> bool:
    """Tell whether an administrator may see a person's page: herself, somebody of her places, or one without a role."""
    known = list(paths)
    return not known or actor.person_id == person_id or any(actor.has(Role.ADMINISTRATOR, path) for path in known)


def may_reset_password(actor: Actor, person_id: int, paths: Iterable[str]) -> bool:
    """Tell whether :func:`check_may_reset_password` lets the actor pass."""
    try:
        check_may_reset_password(actor, person_id, paths)
    except Forbidden:
        return False
    return True


def reason_against_ending(actor: Actor, person_id: int, path: str) -> str | None:
    """Give the code of what speaks against ending a role, or ``None``."""
    try:
        check_may_end_role(actor, person_id, path)
    except Forbidden as refusal:
        return refusal.code
    return None
