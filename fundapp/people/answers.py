"""Answers to what the pages of lower packages ask about people."""

from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.people.queries import staff_at
from fundapp.people.texts import ROLES


def staff_in_words(session: Session, place_id: int, now: datetime) -> list[tuple[str, str]]:
    """Say who has which role at exactly this place."""
    return [(name, str(ROLES[role])) for name, role in staff_at(session, place_id, now)]
