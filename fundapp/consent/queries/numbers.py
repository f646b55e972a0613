"""The public numbers of rounds, counted by the one rule that the command line uses too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from fundapp.consent.heads import HeadCount, count_heads
from fundapp.consent.models import ConsentAnswer, ConsentResult, ConsentRound, ConsentVoid, Outcome
from fundapp.consent.policy import Choice, RoundState, state_of
from fundapp.kernel.errors import NotVisible


@dataclass(frozen=True)
class Bar:
    """The public numbers of a project's newest round. Never a name, never a door."""

    round_id: int
    project_id: int
    regime: str
    households: int
    agree: int
    oppose: int
    abstain: int
    silent: int
    needed: int
    state: RoundState
    outcome: Outcome | None
    opens_at: datetime
    closes_at: datetime
    keying_until: datetime
    published_at: datetime | None


def count_round(session: Session, round_: ConsentRound) -> HeadCount:
    """Count one round from its answers, by the same rule as everywhere."""
    return count_heads(round_.regime, round_.households, *_said(session, round_.id))


@cache
def _newest_counted() -> Select[*tuple[Any, ...]]:
    newest = (
        select(func.max(ConsentRound.id))
        .where(ConsentRound.project_id.in_(bindparam("project_ids", expanding=True)))
        .group_by(ConsentRound.project_id)
    )
    said = _tallies(newest).subquery()
    return (
        select(ConsentRound, ConsentResult, ConsentVoid.id, said.c.agree, said.c.oppose, said.c.abstain)
        .outerjoin(ConsentResult, ConsentResult.round_id == ConsentRound.id)
        .outerjoin(ConsentVoid, ConsentVoid.round_id == ConsentRound.id)
        .outerjoin(said, said.c.round_id == ConsentRound.id)
        .where(ConsentRound.id.in_(newest))
    )


def bars(session: Session, project_ids: Iterable[int], now: datetime) -> dict[int, Bar]:
    """Give the numbers of each project's newest round in one statement; a project without a round is absent.

    Counts are shown while a round is open: consent is a named, signed act, not a secret ballot.
    """
    rows = session.execute(_newest_counted(), {"project_ids": list(project_ids)})
    return {
        round_.project_id: _bar(round_, (int(a or 0), int(o or 0), int(b or 0)), result, void_id is not None, now)
        for round_, result, void_id, a, o, b in rows
    }


def bar_of_round(session: Session, round_id: int, now: datetime) -> Bar:
    """Give the numbers of one round, struck ones included.

    Raises:
        NotVisible: there is no such round.

    """
    row = session.execute(
        select(ConsentRound, ConsentResult, ConsentVoid.id)
        .outerjoin(ConsentResult, ConsentResult.round_id == ConsentRound.id)
        .outerjoin(ConsentVoid, ConsentVoid.round_id == ConsentRound.id)
        .where(ConsentRound.id == round_id)
    ).first()
    if row is None:
        raise NotVisible
    return _bar(row[0], _said(session, round_id), row[1], row[2] is not None, now)


def _said(session: Session, round_id: int) -> tuple[int, int, int]:
    row = session.execute(_tallies(select(ConsentRound.id).where(ConsentRound.id == round_id))).first()
    return (int(row.agree), int(row.oppose), int(row.abstain)) if row else (0, 0, 0)


def _tallies(round_ids: Select[int]) -> Select[int, int, int, int]:
    """Count, for some rounds, the households whose highest revision says each answer."""
    later = aliased(ConsentAnswer)
    superseded = (
        select(later.id)
        .where(
            later.round_id == ConsentAnswer.round_id,
            later.unit_id == ConsentAnswer.unit_id,
            later.revision > ConsentAnswer.revision,
        )
        .exists()
    )

    def saying(choice: Choice) -> ColumnElement[Any]:
        return func.sum(case((ConsentAnswer.answer == choice, 1), else_=0)).label(choice.value)

    return (
        select(ConsentAnswer.round_id, saying(Choice.AGREE), saying(Choice.OPPOSE), saying(Choice.ABSTAIN))
        .where(ConsentAnswer.round_id.in_(round_ids), ~superseded)
        .group_by(ConsentAnswer.round_id)
    )


def _bar(
    round_: ConsentRound, said: tuple[int, int, int], result: ConsentResult | None, void: bool, now: datetime
) -> Bar:
    count = count_heads(round_.regime, round_.households, *said)
    return Bar(
        round_id=round_.id,
        project_id=round_.project_id,
        regime=round_.regime,
        households=round_.households,
        agree=result.agree if result else count.agree,
        oppose=result.oppose if result else count.oppose,
        abstain=result.abstain if result else count.abstain,
        silent=result.silent if result else count.silent,
        needed=result.needed if result else count.needed,
        state=state_of(round_, now, published=result is not None, void=void),
        outcome=result.outcome if result else None,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        keying_until=round_.keying_until,
        published_at=result.at if result else None,
    )
