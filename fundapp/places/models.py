"""The tree of places, the units (户) in the buildings, and the groups that neighbours form beside the tree."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base, Numbered
from fundapp.db.guards import append_only, frozen, refuse
from fundapp.db.types import Encrypted, stored
from fundapp.places.rules import GroupKind, PlaceKind, UnitState, UnitUse

__all__ = [
    "GroupHead",
    "GroupKind",
    "GroupMember",
    "Place",
    "PlaceKind",
    "Unit",
    "UnitGroup",
    "UnitOrigin",
    "UnitState",
    "UnitUse",
]


class Place(Numbered, Base):
    """A place; its path ends with its own id and a slash."""

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("parent_id", "name"),
        CheckConstraint("(kind = 'district') = (parent_id IS NULL)", name="only_districts_at_the_top"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
        Index("ix_place_path", "path"),
        Index(
            "uq_place_name_at_the_top",
            "name",
            unique=True,
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
    )

    kind: Mapped[PlaceKind] = mapped_column(stored(PlaceKind))
    name: Mapped[str] = mapped_column(String(80))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    path: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class Unit(Numbered, Base):
    """A household's unit in its building. Areas are exact, in cm².

    ``door_key`` is what all spellings of the door share and is unique among the standing units of a compound;
    ``room`` is how the door is shown, ``printed`` what the file said where that was more. A unit that was split or
    merged has ended: it keeps its row for the rounds that stand on it.
    """

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("area_cm2 IS NULL OR area_cm2 > 0", name="area_positive"),
        CheckConstraint("length(trim(room)) > 0", name="numbered"),
        CheckConstraint("length(trim(door_key)) > 0", name="keyed"),
        Index(
            "uq_unit_door_standing",
            "compound_id",
            "door_key",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_unit_building_id", "building_id"),
    )

    building_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    compound_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    room: Mapped[str] = mapped_column(String(40))
    door_key: Mapped[str] = mapped_column(String(80))
    printed: Mapped[str | None] = mapped_column(String(80))
    area_cm2: Mapped[int | None] = mapped_column(ID)
    use: Mapped[UnitUse] = mapped_column(stored(UnitUse), default=UnitUse.HOME)
    state: Mapped[UnitState] = mapped_column(stored(UnitState), default=UnitState.DELIVERED)
    ended_at: Mapped[datetime | None]


class UnitOrigin(Base):
    """From which unit another came when walls were moved: several rows where units were merged."""

    __tablename__ = "unit_origin"
    __table_args__ = (CheckConstraint("unit_id <> from_unit_id", name="from_another"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class UnitGroup(Numbered, Base):
    """Neighbours with one contact: ten households 十户, or a grid 网格. It stands beside the tree of places."""

    __tablename__ = "unit_group"
    __table_args__ = (
        UniqueConstraint("id", "kind"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
        CheckConstraint("closed_at IS NULL OR closed_at >= made_at", name="closed_not_before_made"),
        Index(
            "uq_unit_group_name_standing",
            "place_id",
            "kind",
            "name",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    kind: Mapped[GroupKind] = mapped_column(stored(GroupKind))
    name: Mapped[str] = mapped_column(String(40))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class GroupMember(Numbered, Base):
    """A unit in a group, from one moment to another; at any time in one group of each kind at most."""

    __tablename__ = "group_member"
    __table_args__ = (
        ForeignKeyConstraint(["group_id", "kind"], ["unit_group.id", "unit_group.kind"]),
        CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="ends_not_before_start"),
        Index(
            "uq_group_member_one_of_a_kind",
            "unit_id",
            "kind",
            unique=True,
            sqlite_where=text("ends_at IS NULL"),
            postgresql_where=text("ends_at IS NULL"),
        ),
        Index("ix_group_member_group_id", "group_id"),
    )

    group_id: Mapped[int] = mapped_column(ID)
    kind: Mapped[GroupKind] = mapped_column(stored(GroupKind))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class GroupHead(Numbered, Base):
    """Who keeps in touch with a group: 十户长 or 网格员, by name, and by account where she has one."""

    __tablename__ = "group_head"
    __table_args__ = (
        CheckConstraint("name LIKE 'gAAAA%'", name="name_encrypted"),
        CheckConstraint("phone IS NULL OR phone LIKE 'gAAAA%'", name="phone_encrypted"),
        CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="ends_not_before_start"),
        Index(
            "uq_group_head_present",
            "group_id",
            unique=True,
            sqlite_where=text("ends_at IS NULL"),
            postgresql_where=text("ends_at IS NULL"),
        ),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("unit_group.id"))
    name: Mapped[str] = mapped_column(Encrypted())
    phone: Mapped[str | None] = mapped_column(Encrypted())
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


frozen("unit", ["building_id", "compound_id", "room", "door_key", "printed"])
refuse("unit_ends_once", "unit", "UPDATE", "OLD.ended_at IS NOT NULL", "a unit that ended stays so")
append_only("unit_origin")
frozen("unit_group", ["kind", "place_id", "made_by_id", "made_at"])
refuse("unit_group_closed_once", "unit_group", "UPDATE", "OLD.closed_at IS NOT NULL", "a closed group stays closed")
frozen("group_member", ["group_id", "kind", "unit_id", "starts_at"])
refuse("group_member_ends_once", "group_member", "UPDATE", "OLD.ends_at IS NOT NULL", "who left a group has left it")
frozen("group_head", ["group_id", "starts_at"])
refuse(
    "place_keeps_path",
    "place",
    "UPDATE",
    "OLD.path <> '' AND (NEW.path <> OLD.path OR NEW.kind <> OLD.kind OR NEW.parent_id IS NOT OLD.parent_id)",
    "place keeps its path",
    pg_when="OLD.path <> '' AND (NEW.path <> OLD.path OR NEW.kind <> OLD.kind "
    "OR NEW.parent_id IS DISTINCT FROM OLD.parent_id)",
)
refuse("place_keeps_rows", "place", "DELETE", None, "place keeps its rows")
