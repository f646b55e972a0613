"""Read codes and kiosks: never the code itself, which only the slip has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from fundapp.kernel.errors import NotVisible
from fundapp.places.models import Place
from fundapp.voting.box_models import VoteBox
from fundapp.voting.code_models import VoteCode, VoteKiosk
from fundapp.voting.models import VoteBallot, VoteResult
from fundapp.voting.rounds import Channel


@dataclass(frozen=True)
class CodeCount:
    """How far the slips of a round have come: living ones, and those that were replaced."""

    coded: int
    replaced: int


@dataclass(frozen=True)
class Stands:
    """When and how a household voted."""

    at: datetime
    channel: Channel


@dataclass(frozen=True)
class KioskRow:
    """A kiosk that stands."""

    id: int
    seat: str
    opened_at: datetime


def living_code(session: Session, which: ColumnElement[bool]) -> int | None:
    """Give the number of the code for which *which* holds, where it lives: not replaced, no result published."""
    return session.scalar(
        select(VoteCode.id)
        .outerjoin(VoteResult, VoteResult.round_id == VoteCode.round_id)
        .where(which, VoteCode.replaced_at.is_(None), VoteResult.id.is_(None))
    )


def code_lives(session: Session, code_id: int, round_id: int, unit_id: int) -> bool:
    """Tell whether this is the living code of a household in a round."""
    mine = VoteCode.id == code_id, VoteCode.round_id == round_id, VoteCode.unit_id == unit_id
    return session.scalar(select(VoteCode.id).where(*mine, VoteCode.replaced_at.is_(None))) is not None


def door_of_code(session: Session, code_id: int) -> tuple[int, int]:
    """Give round and household of a living code.

    Raises:
        NotVisible: it lives no more.
    """
    if living_code(session, VoteCode.id == code_id) is None:
        raise NotVisible
    row = session.get_one(VoteCode, code_id)
    return row.round_id, row.unit_id


def coded_units(session: Session, round_id: int) -> set[int]:
    """Give the households that have a living code in a round."""
    query = select(VoteCode.unit_id).where(VoteCode.round_id == round_id, VoteCode.replaced_at.is_(None))
    return set(session.scalars(query))


def voted_units(session: Session, round_id: int) -> set[int]:
    """Give the households whose ballot or paper is there."""
    return {
        unit_id
        for table in (VoteBallot, VoteBox)
        for unit_id in session.scalars(select(table.unit_id).where(table.round_id == round_id))
    }


def vote_of_unit(session: Session, round_id: int, unit_id: int) -> Stands | None:
    """Give when and how a household voted, by whatever channel; ``None`` where it has not."""
    for table in (VoteBallot, VoteBox):
        query = select(table.at, table.channel).where(table.round_id == round_id, table.unit_id == unit_id)
        row = session.execute(query).first()
        if row is not None:
            return Stands(row[0], row[1])
    return None


def code_counts(session: Session, round_id: int) -> CodeCount:
    """Count the slips of a round."""
    living = func.count().filter(VoteCode.replaced_at.is_(None))
    coded, made = session.execute(select(living, func.count()).where(VoteCode.round_id == round_id)).one()
    return CodeCount(coded, made - coded)


def kiosk_seat(session: Session, kiosk_id: int, path: str) -> str | None:
    """Tell where a kiosk stands that has not ended and takes ballots for the place at *path*."""
    row = session.execute(
        select(VoteKiosk.seat, Place.path)
        .join(Place, Place.id == VoteKiosk.place_id)
        .where(VoteKiosk.id == kiosk_id, VoteKiosk.ended_at.is_(None))
    ).first()
    return row.seat if row is not None and path.startswith(row.path) else None


def kiosk_stands(session: Session, kiosk_id: int) -> str | None:
    """Tell where a kiosk stands; ``None`` once it has ended."""
    query = select(VoteKiosk.seat).where(VoteKiosk.id == kiosk_id, VoteKiosk.ended_at.is_(None))
    return session.scalar(query)


def standing_kiosks(session: Session, place_ids: list[int]) -> list[KioskRow]:
    """List the kiosks of these places that have not ended."""
    rows = session.execute(
        select(VoteKiosk.id, VoteKiosk.seat, VoteKiosk.opened_at)
        .where(VoteKiosk.place_id.in_(place_ids), VoteKiosk.ended_at.is_(None))
        .order_by(VoteKiosk.id)
    )
    return [KioskRow(*row) for row in rows]
