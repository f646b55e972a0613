"""What a notice asks of the round that it is about, by its source: ``consent:17``."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select, true
from sqlalchemy.orm import Session, aliased

from fundapp.consent.models import ConsentAnswer, ConsentPreliminary, ConsentResult, ConsentRound, ConsentVoid, Outcome
from fundapp.consent.policy import Channel, Choice, Terms, terms_of
from fundapp.consent.queries.facts import project_of
from fundapp.consent.queries.windows import closes_at
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.programmes.models import PolicyVersion
from fundapp.programmes.queries import get_policy
from fundapp.projects.models import ProjectVersion
from fundapp.projects.queries import get_project
from fundapp.publicity.queries import Standing, notices_of, steps_of
from fundapp.publicity.rules import NoticeState
from fundapp.rosters.models import SnapshotUnit

PREFIX = "consent:"
BY_HOUSEHOLD = tuple(channel for channel in Channel if channel is not Channel.OBJECTION)


def source_of(round_id: int) -> str:
    """Name a round as the source of notices.

    >>> source_of(17)
    'consent:17'
    """
    return f"{PREFIX}{round_id}"


def round_of(source: str) -> int | None:
    """Give the round that a source names.

    >>> round_of("consent:17"), round_of("voting:3")
    (17, None)
    """
    number = source.removeprefix(PREFIX)
    return int(number) if source.startswith(PREFIX) and number.isdecimal() else None


def may_see(session: Session, source: str, actor: Actor) -> bool:
    """Tell whether somebody may see what a source is about: whoever may see the project."""
    round_id = round_of(source)
    try:
        get_project(session, project_of(session, round_id or 0), actor)
    except NotVisible:
        return False
    return True


def nameable(session: Session, source: str) -> list[tuple[int, str]]:
    """List the households whose answer an upheld objection may strike: number of the unit, and door."""
    rows = session.execute(
        select(ConsentAnswer.unit_id, SnapshotUnit.door)
        .join(
            SnapshotUnit,
            and_(SnapshotUnit.snapshot_id == ConsentAnswer.snapshot_id, SnapshotUnit.unit_id == ConsentAnswer.unit_id),
        )
        .where(ConsentAnswer.round_id == round_of(source), ConsentAnswer.answer != Choice.NONE, ~_superseded())
        .order_by(ConsentAnswer.unit_id)
    )
    return [(unit_id, door) for unit_id, door in rows]


def title_of(session: Session, round_id: int) -> str:
    """Give the title of the text that a round asks about."""
    query = select(ProjectVersion.title).join(ConsentRound, ConsentRound.version_id == ProjectVersion.id)
    return session.scalar(query.where(ConsentRound.id == round_id)) or ""


def terms_of_round(session: Session, round_: ConsentRound) -> Terms:
    """Give the terms that a round pins with its policy version."""
    return terms_of(get_policy(session, round_.policy_version_id).parts)


def _came_in(round_id: int) -> Subquery:
    """Count the standing answers of a round by channel, all in one pass; they add up to all who took part."""
    sums = [func.sum(case((ConsentAnswer.channel == channel, 1), else_=0)) for channel in BY_HOUSEHOLD]
    standing = (ConsentAnswer.round_id == round_id, ConsentAnswer.answer != Choice.NONE, ~_superseded())
    return (
        select(*(one.label(channel.value) for one, channel in zip(sums, BY_HOUSEHOLD, strict=True)))
        .where(*standing)
        .subquery()
    )


def doors_that_answered(session: Session, round_id: int) -> list[str]:
    """List the doors that took part, never what they said; shown only where the policy says so."""
    return [door for _unit_id, door in nameable(session, source_of(round_id))]


def _last_outcome() -> Any:
    """Give what the newest preliminary result of a round came to."""
    kept = select(ConsentPreliminary.outcome).where(ConsentPreliminary.round_id == ConsentRound.id)
    return kept.order_by(ConsentPreliminary.revision.desc()).limit(1).correlate(ConsentRound).scalar_subquery()


@dataclass(frozen=True)
class Announced:
    """What stands beside the numbers of a round: its terms, its notice, how answers came in, doors where shown."""

    terms: Terms
    notice: Standing | None
    channels: dict[Channel, int]
    doors: tuple[str, ...]
    outcome: Outcome | None


def announced_page(session: Session, round_id: int, now: datetime) -> Announced:
    """Give what the pages and papers of a round show beside its numbers; doors only where the policy says so.

    Raises:
        NotVisible: there is no such round.

    """
    came = _came_in(round_id)
    row = session.execute(
        select(PolicyVersion.parts, closes_at(), _last_outcome(), *came.c)
        .select_from(ConsentRound)
        .join(PolicyVersion, PolicyVersion.id == ConsentRound.policy_version_id)
        .join(came, true())
        .where(ConsentRound.id == round_id)
    ).first()
    if row is None:
        raise NotVisible
    parts, closes, outcome, *counts = row
    terms = terms_of(parts)
    notices = notices_of(session, [source_of(round_id)], now) if terms.publicity_days else []
    shown = terms.show_doors and now >= closes
    return Announced(
        terms=terms,
        notice=notices[-1] if notices else None,
        channels=dict(zip(BY_HOUSEHOLD, (int(n or 0) for n in counts), strict=True)),
        doors=tuple(doors_that_answered(session, round_id)) if shown else (),
        outcome=Outcome(outcome) if outcome else None,
    )


@dataclass(frozen=True)
class NoticeStep:
    """A step of a project's way that a notice made: its revisions, what was objected, how it was answered."""

    at: datetime
    kind: str
    notice_id: int
    text: str


def notice_steps(session: Session, round_ids: Iterable[int]) -> list[NoticeStep]:
    """List the notices of some rounds as steps of a project's way, the oldest first; nothing that is not public."""
    sources = [source_of(number) for number in round_ids]
    return [NoticeStep(*row) for row in steps_of(session, sources)] if sources else []


@dataclass(frozen=True)
class WaitingFinal:
    """A round whose notice is over, so that the final result waits for the worker."""

    round_id: int
    title: str


def rounds_waiting_to_finish(session: Session, place_ids: Iterable[int], now: datetime) -> list[WaitingFinal]:
    """List the announced rounds of some places whose notice has run its whole course."""
    settled = select(ConsentResult.round_id).union(select(ConsentVoid.round_id))
    ids = session.scalars(
        select(ConsentPreliminary.round_id)
        .join(ConsentRound, ConsentRound.id == ConsentPreliminary.round_id)
        .where(ConsentRound.place_id.in_(list(place_ids)), ConsentRound.id.not_in(settled))
        .distinct()
        .order_by(ConsentPreliminary.round_id)
    ).all()
    found = {row.source: row.state for row in notices_of(session, [source_of(number) for number in ids], now)}
    return [
        WaitingFinal(number, title_of(session, number))
        for number in ids
        if found.get(source_of(number)) is NoticeState.OVER
    ]


def announcements_of(session: Session, round_id: int) -> list[ConsentPreliminary]:
    """List the preliminary results of a round, the oldest first."""
    query = select(ConsentPreliminary).where(ConsentPreliminary.round_id == round_id)
    return list(session.scalars(query.order_by(ConsentPreliminary.revision)))


def _superseded() -> ColumnElement[bool]:
    later = aliased(ConsentAnswer)
    return (
        select(later.id)
        .where(
            later.round_id == ConsentAnswer.round_id,
            later.voice == ConsentAnswer.voice,
            later.revision == ConsentAnswer.revision + 1,
        )
        .exists()
    )
