"""Contributions as recorded, what the second person decided, and help that is not money."""

from datetime import date, datetime

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import fundapp.fundraising.purpose_models  # noqa: F401 - the tables of purposes stand beside these
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored
from fundapp.fundraising.rules import GIVERS, Giver, Help, Means, Source
from fundapp.fundraising.terms import IfMissed, Need, Outcome

_PAIRS = ", ".join(f"'{source.value}>{giver.value}'" for source, givers in GIVERS.items() for giver in givers)


class Contribution(Numbered, Base):
    """Money that somebody gave, as the treasurer recorded it. It counts once it is confirmed.

    Its receipt is numbered in the series of a book and a year, without a gap; a receipt that was not confirmed stays
    there as void. ``purpose``: what alone it may be spent on, blank: the project. ``reference``: the code of a
    transfer.
    """

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("op_key"),
        UniqueConstraint("book_id", "receipt_year", "receipt_no"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("source <> 'foundation'", name="not_by_hand"),
        CheckConstraint(f"source || '>' || giver_kind IN ({_PAIRS})", name="giver_fits_source"),
        CheckConstraint("(source = 'residents') = (unit_id IS NOT NULL)", name="residents_by_household"),
        CheckConstraint("length(trim(giver)) > 0", name="giver_named"),
        Index("ix_contribution_project_id", "project_id", "id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    receipt_year: Mapped[int]
    receipt_no: Mapped[int]
    source: Mapped[Source] = mapped_column(stored(Source))
    giver_kind: Mapped[Giver] = mapped_column(stored(Giver, "giver_kind"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    giver: Mapped[str] = mapped_column(String(80))
    anonymous: Mapped[bool]
    related: Mapped[bool]
    purpose: Mapped[str] = mapped_column(String(120))
    reference: Mapped[str] = mapped_column(String(20))
    amount_fen: Mapped[Money]
    means: Mapped[Means] = mapped_column(stored(Means))
    received_on: Mapped[date]
    proof_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    pledge_id: Mapped[int | None] = mapped_column(ForeignKey("pledge.id"), index=True)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class ContributionDecision(Numbered, Base):
    """What a second person found: the money is there, or it is not, with the reason."""

    __tablename__ = "contribution_decision"
    __table_args__ = (
        UniqueConstraint("contribution_id"),
        CheckConstraint("confirmed OR length(trim(reason)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"))
    confirmed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class Pledge(Numbered, Base):
    """What somebody said she would give by a day: no money yet, and never counted as such."""

    __tablename__ = "pledge"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("source <> 'foundation'", name="not_by_hand"),
        CheckConstraint(f"source || '>' || giver_kind IN ({_PAIRS})", name="giver_fits_source"),
        CheckConstraint("(source = 'residents') = (unit_id IS NOT NULL)", name="residents_by_household"),
        CheckConstraint("length(trim(giver)) > 0", name="giver_named"),
        Index("ix_pledge_project_id", "project_id", "id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    source: Mapped[Source] = mapped_column(stored(Source))
    giver_kind: Mapped[Giver] = mapped_column(stored(Giver, "giver_kind"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    giver: Mapped[str] = mapped_column(String(80))
    anonymous: Mapped[bool]
    purpose: Mapped[str] = mapped_column(String(120))
    amount_fen: Mapped[Money]
    due_on: Mapped[date]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class PledgeEnding(Base):
    """That a pledge will not be kept, or not wholly: who said so, and why."""

    __tablename__ = "pledge_ending"
    __table_args__ = (CheckConstraint("length(trim(reason)) > 0", name="has_reason"), {"info": {"sealed": True}})

    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    ended_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime]


class Refund(Numbered, Base):
    """Money that shall go back to who gave it; it has gone once a second person confirmed it."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        Index("ix_refund_contribution_id", "contribution_id", "id"),
        {"info": {"sealed": True}},
    )

    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    reason: Mapped[str] = mapped_column(String(200))
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime]


class RefundDecision(Numbered, Base):
    """What a second person found: the money went back, or it did not, with the reason."""

    __tablename__ = "refund_decision"
    __table_args__ = (
        UniqueConstraint("refund_id"),
        CheckConstraint("confirmed OR length(trim(reason)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    refund_id: Mapped[int] = mapped_column(ForeignKey("refund.id"))
    confirmed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class InKindHelp(Numbered, Base):
    """Help that is not money: goods, rooms, labour; valued or not, never in the ledger, never matched.

    ``half_days``: how long somebody worked, all helpers together; for labour only.
    """

    __tablename__ = "in_kind_help"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("value_fen IS NULL OR value_fen > 0", name="value_positive"),
        CheckConstraint("(kind = 'labour') = (half_days IS NOT NULL)", name="labour_in_days"),
        CheckConstraint("half_days > 0", name="days_positive"),
        Index("ix_in_kind_help_project_id", "project_id", "id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    giver: Mapped[str] = mapped_column(String(80))
    giver_kind: Mapped[Giver] = mapped_column(stored(Giver, "giver_kind"))
    anonymous: Mapped[bool]
    kind: Mapped[Help] = mapped_column(stored(Help))
    what: Mapped[str] = mapped_column(String(200))
    half_days: Mapped[int | None]
    helped_on: Mapped[date]
    value_fen: Mapped[Money | None]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class HelpDecision(Numbered, Base):
    """What a second person found: the help was there, or it was not, with the reason."""

    __tablename__ = "help_decision"
    __table_args__ = (
        UniqueConstraint("help_id"),
        CheckConstraint("confirmed OR length(trim(reason)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    help_id: Mapped[int] = mapped_column(ForeignKey("in_kind_help.id"))
    confirmed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class CashCount(Numbered, Base):
    """盘点: what was counted in the box and at the bank, beside what the book says at that moment.

    A difference is explained by who counted, and again by the second person who confirms.
    """

    __tablename__ = "cash_count"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("cash_fen >= 0 AND bank_fen >= 0", name="counted"),
        CheckConstraint("cash_fen + bank_fen = book_fen OR length(trim(explanation)) > 0", name="difference_explained"),
        Index("ix_cash_count_project_id", "project_id", "id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    book_fen: Mapped[Money]
    cash_fen: Mapped[Money]
    bank_fen: Mapped[Money]
    explanation: Mapped[str] = mapped_column(String(300))
    counted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    counted_at: Mapped[datetime]


class CashCountDecision(Numbered, Base):
    """What a second person found who counted again: the same, or not. ``note`` explains a difference."""

    __tablename__ = "cash_count_decision"
    __table_args__ = (
        UniqueConstraint("count_id"),
        CheckConstraint("confirmed OR length(trim(note)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    count_id: Mapped[int] = mapped_column(ForeignKey("cash_count.id"))
    confirmed: Mapped[bool]
    note: Mapped[str] = mapped_column(String(300))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class RaisingTerms(Numbered, Base):
    """What was decided before raising: the deadline, and what happens if too little comes. The last revision holds."""

    __tablename__ = "raising_terms"
    __table_args__ = (
        UniqueConstraint("project_id", "revision"),
        CheckConstraint("revision > 0", name="revision_counted"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    revision: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("project_version.id"))
    deadline: Mapped[date]
    if_missed: Mapped[IfMissed] = mapped_column(stored(IfMissed, "if_missed"))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class RaisingLine(Base):
    """How much one cost line of the text is needed."""

    __tablename__ = "raising_line"
    __table_args__ = (
        CheckConstraint("position > 0", name="position_counted"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        {"info": {"sealed": True}},
    )

    terms_id: Mapped[int] = mapped_column(ForeignKey("raising_terms.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    need: Mapped[Need] = mapped_column(stored(Need))
    name: Mapped[str] = mapped_column(String(120))
    amount_fen: Mapped[Money]


class RaisingOutcome(Base):
    """What the deadline came to: once for each project. ``budget_fen`` is what will be done, 0 where all goes back."""

    __tablename__ = "raising_outcome"
    __table_args__ = (
        CheckConstraint("raised_fen >= 0 AND minimum_fen > 0 AND budget_fen >= 0", name="amounts"),
        CheckConstraint("(outcome = 'returned') = (budget_fen = 0)", name="returned_does_nothing"),
        CheckConstraint("outcome <> 'reached' OR raised_fen >= minimum_fen", name="reached_is_enough"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("raising_terms.id"))
    raised_fen: Mapped[Money]
    minimum_fen: Mapped[Money]
    outcome: Mapped[Outcome] = mapped_column(stored(Outcome))
    budget_fen: Mapped[Money]
    run_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    run_at: Mapped[datetime]


for _table in (
    "contribution", "contribution_decision", "in_kind_help", "pledge", "pledge_ending", "refund", "refund_decision",
    "help_decision", "cash_count", "cash_count_decision", "raising_terms", "raising_line", "raising_outcome",
):  # fmt: skip
    append_only(_table)
refuse(
    "contribution_receipt_follows",
    "contribution",
    "INSERT",
    "NEW.receipt_no <> COALESCE((SELECT max(receipt_no) FROM contribution WHERE book_id = NEW.book_id "
    "AND receipt_year = NEW.receipt_year), 0) + 1",
    "receipts are numbered without a gap",
)
refuse(
    "contribution_second_person",
    "contribution_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM contribution c WHERE c.id = NEW.contribution_id AND c.recorded_by_id = NEW.decided_by_id)",
    "who recorded a contribution does not confirm it",
)
refuse(
    "contribution_within_pledge",
    "contribution",
    "INSERT",
    "NEW.pledge_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pledge p WHERE p.id = NEW.pledge_id "
    "AND p.project_id = NEW.project_id AND p.source = NEW.source "
    "AND COALESCE(p.unit_id, 0) = COALESCE(NEW.unit_id, 0) "
    "AND NOT EXISTS (SELECT 1 FROM pledge_ending e WHERE e.pledge_id = p.id) "
    "AND p.amount_fen >= NEW.amount_fen + COALESCE((SELECT sum(c.amount_fen) FROM contribution c "
    "WHERE c.pledge_id = p.id AND NOT EXISTS (SELECT 1 FROM contribution_decision d "
    "WHERE d.contribution_id = c.id AND NOT d.confirmed)), 0))",
    "a pledge takes no more than was pledged, from who pledged it",
)
refuse(
    "refund_within_gift",
    "refund",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM contribution c JOIN contribution_decision d ON d.contribution_id = c.id "
    "WHERE c.id = NEW.contribution_id AND d.confirmed AND c.amount_fen >= NEW.amount_fen + COALESCE((SELECT "
    "sum(r.amount_fen) FROM refund r WHERE r.contribution_id = c.id AND NOT EXISTS (SELECT 1 FROM refund_decision rd "
    "WHERE rd.refund_id = r.id AND NOT rd.confirmed)), 0))",
    "no more goes back than was given and confirmed",
)
refuse(
    "refund_second_person",
    "refund_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM refund r WHERE r.id = NEW.refund_id AND r.prepared_by_id = NEW.decided_by_id)",
    "who prepared a refund does not confirm it",
)
refuse(
    "help_second_person",
    "help_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM in_kind_help h WHERE h.id = NEW.help_id AND h.recorded_by_id = NEW.decided_by_id)",
    "who recorded help does not confirm it",
)
refuse(
    "cash_count_second_person",
    "cash_count_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM cash_count c WHERE c.id = NEW.count_id AND c.counted_by_id = NEW.decided_by_id)",
    "who counted does not confirm the count",
)
refuse(
    "cash_count_explained_by_two",
    "cash_count_decision",
    "INSERT",
    "length(trim(NEW.note)) = 0 AND EXISTS (SELECT 1 FROM cash_count c WHERE c.id = NEW.count_id "
    "AND c.cash_fen + c.bank_fen <> c.book_fen)",
    "a difference is explained by two people",
)
_BEGUN = (
    "EXISTS (SELECT 1 FROM contribution c WHERE c.project_id = {project}) "
    "OR EXISTS (SELECT 1 FROM pledge p WHERE p.project_id = {project})"
)
refuse(
    "raising_terms_before_raising",
    "raising_terms",
    "INSERT",
    _BEGUN.format(project="NEW.project_id"),
    "what happens at the deadline is decided before raising",
)
refuse(
    "raising_line_before_raising",
    "raising_line",
    "INSERT",
    _BEGUN.format(project="(SELECT t.project_id FROM raising_terms t WHERE t.id = NEW.terms_id)"),
    "what happens at the deadline is decided before raising",
)
refuse(
    "raising_outcome_of_its_terms",
    "raising_outcome",
    "INSERT",
    "NEW.terms_id <> (SELECT t.id FROM raising_terms t WHERE t.project_id = NEW.project_id "
    "ORDER BY t.revision DESC LIMIT 1)",
    "an outcome follows the terms of its project that hold",
)
