"""Who keeps, checks and reads a book's bank accounts: the book's own people, never the preparer twice."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden
from fundapp.ledger.rules import Holder

KEEPERS = {Holder.COMMITTEE: (Role.WORKER,)}
"""Who keeps the accounts of a holder; of every other holder it is the foundation's officer."""

CHECKERS = {Holder.COMMITTEE: (Role.WORKER, Role.STREET_OFFICER)}
KEEPING_ROLES = (Role.FOUNDATION_OFFICER, Role.WORKER)
READING_ROLES = (
    Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER, Role.STREET_OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR,
    Role.WORKER, Role.FOUNDATION_SUPERVISOR,
)  # fmt: skip
CHECKING_ROLES = (
    Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER, Role.STREET_OFFICER, Role.SUPERVISOR, Role.WORKER
)  # fmt: skip
_OFFICER, _APPROVERS = (Role.FOUNDATION_OFFICER,), (Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER)
_AUDITORS = (Role.STREET_OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.FOUNDATION_SUPERVISOR)


def may_keep(actor: Actor, holder: Holder, path: str) -> bool:
    """Tell whether the actor keeps the bank accounts of a book at the place *path*."""
    return any(actor.has(role, path) for role in KEEPERS.get(holder, _OFFICER))


def may_read(actor: Actor, holder: Holder, path: str) -> bool:
    """Tell whether the actor reads a book's bank lines and reports."""
    roles = {*KEEPERS.get(holder, _OFFICER), *CHECKERS.get(holder, _APPROVERS), *_AUDITORS, *_APPROVERS}
    return any(actor.has(role, path) for role in roles)


def check_may_keep(actor: Actor, holder: Holder, path: str) -> None:
    """Let who keeps the book's bank accounts take files in, match, and prepare.

    Raises:
        Forbidden: the actor does not (``banking.not_keeper``).
    """
    if not may_keep(actor, holder, path):
        raise Forbidden("banking.not_keeper")


def check_may_check(actor: Actor, holder: Holder, path: str, prepared_by_id: int) -> None:
    """Let another person of the book check what one prepared.

    Raises:
        Forbidden: the actor prepared it (``banking.second_person``) or has no part here (``banking.not_checker``).
    """
    if actor.person_id == prepared_by_id:
        raise Forbidden("banking.second_person")
    if not any(actor.has(role, path) for role in CHECKERS.get(holder, _APPROVERS)):
        raise Forbidden("banking.not_checker")
