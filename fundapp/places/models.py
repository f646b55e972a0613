"""The tree of places, and the units (户) in the buildings."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base, Numbered
from fundapp.db.guards import frozen, refuse
from fundapp.db.types import stored
from fundapp.places.rules import PlaceKind, UnitUse

__all__ = ["Place", "PlaceKind", "Unit", "UnitUse"]


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
    """A household's unit, known by its room number in its building. Areas are exact, in cm²."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("building_id", "room"),
        CheckConstraint("area_cm2 IS NULL OR area_cm2 > 0", name="area_positive"),
        CheckConstraint("length(trim(room)) > 0", name="numbered"),
    )

    building_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    compound_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    room: Mapped[str] = mapped_column(String(40))
    area_cm2: Mapped[int | None] = mapped_column(ID)
    use: Mapped[UnitUse] = mapped_column(stored(UnitUse), default=UnitUse.HOME)


frozen("unit", ["building_id", "compound_id", "room"])
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
