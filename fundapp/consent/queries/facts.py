"""What commands need to know of one round."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from fundapp.consent.models import (
    ConsentAnswer,
    ConsentPaper,
    ConsentPreliminary,
    ConsentResult,
    ConsentRound,
    ConsentVoid,
    Outcome,
)
from fundapp.consent.policy import BEFORE_CLOSE
from fundapp.consent.queries.windows import Standing, read_standing, standing_columns
from fundapp.consent.rules import asks_owners
from fundapp.db.base import ID
from fundapp.db.prepared import Prepared
from fundapp.db.types import Instant
from fundapp.kernel.errors import NotVisible
from fundapp.people.queries import somebody_else_speaks, speaks
from fundapp.places.queries import get_place
from fundapp.projects.models import Project, ProjectVersion
from fundapp.projects.rules import Stage
from fundapp.rosters.models import SnapshotUnit
from fundapp.rosters.queries import taken_over

# Asked with every answer, so it is put together once.
_LAST = select(func.max(ConsentAnswer.revision)).where(
    ConsentAnswer.round_id == bindparam("round_id"), ConsentAnswer.voice == bindparam("voice")
)
_UNIT, _PERSON = bindparam("unit_id", type_=ID), bindparam("person_id", type_=ID)


def _knowing() -> Select[Any]:
    listed = SnapshotUnit.snapshot_id == ConsentRound.snapshot_id, SnapshotUnit.unit_id == _UNIT
    return select(
        *standing_columns(),
        select(SnapshotUnit.unit_id).where(*listed).correlate(ConsentRound).exists().label("listed"),
        exists().where(ConsentAnswer.op_key == bindparam("op_key")).label("sent"),
        speaks(_UNIT, _PERSON).label("speaks"),
        somebody_else_speaks(_UNIT, _PERSON).label("others"),
        taken_over().label("since"),
        _LAST.scalar_subquery().label("revision"),
        select(Project.stage).where(Project.id == ConsentRound.project_id).scalar_subquery().label("stage"),
    ).where(ConsentRound.id == bindparam("round_id"))


_KNOWN = Prepared(_knowing)


@dataclass(frozen=True)
class Known:
    """What a held round knows of a household that is to answer.

    Whether it stands on the frozen roster; whether the form came before; whether the person speaks for it, and somebody
    else does; since when it lives there (``None``: always); and the number of its head's newest revision, 0 where there
    is none; and the stage of the project.
    """

    listed: bool
    sent: bool
    speaks: bool
    others: bool
    since: datetime | None
    revision: int
    stage: Stage


def newest_version(session: Session, project_id: int) -> tuple[int, str]:
    """Give the newest version of a project and the hash of its text."""
    row = session.execute(
        select(ProjectVersion.id, ProjectVersion.content_hash)
        .join(Project, and_(Project.id == ProjectVersion.project_id, Project.version == ProjectVersion.number))
        .where(Project.id == project_id)
    ).one()
    return row.id, row.content_hash


def path_of(session: Session, place_id: int) -> str:
    """Give the path of a round's place."""
    return get_place(session, place_id).path


def project_of(session: Session, round_id: int) -> int:
    """Give the project that a round asks about.

    Raises:
        NotVisible: there is no such round.

    """
    project_id = session.scalar(select(ConsentRound.project_id).where(ConsentRound.id == round_id))
    if project_id is None:
        raise NotVisible
    return project_id


def live_round_of(session: Session, project_id: int) -> int | None:
    """Give the project's round that has not been struck, published or not; one that decided nothing is over."""
    struck = select(ConsentVoid.round_id)
    open_ended = select(ConsentResult.round_id).where(ConsentResult.outcome == Outcome.UNDETERMINED)
    return session.scalar(
        select(ConsentRound.id).where(
            ConsentRound.project_id == project_id, ConsentRound.id.not_in(struck), ConsentRound.id.not_in(open_ended)
        )
    )


def announced_of(session: Session, round_id: int) -> ConsentPreliminary | None:
    """Give the newest preliminary result of a round."""
    query = select(ConsentPreliminary).where(ConsentPreliminary.round_id == round_id)
    return session.scalar(query.order_by(ConsentPreliminary.revision.desc()).limit(1))


def on_roster(session: Session, snapshot_id: int, unit_id: int) -> bool:
    """Tell whether a household stands on the frozen roster."""
    return session.get(SnapshotUnit, (snapshot_id, unit_id)) is not None


def known_of(session: Session, round_: ConsentRound, **said: Any) -> tuple[Standing, Known]:
    """Give where a round stands, and what it knows of a household, in one statement.

    ``said`` are the parameters ``unit_id``, ``voice``, ``person_id``, ``op_key`` and ``now``.
    """
    row = _KNOWN.rows(session, round_id=round_.id, **said)[0]
    flags = {name: bool(getattr(row, name)) for name in ("listed", "sent", "speaks", "others")}
    return read_standing(round_, row), Known(**flags, since=row.since, revision=row.revision or 0, stage=row.stage)


