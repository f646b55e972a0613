"""Read the groups beside the tree."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fundapp.kernel.errors import NotVisible
from fundapp.places.models import GroupHead, GroupKind, GroupMember, Place, Unit, UnitGroup
from fundapp.places.queries.tree import UnitRow, units_of_compound
from fundapp.places.rules import natural_key


@dataclass(frozen=True)
class GroupRow:
    """A standing group on a list: how many units it has, and who keeps in touch (for staff pages only)."""

    id: int
    kind: GroupKind
    name: str
    units: int
    head_name: str


@dataclass(frozen=True)
class GroupPage:
    """A standing group with its units."""

    id: int
    kind: GroupKind
    name: str
    head_name: str
    head_phone: str
    units: tuple[UnitRow, ...]


def groups_of(session: Session, compound_id: int) -> list[GroupRow]:
    """List the standing groups of a compound by kind and name."""
    standing = select(UnitGroup).where(UnitGroup.place_id == compound_id, UnitGroup.closed_at.is_(None))
    rows = session.scalars(standing).all()
    counted = session.execute(
        select(GroupMember.group_id, func.count())
        .where(GroupMember.group_id.in_([row.id for row in rows]), GroupMember.ends_at.is_(None))
        .group_by(GroupMember.group_id)
    )
    sizes = {group_id: count for group_id, count in counted}
    heads = session.execute(
        select(GroupHead.group_id, GroupHead.name).where(
            GroupHead.group_id.in_([row.id for row in rows]), GroupHead.ends_at.is_(None)
        )
    )
    names = {group_id: name for group_id, name in heads}
    listed = [GroupRow(row.id, row.kind, row.name, sizes.get(row.id, 0), names.get(row.id, "")) for row in rows]
    return sorted(listed, key=lambda row: (row.kind is GroupKind.GRID, natural_key(row.name)))


def group_page(session: Session, compound_id: int, group_id: int) -> GroupPage:
    """Give a standing group of a compound with its units and its head.

    Raises:
        NotVisible: there is none such.
    """
    group = session.get(UnitGroup, group_id)
    if group is None or group.place_id != compound_id or group.closed_at is not None:
        raise NotVisible
    present = GroupMember.group_id == group_id, GroupMember.ends_at.is_(None)
    inside = set(session.scalars(select(GroupMember.unit_id).where(*present)))
    head = session.scalar(select(GroupHead).where(GroupHead.group_id == group_id, GroupHead.ends_at.is_(None)))
    units = tuple(unit for unit in units_of_compound(session, compound_id) if unit.id in inside)
    name, phone = (head.name, head.phone or "") if head else ("", "")
    return GroupPage(group.id, group.kind, group.name, name, phone, units)


def groups_below(session: Session, path: str, at: datetime) -> dict[tuple[int, GroupKind], int]:
    """Give the group of each kind of the units in the subtree of *path* at a moment, by unit and kind."""
    rows = session.execute(
        select(GroupMember.unit_id, GroupMember.kind, GroupMember.group_id)
        .join(Unit, Unit.id == GroupMember.unit_id)
        .join(Place, Place.id == Unit.building_id)
        .where(Place.path.startswith(path, autoescape=True), GroupMember.starts_at <= at)
        .where(or_(GroupMember.ends_at.is_(None), GroupMember.ends_at > at))
    )
    return {(row.unit_id, row.kind): row.group_id for row in rows}


def group_names(session: Session, compound_id: int) -> dict[tuple[int, GroupKind], str]:
    """Give the present groups of a compound's units by name, by unit and kind."""
    rows = session.execute(
        select(GroupMember.unit_id, GroupMember.kind, UnitGroup.name)
        .join(UnitGroup, UnitGroup.id == GroupMember.group_id)
        .join(Unit, Unit.id == GroupMember.unit_id)
        .where(Unit.compound_id == compound_id, GroupMember.ends_at.is_(None))
    )
    return {(row.unit_id, row.kind): row.name for row in rows}
