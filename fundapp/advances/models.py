"""Advances as recorded, what went back of them, and what their lenders gave up."""

from datetime import date, datetime

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.advances.rules import LENDERS
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored
from fundapp.fundraising.rules import Giver, Means

_LENDERS = ", ".join(f"'{kind.value}'" for kind in LENDERS)


class Advance(Numbered, Base):
    """Money that somebody lent to a project; ``number`` counts the project's advances from 1.

    ``repay_from``: from which later income it shall be repaid.
    """

    __tablename__ = "advance"
    __table_args__ = (
        UniqueConstraint("op_key"),
        UniqueConstraint("project_id", "number"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint(f"lender_kind IN ({_LENDERS})", name="lender_of_the_community"),
        CheckConstraint("(lender_kind = 'household') = (unit_id IS NOT NULL)", name="residents_by_household"),
        CheckConstraint("length(trim(lender)) > 0", name="lender_named"),
        CheckConstraint("length(trim(repay_from)) > 0", name="repaid_from_something"),
        CheckConstraint("means IN ('cash', 'bank')", name="means_of_money"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    op_key: Mapped[str] = mapped_column(String(36))
    lender_kind: Mapped[Giver] = mapped_column(stored(Giver, "lender_kind"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    lender: Mapped[str] = mapped_column(String(80))
    anonymous: Mapped[bool]
    related: Mapped[bool]
    amount_fen: Mapped[Money]
    means: Mapped[Means] = mapped_column(stored(Means))
    received_on: Mapped[date]
    repay_from: Mapped[str] = mapped_column(String(120))
    proof_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class AdvanceDecision(Numbered, Base):
    """What a second person found: the money is there, or it is not, with the reason."""

    __tablename__ = "advance_decision"
    __table_args__ = (
        UniqueConstraint("advance_id"),
        CheckConstraint("confirmed OR length(trim(reason)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    advance_id: Mapped[int] = mapped_column(ForeignKey("advance.id"))
    confirmed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class AdvanceRepayment(Numbered, Base):
    """Money that shall go back to the lender; it has gone once a second person confirmed it."""

    __tablename__ = "advance_repayment"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("length(trim(paid_from)) > 0", name="paid_from_something"),
        Index("ix_advance_repayment_advance_id", "advance_id", "id"),
        {"info": {"sealed": True}},
    )

    advance_id: Mapped[int] = mapped_column(ForeignKey("advance.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    paid_from: Mapped[str] = mapped_column(String(120))
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime]


class AdvanceRepaymentDecision(Numbered, Base):
    """What a second person found: the lender has the money, or has it not, with the reason."""

    __tablename__ = "advance_repayment_decision"
    __table_args__ = (
        UniqueConstraint("repayment_id"),
        CheckConstraint("confirmed OR length(trim(reason)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    repayment_id: Mapped[int] = mapped_column(ForeignKey("advance_repayment.id"))
    confirmed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class AdvanceWaiver(Numbered, Base):
    """What the lender gave up: a gift whose receipt counts once a second person confirmed it."""

    __tablename__ = "advance_waiver"
    __table_args__ = (
        UniqueConstraint("contribution_id"),
        UniqueConstraint("op_key"),
        Index("ix_advance_waiver_advance_id", "advance_id"),
        {"info": {"sealed": True}},
    )

    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"))
    advance_id: Mapped[int] = mapped_column(ForeignKey("advance.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]


for _table in ("advance", "advance_decision", "advance_repayment", "advance_repayment_decision", "advance_waiver"):
    append_only(_table)
_ROOM = (
    "(COALESCE((SELECT a.amount_fen FROM advance a JOIN advance_decision d ON d.advance_id = a.id AND d.confirmed "
    "WHERE a.id = NEW.advance_id), 0) "
    "- COALESCE((SELECT sum(r.amount_fen) FROM advance_repayment r WHERE r.advance_id = NEW.advance_id "
    "AND NOT EXISTS (SELECT 1 FROM advance_repayment_decision e WHERE e.repayment_id = r.id AND NOT e.confirmed)), 0) "
    "- COALESCE((SELECT sum(w.amount_fen) FROM advance_waiver w WHERE w.advance_id = NEW.advance_id "
    "AND NOT EXISTS (SELECT 1 FROM contribution_decision c WHERE c.contribution_id = w.contribution_id "
    "AND NOT c.confirmed)), 0))"
)
refuse(
    "advance_second_person",
    "advance_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM advance a WHERE a.id = NEW.advance_id AND a.recorded_by_id = NEW.decided_by_id)",
    "who recorded an advance does not confirm it",
)
refuse(
    "repayment_second_person",
    "advance_repayment_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM advance_repayment r WHERE r.id = NEW.repayment_id AND r.prepared_by_id = NEW.decided_by_id)",
    "who prepared a repayment does not confirm it",
)
refuse(
    "repayment_within_advance",
    "advance_repayment",
    "INSERT",
    f"NEW.amount_fen > {_ROOM}",
    "no more is repaid than was advanced and confirmed",
)
refuse(
    "waiver_within_advance",
    "advance_waiver",
    "INSERT",
    f"NEW.amount_fen > {_ROOM}",
    "no more is waived than is owed",
)
refuse(
    "waiver_is_the_lenders_gift",
    "advance_waiver",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM contribution c JOIN advance a ON a.id = NEW.advance_id "
    "WHERE c.id = NEW.contribution_id AND c.means = 'waived' AND c.amount_fen = NEW.amount_fen "
    "AND c.project_id = a.project_id AND c.giver_kind = a.lender_kind AND c.giver = a.lender "
    "AND COALESCE(c.unit_id, 0) = COALESCE(a.unit_id, 0))",
    "a waiver is a gift of the same sum by who lent it",
)
refuse(
    "waived_money_was_advanced",
    "contribution_decision",
    "INSERT",
    "NEW.confirmed AND EXISTS (SELECT 1 FROM contribution c WHERE c.id = NEW.contribution_id AND c.means = 'waived') "
    "AND NOT EXISTS (SELECT 1 FROM advance_waiver w WHERE w.contribution_id = NEW.contribution_id)",
    "a gift without money is a waived advance",
)
