"""Requests that a posting be taken back, and what another person said."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored
from fundapp.ledger.reversing import PLAIN
from fundapp.ledger.rules import ReversalReason

_PLAIN = " OR ".join(f"j.source LIKE '{kind}:%'" for kind in PLAIN)


class ReversalRequest(Numbered, Base):
    """Somebody asks that a posting be taken back: why by its code, and in words."""

    __tablename__ = "ledger_reversal_request"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("length(trim(told)) > 0", name="told"),
        Index("ix_ledger_reversal_request_journal_id", "journal_id"),
        {"info": {"sealed": True}},
    )

    op_key: Mapped[str] = mapped_column(String(36))
    journal_id: Mapped[int] = mapped_column(ForeignKey("ledger_journal.id"))
    reason: Mapped[ReversalReason] = mapped_column(stored(ReversalReason))
    told: Mapped[str] = mapped_column(String(160))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]


class ReversalDecision(Numbered, Base):
    """What another person said: it is taken back, or it stays, with the reason."""

    __tablename__ = "ledger_reversal_decision"
    __table_args__ = (
        UniqueConstraint("request_id"),
        CheckConstraint("passed OR length(trim(why)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("ledger_reversal_request.id"))
    passed: Mapped[bool]
    why: Mapped[str] = mapped_column(String(200))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


append_only("ledger_reversal_request")
append_only("ledger_reversal_decision")
refuse(
    "reversal_of_a_plain_posting",
    "ledger_reversal_request",
    "INSERT",
    f"NOT EXISTS (SELECT 1 FROM ledger_journal j WHERE j.id = NEW.journal_id AND j.reverses_id IS NULL "  # noqa: S608 - our own names
    f"AND ({_PLAIN}))",
    "what has a deed of its own is taken back by that deed",
)
refuse(
    "reversal_second_person",
    "ledger_reversal_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_reversal_request r WHERE r.id = NEW.request_id "
    "AND r.asked_by_id = NEW.decided_by_id)",
    "who asks for a reversal does not approve it",
)
