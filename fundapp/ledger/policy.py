"""Who may read a book's accounts on the staff pages; its journals are public."""

from fundapp.kernel.actor import Actor, Role

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
