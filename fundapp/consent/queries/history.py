"""The rounds of a project one after the other: what was asked, what came of it, and what the text has become since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from fundapp.consent.models import ConsentEnding, ConsentExtension, ConsentResult, ConsentRound, ConsentVoid
from fundapp.consent.queries.facts import live_round_of
from fundapp.consent.queries.noticed import terms_of_round
from fundapp.consent.queries.numbers import Bar, count_round, rounds_of_project
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.projects.changes import Asked, Change, changes
from fundapp.projects.models import ProjectVersion
from fundapp.projects.queries import ProjectRow, VersionRow, get_project, version
from fundapp.projects.rules import content_of


@dataclass(frozen=True)
class PastRound:
    """One round in a project's history; ``extended``: each later close with its published reason."""

    bar: Bar
    version: int
    version_hash: str
    void_reason: str
    void_at: datetime | None
    extended: tuple[tuple[datetime, str], ...]
    ended_early: bool
    before: int | None
    changed: bool


@dataclass(frozen=True)
class ChangesPage:
    """How the text of a round compares with what came after it: the text of the next round, or today's."""

    project: ProjectRow
    round_id: int
    old: VersionRow
    new: VersionRow
    next_round: int | None
    changes: list[Change]


def history_of_project(session: Session, project_id: int, now: datetime) -> list[PastRound]:
    """List all rounds of a project, the newest first, in two statements; in one where there is none."""
    bars = rounds_of_project(session, project_id, now)
    if not bars:
        return []
    told = _told(session, project_id)
    before = dict(zip([bar.round_id for bar in bars], [bar.round_id for bar in bars[1:]], strict=False))
    return [_past(bar, told, before.get(bar.round_id)) for bar in bars]


def _told(session: Session, project_id: int) -> dict[int, list[Any]]:
    rows = session.execute(
        select(
            ConsentRound.id, ConsentRound.version_hash, ProjectVersion.number.label("version"), ConsentVoid.reason,
            ConsentVoid.at.label("void_at"), ConsentExtension.closes_at, ConsentExtension.reason.label("why"),
            ConsentEnding.id.label("ending"),
        )
        .join(ProjectVersion, ProjectVersion.id == ConsentRound.version_id)
        .outerjoin(ConsentVoid, ConsentVoid.round_id == ConsentRound.id)
        .outerjoin(ConsentExtension, ConsentExtension.round_id == ConsentRound.id)
        .outerjoin(ConsentEnding, ConsentEnding.round_id == ConsentRound.id)
        .where(ConsentRound.project_id == project_id)
        .order_by(ConsentRound.id, ConsentExtension.number)
    )  # fmt: skip
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    return found


def _past(bar: Bar, told: dict[int, list[Any]], before: int | None) -> PastRound:
    rows = told[bar.round_id]
    first = rows[0]
    return PastRound(
        bar=bar,
        version=first.version,
        version_hash=first.version_hash,
        void_reason=first.reason or "",
        void_at=first.void_at,
        extended=tuple((row.closes_at, row.why) for row in rows if row.closes_at is not None),
        ended_early=first.ending is not None,
        before=before,
        changed=before is not None and told[before][0].version_hash != first.version_hash,
    )


def changes_page(session: Session, round_id: int, actor: Actor) -> ChangesPage:
    """Compare the text of a round with that of the next round of its project, or with the newest text.

    Raises:
        NotVisible: there is no such round, or its project is hidden from this person.
    """
    round_ = session.get(ConsentRound, round_id)
    if round_ is None:
        raise NotVisible
    project = get_project(session, round_.project_id, actor)
    later = session.execute(
        select(ConsentRound.id, ConsentRound.version_id)
        .where(ConsentRound.project_id == round_.project_id, ConsentRound.id > round_id)
        .order_by(ConsentRound.id)
        .limit(1)
    ).first()
    old = version(session, round_.version_id)
    new = version(session, later.version_id if later else project.version_id or round_.version_id)
    rise = terms_of_round(session, round_).cost_rise
    found = changes(content_of(old.text), content_of(new.text), rise)
    return ChangesPage(project, round_id, old, new, later.id if later else None, found)


def asked_about(session: Session, project_id: int) -> Asked | None:
    """Give what the households of a project were asked about where that still stands: what an edit is measured against.

    Answers the question ``projects.asked``.
    """
    round_id = live_round_of(session, project_id)
    round_ = session.get(ConsentRound, round_id) if round_id is not None else None
    if round_ is None:
        return None
    numbers = count_round(session, round_)
    published = session.scalar(select(ConsentResult.id).where(ConsentResult.round_id == round_.id)) is not None
    rise = terms_of_round(session, round_).cost_rise
    return Asked(round_.id, round_.version_id, rise, numbers.heads, numbers.participating, published)


def struck_reasons(session: Session, project_ids: Iterable[int]) -> dict[int, str]:
    """Give for projects whose newest round was struck the reason: their households are to be asked again."""
    newest = (
        select(func.max(ConsentRound.id))
        .where(ConsentRound.project_id.in_(list(project_ids)))
        .group_by(ConsentRound.project_id)
    )
    rows = session.execute(
        select(ConsentRound.project_id, ConsentVoid.reason)
        .join(ConsentVoid, ConsentVoid.round_id == ConsentRound.id)
        .where(ConsentRound.id.in_(newest))
    )
    return {project_id: reason for project_id, reason in rows}


def struck_before() -> Any:
    """Tell, as part of a statement over ``ConsentRound``, whether an earlier round of its project was struck."""
    earlier = aliased(ConsentRound)
    return (
        select(ConsentVoid.id)
        .join(earlier, earlier.id == ConsentVoid.round_id)
        .where(earlier.project_id == ConsentRound.project_id, earlier.id < ConsentRound.id)
        .correlate(ConsentRound)
        .exists()
    )
