"""The deeds on holders: a change ends one holding and starts another on a day; nothing is erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.crypt import fingerprint
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import SHANGHAI, Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.people.commands import release_household
from fundapp.places.commands import hold_compound
from fundapp.places.models import PlaceKind
from fundapp.places.queries import UnitRow, ancestor, unit_of_door, units_by_id
from fundapp.rosters import policy
from fundapp.rosters.heads import HOUSEHOLD_STAYS, HolderData, HoldingReason, clean_phone, clean_words
from fundapp.rosters.models import Holder, Holding

MOST = 10


@dataclass(frozen=True)
class ChangeHolders:
    """Say who holds a unit from a day on, the voter first.

    ``same_as`` is the door of another unit in the compound with the same voter: instead of a name.
    """

    unit_id: int
    holders: tuple[HolderData, ...]
    on: date
    reason: HoldingReason
    same_as: str = ""


@dataclass(frozen=True)
class Keeper:
    """Who writes holdings down, for which community and when."""

    community_id: int
    person_id: int | None
    now: datetime


def change_holders(session: Session, actor: Actor, cmd: ChangeHolders, clock: Clock) -> list[Holding]:
    """Let others hold a unit from a day on; former holdings end on that day and stay on record.

    Where the household moves out (a sale, an inheritance, …) accounts bound to it are let go and its code dies. An
    answer that was given before stays given.

    Raises:
        Forbidden: the actor does not work for the community.
        NotVisible: there is no such standing unit.
        Refused: no holder, one named twice, the day lies ahead or before the present holding, or nothing changes.
    """
    unit = standing_unit(session, cmd.unit_id)
    now = clock.now(session)
    policy.check_may_keep_roster(actor, unit.path)
    keeper = Keeper(community_of(session, unit), actor.person_id, now)
    present = present_holdings(session, unit.id)
    start = _start(cmd.on, present, now)
    ids = _holder_ids(session, keeper, unit, cmd)
    if ids == [one.holder_id for one in present]:
        raise Refused("rosters.same_holders", "name")
    end_holdings(session, [unit.id], start, actor.person_id)
    made = start_holdings(session, keeper, unit.id, ids, start, cmd.reason)
    if cmd.reason not in HOUSEHOLD_STAYS and not (present and present[0].holder_id == ids[0]):
        release_household(session, unit.id, now)
    about = f"unit:{unit.id}"
    record(session, actor, "rosters.change_holders", about, now, holders=len(ids), reason=cmd.reason.value)
    return made


def standing_unit(session: Session, unit_id: int) -> UnitRow:
    """Hold the compound of a unit and give the unit afresh.

    Raises:
        NotVisible: there is none of this number, or it was split or merged.
    """
    unit = units_by_id(session, [unit_id]).get(unit_id)
    if unit is None:
        raise NotVisible
    hold_compound(session, unit.compound_id)
    unit = units_by_id(session, [unit_id])[unit_id]
    if unit.ended_at is not None:
        raise NotVisible
    return unit


def community_of(session: Session, unit: UnitRow) -> int:
    """Give the community in which a unit lies."""
    community = ancestor(session, unit.path, PlaceKind.COMMUNITY)
    if community is None:
        raise NotVisible
    return community.id


def present_holdings(session: Session, unit_id: int) -> list[Holding]:
    """List who holds a unit now, the voter first."""
    query = select(Holding).where(Holding.unit_id == unit_id, Holding.ends_at.is_(None))
    return list(session.scalars(query.order_by(Holding.is_voter.desc(), Holding.id)))


def end_holdings(session: Session, unit_ids: Sequence[int], at: datetime, by: int | None) -> None:
    """End what stands: co-holders first, the voter last, as the database wants it."""
    for voters in (False, True):
        session.execute(
            update(Holding)
            .where(Holding.unit_id.in_(unit_ids), Holding.ends_at.is_(None), Holding.is_voter.is_(voters))
            .values(ends_at=at, ended_by_id=by)
        )


def start_holdings(
    session: Session, keeper: Keeper, unit_id: int, holder_ids: Sequence[int], at: datetime, reason: HoldingReason
) -> list[Holding]:
    """Let holders hold a unit from a moment on; the first of them votes."""
    made = []
    for position, holder_id in enumerate(holder_ids):
        holding = Holding(
            unit_id=unit_id,
            holder_id=holder_id,
            is_voter=position == 0,
            starts_at=at,
            reason=reason,
            recorded_by_id=keeper.person_id,
            recorded_at=keeper.now,
        )
        session.add(holding)
        session.flush()
        made.append(holding)
    return made


def identity_hash(holder: HolderData) -> str | None:
    """Give the keyed fingerprint by which the same holder is found again."""
    return fingerprint(*holder.identity) if holder.identity else None


def new_holder(keeper: Keeper, holder: HolderData) -> Holder:
    """Make the row of a holder; the caller adds it."""
    return Holder(
        community_id=keeper.community_id,
        kind=holder.kind,
        name=holder.name,
        phone=holder.phone or None,
        identity_hash=identity_hash(holder),
        made_by_id=keeper.person_id,
        made_at=keeper.now,
    )


def find_or_make_holder(session: Session, keeper: Keeper, holder: HolderData) -> int:
    """Give the number of a holder: the known one of the same identity, else a new one."""
    known = identity_hash(holder)
    if known is not None:
        query = select(Holder.id).where(Holder.community_id == keeper.community_id, Holder.identity_hash == known)
        found = session.scalar(query)
        if found is not None:
            return found
    made = new_holder(keeper, holder)
    session.add(made)
    session.flush()
    return made.id


def _holder_ids(session: Session, keeper: Keeper, unit: UnitRow, cmd: ChangeHolders) -> list[int]:
    ids = [_voter_of(session, unit, cmd.same_as)] if cmd.same_as else []
    named = [_read(one) for one in cmd.holders if one.name.strip() or one.phone.strip()]
    if not ids and not named:
        raise Refused("rosters.holder_needed", "name")
    present = {row.id: row for row in holders_of(session, unit.id)}
    for holder in named:
        same = next((number for number, row in present.items() if holder.same_as(_data(row))), None)
        ids.append(same if same is not None else find_or_make_holder(session, keeper, holder))
    if len(set(ids)) < len(ids) or len(ids) > MOST:
        raise Refused("rosters.holder_twice", "others")
    return ids


def holders_of(session: Session, unit_id: int) -> list[Holder]:
    """List the present holders of a unit, names and all, the voter first: for deeds, never for a page."""
    query = select(Holder).join(Holding, Holding.holder_id == Holder.id)
    standing = query.where(Holding.unit_id == unit_id, Holding.ends_at.is_(None))
    return list(session.scalars(standing.order_by(Holding.is_voter.desc(), Holding.id)))


def _data(row: Holder) -> HolderData:
    return HolderData(row.name, row.phone or "", row.kind)


def _read(holder: HolderData) -> HolderData:
    name, phone = clean_words(holder.name), clean_phone(holder.phone)
    if not name:
        raise Refused("rosters.holder_needed", "name")
    if phone is None:
        raise Refused("rosters.bad_phone", "phone")
    return HolderData(name[:60], phone, holder.kind)


def _voter_of(session: Session, unit: UnitRow, door: str) -> int:
    other = unit_of_door(session, unit.compound_id, door)
    held = present_holdings(session, other.id) if other is not None else []
    if not held:
        raise Refused("rosters.no_holder_there", "same_as", door=door)
    return held[0].holder_id


def _start(on: date, present: list[Holding], now: datetime) -> datetime:
    """Give the moment at which a day's change takes effect: its first moment, or now where that would be before now's.

    Raises:
        Refused: the day lies ahead, or before the present holding began.
    """
    if on > local_date(now):
        raise Refused("rosters.day_ahead", "on")
    start = datetime.combine(on, time(), SHANGHAI).astimezone(UTC)
    since = max((one.starts_at for one in present), default=None)
    if since is not None and start < since:
        if on == local_date(since) or on == local_date(now):
            return now if on == local_date(now) else since
        raise Refused("rosters.before_present", "on", since=local_date(since))
    return start
