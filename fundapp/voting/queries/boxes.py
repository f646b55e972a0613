"""Single facts about keys, boxes and what came out of them; nothing here knows a household together with a choice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.people.models import Person, RoleGrant
from fundapp.people.queries import names_of
from fundapp.places.models import Place
from fundapp.rosters.models import RosterSnapshot, SnapshotUnit
from fundapp.voting.box import leaf_of, pack
from fundapp.voting.box_models import (
    VoteBox,
    VoteBoxClosing,
    VoteBoxRoot,
    VoteHolder,
    VoteKey,
    VoteOpened,
    VoteSlip,
    VoteSlipChoice,
)
from fundapp.voting.cycle_models import VoteCycle
from fundapp.voting.models import VoteBallot, VoteCandidate, VoteChoice, VoteOpening, VoteRound
from fundapp.voting.queries.facts import candidates_of, frozen_terms
from fundapp.voting.rounds import instant_text
from fundapp.voting.secrecy import Secrecy

HOLD = (
    Role.WORKER, Role.SUPERVISOR, Role.STREET_OFFICER, Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER,
    Role.FOUNDATION_SUPERVISOR, Role.BUILDING_HEAD,
)  # fmt: skip


@dataclass(frozen=True)
class HolderRow:
    """Who keeps a share, and when she confirmed it."""

    number: int
    person_id: int
    name: str
    confirmed_at: datetime | None


@dataclass(frozen=True)
class KeyRow:
    """The key of a round and its holders."""

    public_key: str
    holders: tuple[HolderRow, ...]

    @property
    def confirmed(self) -> bool:
        """Tell whether all three holders have confirmed their shares."""
        return all(one.confirmed_at for one in self.holders)


@dataclass(frozen=True)
class BoxStand:
    """Where the box of a round stands: its newest roots, how it was closed, whether its count is written back."""

    roots: tuple[tuple[datetime, str], ...]
    closing: VoteBoxClosing | None
    opened: VoteOpened | None


@dataclass(frozen=True)
class SlipRow:
    """A ballot out of the box as everybody sees it."""

    code: str
    digits: str
    marks: tuple[tuple[int, int], ...]


def key_row(session: Session, round_id: int) -> KeyRow | None:
    """Give the key of a round; ``None`` while none is registered."""
    key = session.scalar(select(VoteKey).where(VoteKey.round_id == round_id))
    if key is None:
        return None
    rows = list(session.scalars(holders(round_id)))
    names = names_of(session, [row.person_id for row in rows])
    return KeyRow(
        key.public_key,
        tuple(HolderRow(row.number, row.person_id, names.get(row.person_id, ""), row.confirmed_at) for row in rows),
    )


def holders(round_id: int) -> Any:
    """Select the holders of a round by their numbers."""
    return select(VoteHolder).where(VoteHolder.round_id == round_id).order_by(VoteHolder.number)


def public_key_of(session: Session, round_id: int) -> str:
    """Give the public key of a sealed round."""
    return session.scalars(select(VoteKey.public_key).where(VoteKey.round_id == round_id)).one()


def voting_together(session: Session, round_id: int) -> list[int]:
    """Give the rounds of all pools that vote together with this one, itself among them; alone, only itself."""
    cycle = select(VoteRound.cycle_id).where(VoteRound.id == round_id).scalar_subquery()
    pools = session.scalars(select(VoteRound.id).where(VoteRound.cycle_id == cycle).order_by(VoteRound.id))
    return list(pools) or [round_id]


def place_of_key(session: Session, round_id: int) -> str:
    """Give the path of the place around which the holders of a key have their tasks: of all pools, one."""
    place = func.coalesce(VoteCycle.place_id, VoteRound.place_id)
    query = select(Place.path).select_from(VoteRound).outerjoin(VoteCycle, VoteCycle.id == VoteRound.cycle_id)
    return session.scalars(query.join(Place, Place.id == place).where(VoteRound.id == round_id)).one()


def possible_holders(session: Session, path: str, now: datetime) -> list[tuple[int, str]]:
    """List who may keep a share: whoever has a task at the place, below it or above it, by name."""
    above = [f"/{'/'.join(path.strip('/').split('/')[: n + 1])}/" for n in range(path.strip("/").count("/") + 1)]
    rows = session.execute(
        select(Person.id, Person.name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Place, Place.id == RoleGrant.place_id)
        .where(RoleGrant.role.in_(HOLD), RoleGrant.starts_at <= now)
        .where(or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))
        .where(or_(Place.path.in_(above), Place.path.startswith(path, autoescape=True)))
        .distinct()
    )
    return sorted(((row.id, row.name) for row in rows), key=lambda one: (one[1], one[0]))


def last_root(session: Session, round_id: int) -> VoteBoxRoot | None:
    """Give the newest root of a box."""
    query = select(VoteBoxRoot).where(VoteBoxRoot.round_id == round_id).order_by(VoteBoxRoot.number.desc()).limit(1)
    return session.scalar(query)


def last_root_at(session: Session, round_id: int) -> datetime | None:
    """Give the moment of the newest root of a box."""
    return session.scalar(select(func.max(VoteBoxRoot.at)).where(VoteBoxRoot.round_id == round_id))


def written_between(session: Session, round_id: int, since: datetime | None, until: datetime) -> dict[str, str]:
    """Give the fingerprints of the rows that were written from one moment on and before another, by household."""
    query = select(VoteBox.unit_id, VoteBox.leaf).where(VoteBox.round_id == round_id, VoteBox.at < until)
    if since is not None:
        query = query.where(VoteBox.at >= since)
    return {str(unit_id): leaf for unit_id, leaf in session.execute(query)}


def leaf_of_row(row: VoteBox) -> str:
    """Compute the fingerprint of a row of the box from all its other columns."""
    said = (row.round_id, row.unit_id, row.snapshot_id, row.channel.value, instant_text(row.at), row.sealed, row.seat)
    return leaf_of(*said, row.taken_by_id)


def sealed_of(session: Session, round_id: int) -> list[str]:
    """List the sealed ballots of a round, in an order of their bytes."""
    query = select(VoteBox.sealed).where(VoteBox.round_id == round_id, VoteBox.sealed.is_not(None))
    return sorted(one for one in session.scalars(query) if one is not None)


def papers_in(session: Session, round_id: int) -> int:
    """Count the households that handed in a paper."""
    papers = VoteBox.round_id == round_id, VoteBox.sealed.is_(None)
    return session.scalar(select(func.count()).select_from(VoteBox).where(*papers)) or 0


def closing_of(session: Session, round_id: int) -> VoteBoxClosing | None:
    """Give how the box of a round was closed."""
    return session.scalar(select(VoteBoxClosing).where(VoteBoxClosing.round_id == round_id))


def opened_of(session: Session, round_id: int) -> VoteOpened | None:
    """Give the count that was written back."""
    return session.scalar(select(VoteOpened).where(VoteOpened.round_id == round_id))


def box_stand(session: Session, round_id: int) -> BoxStand:
    """Tell where a box stands, with its three newest roots."""
    newest = select(VoteBoxRoot.at, VoteBoxRoot.root).where(VoteBoxRoot.round_id == round_id)
    rows = session.execute(newest.order_by(VoteBoxRoot.number.desc()).limit(3))
    roots = tuple((at, root) for at, root in rows)
    return BoxStand(roots, closing_of(session, round_id), opened_of(session, round_id))


def packed_box(session: Session, round_id: int) -> dict[str, Any]:
    """Give a closed box for its key-holders, without households.

    Raises:
        NotVisible: there is no such box, or it is not closed.
    """
    row = session.execute(
        select(VoteRound, VoteOpening, RosterSnapshot.roster_hash, VoteBoxClosing.canary)
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .join(RosterSnapshot, RosterSnapshot.id == VoteOpening.snapshot_id)
        .join(VoteBoxClosing, VoteBoxClosing.round_id == VoteRound.id)
        .where(VoteRound.id == round_id, VoteRound.secrecy == Secrecy.SEALED)
    ).first()
    if row is None:
        raise NotVisible
    round_, opening, roster_hash, canary = row
    frozen = frozen_terms(
        session, round_, candidates_of(session, round_id), opening.lots, (opening.snapshot_id, roster_hash)
    )
    return pack(frozen, public_key_of(session, round_id), canary, sealed_of(session, round_id))


def slip_marks(session: Session, round_id: int) -> dict[int, dict[int, int]]:
    """Give the points by project of each ballot without a household, invalid ones empty, by its number."""
    named: dict[int, dict[int, int]] = {
        slip_id: {} for slip_id in session.scalars(select(VoteSlip.id).where(VoteSlip.round_id == round_id))
    }
    rows = session.execute(
        select(VoteSlipChoice.slip_id, VoteCandidate.project_id, VoteSlipChoice.points)
        .join(VoteCandidate, VoteCandidate.id == VoteSlipChoice.candidate_id)
        .where(VoteSlipChoice.round_id == round_id)
    )
    for slip_id, project_id, points in rows:
        named[slip_id][project_id] = points
    return named


def slips_of(session: Session, round_id: int) -> list[SlipRow]:
    """List the opened ballots of a round by their codes."""
    marks = slip_marks(session, round_id)
    rows = session.execute(
        select(VoteSlip.id, VoteSlip.code, VoteSlip.digits)
        .where(VoteSlip.round_id == round_id, VoteSlip.code.is_not(None))
        .order_by(VoteSlip.code)
    )
    return [SlipRow(code or "", digits or "", _most_first(marks[slip_id])) for slip_id, code, digits in rows]


def named_ballots(session: Session, round_id: int) -> list[tuple[str, tuple[tuple[str, int], ...]]]:
    """Give what each door of a named round chose, as (door, titles with points); call it after the publication."""
    rows = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.door, VoteCandidate.title, VoteChoice.points)
        .join(VoteBallot, VoteBallot.id == VoteChoice.ballot_id)
        .join(VoteCandidate, VoteCandidate.id == VoteChoice.candidate_id)
        .join(
            SnapshotUnit,
            (SnapshotUnit.snapshot_id == VoteBallot.snapshot_id) & (SnapshotUnit.unit_id == VoteBallot.unit_id),
        )
        .where(VoteChoice.round_id == round_id)
        .order_by(SnapshotUnit.unit_id, VoteChoice.points.desc(), VoteCandidate.project_id)
    )
    found: dict[int, tuple[str, list[tuple[str, int]]]] = {}
    for unit_id, door, title, points in rows:
        found.setdefault(unit_id, (door, []))[1].append((title, points))
    return [(door, tuple(named)) for door, named in found.values()]


def _most_first(marks: dict[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(marks.items(), key=lambda one: (-one[1], one[0])))


def rounds_held_by(session: Session, person_id: int | None, round_ids: Iterable[int] | None = None) -> set[int]:
    """Give the rounds of whose keys somebody keeps a share."""
    query = select(VoteHolder.round_id).where(VoteHolder.person_id == person_id)
    if round_ids is not None:
        query = query.where(VoteHolder.round_id.in_(list(round_ids)))
    return set(session.scalars(query))


def keys_of(session: Session, round_id: int) -> list[VoteKey]:
    """List the key of a round, where there is one."""
    return list(session.scalars(select(VoteKey).where(VoteKey.round_id == round_id)))
