"""The window of a round as it stands now: what it opened with, its newest extension, or its early end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from fundapp.consent.models import (
    ConsentEnding,
    ConsentExtension,
    ConsentPreliminary,
    ConsentResult,
    ConsentRound,
    ConsentVoid,
)
from fundapp.consent.policy import Window
from fundapp.db.types import Instant


@dataclass(frozen=True)
class Moved:
    """One change of the close: a later one with its reason, or the early end (no reason)."""

    at: datetime
    before: datetime
    closes_at: datetime
    reason: str
    early: bool


def closes_at() -> ColumnElement[Any]:
    """Give the close of ``ConsentRound`` as an expression."""
    return func.coalesce(_ending(ConsentEnding.at), _latest(ConsentExtension.closes_at), ConsentRound.closes_at)


def keying_until() -> ColumnElement[Any]:
    """Give the end of keying in paper of ``ConsentRound`` as an expression."""
    return func.coalesce(
        _ending(ConsentEnding.keying_until), _latest(ConsentExtension.keying_until), ConsentRound.keying_until
    )


def _ending(column: Any) -> Any:
    return select(column).where(ConsentEnding.round_id == ConsentRound.id).correlate(ConsentRound).scalar_subquery()


def _latest(column: Any) -> Any:
    query = select(func.max(column, type_=Instant())).where(ConsentExtension.round_id == ConsentRound.id)
    return query.correlate(ConsentRound).scalar_subquery()


def window_of(session: Session, round_: ConsentRound) -> Window:
    """Give the window of a round."""
    return windows_of(session, [round_])[round_.id]


@dataclass(frozen=True)
class Standing:
    """The window of a round as it stands now, and whether it is published, struck and announced."""

    window: Window
    published: bool
    void: bool
    announced: bool


def standing_now(session: Session, round_: ConsentRound) -> Standing:
    """Give where a round stands, in one statement."""
    return read_standing(round_, session.execute(_standing(), {"round_id": round_.id}).one())


def standing_columns() -> list[ColumnElement[Any]]:
    """Give the columns of a statement about ``ConsentRound`` that :func:`read_standing` reads."""
    made = [
        select(table.id).where(table.round_id == ConsentRound.id).correlate(ConsentRound).exists().label(name)
        for name, table in (("published", ConsentResult), ("void", ConsentVoid), ("announced", ConsentPreliminary))
    ]
    return [closes_at().label("closes"), keying_until().label("keying"), *made]


def read_standing(round_: ConsentRound, row: Any) -> Standing:
    """Read the columns of :func:`standing_columns` from a row about the round."""
    window = Window(round_.opens_at, row.closes, row.keying, round_.latest_close)
    return Standing(window, bool(row.published), bool(row.void), bool(row.announced))


@cache
def _standing() -> Select[Any]:
    return select(*standing_columns()).where(ConsentRound.id == bindparam("round_id"))


def windows_of(session: Session, rounds: Iterable[ConsentRound]) -> dict[int, Window]:
    """Give the windows of some rounds in one statement."""
    found = {round_.id: round_ for round_ in rounds}
    rows = session.execute(
        select(ConsentRound.id, closes_at().label("closes"), keying_until().label("keying")).where(
            ConsentRound.id.in_(found)
        )
    )
    return {row.id: Window(found[row.id].opens_at, row.closes, row.keying, found[row.id].latest_close) for row in rows}


def moves_of(session: Session, round_: ConsentRound) -> list[Moved]:
    """List how the close of a round was moved, the oldest first, in one statement."""
    moved, before = [], round_.closes_at
    rows = session.execute(
        select(ConsentExtension, ConsentEnding)
        .select_from(ConsentRound)
        .outerjoin(ConsentExtension, ConsentExtension.round_id == ConsentRound.id)
        .outerjoin(ConsentEnding, ConsentEnding.round_id == ConsentRound.id)
        .where(ConsentRound.id == round_.id)
        .order_by(ConsentExtension.number)
    ).all()
    for row in (one for one, _ending in rows if one is not None):
        moved.append(Moved(row.at, before, row.closes_at, row.reason, early=False))
        before = row.closes_at
    ending: ConsentEnding | None = rows[0][1] if rows else None
    if ending is not None:
        moved.append(Moved(ending.at, before, ending.at, "", early=True))
    return moved
