"""The chair confirms the minutes; only then a session with a chair is closed."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.council import policy, queries
from fundapp.council.commands.sessions import hold_session
from fundapp.council.models import CouncilConfirmation, CouncilSession
from fundapp.council.rules import against_closing, state_of
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused


@dataclass(frozen=True)
class ConfirmMinutes:
    """The minutes are right: said by the chair herself, or noted by the secretary with a photo of the signed paper."""

    session_id: int
    photo_id: int | None = None


def confirm_minutes(session: Session, actor: Actor, cmd: ConfirmMinutes, clock: Clock) -> CouncilConfirmation:
    """Note the chair's word on the papers as they stand; whatever is changed afterwards has to be confirmed again.

    Raises:
        Forbidden: neither the chair herself nor the secretary with a photo.
        NotVisible: there is no such session.
        Refused: it has no chair; before it begins or after it was closed; something is missing still.
    """
    held = lock(session, CouncilSession, cmd.session_id)
    if held is None:
        raise NotVisible
    if held.chair_id is None:
        raise Refused("council.no_chair")
    if cmd.photo_id is None:
        now = clock.now(session)
        policy.check_chair(actor, queries.person_of_member(session, held.chair_id))
    else:
        held, now = hold_session(session, actor, cmd.session_id, clock)
    policy.check_may_record(state_of(held.held_at, held.closed_at, now), held.held_at)
    attended = any(row.present for row in queries.attendance_of(session, held.id))
    decided = [item.outcome is not None for item in queries.items_of_session(session, held.id)]
    lacking = against_closing(held.minutes, attended, decided, held.held_at, now)
    if lacking:
        raise lacking[0]
    made = CouncilConfirmation(
        session_id=held.id,
        member_id=held.chair_id,
        minutes=held.minutes,
        papers=queries.papers_of(session, held),
        photo_id=cmd.photo_id,
        noted_by_id=actor.person_id,
        at=now,
    )
    session.add(made)
    session.flush()
    record(session, actor, "council.confirm_minutes", f"council_session:{held.id}", now)
    return made
