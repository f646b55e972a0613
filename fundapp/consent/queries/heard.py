"""Which heads have said something: as parts of statements, never what they said."""

from typing import Any

from sqlalchemy import Select, and_, func, select

from fundapp.consent.models import ConsentAnswer, ConsentRound
from fundapp.consent.policy import Choice
from fundapp.consent.rules import asks_owners
from fundapp.rosters.models import SnapshotUnit


def voice_column(round_: ConsentRound) -> Any:
    """Give the column of a snapshot that names a unit's head in this round: its holder, or the unit itself."""
    return SnapshotUnit.holder_id if asks_owners(round_.regime) else SnapshotUnit.unit_id


def voices_heard(round_id: int) -> Select[int]:
    """Give the heads whose newest answer stands; one that was struck is silent again."""
    newest = (
        select(ConsentAnswer.voice, func.max(ConsentAnswer.revision).label("revision"))
        .where(ConsentAnswer.round_id == round_id)
        .group_by(ConsentAnswer.voice)
        .subquery()
    )
    return (
        select(ConsentAnswer.voice)
        .join(newest, and_(newest.c.voice == ConsentAnswer.voice, newest.c.revision == ConsentAnswer.revision))
        .where(ConsentAnswer.round_id == round_id, ConsentAnswer.answer != Choice.NONE)
    )
