"""Read programmes and their policies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.models import Place
from fundapp.programmes.models import PolicySignature, PolicyVersion, Programme


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
class SignatureRow:
    """One approver's word on a draft."""

    person_id: int
    passed: bool
    note: str
    signed_at: datetime


@dataclass(frozen=True)
class PolicyRow:
    """One policy version; ``parts`` maps a subject to its own data."""

    id: int
    programme_id: int
    number: int
    effective_from: datetime
    parts: dict[str, Any]
    parts_hash: str
    base_id: int | None
    sign_by: datetime | None
    signers: int
    made_by_id: int
    made_at: datetime
    signatures: tuple[SignatureRow, ...] = ()

    @property
    def signed_by(self) -> set[int]:
        """Give who has said a word on it."""
        return {one.person_id for one in self.signatures}

    @property
    def refused(self) -> bool:
        """Tell whether an approver refused it."""
        return not all(one.passed for one in self.signatures)

    @property
    def adopted(self) -> bool:
        """Tell whether everybody signed it who must."""
        return sum(one.passed for one in self.signatures) >= self.signers

    @property
    def begins(self) -> datetime | None:
        """Give its first moment, the last signature's where that came later; ``None``: not known before."""
        if self.sign_by is None and not self.adopted:
            return None
        return max([self.effective_from, *(one.signed_at for one in self.signatures)])

    def in_time(self, now: datetime) -> bool:
        """Tell whether it may still be signed, as far as its notice goes."""
        return self.sign_by is None or now <= self.sign_by


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
    covered = select(PolicyVersion.programme_id).where(PolicyVersion.effective_from <= at, adopted(at))
    rows = session.execute(
        select(Programme, Place.path)
        .join(Place, Place.id == Programme.place_id)
        .where(Programme.id.in_(covered), Place.id.in_([int(part) for part in path.strip("/").split("/")]))
        .order_by(Programme.year.desc(), func.length(Place.path).desc(), Programme.id.desc())
    )
    return [ProgrammeRow(p.id, p.name, p.year, p.place_id, above, p.foundation_name) for p, above in rows]


def adopted(at: datetime | None = None) -> Any:
    """Give, as a condition on a version, that all who must have signed it, by *at* where given.

    A refused one is never signed enough.
    """
    signed = select(func.count()).where(PolicySignature.policy_version_id == PolicyVersion.id, PolicySignature.passed)
    if at is not None:
        signed = signed.where(PolicySignature.signed_at <= at)
    return signed.scalar_subquery() >= PolicyVersion.signers


def policy_versions(session: Session, programme_id: int) -> list[PolicyRow]:
    """List all versions of a programme's policy, drafts too, the newest first."""
    query = (
        select(PolicyVersion).where(PolicyVersion.programme_id == programme_id).order_by(PolicyVersion.number.desc())
    )
    return _rows(session, session.scalars(query).all())


def get_policy(session: Session, policy_version_id: int) -> PolicyRow:
    """Give a policy version.

    Raises:
        NotVisible: there is none of this number.

    """
    row = session.get(PolicyVersion, policy_version_id)
    if row is None:
        raise NotVisible
    return _rows(session, [row])[0]


def newest_adopted(session: Session, programme_id: int) -> PolicyRow | None:
    """Give the newest version that is no draft, which may not have begun yet; ``None`` before the first is signed."""
    query = select(PolicyVersion).where(PolicyVersion.programme_id == programme_id, adopted())
    row = session.scalar(query.order_by(PolicyVersion.number.desc()).limit(1))
    return _rows(session, [row])[0] if row else None


def base_now(session: Session, programme_id: int) -> int | None:
    """Give the version that a draft must have been made from to be signed now; ``None``: a first policy."""
    newest = newest_adopted(session, programme_id)
    return newest.id if newest else None


def check_signed(session: Session, programme_id: int) -> None:
    """See that a programme's first policy is signed: before that no money of its pool is decided on.

    Raises:
        Refused: it still waits for a signature (``programmes.unsigned``).
    """
    if base_now(session, programme_id) is None:
        raise Refused("programmes.unsigned")


def policy_in_force(session: Session, programme_id: int, at: datetime) -> PolicyRow | None:
    """Give the newest adopted version that is in force *at* a moment."""
    row = session.scalar(
        select(PolicyVersion)
        .where(PolicyVersion.programme_id == programme_id, PolicyVersion.effective_from <= at, adopted(at))
        .order_by(PolicyVersion.effective_from.desc(), PolicyVersion.number.desc())
        .limit(1)
    )
    return _rows(session, [row])[0] if row else None


def drafts_waiting_for(session: Session, actor: Actor, now: datetime) -> list[tuple[PolicyRow, ProgrammeRow]]:
    """List the drafts that this approver may still sign."""
    if not actor.has_any(Role.FOUNDATION_APPROVER):
        return []
    query = select(PolicyVersion).where(
        or_(PolicyVersion.sign_by.is_(None), PolicyVersion.sign_by >= now),
        ~adopted(),
        PolicyVersion.made_by_id != actor.person_id,
    )
    rows = [row for row in _rows(session, session.scalars(query).all()) if not row.refused]
    programmes = {row.id: row for row in list_programmes(session)} if rows else {}
    return [
        (row, programmes[row.programme_id])
        for row in rows
        if actor.has(Role.FOUNDATION_APPROVER, programmes[row.programme_id].place_path)
        and actor.person_id not in row.signed_by
        and base_now(session, row.programme_id) == row.base_id
    ]


def _rows(session: Session, rows: Sequence[PolicyVersion]) -> list[PolicyRow]:
    """Make rows with their signatures, those in one more statement."""
    signed: dict[int, list[SignatureRow]] = {}
    if rows:
        query = select(PolicySignature).where(PolicySignature.policy_version_id.in_([row.id for row in rows]))
        for one in session.scalars(query.order_by(PolicySignature.id)):
            row = SignatureRow(one.signed_by_id, one.passed, one.note, one.signed_at)
            signed.setdefault(one.policy_version_id, []).append(row)
    return [
        PolicyRow(
            id=row.id,
            programme_id=row.programme_id,
            number=row.number,
            effective_from=row.effective_from,
            parts=row.parts,
            parts_hash=row.parts_hash,
            base_id=row.base_id,
            sign_by=row.sign_by,
            signers=row.signers,
            made_by_id=row.made_by_id,
            made_at=row.made_at,
            signatures=tuple(signed.get(row.id, ())),
        )
        for row in rows
    ]
