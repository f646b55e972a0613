"""Imports, and frozen snapshots that rounds stand on."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base, Numbered
from fundapp.db.guards import append_only, no_truncate, refuse
from fundapp.db.types import CanonicalJson


class RosterImport(Numbered, Base):
    """One accepted file."""

    __tablename__ = "roster_import"

    compound_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    file_hash: Mapped[str] = mapped_column(String(64))
    rows_new: Mapped[int]
    rows_changed: Mapped[int]
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[datetime]


class RosterUpload(Numbered, Base):
    """A file that was looked at and waits to be taken in; gone once it was, or after a day."""

    __tablename__ = "roster_upload"

    compound_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_hash: Mapped[str] = mapped_column(String(64))
    rows: Mapped[Any] = mapped_column(CanonicalJson)
    ignored: Mapped[Any] = mapped_column(CanonicalJson)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class RosterSnapshot(Numbered, Base):
    """The households of a place as they stood at one moment."""

    __tablename__ = "roster_snapshot"
    __table_args__ = (CheckConstraint("households > 0", name="not_empty"), {"info": {"sealed": True}})

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    taken_at: Mapped[datetime]
    households: Mapped[int]
    roster_hash: Mapped[str] = mapped_column(String(64))


class SnapshotUnit(Base):
    """One household of a snapshot, with its door as printed then."""

    __tablename__ = "snapshot_unit"
    __table_args__ = (UniqueConstraint("snapshot_id", "door"),)

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("roster_snapshot.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    door: Mapped[str] = mapped_column(String(160))
    area_cm2: Mapped[int | None] = mapped_column(ID)


append_only("roster_snapshot")
append_only("roster_import")
refuse("snapshot_unit_keeps_rows", "snapshot_unit", "DELETE", None, "snapshot_unit is append-only")
refuse("snapshot_unit_keeps_values", "snapshot_unit", "UPDATE", None, "snapshot_unit is append-only")
no_truncate("snapshot_unit")
