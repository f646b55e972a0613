"""Programmes and their policy versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only
from fundapp.db.types import CanonicalJson


class Programme(Numbered, Base):
    """The programme of a year; its money is the pool of the same number in the foundation's book."""

    __tablename__ = "programme"
    __table_args__ = (
        UniqueConstraint("place_id", "year", "name"),
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year_known"),
        {"info": {"sealed": True}},
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    foundation_name: Mapped[str] = mapped_column(String(120))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class PolicyVersion(Numbered, Base):
    """One version of a programme's rules: ``parts`` by subject, with the hash of their canonical bytes."""

    __tablename__ = "policy_version"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    effective_from: Mapped[datetime]
    parts: Mapped[Any] = mapped_column(CanonicalJson)
    parts_hash: Mapped[str] = mapped_column(String(64))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


append_only("policy_version")
append_only("programme")
