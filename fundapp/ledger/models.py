"""The rows of the ledger, and what the database refuses about them.

The entries of a posting are written first; the journal that owns them comes last and seals them: it is accepted only
where exactly its declared legs are there, sum to 0 and lie in its own book and ledger. Legs without a journal fail at
commit (deferred foreign key). Full leg slots keep later legs out. Balances are moved by entries alone.
"""

from datetime import date, datetime
from typing import Any

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base, Numbered
from fundapp.db.types import CanonicalJson, stored
from fundapp.ledger.chart import AccountKind
from fundapp.ledger.rules import Holder, Ledger, ReversalReason

SEALED = {"info": {"sealed": True}}


class Book(Numbered, Base):
    """The book of one legal holder for a place; ``start_hash`` is what its first journal links to.

    A community has one committee, whatever it is called; a place may have several foundations and charities.
    """

    __tablename__ = "book"
    __table_args__ = (
        UniqueConstraint("holder_kind", "place_id", "holder_name", name="uq_book_holder"),
        UniqueConstraint("start_hash"),
        CheckConstraint("length(trim(holder_name)) > 0", name="holder_named"),
        Index(
            "uq_book_committee", "place_id", unique=True,
            sqlite_where=text("holder_kind = 'committee'"), postgresql_where=text("holder_kind = 'committee'"),
        ),
        SEALED,
    )  # fmt: skip

    holder_kind: Mapped[Holder] = mapped_column(stored(Holder))
    holder_name: Mapped[str] = mapped_column(String(120))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    start_hash: Mapped[str] = mapped_column(String(64))


class LedgerChart(Numbered, Base):
    """A version of a book's chart of accounts; the one with the highest number counts.

    ``content`` is what :func:`fundapp.ledger.chart.chart_of_dict` reads; payments of ``second_from_fen`` and more need
    one who asks and another who approves.
    """

    __tablename__ = "ledger_chart"
    __table_args__ = (
        UniqueConstraint("book_id", "number"),
        CheckConstraint("second_from_fen > 0", name="second_from_something"),
        SEALED,
    )

    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    number: Mapped[int]
    content: Mapped[Any] = mapped_column(CanonicalJson)
    second_from_fen: Mapped[Money]
    adopted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    adopted_at: Mapped[datetime]


