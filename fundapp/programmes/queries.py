"""Read programmes and their policies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.kernel.errors import NotVisible
from fundapp.places.models import Place
from fundapp.programmes.models import PolicyVersion, Programme


@dataclass(frozen=True)
class ProgrammeRow:
    """A programme and the place it is for."""

    id: int
    name: str
    year: int
    place_id: int
    place_path: str
    foundation_name: str


@dataclass(frozen=True)
class PolicyRow:
    """One policy version; ``parts`` maps a subject to its own data."""

    id: int
    programme_id: int
    number: int
    effective_from: datetime
    parts: dict[str, Any]
    parts_hash: str


def get_programme(session: Session, programme_id: int) -> ProgrammeRow:
    """Give a programme.

    Raises:
        NotVisible: there is none of this number.

    """
    found = [row for row in list_programmes(session) if row.id == programme_id]
    if not found:
        raise NotVisible
    return found[0]


def list_programmes(session: Session) -> list[ProgrammeRow]:
    """List all programmes, the newest year first."""
    rows = session.execute(
        select(Programme, Place.path).join(Place, Place.id == Programme.place_id).order_by(Programme.year.desc())
    )
    return [ProgrammeRow(p.id, p.name, p.year, p.place_id, path, p.foundation_name) for p, path in rows]


def programmes_for(session: Session, path: str, at: datetime) -> list[ProgrammeRow]:
    """List the programmes with a policy in force from which a place may draw: newest year first, nearest first."""
    covered = select(PolicyVersion.programme_id).where(PolicyVersion.effective_from <= at)
    rows = session.execute(
        select(Programme, Place.path)
        .join(Place, Place.id == Programme.place_id)
        .where(Programme.id.in_(covered), Place.id.in_([int(part) for part in path.strip("/").split("/")]))
        .order_by(Programme.year.desc(), func.length(Place.path).desc(), Programme.id.desc())
    )
    return [ProgrammeRow(p.id, p.name, p.year, p.place_id, above, p.foundation_name) for p, above in rows]


def policy_versions(session: Session, programme_id: int) -> list[PolicyRow]:
    """List all versions of a programme's policy, the newest first."""
    query = (
        select(PolicyVersion).where(PolicyVersion.programme_id == programme_id).order_by(PolicyVersion.number.desc())
    )
    return [_row(row) for row in session.scalars(query)]


def get_policy(session: Session, policy_version_id: int) -> PolicyRow:
    """Give a policy version.

    Raises:
        NotVisible: there is none of this number.

    """
    row = session.get(PolicyVersion, policy_version_id)
    if row is None:
        raise NotVisible
    return _row(row)


def policy_in_force(session: Session, programme_id: int, at: datetime) -> PolicyRow | None:
    """Give the newest version that is in force *at* a moment."""
    row = session.scalar(
        select(PolicyVersion)
        .where(PolicyVersion.programme_id == programme_id, PolicyVersion.effective_from <= at)
        .order_by(PolicyVersion.effective_from.desc(), PolicyVersion.number.desc())
        .limit(1)
    )
    return _row(row) if row else None


def _row(row: PolicyVersion) -> PolicyRow:
    return PolicyRow(row.id, row.programme_id, row.number, row.effective_from, row.parts, row.parts_hash)
