"""Imports, who holds which unit when, who looked at names, and frozen snapshots that rounds stand on."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base, Numbered
from fundapp.db.guards import append_only, frozen, no_replace, no_truncate, refuse
from fundapp.db.types import CanonicalJson, Encrypted, EncryptedJson, stored
from fundapp.rosters.heads import HolderKind, HoldingReason, Purpose

__all__ = [
    "Holder",
    "HolderKind",
    "Holding",
    "HoldingReason",
    "NameView",
    "Purpose",
    "RosterImport",
    "RosterSnapshot",
    "RosterUpload",
    "SnapshotUnit",
]


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
    rows: Mapped[Any] = mapped_column(EncryptedJson)
    ignored: Mapped[Any] = mapped_column(CanonicalJson)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class Holder(Numbered, Base):
    """Who holds units of a community: one head, however many they are.

    Name and phone are encrypted. ``identity_hash`` is the keyed fingerprint by which an import finds the same
    holder again (name and phone; the name alone for a firm or the developer); NULL for a person without a phone,
    because two neighbours may have one name.
    """

    __tablename__ = "holder"
    __table_args__ = (
        UniqueConstraint("community_id", "identity_hash"),
        CheckConstraint("name LIKE 'gAAAA%'", name="name_encrypted"),
        CheckConstraint("phone IS NULL OR phone LIKE 'gAAAA%'", name="phone_encrypted"),
        CheckConstraint("kind = 'person' OR identity_hash IS NOT NULL", name="firms_are_known_by_name"),
    )

    community_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    kind: Mapped[HolderKind] = mapped_column(stored(HolderKind))
    name: Mapped[str] = mapped_column(Encrypted())
    phone: Mapped[str | None] = mapped_column(Encrypted())
    identity_hash: Mapped[str | None] = mapped_column(String(64))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class Holding(Numbered, Base):
    """A holder of a unit from one moment to another; of several at once exactly one speaks for it (``is_voter``)."""

    __tablename__ = "holding"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="ends_not_before_start"),
        CheckConstraint("(ends_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        Index(
            "uq_holding_one_voter",
            "unit_id",
            unique=True,
            sqlite_where=text("is_voter AND ends_at IS NULL"),
            postgresql_where=text("is_voter AND ends_at IS NULL"),
        ),
        Index(
            "uq_holding_holder_once",
            "unit_id",
            "holder_id",
            unique=True,
            sqlite_where=text("ends_at IS NULL"),
            postgresql_where=text("ends_at IS NULL"),
        ),
        Index("ix_holding_holder_id", "holder_id"),
        Index("ix_holding_unit_id", "unit_id", "starts_at"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"))
    is_voter: Mapped[bool]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    reason: Mapped[HoldingReason] = mapped_column(stored(HoldingReason))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class NameView(Numbered, Base):
    """Somebody looked at names or phones: whose, in which place, how many and what for."""

    __tablename__ = "name_view"
    __table_args__ = (
        CheckConstraint("names > 0", name="something_was_seen"),
        Index("ix_name_view_place_id", "place_id", "id"),
    )

    seen_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seen_at: Mapped[datetime]
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    about: Mapped[str] = mapped_column(String(80))
    names: Mapped[int]
    purpose: Mapped[Purpose] = mapped_column(stored(Purpose))


class RosterSnapshot(Numbered, Base):
    """The households of a place as they stood at one moment."""

    __tablename__ = "roster_snapshot"
    __table_args__ = (CheckConstraint("households > 0", name="not_empty"), {"info": {"sealed": True}})

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    taken_at: Mapped[datetime]
    households: Mapped[int]
    roster_hash: Mapped[str] = mapped_column(String(64))


class SnapshotUnit(Base):
    """One household of a snapshot: its door as printed then, its head and its groups as they stood then.

    Units with the same ``head_key`` are **one head**. The key is ``holder:17`` where the roster knew who holds the
    unit (an undelivered one is held by its developer) and ``unit:42`` where it did not. Under household regimes
    ignore it: every row is a head. Under owners' regimes group by it, sum the areas, and refuse by name where a
    row's ``holder_id`` is NULL: that is the "blank holder" of the command-line contract.
    """

    __tablename__ = "snapshot_unit"
    __table_args__ = (
        UniqueConstraint("snapshot_id", "door"),
        Index("ix_snapshot_unit_holder", "snapshot_id", "holder_id"),
        CheckConstraint(
            "head_key = CASE WHEN holder_id IS NULL THEN 'unit:' || unit_id ELSE 'holder:' || holder_id END",
            name="head_is_holder_or_unit",
        ),
        {"info": {"recomputed_by": "rosters.snapshots"}},
    )

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("roster_snapshot.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    door: Mapped[str] = mapped_column(String(160))
    area_cm2: Mapped[int | None] = mapped_column(ID)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("holder.id"))
    head_key: Mapped[str] = mapped_column(String(40))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("unit_group.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("unit_group.id"))


frozen("holder", ["community_id", "kind", "made_by_id", "made_at"])
frozen("holding", ["unit_id", "holder_id", "is_voter", "starts_at", "reason", "recorded_by_id", "recorded_at"])
refuse("holding_ends_once", "holding", "UPDATE", "OLD.ends_at IS NOT NULL", "a holding that ended stays so")
refuse(
    "holding_voters_follow",
    "holding",
    "INSERT",
    "NEW.is_voter AND EXISTS (SELECT 1 FROM holding o WHERE o.unit_id = NEW.unit_id AND o.is_voter "
    "AND (o.ends_at IS NULL OR o.ends_at > NEW.starts_at) AND (NEW.ends_at IS NULL OR o.starts_at < NEW.ends_at))",
    "a unit has one voter at a time",
)
refuse(
    "holding_beside_voter",
    "holding",
    "INSERT",
    "NOT NEW.is_voter AND NOT EXISTS (SELECT 1 FROM holding o WHERE o.unit_id = NEW.unit_id AND o.is_voter "
    "AND o.ends_at IS NULL AND o.starts_at <= NEW.starts_at AND o.holder_id <> NEW.holder_id)",
    "co-holders stand beside a voter",
)
refuse(
    "holding_voter_leaves_last",
    "holding",
    "UPDATE",
    "OLD.is_voter AND NEW.ends_at IS NOT NULL AND EXISTS (SELECT 1 FROM holding o WHERE o.unit_id = NEW.unit_id "
    "AND NOT o.is_voter AND o.ends_at IS NULL)",
    "co-holders stand beside a voter",
)
refuse(
    "holding_in_its_community",
    "holding",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM unit u JOIN place b ON b.id = u.building_id JOIN holder h ON h.id = NEW.holder_id "
    "JOIN place c ON c.id = h.community_id WHERE u.id = NEW.unit_id AND substr(b.path, 1, length(c.path)) = c.path)",
    "a holder holds units of the community",
)
append_only("name_view")
append_only("roster_snapshot")
append_only("roster_import")
refuse("snapshot_unit_keeps_rows", "snapshot_unit", "DELETE", None, "snapshot_unit is append-only")
refuse("snapshot_unit_keeps_values", "snapshot_unit", "UPDATE", None, "snapshot_unit is append-only")
no_replace("snapshot_unit")
no_truncate("snapshot_unit")
