"""Who may read a book's accounts on the staff pages, keep its months, and approve; its journals are public."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden
from fundapp.ledger.rules import Holder

READERS = (
    Role.FOUNDATION_OFFICER,
    Role.FOUNDATION_APPROVER,
    Role.FOUNDATION_SUPERVISOR,
    Role.STREET_OFFICER,
    Role.SUPERVISOR,
    Role.ADMINISTRATOR,
)


def may_read_book(actor: Actor, place_path: str) -> bool:
    """Tell whether *actor* reads the book of the place at *place_path*."""
    return any(actor.has(role, place_path) for role in READERS)


def check_may_keep(actor: Actor, holder: Holder, place_path: str) -> None:
    """Let who keeps a book close its months: the community's worker, or the foundation's officer for any other holder.

    Raises:
        Forbidden: somebody else (``ledger.not_keeper``).
    """
    if not actor.has(Role.WORKER if holder is Holder.COMMITTEE else Role.FOUNDATION_OFFICER, place_path):
        raise Forbidden("ledger.not_keeper")


def check_may_approve(actor: Actor, holder: Holder, place_path: str) -> None:
    """Let who watches over a book open its months again and adopt its chart.

    Over a committee's book these are the supervisor and the street's officer, over any other the foundation's approver.

    Raises:
        Forbidden: somebody else (``ledger.not_approver``).
    """
    watching = (Role.SUPERVISOR, Role.STREET_OFFICER) if holder is Holder.COMMITTEE else (Role.FOUNDATION_APPROVER,)
    if not any(actor.has(role, place_path) for role in watching):
        raise Forbidden("ledger.not_approver")
