"""Claims with their tickets, what the queue granted, what was decided, what was paid. Nothing here is ever changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import fundapp.matching.round_models  # noqa: F401 - the tables of rounds stand beside these
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import CanonicalJson, stored
from fundapp.programmes.guards import nothing_signed, unsigned


class Step(StrEnum):
    """What a claim goes through, in this order; small ones without check and supervision. The approval is the last."""

    STREET_REVIEW = "street_review"
    PROPOSAL = "proposal"
    CHECK = "check"
    SUPERVISION = "supervision"
    APPROVAL = "approval"


class Release(StrEnum):
    """Why promised money went back to the pool."""

    LAPSED = "lapsed"
    SETTLED = "settled"
    REFUNDED = "refunded"


class MatchClaim(Numbered, Base):
    """A project's claim. ``ticket`` is its place in the queue of its pool, given under the pool's lock.

    ``facts`` is the claim as the rules saw it, households by their number only; ``steps`` the arithmetic in words.
    ``checkers`` and ``supervised``: who must approve it, by the policy's bands.
    """

    __tablename__ = "match_claim"
    __table_args__ = (
        UniqueConstraint("programme_id", "ticket"),
        UniqueConstraint("id", "programme_id"),
        UniqueConstraint("op_key"),
        CheckConstraint("ticket >= 1", name="ticket_counted"),
        CheckConstraint("entitled_fen >= 0 AND matchable_fen >= 0 AND viable_fen >= 0", name="amounts_not_negative"),
        CheckConstraint("checkers IN (1, 2)", name="one_or_two_checkers"),
        Index("ix_match_claim_project_id", "project_id"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    ticket: Mapped[int]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    facts: Mapped[Any] = mapped_column(CanonicalJson)
    steps: Mapped[Any] = mapped_column(CanonicalJson)
    matchable_fen: Mapped[Money]
    entitled_fen: Mapped[Money]
    viable_fen: Mapped[Money]
    givers: Mapped[int]
    checkers: Mapped[int]
    supervised: Mapped[bool]
    claimed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime]


class MatchParty(Base):
    """Somebody who had a hand in a project when it claimed: she decides no step of the claim, whatever she is later."""

    __tablename__ = "match_party"
    __table_args__ = ({"info": {"sealed": True}},)

    claim_id: Mapped[int] = mapped_column(ForeignKey("match_claim.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class MatchRelated(Base):
    """A household that was related to a project's group or suppliers when it claimed; later entries change nothing."""

    __tablename__ = "match_related"
    __table_args__ = ({"info": {"sealed": True}},)

    claim_id: Mapped[int] = mapped_column(ForeignKey("match_claim.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class MatchGrant(Numbered, Base):
    """What one run of the queue gave a ticket."""

    __tablename__ = "match_grant"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index("ix_match_grant_claim_id", "claim_id"),
        {"info": {"sealed": True}},
    )

    claim_id: Mapped[int] = mapped_column(ForeignKey("match_claim.id"))
    amount_fen: Mapped[Money]
    told: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime]


class MatchRelease(Numbered, Base):
    """What of a ticket's grants went back to the pool, and why.

    A lapsed ticket has a new place at the tail of the queue: ``ticket``. One that is settled gets nothing more.
    ``cut_fen`` is by how much the ticket is entitled to less from then on.
    """

    __tablename__ = "match_release"
    __table_args__ = (
        UniqueConstraint("programme_id", "ticket"),
        ForeignKeyConstraint(["claim_id", "programme_id"], ["match_claim.id", "match_claim.programme_id"]),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("cut_fen >= 0", name="cut_not_negative"),
        CheckConstraint("kind = 'lapsed' OR amount_fen <= cut_fen", name="what_is_cut_is_not_granted_again"),
        CheckConstraint("(kind = 'lapsed') = (ticket IS NOT NULL)", name="lapsed_goes_to_the_tail"),
        Index("ix_match_release_claim_id", "claim_id"),
        {"info": {"sealed": True}},
    )

    claim_id: Mapped[int]
    programme_id: Mapped[int]
    kind: Mapped[Release] = mapped_column(stored(Release))
    amount_fen: Mapped[Money]
    cut_fen: Mapped[Money]
    ticket: Mapped[int | None]
    told: Mapped[str] = mapped_column(Text)
    released_at: Mapped[datetime]


