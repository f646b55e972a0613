"""The public numbers of rounds, counted by the one rule that the command line uses too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from fundapp.consent.counting import Count
from fundapp.consent.heads import HeadCount, Said, count_said, numbers_of
from fundapp.consent.models import ConsentAnswer, ConsentPreliminary, ConsentResult, ConsentRound, ConsentVoid, Outcome
from fundapp.consent.policy import RoundState, Window, state_of
from fundapp.consent.queries.windows import closes_at, keying_until
from fundapp.consent.rules import Answer, Regime
from fundapp.db.types import Instant
from fundapp.kernel import bars as kernel_bars
from fundapp.kernel.errors import NotVisible


@dataclass(frozen=True)
class Bar:
    """The public numbers of a project's newest round. Never a name, never a door.

    ``count`` holds every number apart, by heads and, where owners are asked, by area.
    """

    round_id: int
    project_id: int
    regime: str
    law: str
    units: int
    rule: Regime
    count: Count
    with_follow: bool
    state: RoundState
    outcome: Outcome | None
    opens_at: datetime
    closes_at: datetime
    keying_until: datetime
    latest_close: datetime
    early_end: bool
    published_at: datetime | None
    announced_at: datetime | None = None

    @property
    def households(self) -> int:
        """Give the number of all heads: households, or holders where owners are asked."""
        return self.count.heads.total

    @property
    def agree(self) -> int:
        """Give the heads that agree."""
        return self.count.heads.agree

    @property
    def oppose(self) -> int:
        """Give the heads that oppose."""
        return self.count.heads.oppose

    @property
    def abstain(self) -> int:
        """Give the heads that abstain."""
        return self.count.heads.abstain

    @property
    def follow(self) -> int:
        """Give the heads that follow the majority 从众: a number of its own."""
        return self.count.heads.follow

    @property
    def silent(self) -> int:
        """Give the heads that have not answered."""
        return self.count.heads.silent

    @property
    def needed(self) -> int:
        """Give the heads that must agree."""
        return self.count.heads.needed


def regime_of(round_: ConsentRound) -> Regime:
    """Give the regime with the numbers that the round pinned when it opened, whatever the law has become."""
    quorum = None
    if round_.quorum_p is not None and round_.quorum_q is not None:
        quorum = kernel_bars.bar(round_.quorum_p, round_.quorum_q, round_.quorum_strict)
    return Regime(round_.regime, kernel_bars.bar(round_.bar_p, round_.bar_q, round_.bar_strict), quorum)


def full_count(session: Session, round_: ConsentRound) -> Count:
    """Count one round from its answers in one statement, with the reasons."""
    row = session.execute(_tallied(), {"round_id": round_.id}).first()
    return _count(round_, said_in(row[1:]) if row else said_in(None))


def count_round(session: Session, round_: ConsentRound) -> HeadCount:
    """Count one round from its answers, by the same rule as everywhere."""
    return numbers_of(full_count(session, round_))


def bars(session: Session, project_ids: Iterable[int], now: datetime) -> dict[int, Bar]:
    """Give the numbers of each project's newest round in one statement; a project without a round is absent.

    Counts are shown while a round is open: consent is a named, signed act, not a secret ballot.
    """
    rows = session.execute(_newest_counted(), {"project_ids": list(project_ids)})
    return {bar.project_id: bar for bar in (_bar_of_row(row, now) for row in rows)}


def bar_of_round(session: Session, round_id: int, now: datetime) -> Bar:
    """Give the numbers of one round, struck ones included.

    Raises:
        NotVisible: there is no such round.

    """
    return round_with_bar(session, round_id, now)[1]


def round_with_bar(session: Session, round_id: int, now: datetime) -> tuple[ConsentRound, Bar]:
    """Give one round with its numbers, in one statement.

    Raises:
        NotVisible: there is no such round.

    """
    row = session.execute(_round_counted(), {"round_id": round_id}).first()
    if row is None:
        raise NotVisible
    return row[0], _bar_of_row(row, now)


def rounds_of_project(session: Session, project_id: int, now: datetime) -> list[Bar]:
    """List the numbers of all rounds of a project, struck ones included, the newest first."""
    rows = session.execute(_counted(select(ConsentRound.id).where(ConsentRound.project_id == project_id)))
    return sorted((_bar_of_row(row, now) for row in rows), key=lambda bar: -bar.round_id)


@cache
def _newest_counted() -> Select[*tuple[Any, ...]]:
    newest = (
        select(func.max(ConsentRound.id))
        .where(ConsentRound.project_id.in_(bindparam("project_ids", expanding=True)))
        .group_by(ConsentRound.project_id)
    )
    return _counted(newest)


@cache
def _tallied() -> Select[Any]:
    return tallies(select(ConsentRound.id).where(ConsentRound.id == bindparam("round_id")))


@cache
def _round_counted() -> Select[*tuple[Any, ...]]:
    return _counted(select(ConsentRound.id).where(ConsentRound.id == bindparam("round_id")))


def _counted(round_ids: Select[int]) -> Select[*tuple[Any, ...]]:
    said = tallies(round_ids).subquery()
    columns: list[Any] = [said.c[f"{kind}_{answer.value}"] for kind in ("heads", "area") for answer in Answer]
    return (
        select(ConsentRound, ConsentResult, ConsentVoid.id, closes_at(), keying_until(), _announced_at(), *columns)
        .outerjoin(ConsentResult, ConsentResult.round_id == ConsentRound.id)
        .outerjoin(ConsentVoid, ConsentVoid.round_id == ConsentRound.id)
        .outerjoin(said, said.c.round_id == ConsentRound.id)
        .where(ConsentRound.id.in_(round_ids))
    )


def _bar_of_row(row: Any, now: datetime) -> Bar:
    round_, result, void_id, closes, keying, announced = row[:6]
    said = said_of_result(result) if result else said_in(row[6:])
    return _bar(round_, said, result, void_id is not None, (closes, keying, announced), now)


def _announced_at() -> ColumnElement[Any]:
    newest = select(func.max(ConsentPreliminary.at, type_=Instant()))
    return newest.where(ConsentPreliminary.round_id == ConsentRound.id).correlate(ConsentRound).scalar_subquery()


def tallies(round_ids: Select[int]) -> Select[Any]:
    """Sum, for some rounds, heads and area of the voices whose highest revision says each answer."""
    later = aliased(ConsentAnswer)
    superseded = (
        select(later.id)
        .where(
            later.round_id == ConsentAnswer.round_id,
            later.voice == ConsentAnswer.voice,
            later.revision == ConsentAnswer.revision + 1,
            later.revision > 1,
        )
        .exists()
    )

    def summed(value: Any, kind: str, answer: Answer) -> ColumnElement[Any]:
        return func.sum(case((ConsentAnswer.answer == answer.value, value), else_=0)).label(f"{kind}_{answer.value}")

    heads = [summed(1, "heads", answer) for answer in Answer]
    area = [summed(func.coalesce(ConsentAnswer.area_cm2, 0), "area", answer) for answer in Answer]
    return (
        select(ConsentAnswer.round_id, *heads, *area)
        .where(ConsentAnswer.round_id.in_(round_ids), ~superseded)
        .group_by(ConsentAnswer.round_id)
    )


def said_in(numbers: Any) -> Said:
    """Read the sums of :func:`tallies`: four numbers of heads, then four of area; nothing at all is nobody."""
    found = [int(number or 0) for number in numbers] if numbers else [0] * 8
    return Said(dict(zip(Answer, found[:4], strict=True)), dict(zip(Answer, found[4:], strict=True)))


def said_of_result(result: ConsentResult) -> Said:
    """Read the numbers that a published result keeps."""
    heads = (result.agree, result.oppose, result.abstain, result.follow)
    return said_in((*heads, result.area_agree, result.area_oppose, result.area_abstain, result.area_follow))


def _count(round_: ConsentRound, said: Said) -> Count:
    return count_said(regime_of(round_), round_.heads, round_.area_cm2, said)


def _bar(
    round_: ConsentRound,
    said: Said,
    result: ConsentResult | None,
    void: bool,
    ends: tuple[Any, Any, Any],
    now: datetime,
) -> Bar:
    closes, keying, announced = ends
    window = Window(round_.opens_at, closes, keying, round_.latest_close)
    return Bar(
        round_id=round_.id,
        project_id=round_.project_id,
        regime=round_.regime,
        law=round_.law,
        units=round_.households,
        rule=regime_of(round_),
        count=_count(round_, said),
        with_follow=round_.follow,
        state=state_of(window, now, published=result is not None, void=void, announced=announced is not None),
        outcome=result.outcome if result else None,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        keying_until=window.keying_until,
        latest_close=round_.latest_close,
        early_end=round_.early_end,
        published_at=result.at if result else None,
        announced_at=announced,
    )
