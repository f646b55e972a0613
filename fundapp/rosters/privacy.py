"""Looking at names and phones: who, whose, when and what for is written down in the same transaction."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible
from fundapp.people.queries import building_heads
from fundapp.places.queries import PlaceRow, get_place, group_page, path_of, units_by_id, units_of_compound
from fundapp.rosters import policy
from fundapp.rosters.heads import Purpose
from fundapp.rosters.models import NameView
from fundapp.rosters.queries import NamedHolder, holders_by_unit


class ListOf(StrEnum):
    """Whose households a printed list holds."""

    BUILDING = "building"
    GROUP = "group"


@dataclass(frozen=True)
class LookAtUnit:
    """See the names and phones of a unit's present holders."""

    unit_id: int
    purpose: Purpose


@dataclass(frozen=True)
class LookAtList:
    """Print the households of a building or of a group, with or without names."""

    compound_id: int
    of: ListOf
    number: int
    with_names: bool
    purpose: Purpose = Purpose.LISTS


@dataclass(frozen=True)
class ListLine:
    """One household of a printed list."""

    door: str
    area_cm2: int | None
    holders: tuple[NamedHolder, ...]


@dataclass(frozen=True)
class HouseholdList:
    """A printed list: its title, who keeps in touch, and the households."""

    title: str
    contacts: tuple[str, ...]
    with_names: bool
    lines: tuple[ListLine, ...]


def look_at_unit(session: Session, actor: Actor, cmd: LookAtUnit, clock: Clock) -> list[NamedHolder]:
    """Give names and phones of a unit's present holders, and write the look down.

    Raises:
        Forbidden: the actor does not work for the community.
        NotVisible: there is no such unit.
    """
    unit = units_by_id(session, [cmd.unit_id]).get(cmd.unit_id)
    if unit is None:
        raise NotVisible
    policy.check_may_keep_roster(actor, unit.path)
    found = holders_by_unit(session, unit.compound_id, [unit.id]).get(unit.id, [])
    _note(session, actor, unit.compound_id, f"unit:{unit.id}", len(found), cmd.purpose, clock)
    return found


def look_at_list(session: Session, actor: Actor, cmd: LookAtList, clock: Clock) -> HouseholdList:
    """Give the households of a building or a group for printing; with names the look is written down.

    Raises:
        Forbidden: the actor does not work for the community.
        NotVisible: there is no such building or group in the compound.
    """
    compound = get_place(session, cmd.compound_id)
    policy.check_may_keep_roster(actor, compound.path)
    title, unit_ids, contacts, about = (_building if cmd.of is ListOf.BUILDING else _group)(
        session, compound, cmd, clock
    )
    units = [unit for unit in units_of_compound(session, compound.id) if unit.id in unit_ids]
    names = holders_by_unit(session, compound.id, list(unit_ids)) if cmd.with_names else {}
    _note(session, actor, compound.id, about, sum(map(len, names.values())), cmd.purpose, clock)
    lines = tuple(ListLine(unit.door, unit.area_cm2, tuple(names.get(unit.id, ()))) for unit in units)
    return HouseholdList(f"{compound.name} {title}", contacts, cmd.with_names, lines)


def _building(
    session: Session, compound: PlaceRow, cmd: LookAtList, clock: Clock
) -> tuple[str, set[int], tuple[str, ...], str]:
    path = path_of(session, cmd.number)
    if path is None or not path.startswith(compound.path) or path == compound.path:
        raise NotVisible
    inside = {unit.id for unit in units_of_compound(session, compound.id) if unit.path == path}
    heads = building_heads(session, cmd.number, clock.now(session))
    return get_place(session, cmd.number).name, inside, tuple(heads), f"place:{cmd.number}"


def _group(
    session: Session, compound: PlaceRow, cmd: LookAtList, clock: Clock
) -> tuple[str, set[int], tuple[str, ...], str]:
    group = group_page(session, compound.id, cmd.number)
    contact = " ".join(part for part in (group.head_name, group.head_phone) if part)
    return group.name, {unit.id for unit in group.units}, (contact,) if contact else (), f"unit_group:{group.id}"


def _note(
    session: Session, actor: Actor, place_id: int, about: str, names: int, purpose: Purpose, clock: Clock
) -> None:
    """Write a look down; nothing where no name was there to be seen."""
    if names == 0:
        return
    now = clock.now(session)
    session.add(
        NameView(seen_by_id=actor.person_id, seen_at=now, place_id=place_id, about=about, names=names, purpose=purpose)
    )
    session.flush()
    record(session, actor, "rosters.look_at_names", about, now, names=names, purpose=purpose.value)
