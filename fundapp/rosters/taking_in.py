"""Carries an import's plan out: units, then holders, then groups, in a few statements however long the file is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.people.commands import release_household
from fundapp.places.commands import AddBuildings, UnitData, add_buildings, add_units, change_unit, put_in_groups
from fundapp.places.doors import building_key
from fundapp.places.models import GroupKind, PlaceKind
from fundapp.places.queries import PlaceRow, ancestor
from fundapp.places.rules import UnitState
from fundapp.rosters.heads import HOUSEHOLD_STAYS, HolderData, HoldingReason
from fundapp.rosters.holders import Keeper, end_holdings, identity_hash, new_holder
from fundapp.rosters.models import Holder, Holding
from fundapp.rosters.queries import buildings_of, unit_ids_by_key
from fundapp.rosters.rules import Change, Household, Plan

BATCH = 1000
Row = TypeVar("Row")


@dataclass(frozen=True)
class Arrival:
    """A unit whose holders the file names, and who they were before."""

    unit_id: int
    holders: tuple[HolderData, ...]
    before: tuple[tuple[int, HolderData], ...] = ()


def carry_out(
    session: Session, actor: Actor, compound: PlaceRow, plan: Plan, reason: HoldingReason, clock: Clock
) -> None:
    """Write what a plan without wrong rows says."""
    if plan.new_buildings:
        add_buildings(session, actor, AddBuildings(compound.id, plan.new_buildings), clock)
    ids = {building_key(name): number for name, number in buildings_of(session, compound).items()}
    add_units(session, compound.id, [_unit(ids[building_key(one.building)], one) for one in plan.new])
    for change in plan.changed:
        _correct(session, change)
    now = clock.now(session)
    community = ancestor(session, compound.path, PlaceKind.COMMUNITY)
    keeper = Keeper(community.id if community else compound.id, actor.person_id, now)
    by_key = unit_ids_by_key(session, compound.id)
    arrivals = [Arrival(by_key[one.key], one.holders) for one in plan.new if one.holders]
    arrivals += [_arrival(one) for one in plan.changed if one.of_holders]
    _take_holders(session, keeper, arrivals, reason)
    _take_groups(session, keeper, compound, [*plan.new, *(one.household for one in plan.changed)], by_key)


def _unit(building_id: int, one: Household) -> UnitData:
    return UnitData(building_id, one.room, one.area_cm2, one.use, one.state or UnitState.DELIVERED, one.printed)


def _correct(session: Session, change: Change) -> None:
    read, before = change.household, change.before
    area = read.area_cm2 if read.area_cm2 is not None else before.area_cm2
    state = read.state or before.state
    if (area, read.use, state) != (before.area_cm2, before.use, before.state):
        change_unit(session, before.unit_id, area, read.use, state)


def _arrival(change: Change) -> Arrival:
    before = tuple(zip(change.before.holder_ids, change.before.holders, strict=True))
    return Arrival(change.before.unit_id, change.household.holders, before)


def _take_holders(session: Session, keeper: Keeper, arrivals: list[Arrival], reason: HoldingReason) -> None:
    changing = [one for one in arrivals if one.before]
    for part in _parts([one.unit_id for one in changing]):
        end_holdings(session, part, keeper.now, keeper.person_id)
    if reason not in HOUSEHOLD_STAYS:
        for one in changing:
            if not one.holders[0].same_as(one.before[0][1]):
                release_household(session, one.unit_id, keeper.now)
    rows = [
        row
        for one, ids in zip(arrivals, _holder_numbers(session, keeper, arrivals), strict=True)
        for row in _rows(keeper, one, ids, reason if one.before else HoldingReason.FIRST)
    ]
    rows.sort(key=lambda row: not row["is_voter"])  # voters first, as the database wants it
    for batch in _parts(rows):
        session.execute(insert(Holding.__table__), batch)  # type: ignore[arg-type]


def _rows(keeper: Keeper, one: Arrival, ids: list[int], reason: HoldingReason) -> list[dict[str, object]]:
    return [
        {
            "unit_id": one.unit_id,
            "holder_id": holder_id,
            "is_voter": position == 0,
            "starts_at": keeper.now,
            "reason": reason,
            "recorded_by_id": keeper.person_id,
            "recorded_at": keeper.now,
        }
        for position, holder_id in enumerate(dict.fromkeys(ids))
    ]


def _parts(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _holder_numbers(session: Session, keeper: Keeper, arrivals: Sequence[Arrival]) -> list[list[int]]:
    """Find or make the holders of the arrivals, in their order."""
    query = select(Holder.identity_hash, Holder.id).where(Holder.community_id == keeper.community_id)
    known: dict[str, int | Holder] = {
        row.identity_hash: row.id for row in session.execute(query.where(Holder.identity_hash.is_not(None)))
    }
    chosen = [[_holder(session, keeper, one, arrival, known) for one in arrival.holders] for arrival in arrivals]
    session.flush()
    return [[one if isinstance(one, int) else one.id for one in own] for own in chosen]


def _holder(
    session: Session, keeper: Keeper, named: HolderData, arrival: Arrival, known: dict[str, int | Holder]
) -> int | Holder:
    """Give the holder who was there already, or the known one of this identity, or a new one."""
    for number, before in arrival.before:
        if named.same_as(before):
            return number
    same = identity_hash(named)
    if same is not None and same in known:
        return known[same]
    made = new_holder(keeper, named)
    session.add(made)
    if same is not None:
        known[same] = made
    return made


def _take_groups(
    session: Session, keeper: Keeper, compound: PlaceRow, read: list[Household], by_key: dict[str, int]
) -> None:
    for kind, column in ((GroupKind.TEN, "ten"), (GroupKind.GRID, "grid")):
        names = {by_key[one.key]: str(getattr(one, column)) for one in read if getattr(one, column)}
        if names:
            put_in_groups(session, keeper.person_id, compound.id, kind, names, keeper.now)
