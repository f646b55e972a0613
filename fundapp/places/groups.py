"""The deeds on groups: ten households and grids beside the tree, who is in them and who keeps in touch with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places import policy
from fundapp.places.holding import hold_compound
from fundapp.places.models import GroupHead, GroupKind, GroupMember, UnitGroup
from fundapp.places.queries import PlaceRow, get_place, unit_of_door
from fundapp.places.rules import clean_name, split_names


@dataclass(frozen=True)
class MakeGroup:
    """Form a group in a compound."""

    compound_id: int
    kind: GroupKind
    name: str


@dataclass(frozen=True)
class AssignUnits:
    """Put units into a group by their doors: one per line or between commas."""

    group_id: int
    doors: str


@dataclass(frozen=True)
class NameHead:
    """Say who keeps in touch with a group."""

    group_id: int
    name: str
    phone: str = ""
    person_id: int | None = None


def make_group(session: Session, actor: Actor, cmd: MakeGroup, clock: Clock) -> UnitGroup:
    """Form a group.

    Raises:
        Forbidden: the actor neither administers the compound nor works for it.
        NotVisible: there is no such compound.
        Refused: no name, or one that is taken.
    """
    compound = hold_compound(session, cmd.compound_id)
    now = clock.now(session)
    policy.check_may_add_building(actor, compound.path)
    name = clean_name(cmd.name)
    if not name:
        raise Refused("places.name_needed", "name")
    if name in standing_groups(session, compound.id, cmd.kind):
        raise Refused("places.name_taken", "name", name=name)
    made = _add(session, compound.id, cmd.kind, name, actor.person_id, now)
    record(session, actor, "places.make_group", f"unit_group:{made.id}", now, kind=cmd.kind.value)
    return made


def assign_units(session: Session, actor: Actor, cmd: AssignUnits, clock: Clock) -> int:
    """Put units into a group: they leave the one of the same kind in which they were. Give how many came.

    Raises:
        Forbidden: the actor neither administers the compound nor works for it.
        NotVisible: there is no such standing group.
        Refused: no door, or one that is none of the compound's.
    """
    group, compound = _standing(session, cmd.group_id)
    now = clock.now(session)
    policy.check_may_add_building(actor, compound.path)
    doors = split_names(cmd.doors)
    if not doors:
        raise Refused("places.door_needed", "doors")
    units = {}
    for door in doors:
        unit = unit_of_door(session, compound.id, door)
        if unit is None:
            raise Refused("places.door_unknown", "doors", door=door)
        units[unit.id] = group.id
    came = move_units(session, group.kind, units, now)
    record(session, actor, "places.assign_units", f"unit_group:{group.id}", now, units=came)
    return came


def release_unit(session: Session, actor: Actor, group_id: int, unit_id: int, clock: Clock) -> None:
    """Take one unit out of a group.

    Raises:
        Forbidden: the actor neither administers the compound nor works for it.
        NotVisible: there is no such standing group, or the unit is not in it.
    """
    group, compound = _standing(session, group_id)
    now = clock.now(session)
    policy.check_may_add_building(actor, compound.path)
    inside = GroupMember.group_id == group.id, GroupMember.unit_id == unit_id, GroupMember.ends_at.is_(None)
    member = session.scalar(select(GroupMember).where(*inside))
    if member is None:
        raise NotVisible
    member.ends_at = now
    session.flush()
    record(session, actor, "places.release_unit", f"unit_group:{group.id}", now, unit=unit_id)


def name_head(session: Session, actor: Actor, cmd: NameHead, clock: Clock) -> GroupHead:
    """Say who keeps in touch with a group from now on; who did so before stays on record.

    Raises:
        Forbidden: the actor neither administers the compound nor works for it.
        NotVisible: there is no such standing group.
        Refused: no name.
    """
    group, compound = _standing(session, cmd.group_id)
    now = clock.now(session)
    policy.check_may_add_building(actor, compound.path)
    name = " ".join(cmd.name.split())
    if not name:
        raise Refused("places.name_needed", "name")
    session.execute(
        update(GroupHead).where(GroupHead.group_id == group.id, GroupHead.ends_at.is_(None)).values(ends_at=now)
    )
    phone = cmd.phone.strip() or None
    head = GroupHead(group_id=group.id, name=name, phone=phone, person_id=cmd.person_id, starts_at=now)
    session.add(head)
    session.flush()
    record(session, actor, "places.name_head", f"unit_group:{group.id}", now)
    return head


def close_group(session: Session, actor: Actor, group_id: int, clock: Clock) -> None:
    """Close a group; its units leave it, its rows stay.

    Raises:
        Forbidden: the actor neither administers the compound nor works for it.
        NotVisible: there is no such standing group.
    """
    group, compound = _standing(session, group_id)
    now = clock.now(session)
    policy.check_may_add_building(actor, compound.path)
    for kind in (GroupMember, GroupHead):
        session.execute(update(kind).where(kind.group_id == group.id, kind.ends_at.is_(None)).values(ends_at=now))
    group.closed_at = now
    session.flush()
    record(session, actor, "places.close_group", f"unit_group:{group.id}", now)


def put_in_groups(
    session: Session, by: int | None, compound_id: int, kind: GroupKind, names: Mapping[int, str], at: datetime
) -> None:
    """Put units into groups by the groups' names; those that are not there yet are formed.

    Who may do so is the caller's rule.
    """
    known = standing_groups(session, compound_id, kind)
    for name in dict.fromkeys(names.values()):
        if name not in known:
            known[name] = _add(session, compound_id, kind, name, by, at).id
    move_units(session, kind, {unit_id: known[name] for unit_id, name in names.items()}, at)


def move_units(session: Session, kind: GroupKind, groups: Mapping[int, int], at: datetime) -> int:
    """Let units leave their groups of a kind and join others; give how many did so."""
    standing = GroupMember.kind == kind, GroupMember.unit_id.in_(groups), GroupMember.ends_at.is_(None)
    now_in = {row.unit_id: row.group_id for row in session.scalars(select(GroupMember).where(*standing))}
    moving = [unit_id for unit_id, group_id in groups.items() if now_in.get(unit_id) != group_id]
    leaving = GroupMember.unit_id.in_(moving)
    session.execute(update(GroupMember).where(*standing, leaving).values(ends_at=at))
    session.add_all(GroupMember(group_id=groups[one], kind=kind, unit_id=one, starts_at=at) for one in moving)
    session.flush()
    return len(moving)


def leave_groups(session: Session, unit_ids: Sequence[int], at: datetime) -> None:
    """Let units leave all their groups: they were split or merged."""
    inside = GroupMember.unit_id.in_(unit_ids), GroupMember.ends_at.is_(None)
    session.execute(update(GroupMember).where(*inside).values(ends_at=at))


def standing_groups(session: Session, compound_id: int, kind: GroupKind) -> dict[str, int]:
    """Give the groups of a kind in a compound by name."""
    standing = UnitGroup.place_id == compound_id, UnitGroup.kind == kind, UnitGroup.closed_at.is_(None)
    return {row.name: row.id for row in session.scalars(select(UnitGroup).where(*standing))}


def rekey_heads(session: Session) -> int:
    """Encrypt the names of all heads of groups anew; give how many. Who may do so is the caller's rule."""
    heads = session.scalars(select(GroupHead)).all()
    for head in heads:
        flag_modified(head, "name")
        if head.phone is not None:
            flag_modified(head, "phone")
    session.flush()
    return len(heads)


def _standing(session: Session, group_id: int) -> tuple[UnitGroup, PlaceRow]:
    group = lock(session, UnitGroup, group_id)
    if group is None or group.closed_at is not None:
        raise NotVisible
    return group, get_place(session, group.place_id)


def _add(session: Session, place_id: int, kind: GroupKind, name: str, by: int | None, at: datetime) -> UnitGroup:
    made = UnitGroup(place_id=place_id, kind=kind, name=name, made_by_id=by, made_at=at)
    session.add(made)
    session.flush()
    return made
