"""What happened in the room: motions, speakers, and whether the chair confirmed the papers as they stand."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.council.models import CouncilConfirmation, CouncilItem, CouncilMotion, CouncilSession, CouncilSpeech
from fundapp.council.queries.facts import attendance_of, items_of_session, recusals_of
from fundapp.council.speaking import Asked, order
from fundapp.db.types import canonical


def motions_of_item(session: Session, item_id: int) -> list[CouncilMotion]:
    """List the motion on an item and its amendments, in their order."""
    query = select(CouncilMotion).where(CouncilMotion.item_id == item_id)
    return list(session.scalars(query.order_by(CouncilMotion.number)))


def motions_of(session: Session, session_id: int) -> list[CouncilMotion]:
    """List the motions of a session, item by item."""
    query = select(CouncilMotion).join(CouncilItem, CouncilItem.id == CouncilMotion.item_id)
    query = query.where(CouncilItem.session_id == session_id)
    return list(session.scalars(query.order_by(CouncilItem.position, CouncilMotion.number)))


def amendments_open(session: Session, item_id: int) -> bool:
    """Tell whether an amendment waits for its hands."""
    return any(row.amends_id is not None and row.outcome is None for row in motions_of_item(session, item_id))


def speeches_of_item(session: Session, item_id: int) -> list[CouncilSpeech]:
    """List who asked to speak on an item, in that order."""
    query = select(CouncilSpeech).where(CouncilSpeech.item_id == item_id)
    return list(session.scalars(query.order_by(CouncilSpeech.id)))


def turns(speeches: list[CouncilSpeech]) -> list[Asked]:
    """Put those who wait in the order in which they speak."""
    begun = sorted((one for one in speeches if one.started_at), key=lambda one: (str(one.started_at), one.id))
    waiting = [Asked(one.id, one.member_id, one.side) for one in speeches if one.started_at is None]
    return order(waiting, [Asked(one.id, one.member_id, one.side) for one in begun])


def papers_of(session: Session, held: CouncilSession) -> str:
    """Give the fingerprint of attendance, recusals, motions, outcomes and minutes as they stand."""
    told = {
        "minutes": held.minutes,
        "guests": held.guests,
        "present": [row.member_id for row in attendance_of(session, held.id) if row.present],
        "recused": [[row.item_id, row.member_id] for row in recusals_of(session, held.id)],
        "motions": [
            [row.id, row.text, row.outcome, row.votes_for, row.votes_against, row.votes_abstain]
            for row in motions_of(session, held.id)
        ],
        "items": [
            [row.id, row.outcome, row.votes_for, row.votes_against, row.votes_abstain, row.by_ballot, row.note]
            for row in items_of_session(session, held.id)
        ],
    }
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def confirmed(session: Session, held: CouncilSession) -> bool:
    """Tell whether the chair confirmed the papers exactly as they stand now."""
    query = select(CouncilConfirmation.papers).where(CouncilConfirmation.session_id == held.id)
    return papers_of(session, held) in set(session.scalars(query))
