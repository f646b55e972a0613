"""Requests for the street's money, what its officer decided, what was paid."""

from datetime import datetime

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse


class SubsidyRequest(Numbered, Base):
    """What a community's worker asks of the street for a project."""

    __tablename__ = "subsidy_request"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        Index("ix_subsidy_request_project_id", "project_id", "id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    reason: Mapped[str] = mapped_column(String(300))
    reported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reported_at: Mapped[datetime]


class SubsidyReview(Numbered, Base):
    """What the street's officer set, with her reason; 0: nothing."""

    __tablename__ = "subsidy_review"
    __table_args__ = (
        UniqueConstraint("request_id"),
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        {"info": {"sealed": True}},
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("subsidy_request.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    reason: Mapped[str] = mapped_column(String(300))
    reviewed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime]


class SubsidyPayment(Numbered, Base):
    """One payment of approved money: its receipt counts once a second person confirmed it."""

    __tablename__ = "subsidy_payment"
    __table_args__ = (
        UniqueConstraint("contribution_id"),
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index("ix_subsidy_payment_request_id", "request_id", "id"),
        {"info": {"sealed": True}},
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("subsidy_request.id"))
    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    paid_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    paid_at: Mapped[datetime]


for _table in ("subsidy_request", "subsidy_review", "subsidy_payment"):
    append_only(_table)
refuse(
    "subsidy_review_second_person",
    "subsidy_review",
    "INSERT",
    "EXISTS (SELECT 1 FROM subsidy_request r WHERE r.id = NEW.request_id AND r.reported_by_id = NEW.reviewed_by_id)",
    "who reported a request does not review it",
)
refuse(
    "subsidy_review_within_request",
    "subsidy_review",
    "INSERT",
    "NEW.amount_fen > (SELECT r.amount_fen FROM subsidy_request r WHERE r.id = NEW.request_id)",
    "no more is approved than was asked for",
)
refuse(
    "street_money_is_of_the_desk",
    "contribution_decision",
    "INSERT",
    "NEW.confirmed AND EXISTS (SELECT 1 FROM contribution c WHERE c.id = NEW.contribution_id AND c.source = 'street') "
    "AND NOT EXISTS (SELECT 1 FROM subsidy_payment p WHERE p.contribution_id = NEW.contribution_id)",
    "the street's money is what its own desk paid",
)
refuse(
    "subsidy_payment_is_the_streets",
    "subsidy_payment",
    "INSERT",
    "EXISTS (SELECT 1 FROM contribution c JOIN subsidy_request q ON q.id = NEW.request_id "
    "WHERE c.id = NEW.contribution_id AND (c.source <> 'street' OR c.amount_fen <> NEW.amount_fen "
    "OR c.project_id <> q.project_id))",
    "a payment of the street is a receipt of the same sum from the street",
)
refuse(
    "subsidy_payment_within_review",
    "subsidy_payment",
    "INSERT",
    "NEW.amount_fen + COALESCE((SELECT sum(p.amount_fen) FROM subsidy_payment p WHERE p.request_id = NEW.request_id "
    "AND NOT EXISTS (SELECT 1 FROM contribution_decision d WHERE d.contribution_id = p.contribution_id "
    "AND NOT d.confirmed)), 0) > COALESCE((SELECT v.amount_fen FROM subsidy_review v "
    "WHERE v.request_id = NEW.request_id), 0)",
    "no more is paid than was approved",
)
