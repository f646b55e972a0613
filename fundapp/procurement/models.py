"""Quotes and the choice among them; work with a chosen supplier may be ended, and then another is chosen."""

from datetime import datetime

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.parties.guards import related
from fundapp.procurement.insiders import INSIDERS


class Quote(Numbered, Base):
    """A supplier's quote, with its paper."""

    __tablename__ = "quote"
    __table_args__ = (
        UniqueConstraint("op_key"),
        UniqueConstraint("project_id", "counterparty_id"),
        UniqueConstraint("id", "project_id"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("length(trim(supplier)) > 0", name="supplier_named"),
        Index("ix_quote_project_id", "project_id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    supplier: Mapped[str] = mapped_column(String(120))
    counterparty_id: Mapped[int] = mapped_column(ForeignKey("counterparty.id"), index=True)
    amount_fen: Mapped[Money]
    paper_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class SupplierChoice(Numbered, Base):
    """A chosen quote of a project and why. One stands at a time; each later one replaces one that was ended."""

    __tablename__ = "supplier_choice"
    __table_args__ = (
        UniqueConstraint("quote_id"),
        UniqueConstraint("replaces_id"),
        UniqueConstraint("id", "project_id"),
        ForeignKeyConstraint(["quote_id", "project_id"], ["quote.id", "quote.project_id"]),
        ForeignKeyConstraint(["replaces_id", "project_id"], ["supplier_choice.id", "supplier_choice.project_id"]),
        Index(
            "uq_supplier_choice_first", "project_id", unique=True,
            sqlite_where=text("replaces_id IS NULL"), postgresql_where=text("replaces_id IS NULL"),
        ),
        {"info": {"sealed": True}},
    )  # fmt: skip

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    quote_id: Mapped[int]
    replaces_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(400), default="")
    chosen_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime]


class SupplierEnd(Base):
    """The end of work with a chosen supplier, for a reason that is published; what was paid to it stays paid."""

    __tablename__ = "supplier_end"
    __table_args__ = (
        CheckConstraint("length(trim(reason)) >= 5", name="reason_told"),
        {"info": {"sealed": True}},
    )

    choice_id: Mapped[int] = mapped_column(ForeignKey("supplier_choice.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(400))
    ended_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime]


append_only("quote")
append_only("supplier_choice")
append_only("supplier_end")
refuse(
    "quote_before_choice",
    "quote",
    "INSERT",
    "EXISTS (SELECT 1 FROM supplier_choice s WHERE s.project_id = NEW.project_id AND NOT EXISTS "
    "(SELECT 1 FROM supplier_end n WHERE n.choice_id = s.id))",
    "the supplier has been chosen",
)
refuse(
    "supplier_replaces_ended",
    "supplier_choice",
    "INSERT",
    "NEW.replaces_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM supplier_end n WHERE n.choice_id = NEW.replaces_id)",
    "a supplier is replaced once work with it was ended",
)
refuse(
    "supplier_is_not_related",
    "supplier_choice",
    "INSERT",
    related(
        INSIDERS.format(project="NEW.project_id"),
        "SELECT q.counterparty_id FROM quote q WHERE q.id = NEW.quote_id",
        "NEW.chosen_at",
    ),
    "a supplier related to the project group or to its officers is not chosen",
)
