"""Walks, phones, and what came in from them: nothing is changed or deleted, a walk only ends."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.collecting.rules import Fate
from fundapp.consent.policy import Choice
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, frozen, refuse
from fundapp.db.types import stored


class Walk(Numbered, Base):
    """The doors of one building in one round, given to one collector."""

    __tablename__ = "collect_walk"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="ends_not_before_start"),
        Index(
            "uq_collect_walk_standing",
            "round_id",
            "building_id",
            "person_id",
            unique=True,
            sqlite_where=text("ends_at IS NULL"),
            postgresql_where=text("ends_at IS NULL"),
        ),
        Index("ix_collect_walk_person_id", "person_id"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    building_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assigned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class Device(Numbered, Base):
    """A collector's phone, registered for a round before its close under a name that it made for itself."""

    __tablename__ = "collect_device"
    __table_args__ = (UniqueConstraint("round_id", "device_key"), UniqueConstraint("id", "round_id"))

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    device_key: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]


class DoorEntry(Numbered, Base):
    """One answer as it was noted at a door, and what became of it; sent twice, it is here once."""

    __tablename__ = "collect_entry"
    __table_args__ = (
        UniqueConstraint("op_key"),
        UniqueConstraint("answer_id"),
        ForeignKeyConstraint(["device_id", "round_id"], ["collect_device.id", "collect_device.round_id"]),
        CheckConstraint("noted_at <= received_at", name="noted_before_received"),
        CheckConstraint("(fate = 'counted') = (answer_id IS NOT NULL)", name="counted_has_answer"),
        CheckConstraint("answer <> 'none'", name="says_something"),
        {"info": {"sealed": True}},
    )

    op_key: Mapped[str] = mapped_column(String(36))
    device_id: Mapped[int]
    round_id: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    answer: Mapped[Choice] = mapped_column(stored(Choice, "choice"))
    photo_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    noted_at: Mapped[datetime]
    received_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    fate: Mapped[Fate] = mapped_column(stored(Fate))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("consent_answer.id"))


frozen("collect_walk", ["round_id", "building_id", "person_id", "assigned_by_id", "starts_at"])
refuse("collect_walk_ends_once", "collect_walk", "UPDATE", "OLD.ends_at IS NOT NULL", "a walk that ended stays so")
append_only("collect_device")
append_only("collect_entry")
refuse(
    "collect_entry_of_its_phone",
    "collect_entry",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM collect_device d WHERE d.id = NEW.device_id AND d.person_id = NEW.person_id "
    "AND d.registered_at <= NEW.received_at)",
    "an entry comes from a registered phone of its collector",
)
refuse(
    "collect_entry_on_a_walk",
    "collect_entry",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM collect_walk w JOIN unit u ON u.building_id = w.building_id WHERE u.id = NEW.unit_id "
    "AND w.round_id = NEW.round_id AND w.person_id = NEW.person_id AND w.starts_at <= NEW.noted_at "
    "AND (w.ends_at IS NULL OR w.ends_at > NEW.noted_at))",
    "a collector notes only what her walk covers",
)
refuse(
    "consent_answer_from_a_walk",
    "consent_answer",
    "INSERT",
    "NEW.channel = 'door' AND NOT EXISTS (SELECT 1 FROM collect_walk w JOIN unit u ON u.building_id = w.building_id "
    "WHERE u.id = NEW.unit_id AND w.round_id = NEW.round_id AND w.person_id = NEW.person_id)",
    "an answer from a door comes from a collector who was sent there",
)