class MatchDecision(Numbered, Base):
    """One step of a claim as decided by one person; a refusal has a reason and gives the money back to the pool."""

    __tablename__ = "match_decision"
    __table_args__ = (
        UniqueConstraint("claim_id", "step"),
        UniqueConstraint("op_key"),
        CheckConstraint("passed OR length(trim(note)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    claim_id: Mapped[int] = mapped_column(ForeignKey("match_claim.id"))
    step: Mapped[Step] = mapped_column(stored(Step))
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(String(400), default="")
    op_key: Mapped[str] = mapped_column(String(36))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class Disbursement(Numbered, Base):
    """Money paid from the foundation's bank to a project's account."""

    __tablename__ = "disbursement"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index("ix_disbursement_project_id", "project_id"),
        {"info": {"sealed": True}},
    )

    claim_id: Mapped[int] = mapped_column(ForeignKey("match_claim.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    tranche: Mapped[str] = mapped_column(String(20), default="whole")
    paid_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    paid_at: Mapped[datetime]


class PoolFunding(Numbered, Base):
    """Money put into a pool."""

    __tablename__ = "pool_funding"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    origin: Mapped[str] = mapped_column(String(120))
    funded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    funded_at: Mapped[datetime]


for _table in (
    "match_claim",
    "match_party",
    "match_related",
    "match_grant",
    "match_release",
    "match_decision",
    "disbursement",
    "pool_funding",
):
    append_only(_table)
refuse(
    "match_maker_is_not_checker",
    "match_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM match_claim c WHERE c.id = NEW.claim_id AND c.claimed_by_id = NEW.decided_by_id) OR "
    "EXISTS (SELECT 1 FROM match_decision d WHERE d.claim_id = NEW.claim_id AND d.decided_by_id = NEW.decided_by_id)",
    "each step of a claim needs another person",
)
refuse(
    "match_party_is_not_checker",
    "match_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM match_party p WHERE p.claim_id = NEW.claim_id AND p.person_id = NEW.decided_by_id) OR "
    "EXISTS (SELECT 1 FROM project_member m JOIN match_claim c ON c.project_id = m.project_id "
    "WHERE c.id = NEW.claim_id AND m.person_id = NEW.decided_by_id)",
    "nobody decides on a project in which she has or had a hand",
)
_BEFORE = (
    ("", "street_review", "'proposal', 'check', 'supervision', 'approval'"),
    ("", "proposal", "'check', 'supervision', 'approval'"),
    ("c.checkers = 2 AND", "check", "'supervision', 'approval'"),
    ("c.supervised AND", "supervision", "'approval'"),
)
_LEFT_OUT = " OR ".join(
    f"({asked} NEW.step IN ({later}) AND NOT EXISTS (SELECT 1 FROM match_decision d "  # noqa: S608 - our own words
    f"WHERE d.claim_id = NEW.claim_id AND d.step = '{step}' AND d.passed))"
    for asked, step, later in _BEFORE
)
refuse(
    "match_steps_in_order",
    "match_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM match_decision d WHERE d.claim_id = NEW.claim_id "  # noqa: S608 - our own words
    "AND (NOT d.passed OR d.step = 'approval')) OR EXISTS (SELECT 1 FROM match_claim c WHERE c.id = NEW.claim_id "
    f"AND ({_LEFT_OUT} OR (NEW.step = 'check' AND c.checkers < 2) OR (NEW.step = 'supervision' AND NOT c.supervised)))",
    "a claim goes through the steps of its band in their order",
)
refuse(
    "match_grants_within_entitlement",
    "match_grant",
    "INSERT",
    "NEW.amount_fen + COALESCE((SELECT sum(g.amount_fen) FROM match_grant g WHERE g.claim_id = NEW.claim_id), 0) - "
    "COALESCE((SELECT sum(r.amount_fen) FROM match_release r WHERE r.claim_id = NEW.claim_id), 0) > "
    "(SELECT c.entitled_fen FROM match_claim c WHERE c.id = NEW.claim_id) - "
    "COALESCE((SELECT sum(r.cut_fen) FROM match_release r WHERE r.claim_id = NEW.claim_id), 0)",
    "a ticket is granted more than it is entitled to",
)
refuse(
    "match_settled_gets_no_more",
    "match_grant",
    "INSERT",
    "EXISTS (SELECT 1 FROM match_release r WHERE r.claim_id = NEW.claim_id AND r.kind = 'settled')",
    "a settled ticket is granted nothing more",
)
refuse(
    "match_releases_within_grants",
    "match_release",
    "INSERT",
    "NEW.amount_fen + COALESCE((SELECT sum(r.amount_fen) FROM match_release r WHERE r.claim_id = NEW.claim_id), 0) > "
    "COALESCE((SELECT sum(g.amount_fen) FROM match_grant g WHERE g.claim_id = NEW.claim_id), 0)",
    "more is released than was granted",
)
refuse(
    "match_claim_at_the_tail",
    "match_claim",
    "INSERT",
    "EXISTS (SELECT 1 FROM match_release r WHERE r.programme_id = NEW.programme_id AND r.ticket >= NEW.ticket)",
    "a place in the queue is given once",
)
refuse(
    "match_lapsed_at_the_tail",
    "match_release",
    "INSERT",
    "EXISTS (SELECT 1 FROM match_claim c WHERE c.programme_id = NEW.programme_id AND c.ticket >= NEW.ticket) OR "
    "EXISTS (SELECT 1 FROM match_release r WHERE r.programme_id = NEW.programme_id AND r.ticket >= NEW.ticket)",
    "a lapsed ticket goes behind everybody",
)
refuse(
    "disbursement_needs_approval",
    "disbursement",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM match_decision d WHERE d.claim_id = NEW.claim_id AND d.step = 'approval' AND d.passed)",
    "money is paid on approved claims only",
)
refuse(
    "disbursement_payer_is_another",
    "disbursement",
    "INSERT",
    "EXISTS (SELECT 1 FROM match_party p WHERE p.claim_id = NEW.claim_id AND p.person_id = NEW.paid_by_id) OR "
    "EXISTS (SELECT 1 FROM match_decision d WHERE d.claim_id = NEW.claim_id AND d.decided_by_id = NEW.paid_by_id "
    "AND d.step IN ('check', 'supervision', 'approval'))",
    "who pays has neither claimed nor approved",
)
refuse(
    "match_claim_under_signed_policy",
    "match_claim",
    "INSERT",
    unsigned("NEW.policy_version_id"),
    "the policy is not signed by two people yet",
)
_PROGRAMME = "NEW.programme_id"
refuse(
    "pool_funding_under_signed_policy",
    "pool_funding",
    "INSERT",
    f"EXISTS (SELECT 1 FROM pool_funding f WHERE f.programme_id = NEW.programme_id) AND {nothing_signed(_PROGRAMME)}",  # noqa: S608 - our own names
    "no policy of the programme is signed by two people yet",
)
