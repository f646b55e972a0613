"""Who is who."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import frozen, refuse
from fundapp.db.types import Encrypted, stored
from fundapp.kernel.actor import Role


class Person(Numbered, Base):
    """A person, as other people see her on staff pages; never shown in public. Her name is encrypted."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("name LIKE 'gAAAA%'", name="name_encrypted"),)

    name: Mapped[str] = mapped_column(Encrypted())
    created_at: Mapped[datetime]


class Account(Numbered, Base):
    """What a person signs in with."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("login"), UniqueConstraint("person_id"))

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    login: Mapped[str] = mapped_column(String(40))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)


class RoleGrant(Numbered, Base):
    """A role held in a place from one moment to another."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="ends_not_before_start"),
        Index("ix_role_grant_person_id", "person_id"),
        {"info": {"sealed": True}},
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(stored(Role))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class HouseholdCode(Numbered, Base):
    """A household's printed one-time code. Only its keyed hash is kept."""

    __tablename__ = "household_code"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        CheckConstraint("(used_at IS NULL) = (person_id IS NULL)", name="used_by_somebody"),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="used_or_revoked"),
        CheckConstraint("used_at IS NULL OR used_at < expires_at", name="used_in_time"),
        Index(
            "uq_household_code_live",
            "unit_id",
            unique=True,
            sqlite_where=text("used_at IS NULL AND revoked_at IS NULL"),
            postgresql_where=text("used_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]


class UnitBinding(Numbered, Base):
    """A person who speaks for a household, from one moment to another."""

    __tablename__ = "unit_binding"
    __table_args__ = (
        UniqueConstraint("unit_id", "person_id", "starts_at"),
        CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="ends_not_before_start"),
        Index("ix_unit_binding_person_id", "person_id"),
        {"info": {"sealed": True}},
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


frozen("role_grant", ["person_id", "role", "place_id", "starts_at", "granted_by_id"])
frozen("household_code", ["unit_id", "code_hash", "issued_at", "issued_by_id", "expires_at"])
frozen("unit_binding", ["unit_id", "person_id", "starts_at"])
refuse(
    "household_code_once",
    "household_code",
    "UPDATE",
    "OLD.used_at IS NOT NULL OR OLD.revoked_at IS NOT NULL",
    "a household code that was used or replaced stays so",
)
