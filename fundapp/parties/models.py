"""Counterparties, and the interests of people in them and in each other."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored
from fundapp.parties.rules import Bond


class Counterparty(Numbered, Base):
    """A firm, unit or society by its credit code, or a person by her name alone."""

    __tablename__ = "counterparty"
    __table_args__ = (
        UniqueConstraint("credit_code"),
        CheckConstraint("length(trim(name)) > 0 AND length(name_key) > 0", name="named"),
        CheckConstraint("length(credit_code) = 18", name="code_of_18_signs"),
        Index("ix_counterparty_name_key", "name_key"),
        Index(
            "uq_counterparty_without_code",
            "name_key",
            unique=True,
            sqlite_where=text("credit_code IS NULL"),
            postgresql_where=text("credit_code IS NULL"),
        ),
        {"info": {"sealed": True}},
    )

    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120))
    credit_code: Mapped[str | None] = mapped_column(String(18))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class Interest(Numbered, Base):
    """That a person is related to a counterparty, or to another person, since a day.

    Declared where she recorded it herself. ``place_id``: whose foundation keeps this entry; ``note`` is for its staff.
    """

    __tablename__ = "interest"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("(counterparty_id IS NULL) <> (other_id IS NULL)", name="one_of_two"),
        CheckConstraint("other_id IS NULL OR kind IN ('relative', 'household')", name="people_are_near"),
        CheckConstraint("other_id <> person_id", name="nobody_to_herself"),
        Index("ix_interest_person_id", "person_id"),
        Index("ix_interest_counterparty_id", "counterparty_id"),
        Index("ix_interest_other_id", "other_id"),
        {"info": {"sealed": True}},
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("counterparty.id"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[Bond] = mapped_column(stored(Bond))
    note: Mapped[str] = mapped_column(String(200))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    starts_on: Mapped[date]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class InterestEnding(Base):
    """That an interest counts no more from this moment on, and why."""

    __tablename__ = "interest_ending"
    __table_args__ = (CheckConstraint("length(trim(reason)) > 0", name="has_reason"), {"info": {"sealed": True}})

    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    ended_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime]


for _table in ("counterparty", "interest", "interest_ending"):
    append_only(_table)
refuse(
    "interest_ended_by_another",
    "interest_ending",
    "INSERT",
    "EXISTS (SELECT 1 FROM interest n WHERE n.id = NEW.interest_id "
    "AND NEW.ended_by_id IN (n.person_id, COALESCE(n.other_id, 0)))",
    "an interest is not ended by whom it concerns",
)
