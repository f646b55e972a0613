"""Quotes, and the one choice among them; a related supplier is not chosen."""

from datetime import datetime

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
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
    """The chosen quote of a project and why; there is one, and no quote after it."""

    __tablename__ = "supplier_choice"
    __table_args__ = (
        UniqueConstraint("project_id"),
        ForeignKeyConstraint(["quote_id", "project_id"], ["quote.id", "quote.project_id"]),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    quote_id: Mapped[int]
    reason: Mapped[str] = mapped_column(String(400), default="")
    chosen_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime]


append_only("quote")
append_only("supplier_choice")
refuse(
    "quote_before_choice",
    "quote",
    "INSERT",
    "EXISTS (SELECT 1 FROM supplier_choice s WHERE s.project_id = NEW.project_id)",
    "the supplier has been chosen",
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