class LedgerAccount(Numbered, Base):
    """What an account is and between which limits it stays; its balance lies in :class:`LedgerBalance`.

    ``fund`` is whose money it is ("project:12", "programme:3", "general"): every journal balances in each fund.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("book_id", "ledger", "code"),
        CheckConstraint("length(trim(code)) > 0 AND length(trim(name)) > 0", name="named"),
        CheckConstraint("length(trim(fund)) > 0", name="of_a_fund"),
        CheckConstraint("(ledger = 'commit') = (kind = 'pool')", name="kind_of_ledger"),
        Index("ix_ledger_account_code", "code"),
        SEALED,
    )

    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    ledger: Mapped[Ledger] = mapped_column(stored(Ledger))
    code: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[AccountKind] = mapped_column(stored(AccountKind))
    fund: Mapped[str] = mapped_column(String(40))
    floor_fen: Mapped[Money | None]
    ceiling_fen: Mapped[Money | None]


class LedgerBalance(Base):
    """An account's kept balance: opened empty with the account, moved by each entry, by nothing else."""

    __tablename__ = "ledger_balance"
    __table_args__ = (
        CheckConstraint("floor_fen IS NULL OR balance_fen >= floor_fen", name="floor"),
        CheckConstraint("ceiling_fen IS NULL OR balance_fen <= ceiling_fen", name="ceiling"),
        {"info": {"recomputed_by": "ledger.balances"}},
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"), primary_key=True, autoincrement=False)
    floor_fen: Mapped[Money | None]
    ceiling_fen: Mapped[Money | None]
    balance_fen: Mapped[Money]
    version: Mapped[int] = mapped_column(ID)


class LedgerClosing(Base):
    """An account that is closed: empty, and for ever."""

    __tablename__ = "ledger_closing"
    __table_args__ = (SEALED,)

    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"), primary_key=True, autoincrement=False)
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Journal(Numbered, Base):
    """One posting. ``canonical`` holds the bytes whose hash is ``hash``; the other columns repeat what they say.

    ``seq`` is the order of posting, without a gap and never backdated; ``event_date`` is the day it happened.
    """

    __tablename__ = "ledger_journal"
    __table_args__ = (
        UniqueConstraint("book_id", "ledger", "key", name="uq_ledger_journal_key"),
        UniqueConstraint("book_id", "seq", name="uq_ledger_journal_seq"),
        UniqueConstraint("prev_hash"),
        UniqueConstraint("reverses_id"),
        UniqueConstraint("id", "leg_count", name="uq_ledger_journal_legs"),
        CheckConstraint("leg_count BETWEEN 2 AND 200", name="two_legs"),
        CheckConstraint("length(trim(purpose)) > 0", name="purpose_told"),
        CheckConstraint("(reverses_id IS NULL) = (reason IS NULL)", name="reason_of_reversal"),
        CheckConstraint("asked_by_id <> approved_by_id", name="another_approves"),
        Index("ix_ledger_journal_subject", "subject", "id"),
        Index("ix_ledger_journal_day", "book_id", "event_date"),
        SEALED,
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    ledger: Mapped[Ledger] = mapped_column(stored(Ledger))
    key: Mapped[str] = mapped_column(String(80))
    body_hash: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(ID)
    leg_count: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str | None] = mapped_column(String(64))
    event_date: Mapped[date]
    posted_at: Mapped[datetime]
    posted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_journal.id"))
    reason: Mapped[ReversalReason | None] = mapped_column(stored(ReversalReason))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    canonical: Mapped[str]


class Entry(Base):
    """One leg of a journal, with the balance it left on its account."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["journal_id", "leg_count"],
            ["ledger_journal.id", "ledger_journal.leg_count"],
            name="fk_ledger_entry_journal",
            deferrable=True,
            initially="DEFERRED",
        ),
        UniqueConstraint("account_id", "account_version", name="uq_ledger_entry_version"),
        CheckConstraint("leg BETWEEN 1 AND leg_count AND leg = CAST(leg AS BIGINT)", name="leg_slot"),
        CheckConstraint("amount_fen <> 0 AND amount_fen = CAST(amount_fen AS BIGINT)", name="whole_fen"),
        SEALED,
    )

    journal_id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    leg: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    leg_count: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    amount_fen: Mapped[Money]
    balance_after_fen: Mapped[Money]
    account_version: Mapped[int] = mapped_column(ID)


class MonthClosing(Numbered, Base):
    """A month of a book that was closed: nothing that happened in it or before is posted any more.

    ``end_seq`` is the last journal before it. A month that was reopened is closed again in a later ``round``.
    """

    __tablename__ = "ledger_month_closing"
    __table_args__ = (
        UniqueConstraint("book_id", "first_day", "round"),
        CheckConstraint("last_day > first_day", name="days_in_order"),
        SEALED,
    )

    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    round: Mapped[int]
    end_seq: Mapped[int] = mapped_column(ID)
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime]


class ReopenRequest(Numbered, Base):
    """Somebody asks, with her reason, that a closed month be opened again."""

    __tablename__ = "ledger_reopen_request"
    __table_args__ = (
        UniqueConstraint("closing_id"),
        UniqueConstraint("id", "closing_id", "asked_by_id"),
        CheckConstraint("length(trim(reason)) > 0", name="reason_told"),
        SEALED,
    )

    closing_id: Mapped[int] = mapped_column(ForeignKey("ledger_month_closing.id"))
    reason: Mapped[str] = mapped_column(String(200))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]


class Reopening(Numbered, Base):
    """Another person opened a closed month again, as was asked."""

    __tablename__ = "ledger_reopening"
    __table_args__ = (
        UniqueConstraint("closing_id"),
        ForeignKeyConstraint(
            ["request_id", "closing_id", "asked_by_id"],
            ["ledger_reopen_request.id", "ledger_reopen_request.closing_id", "ledger_reopen_request.asked_by_id"],
            name="fk_ledger_reopening_request",
        ),
        CheckConstraint("asked_by_id <> approved_by_id", name="another_opens"),
        SEALED,
    )

    request_id: Mapped[int]
    closing_id: Mapped[int]
    asked_by_id: Mapped[int]
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime]


class LedgerAudit(Numbered, Base):
    """What an audit of the ledger found; the newest is shown to the staff. ``faults``: pairs of check and fault."""

    __tablename__ = "ledger_audit"
    __table_args__ = (SEALED,)

    rows: Mapped[int] = mapped_column(ID)
    faults: Mapped[Any] = mapped_column(CanonicalJson)
    ran_at: Mapped[datetime]


from fundapp.ledger import function, guards, reversal_models, seal  # noqa: E402, F401 - declares them for the tables above
