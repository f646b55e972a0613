"""Requests that a paid expense be taken back, and what another person said."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored
from fundapp.ledger.rules import ReversalReason


class ExpenseCorrection(Numbered, Base):
    """Somebody of the group asks that a payment be taken back: why by its code, and in words, which are public."""

    __tablename__ = "expense_correction"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("length(trim(told)) > 0", name="told"),
        Index("ix_expense_correction_expense_id", "expense_id"),
        {"info": {"sealed": True}},
    )

    op_key: Mapped[str] = mapped_column(String(36))
    expense_id: Mapped[int] = mapped_column(ForeignKey("expense.id"))
    reason: Mapped[ReversalReason] = mapped_column(stored(ReversalReason))
    told: Mapped[str] = mapped_column(String(160))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]


class ExpenseCorrectionDecision(Numbered, Base):
    """What another person said: the payment is taken back and its reversal posted, or it stays, with the reason."""

    __tablename__ = "expense_correction_decision"
    __table_args__ = (
        UniqueConstraint("correction_id"),
        CheckConstraint("passed OR length(trim(why)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    correction_id: Mapped[int] = mapped_column(ForeignKey("expense_correction.id"))
    passed: Mapped[bool]
    why: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


append_only("expense_correction")
append_only("expense_correction_decision")
_ENDED = (
    "EXISTS (SELECT 1 FROM project_settlement s WHERE s.project_id = {project}) "
    "OR EXISTS (SELECT 1 FROM project_closing c WHERE c.project_id = {project})"
)
_OPEN = (
    "EXISTS (SELECT 1 FROM expense_correction k JOIN expense e ON e.id = k.expense_id WHERE e.project_id = "
    "NEW.project_id AND NOT EXISTS (SELECT 1 FROM expense_correction_decision d WHERE d.correction_id = k.id))"
)
refuse(
    "correction_of_a_payment",
    "expense_correction",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM expense_decision d WHERE d.expense_id = NEW.expense_id AND d.approved)",
    "only what was paid is taken back",
)
refuse(
    "correction_once",
    "expense_correction",
    "INSERT",
    "EXISTS (SELECT 1 FROM expense_correction k LEFT JOIN expense_correction_decision d ON d.correction_id = k.id "
    "WHERE k.expense_id = NEW.expense_id AND (d.id IS NULL OR d.passed))",
    "the payment is taken back, or somebody asked for it already",
)
refuse(
    "correction_before_the_end",
    "expense_correction",
    "INSERT",
    _ENDED.format(project="(SELECT e.project_id FROM expense e WHERE e.id = NEW.expense_id)"),
    "the project is settled or closed",
)
refuse(
    "correction_second_person",
    "expense_correction_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM expense_correction k WHERE k.id = NEW.correction_id AND k.asked_by_id = NEW.decided_by_id)",
    "who asks for a correction does not approve it",
)
refuse(
    "correction_posts_its_reversal",
    "expense_correction_decision",
    "INSERT",
    "NEW.passed AND NOT EXISTS (SELECT 1 FROM expense_correction k JOIN ledger_journal j ON j.ledger = 'actual' "
    "AND j.source = 'expense:' || CAST(k.expense_id AS VARCHAR(20)) JOIN ledger_journal r ON r.reverses_id = j.id "
    "WHERE k.id = NEW.correction_id)",
    "a payment is taken back with its reversal in the ledger",
)
for _table in ("project_settlement", "project_closing"):
    refuse(f"{_table}_after_corrections", _table, "INSERT", _OPEN, "a correction waits for another person's word")
