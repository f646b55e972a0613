"""Who is related to a project's people or suppliers decides nothing on it and pays nothing for it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.db.wiring import ask
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Forbidden
from fundapp.parties.queries import near_to, related
from fundapp.parties.texts import BONDS
from fundapp.projects.queries import ProjectRow
from fundapp.web.refusals import sentence


def check_apart(session: Session, actor: Actor, project: ProjectRow, involved: Collection[int], now: datetime) -> None:
    """Refuse an officer who is near to somebody with a hand in the project, or related to one of its suppliers.

    Raises:
        Forbidden: she is (``parties.tied``, fact ``who``: in which way; it is told to herself).
    """
    person = actor.person_id or 0
    bonds = near_to(session, person, set(involved) | {project.proposer_id}, now)
    suppliers: set[int] = ask("projects.suppliers", session, project.id)
    bonds += [one.bond for one in related(session, [person], suppliers, now)]
    if bonds:
        raise Forbidden("parties.tied", who="、".join(dict.fromkeys(str(BONDS[bond]) for bond in bonds)))


def why_tied(
    session: Session, actor: Actor, project: ProjectRow, involved: Collection[int], now: datetime
) -> list[str]:
    """Say in which way the actor is related to a project's people or suppliers; empty where she is not."""
    try:
        check_apart(session, actor, project, involved, now)
    except Forbidden as refusal:
        return [sentence(refusal)]
    return []
