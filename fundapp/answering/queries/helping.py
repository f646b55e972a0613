"""Read a worker's help, and the people of households."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from fundapp.answering import policy, rules
from fundapp.answering.models import AssistedSession
from fundapp.consent.models import ConsentAnswer, ConsentRound, ConsentVoid
from fundapp.consent.policy import Channel
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.people.models import Account, UnitBinding
from fundapp.projects.models import ProjectVersion
from fundapp.rosters.models import SnapshotUnit

# Asked with every answer, so it is put together once.
_SPEAKERS = (
    select(UnitBinding.person_id, UnitBinding.unit_id)
    .where(UnitBinding.unit_id.in_(bindparam("unit_ids", expanding=True)), UnitBinding.starts_at <= bindparam("at"))
    .where(or_(UnitBinding.ends_at.is_(None), UnitBinding.ends_at > bindparam("at")))
)


@dataclass(frozen=True)
class HelpRow:
    """A help: for whom, since when, until when, on which grounds, and what was noted in it."""

    id: int
    round_id: int
    unit_id: int
    door: str
    by_code: bool
    reason: str
    witness: str
    started_at: datetime
    until: datetime
    running: bool
    minutes_left: int
    answer_id: int | None


def help_of(session: Session, actor: Actor, help_id: int, now: datetime) -> HelpRow:
    """Give a help to the worker who gives it.

    Raises:
        NotVisible: there is none of this number, or it is another worker's.
    """
    row = session.execute(
        select(AssistedSession, SnapshotUnit.door)
        .join(
            SnapshotUnit,
            (SnapshotUnit.snapshot_id == AssistedSession.snapshot_id)
            & (SnapshotUnit.unit_id == AssistedSession.unit_id),
        )
        .where(AssistedSession.id == help_id, AssistedSession.worker_id == actor.person_id)
    ).first()
    if row is None:
        raise NotVisible
    one, door = row
    running = policy.runs(one.until, one.ended_at, now)
    return HelpRow(
        id=one.id,
        round_id=one.round_id,
        unit_id=one.unit_id,
        door=door,
        by_code=one.code_id is not None,
        reason=one.reason,
        witness=one.witness or "",
        started_at=one.started_at,
        until=one.until,
        running=running,
        minutes_left=rules.minutes_left(one.until, now) if running else 0,
        answer_id=_noted(session, one),
    )


def _noted(session: Session, one: AssistedSession) -> int | None:
    """Give the newest answer that was noted in a help."""
    return session.scalar(
        select(func.max(ConsentAnswer.id)).where(
            ConsentAnswer.round_id == one.round_id,
            ConsentAnswer.unit_id == one.unit_id,
            ConsentAnswer.channel == Channel.ASSISTED,
            ConsentAnswer.person_id == one.worker_id,
            ConsentAnswer.at >= one.started_at,
            ConsentAnswer.at < one.until,
        )
    )


def unended_help(session: Session, worker_id: int) -> AssistedSession | None:
    """Give the help of a worker that nobody has ended yet, run out or not."""
    query = select(AssistedSession).where(AssistedSession.worker_id == worker_id, AssistedSession.ended_at.is_(None))
    return session.scalar(query)


def people_of_units(session: Session, unit_ids: Iterable[int], at: datetime) -> set[int]:
    """Give the persons who speak for some households by account *at* a moment."""
    return set(speakers_of_units(session, unit_ids, at))


def speakers_of_units(session: Session, unit_ids: Iterable[int], at: datetime) -> dict[int, set[int]]:
    """Give the households that each person speaks for by account *at* a moment, among these."""
    rows = session.execute(_SPEAKERS, {"unit_ids": list(unit_ids), "at": at})
    found: dict[int, set[int]] = {}
    for person_id, unit_id in rows:
        found.setdefault(person_id, set()).add(unit_id)
    return found


def readers_of_units(session: Session, unit_ids: Iterable[int], at: datetime) -> dict[int, set[int]]:
    """Give those among the speakers of households who can sign in, and so read a message."""
    people = speakers_of_units(session, unit_ids, at)
    able = session.scalars(select(Account.person_id).where(Account.person_id.in_(people), Account.active.is_(True)))
    return {person: people[person] for person in able}


def answer_in_words(session: Session, round_id: int, unit_id: int) -> tuple[str, str, int]:
    """Give the title that a round asks about, the door of a household, and the number of its newest answer."""
    title, door = session.execute(
        select(ProjectVersion.title, SnapshotUnit.door)
        .select_from(ConsentRound)
        .join(ProjectVersion, ProjectVersion.id == ConsentRound.version_id)
        .join(SnapshotUnit, SnapshotUnit.snapshot_id == ConsentRound.snapshot_id)
        .where(ConsentRound.id == round_id, SnapshotUnit.unit_id == unit_id)
    ).one()
    newest = select(func.max(ConsentAnswer.id)).where(
        ConsentAnswer.round_id == round_id, ConsentAnswer.unit_id == unit_id
    )
    return title, door, session.scalar(newest) or 0


def struck_in_words(session: Session, round_id: int) -> tuple[str, datetime, set[int]]:
    """Give the title of a struck round, when it was struck, and the households that had answered."""
    title, at = session.execute(
        select(ProjectVersion.title, ConsentVoid.at)
        .join(ConsentRound, ConsentRound.version_id == ProjectVersion.id)
        .join(ConsentVoid, ConsentVoid.round_id == ConsentRound.id)
        .where(ConsentRound.id == round_id)
    ).one()
    units = session.scalars(select(ConsentAnswer.unit_id).where(ConsentAnswer.round_id == round_id).distinct())
    return title, at, set(units)


def title_of(session: Session, round_id: int) -> str:
    """Give the title that a round asks about."""
    return session.scalars(
        select(ProjectVersion.title)
        .join(ConsentRound, ConsentRound.version_id == ProjectVersion.id)
        .where(ConsentRound.id == round_id)
    ).one()


def silent_doors_without_account(session: Session, round_id: int, silent: set[int], at: datetime) -> list[str]:
    """List the doors of silent households that nobody speaks for by account: those to be visited."""
    spoken = set().union(*readers_of_units(session, silent, at).values())
    rows = session.scalars(
        select(SnapshotUnit.door)
        .join(ConsentRound, ConsentRound.snapshot_id == SnapshotUnit.snapshot_id)
        .where(ConsentRound.id == round_id, SnapshotUnit.unit_id.in_(silent - spoken))
        .order_by(SnapshotUnit.unit_id)
    )
    return list(rows)
