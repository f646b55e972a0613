"""Rounds of a pool that is shared all at once: claims are collected, planned together, published and approved."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import CanonicalJson, stored
from fundapp.programmes.guards import nothing_signed


class RoundKind(StrEnum):
    """Whether a round collects new claims, or shares what is left among those that were not served whole."""

    COLLECTED = "collected"
    SUPPLEMENTARY = "supplementary"


class MatchRound(Numbered, Base):
    """A round of a pool; the next one begins when this one is approved.

    ``notice_days``: for how long its plan stands in public before it may be approved.
    """

    __tablename__ = "match_round"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        UniqueConstraint("op_key"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        CheckConstraint("notice_days >= 0", name="notice_counted"),
        CheckConstraint("number > 1 OR kind = 'collected'", name="collected_first"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    kind: Mapped[RoundKind] = mapped_column(stored(RoundKind))
    op_key: Mapped[str] = mapped_column(String(36))
    closes_at: Mapped[datetime]
    notice_days: Mapped[int]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class MatchPlan(Numbered, Base):
    """What a round would grant, worked out at once: ``awards`` by claim, ``pool_fen`` what was there to share."""

    __tablename__ = "match_plan"
    __table_args__ = (
        UniqueConstraint("round_id", "revision"),
        UniqueConstraint("op_key"),
        CheckConstraint("revision >= 1", name="revision_counted"),
        CheckConstraint("pool_fen >= left_fen AND left_fen >= 0", name="no_more_than_the_pool"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("match_round.id"))
    revision: Mapped[int]
    op_key: Mapped[str] = mapped_column(String(36))
    pool_fen: Mapped[Money]
    left_fen: Mapped[Money]
    awards: Mapped[Any] = mapped_column(CanonicalJson)
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    planned_at: Mapped[datetime]


class MatchPlanDecision(Numbered, Base):
    """What a second person made of a plan; a refusal has a reason."""

    __tablename__ = "match_plan_decision"
    __table_args__ = (
        UniqueConstraint("plan_id"),
        UniqueConstraint("op_key"),
        CheckConstraint("passed OR length(trim(note)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("match_plan.id"))
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(String(400))
    op_key: Mapped[str] = mapped_column(String(36))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


for _table in ("match_round", "match_plan", "match_plan_decision"):
    append_only(_table)
_APPROVED = "EXISTS (SELECT 1 FROM match_plan p JOIN match_plan_decision d ON d.plan_id = p.id AND d.passed WHERE "
refuse(
    "match_round_after_round",
    "match_round",
    "INSERT",
    "EXISTS (SELECT 1 FROM match_round r WHERE r.programme_id = NEW.programme_id "  # noqa: S608 - our own words
    f"AND NOT {_APPROVED} p.round_id = r.id))",
    "a pool has one round at a time",
)
refuse(
    "match_plan_of_open_round",
    "match_plan",
    "INSERT",
    f"{_APPROVED} p.round_id = NEW.round_id)",
    "a round that was approved is not planned again",
)
refuse(
    "match_plan_second_person",
    "match_plan_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM match_plan p WHERE p.id = NEW.plan_id AND p.planned_by_id = NEW.decided_by_id)",
    "who made a plan does not approve it",
)
refuse(
    "match_plan_newest",
    "match_plan_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM match_plan p JOIN match_plan n ON n.round_id = p.round_id AND n.revision > p.revision "
    "WHERE p.id = NEW.plan_id)",
    "only the newest plan of a round is decided on",
)
refuse(
    "match_round_under_signed_policy",
    "match_round",
    "INSERT",
    nothing_signed("NEW.programme_id"),
    "no policy of the programme is signed by two people yet",
)
