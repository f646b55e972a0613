"""Show or keep back what a household wrote."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import get_place
from fundapp.questionnaire import policy, queries
from fundapp.questionnaire.models import Questionnaire, QuestionnaireRelease


@dataclass(frozen=True)
class Release:
    """Show a text on the page of results, or keep it back (again)."""

    questionnaire_id: int
    said_id: int
    shown: bool


def release_text(session: Session, actor: Actor, cmd: Release, clock: Clock) -> QuestionnaireRelease | None:
    """Decide on one text that counts; the same decision again changes nothing and gives ``None``.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such questionnaire, or no such text among the answers that count.
        Refused: it has not closed.
    """
    row = lock(session, Questionnaire, cmd.questionnaire_id)
    if row is None:
        raise NotVisible
    now = clock.now(session)
    policy.check_worker(actor, get_place(session, row.place_id).path)
    policy.check_may_release(policy.state_of(row.opens_at, row.closes_at, now))
    text = next((one for one in queries.texts_of(session, row.id) if one.said_id == cmd.said_id), None)
    if text is None:
        raise NotVisible
    if text.shown is cmd.shown:
        return None
    made = QuestionnaireRelease(
        said_id=cmd.said_id, number=text.decisions + 1, shown=cmd.shown, person_id=actor.person_id, at=now
    )
    session.add(made)
    session.flush()
    record(session, actor, "questionnaire.release", f"questionnaire_said:{cmd.said_id}", now, shown=cmd.shown)
    return made
