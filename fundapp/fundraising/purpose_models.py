"""Purposes that givers named for their money, and what was released from them."""

from datetime import datetime
from enum import StrEnum

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored


class AgreedBy(StrEnum):
    """Who agreed that restricted money may be spent otherwise: who gave it, or the body that decides for them."""

    GIVER = "giver"
    BODY = "body"


class RestrictedFund(Numbered, Base):
    """What was given to a project for one purpose alone: a fund of its own in the ledger, ``r`` and ``number``."""

    __tablename__ = "restricted_fund"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        UniqueConstraint("project_id", "purpose"),
        CheckConstraint("number > 0", name="counted_from_one"),
        CheckConstraint("length(trim(purpose)) > 0", name="purpose_told"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(120))
    opened_at: Mapped[datetime]


class FundRelease(Numbered, Base):
    """That restricted money may serve the whole project: who agreed, why, and the paper that shows it."""

    __tablename__ = "fund_release"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        Index("ix_fund_release_fund_id", "fund_id", "id"),
        {"info": {"sealed": True}},
    )

    fund_id: Mapped[int] = mapped_column(ForeignKey("restricted_fund.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    agreed_by: Mapped[AgreedBy] = mapped_column(stored(AgreedBy, "agreed_by"))
    reason: Mapped[str] = mapped_column(String(200))
    proof_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class FundReleaseDecision(Numbered, Base):
    """What a second person found: it was agreed, or it was not, with the reason."""

    __tablename__ = "fund_release_decision"
    __table_args__ = (
        UniqueConstraint("release_id"),
        CheckConstraint("confirmed OR length(trim(reason)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    release_id: Mapped[int] = mapped_column(ForeignKey("fund_release.id"))
    confirmed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


for _table in ("restricted_fund", "fund_release", "fund_release_decision"):
    append_only(_table)
refuse(
    "release_second_person",
    "fund_release_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM fund_release r WHERE r.id = NEW.release_id AND r.recorded_by_id = NEW.decided_by_id)",
    "who recorded a release does not confirm it",
)
refuse(
    "restricted_gift_has_its_fund",
    "contribution_decision",
    "INSERT",
    "NEW.confirmed AND EXISTS (SELECT 1 FROM contribution c WHERE c.id = NEW.contribution_id AND c.purpose <> '' "
    "AND NOT EXISTS (SELECT 1 FROM restricted_fund f WHERE f.project_id = c.project_id AND f.purpose = c.purpose))",
    "a gift for one purpose lies in a fund of its own",
)
