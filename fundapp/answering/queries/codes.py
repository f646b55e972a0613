"""Read codes: never the code itself, which only the slip has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from fundapp.answering.models import AnswerCode
from fundapp.consent.models import ConsentAnswer, ConsentResult, ConsentRound, ConsentVoid
from fundapp.consent.policy import Choice
from fundapp.consent.queries import RoundPage, round_page
from fundapp.consent.rules import asks_owners
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.rosters.models import SnapshotUnit


@dataclass(frozen=True)
class CodeCount:
    """How far the slips of a round have come."""

    households: int
    coded: int
    replaced: int
    answered_by_code: int


def living_code(session: Session, which: ColumnElement[bool]) -> int | None:
    """Give the number of the code for which *which* holds, where it lives: not replaced, its round not ended."""
    return session.scalar(
        select(AnswerCode.id)
        .outerjoin(ConsentResult, ConsentResult.round_id == AnswerCode.round_id)
        .outerjoin(ConsentVoid, ConsentVoid.round_id == AnswerCode.round_id)
        .where(which, AnswerCode.replaced_at.is_(None), ConsentResult.id.is_(None), ConsentVoid.id.is_(None))
    )


def door_of_code(session: Session, code_id: int) -> tuple[int, int]:
    """Give round and household of a code.

    Raises:
        NotVisible: there is none of this number.
    """
    row = session.get(AnswerCode, code_id)
    if row is None:
        raise NotVisible
    return row.round_id, row.unit_id


def household_page(session: Session, code_id: int, now: datetime) -> RoundPage:
    """Give the round of a living code as its household sees it: the text, its share, its answers so far.

    Raises:
        NotVisible: the code lives no more, or its project is hidden.
    """
    if living_code(session, AnswerCode.id == code_id) is None:
        raise NotVisible
    round_id, unit_id = door_of_code(session, code_id)
    return round_page(session, round_id, Actor(unit_ids=frozenset({unit_id})), now)


def coded_units(session: Session, round_id: int) -> set[int]:
    """Give the households that have a living code in a round."""
    query = select(AnswerCode.unit_id).where(AnswerCode.round_id == round_id, AnswerCode.replaced_at.is_(None))
    return set(session.scalars(query))


def silent_units(session: Session, round_id: int) -> set[int]:
    """Give the units for which no answer counts: not their own, nor their holder's; never what the others said."""
    later = aliased(ConsentAnswer)
    said = (
        select(ConsentAnswer.voice)
        .outerjoin(
            later,
            and_(
                later.round_id == ConsentAnswer.round_id,
                later.voice == ConsentAnswer.voice,
                later.revision > ConsentAnswer.revision,
            ),
        )
        .where(ConsentAnswer.round_id == round_id, ConsentAnswer.answer != Choice.NONE, later.id.is_(None))
    )
    round_ = session.get_one(ConsentRound, round_id)
    voice = SnapshotUnit.holder_id if asks_owners(round_.regime) else SnapshotUnit.unit_id
    asked = select(SnapshotUnit.unit_id).where(SnapshotUnit.snapshot_id == round_.snapshot_id, voice.not_in(said))
    return set(session.scalars(asked))


def code_counts(session: Session, round_id: int, units: int) -> CodeCount:
    """Count the slips of a round."""
    living = func.count().filter(AnswerCode.replaced_at.is_(None))
    coded, made = session.execute(select(living, func.count()).where(AnswerCode.round_id == round_id)).one()
    answered = session.scalar(
        select(func.count(ConsentAnswer.unit_id.distinct())).where(
            ConsentAnswer.round_id == round_id, ConsentAnswer.channel == "code"
        )
    )
    return CodeCount(units, coded, made - coded, answered or 0)
