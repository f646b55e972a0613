"""Progress, expenses with their decisions, acceptance, and the closing of a project's account."""

from datetime import date, datetime
from typing import Any

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import fundapp.delivery.correction_models  # noqa: F401 - and those of what is taken back
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import CanonicalJson
from fundapp.parties.guards import related, tied_to_one_of
from fundapp.procurement.insiders import INSIDERS, SUPPLIERS


class ProgressReport(Numbered, Base):
    """What has been done, in the group's words, in percent."""

    __tablename__ = "progress_report"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_of_whole"),
        Index("ix_progress_report_project_id", "project_id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    told: Mapped[str] = mapped_column(Text)
    percent: Mapped[int]
    reported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reported_at: Mapped[datetime]


class ProgressPhoto(Base):
    """A photo of a report."""

    __tablename__ = "progress_photo"

    report_id: Mapped[int] = mapped_column(ForeignKey("progress_report.id"), primary_key=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)


class Expense(Numbered, Base):
    """A claim for payment, with the invoice; ``fund_id``: out of which purpose's money, none: the project's own.

    ``again`` counts how often a payment of the same invoice was taken back before.
    """

    __tablename__ = "expense"
    __table_args__ = (
        UniqueConstraint("op_key"),
        UniqueConstraint("project_id", "number"),
        UniqueConstraint("project_id", "invoice_no", "again"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("again >= 0", name="counted_from_zero"),
        Index("ix_expense_project_id", "project_id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    purpose: Mapped[str] = mapped_column(String(120))
    payee: Mapped[str] = mapped_column(String(120))
    counterparty_id: Mapped[int] = mapped_column(ForeignKey("counterparty.id"), index=True)
    fund_id: Mapped[int | None] = mapped_column(ForeignKey("restricted_fund.id"))
    invoice_no: Mapped[str] = mapped_column(String(40))
    again: Mapped[int] = mapped_column(default=0)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    spent_on: Mapped[date]
    claimed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime]


class ExpenseDecision(Numbered, Base):
    """Paid, or not and why; decided by somebody who did not claim it."""

    __tablename__ = "expense_decision"
    __table_args__ = (
        UniqueConstraint("expense_id"),
        CheckConstraint("approved OR length(trim(reason)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    expense_id: Mapped[int] = mapped_column(ForeignKey("expense.id"))
    approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class Acceptance(Numbered, Base):
    """The supervisor's acceptance of the work."""

    __tablename__ = "acceptance"
    __table_args__ = (UniqueConstraint("project_id"), {"info": {"sealed": True}})

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    told: Mapped[str] = mapped_column(Text)
    accepted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime]


class ProjectSettlement(Numbered, Base):
    """What a project cost by its invoices, and what of the promised match it therefore keeps; worked out once.

    ``due_fen`` is the match in the end: ``paid_fen`` before, and now either more paid, or taken back and owed.
    """

    __tablename__ = "project_settlement"
    __table_args__ = (
        UniqueConstraint("project_id"),
        UniqueConstraint("op_key"),
        CheckConstraint("cost_fen >= 0 AND paid_fen >= 0", name="amounts_not_negative"),
        CheckConstraint("due_fen BETWEEN 0 AND promised_fen", name="never_more_than_promised"),
        CheckConstraint("more_fen >= 0 AND back_fen >= 0 AND owed_fen >= 0", name="moves_not_negative"),
        CheckConstraint("due_fen = paid_fen + more_fen - back_fen - owed_fen", name="adds_up"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    cost_fen: Mapped[Money]
    promised_fen: Mapped[Money]
    due_fen: Mapped[Money]
    paid_fen: Mapped[Money]
    more_fen: Mapped[Money]
    back_fen: Mapped[Money]
    owed_fen: Mapped[Money]
    steps: Mapped[Any] = mapped_column(CanonicalJson)
    settled_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime]


class MatchRepayment(Numbered, Base):
    """Matched money that a project owed and gave back."""

    __tablename__ = "match_repayment"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index("ix_match_repayment_project_id", "project_id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    repaid_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    repaid_at: Mapped[datetime]


class ProjectClosing(Numbered, Base):
    """The end: what was raised, spent and left; the rest went back."""

    __tablename__ = "project_closing"
    __table_args__ = (
        UniqueConstraint("project_id"),
        CheckConstraint("left_fen >= 0 AND spent_fen >= 0", name="amounts_not_negative"),
        CheckConstraint("received_fen = spent_fen + left_fen", name="adds_up"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    received_fen: Mapped[Money]
    spent_fen: Mapped[Money]
    left_fen: Mapped[Money]
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime]


class ClosingReturn(Numbered, Base):
    """What went back to one source."""

    __tablename__ = "closing_return"
    __table_args__ = (
        UniqueConstraint("closing_id", "source"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        {"info": {"sealed": True}},
    )

    closing_id: Mapped[int] = mapped_column(ForeignKey("project_closing.id"))
    source: Mapped[str] = mapped_column(String(20))
    amount_fen: Mapped[Money]


for _table in (
    "progress_report", "expense", "expense_decision", "acceptance", "project_settlement", "match_repayment",
    "project_closing", "closing_return",
):  # fmt: skip
    append_only(_table)
refuse(
    "expense_second_person",
    "expense_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM expense e WHERE e.id = NEW.expense_id AND e.claimed_by_id = NEW.decided_by_id)",
    "who claims an expense does not approve it",
)
refuse(
    "expense_of_a_purpose_of_its_project",
    "expense",
    "INSERT",
    "NEW.fund_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM restricted_fund f WHERE f.id = NEW.fund_id "
    "AND f.project_id = NEW.project_id)",
    "money for one purpose is spent in its own project",
)
refuse(
    "expense_again_after_correction",
    "expense",
    "INSERT",
    "NEW.again > 0 AND NOT EXISTS (SELECT 1 FROM expense e JOIN expense_correction k ON k.expense_id = e.id "
    "JOIN expense_correction_decision d ON d.correction_id = k.id AND d.passed "
    "WHERE e.project_id = NEW.project_id AND e.invoice_no = NEW.invoice_no AND e.again = NEW.again - 1)",
    "an invoice is claimed again once its payment was taken back",
)
refuse(
    "expense_before_settlement",
    "expense",
    "INSERT",
    "EXISTS (SELECT 1 FROM project_settlement s WHERE s.project_id = NEW.project_id)",
    "the project is settled",
)
refuse(
    "settled_by_nobody_of_the_group",
    "project_settlement",
    "INSERT",
    "EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = NEW.project_id AND m.person_id = NEW.settled_by_id)",
    "the project group does not settle its own match",
)
refuse(
    "closed_without_debts",
    "project_closing",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id "
    "WHERE a.code = 'advance:' || CAST(NEW.project_id AS VARCHAR(20)) AND b.balance_fen <> 0)",
    "a project is closed once its advances are repaid or given",
)
_PAID_FOR = "(SELECT e.project_id FROM expense e WHERE e.id = NEW.expense_id)"
refuse(
    "expense_payee_is_not_related",
    "expense_decision",
    "INSERT",
    "NEW.approved AND "  # noqa: S608 - our own names
    + related(
        f"{INSIDERS.format(project=_PAID_FOR)} UNION SELECT NEW.decided_by_id",
        "SELECT e.counterparty_id FROM expense e WHERE e.id = NEW.expense_id",
        "NEW.decided_at",
    ),
    "a payee related to the project group or to its officers is not paid",
)


_GROUP = (
    "SELECT m.person_id FROM project_member m WHERE m.project_id = {project} "
    "UNION SELECT p.proposer_id FROM project p WHERE p.id = {project}"
)
_HANDS = " UNION ".join([
    _GROUP,
    "SELECT t.person_id FROM match_party t JOIN match_claim c ON c.id = t.claim_id WHERE c.project_id = {project}",
])  # fmt: skip


def _apart(name: str, table: str, person: str, at: str, project: str, people: str = _HANDS) -> None:
    """Refuse a decision or payment of an officer who is related to the project's people or to its suppliers."""
    people = people.format(project=project)
    refuse(
        name,
        table,
        "INSERT",
        f"{tied_to_one_of(person, people, at)} OR {related(f'SELECT {person}', SUPPLIERS.format(project=project), at)}",
        "nobody decides on or pays for a project to whose people or suppliers she is related",
    )


_CLAIMED = "(SELECT c.project_id FROM match_claim c WHERE c.id = NEW.claim_id)"
_apart("match_checker_is_not_related", "match_decision", "NEW.decided_by_id", "NEW.decided_at", _CLAIMED)
_apart("match_payer_is_not_related", "disbursement", "NEW.paid_by_id", "NEW.paid_at", "NEW.project_id")
_apart("settler_is_not_related", "project_settlement", "NEW.settled_by_id", "NEW.settled_at", "NEW.project_id")
_ASKED = "(SELECT r.project_id FROM subsidy_request r WHERE r.id = NEW.request_id)"
_apart("subsidy_reviewer_is_not_related", "subsidy_review", "NEW.reviewed_by_id", "NEW.reviewed_at", _ASKED, _GROUP)
_apart("subsidy_payer_is_not_related", "subsidy_payment", "NEW.paid_by_id", "NEW.paid_at", _ASKED, _GROUP)
_USED = "(SELECT u.project_id FROM share_use u WHERE u.id = NEW.use_id)"
_apart("share_payer_is_not_related", "share_use_decision", "NEW.decided_by_id", "NEW.decided_at", _USED)