@dataclass(frozen=True)
class Voice:
    """What a unit counts as in its round: the head's number, her units, and her area under an owners regime."""

    number: int
    unit_ids: tuple[int, ...]
    area_cm2: int | None


def voice_of(session: Session, round_: ConsentRound, unit_id: int) -> Voice:
    """Give the head that a unit speaks for: its holder with all her units where owners are asked, else itself.

    A unit that is not on the frozen roster speaks for itself alone, and without an area.
    """
    here = session.get(SnapshotUnit, (round_.snapshot_id, unit_id)) if asks_owners(round_.regime) else None
    if here is None:
        return Voice(unit_id, (unit_id,), None)
    rows = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.area_cm2)
        .where(SnapshotUnit.snapshot_id == round_.snapshot_id, SnapshotUnit.holder_id == here.holder_id)
        .order_by(SnapshotUnit.unit_id)
    ).all()
    areas = [row.area_cm2 for row in rows]
    area = None if None in areas else sum(area for area in areas if area)
    return Voice(here.holder_id or 0, tuple(row.unit_id for row in rows), area)


def last_revision(session: Session, round_id: int, voice: int) -> int:
    """Give the number of a head's newest revision, 0 where she has not answered."""
    return session.scalar(_LAST, {"round_id": round_id, "voice": voice}) or 0


def current_answer(session: Session, round_id: int, unit_id: int) -> ConsentAnswer | None:
    """Give the answer that counts now for the head of a unit."""
    round_ = session.get_one(ConsentRound, round_id)
    trail = trail_of(session, round_id, [voice_of(session, round_, unit_id).number])
    return trail[-1] if trail else None


def trail_of(session: Session, round_id: int, voices: Iterable[int]) -> list[ConsentAnswer]:
    """List all revisions of some heads, the oldest first."""
    return list(
        session.scalars(
            select(ConsentAnswer)
            .where(ConsentAnswer.round_id == round_id, ConsentAnswer.voice.in_(voices))
            .order_by(ConsentAnswer.id)
        )
    )


def phone_answer_at(session: Session, round_id: int, voice: int) -> datetime | None:
    """Tell when a head last answered herself: by phone, with her code or with a helper."""
    return session.scalar(
        select(func.max(ConsentAnswer.at, type_=Instant())).where(
            ConsentAnswer.round_id == round_id,
            ConsentAnswer.voice == voice,
            ConsentAnswer.channel.in_(BEFORE_CLOSE),
        )
    )


def registered(session: Session, round_id: int, serial: int) -> bool:
    """Tell whether a sheet stands in the round's register."""
    query = select(ConsentPaper.id).where(ConsentPaper.round_id == round_id, ConsentPaper.serial == serial)
    return session.scalar(query) is not None


def keyed_paper(session: Session, round_id: int, serial: int) -> ConsentAnswer | None:
    """Give the newest row that was keyed in from a sheet."""
    return session.scalar(
        select(ConsentAnswer)
        .where(ConsentAnswer.round_id == round_id, ConsentAnswer.serial == serial)
        .order_by(ConsentAnswer.id.desc())
        .limit(1)
    )


def doors_without_holder(session: Session, snapshot_id: int) -> list[str]:
    """List the doors of a frozen roster whose holder is not known."""
    query = select(SnapshotUnit.door).where(SnapshotUnit.snapshot_id == snapshot_id, SnapshotUnit.holder_id.is_(None))
    return list(session.scalars(query.order_by(SnapshotUnit.unit_id)))


def heads_and_area(session: Session, snapshot_id: int) -> tuple[int, int | None]:
    """Count the holders of a frozen roster and sum its areas; ``None`` where one is missing."""
    row = session.execute(
        select(
            func.count(SnapshotUnit.holder_id.distinct()),
            func.count() == func.count(SnapshotUnit.area_cm2),
            func.sum(SnapshotUnit.area_cm2),
        ).where(SnapshotUnit.snapshot_id == snapshot_id)
    ).one()
    return row[0], int(row[2] or 0) if row[1] else None


def silent_heads(session: Session, round_id: int) -> list[tuple[int, str]]:
    """List the heads of a round that never answered, each by one of its units: number and door, as on the roster."""
    round_ = session.get_one(ConsentRound, round_id)
    said = set(session.scalars(select(ConsentAnswer.voice).where(ConsentAnswer.round_id == round_id)))
    voice = SnapshotUnit.holder_id if asks_owners(round_.regime) else SnapshotUnit.unit_id
    rows = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.door, voice.label("voice"))
        .where(SnapshotUnit.snapshot_id == round_.snapshot_id)
        .order_by(SnapshotUnit.unit_id)
    )
    first = {row.voice: (row.unit_id, row.door) for row in reversed(rows.all()) if row.voice not in said}
    return sorted(first.values())
