"""What a body may decide about the result of a vote: its passed items, and who was there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.council.models import CouncilAttendance, CouncilBody, CouncilItem, CouncilMember, CouncilSession
from fundapp.council.policy import is_secretary
from fundapp.council.rules import ItemOutcome
from fundapp.kernel.actor import Actor
from fundapp.places.models import Place
from fundapp.voting.override_models import VoteOverride, VoteOverrideSignature


def item_used(session: Session, item_id: int) -> bool:
    """Tell whether an item already carries a decision about a vote."""
    return session.scalar(select(VoteOverride.id).where(VoteOverride.item_id == item_id)) is not None


def people_present(session: Session, session_id: int) -> set[int]:
    """Give the members with an account who were present at a session."""
    query = (
        select(CouncilMember.person_id)
        .join(CouncilAttendance, CouncilAttendance.member_id == CouncilMember.id)
        .where(CouncilAttendance.session_id == session_id, CouncilAttendance.present)
    )
    return {person_id for person_id in session.scalars(query) if person_id is not None}


def deciding_items(session: Session, actor: Actor, place_path: str, since: datetime) -> list[tuple[int, str]]:
    """List the passed items, not used yet, of the competent bodies whose papers the actor keeps, the newest first."""
    rows = session.execute(
        select(CouncilItem.id, CouncilItem.title, CouncilSession.title, CouncilBody.name, Place.path)
        .join(CouncilSession, CouncilSession.id == CouncilItem.session_id)
        .join(CouncilBody, CouncilBody.id == CouncilSession.body_id)
        .join(Place, Place.id == CouncilBody.place_id)
        .where(CouncilItem.outcome == ItemOutcome.PASSED, CouncilSession.closed_at.is_not(None))
        .where(CouncilSession.held_at >= since, CouncilItem.id.not_in(select(VoteOverride.item_id)))
        .order_by(CouncilItem.id.desc())
    )
    return [
        (number, f"{body} · {held} · {title}")
        for number, title, held, body, path in rows
        if place_path.startswith(path) and is_secretary(actor, path)
    ]


@dataclass(frozen=True)
class ToSign:
    """A decision that waits for the signature of a member who was there."""

    id: int
    round_id: int
    body: str


def overrides_to_sign(session: Session, actor: Actor) -> list[ToSign]:
    """List the decisions that wait for this person's signature."""
    if not actor.signed_in:
        return []
    rows = session.execute(
        select(VoteOverride.id, VoteOverride.round_id, VoteOverride.body)
        .join(CouncilItem, CouncilItem.id == VoteOverride.item_id)
        .join(CouncilAttendance, CouncilAttendance.session_id == CouncilItem.session_id)
        .join(CouncilMember, CouncilMember.id == CouncilAttendance.member_id)
        .where(CouncilAttendance.present, CouncilMember.person_id == actor.person_id)
        .where(VoteOverride.drafted_by_id != actor.person_id)
        .where(VoteOverride.id.not_in(select(VoteOverrideSignature.override_id)))
        .order_by(VoteOverride.id)
    )
    return [ToSign(*row) for row in rows]
