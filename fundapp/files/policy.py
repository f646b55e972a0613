"""Who may see an attachment."""

from fundapp.files.models import Audience
from fundapp.kernel.actor import Actor, Role

STAFF = frozenset(Role) - {Role.RESIDENT, Role.GROUP_MEMBER}


def may_see(actor: Actor, audience: Audience, uploaded_by_id: int, path: str) -> bool:
    """Tell whether the actor may see it: everybody what is public; else its uploader and those of its place."""
    if audience is Audience.PUBLIC:
        return True
    if not actor.signed_in:
        return False
    allowed = STAFF | {Role.GROUP_MEMBER} if audience is Audience.GROUP else STAFF
    return actor.person_id == uploaded_by_id or any(actor.has(role, path) for role in allowed)
