"""The rows of the ledger, and what the database refuses about them.

The entries of a posting are written first; the journal that owns them comes last and seals them: it is accepted only
where exactly its declared legs are there, sum to 0 and lie in its own book and ledger. Legs without a journal fail at
commit (deferred foreign key). Full leg slots keep later legs out. Balances are moved by entries alone.
"""

from datetime import date, datetime

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base, Numbered
from fundapp.db.guards import append_only, guard, no_replace, no_truncate, refuse
from fundapp.db.types import stored
from fundapp.ledger.rules import Holder, Ledger

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


class LedgerAccount(Numbered, Base):
    """What an account is and between which limits it stays; its balance lies in :class:`LedgerBalance`."""

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("book_id", "ledger", "code"),
        CheckConstraint("length(trim(code)) > 0 AND length(trim(name)) > 0", name="named"),
        Index("ix_ledger_account_code", "code"),
        SEALED,
    )

    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    ledger: Mapped[Ledger] = mapped_column(stored(Ledger))
    code: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
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


append_only("book")
append_only("ledger_account")
append_only("ledger_closing")
append_only("ledger_journal")
append_only("ledger_entry")

_OPEN = (
    "INSERT INTO ledger_balance (account_id, floor_fen, ceiling_fen, balance_fen, version) "
    "VALUES (NEW.id, NEW.floor_fen, NEW.ceiling_fen, 0, 0);"
)
_MOVE = (
    "UPDATE ledger_balance SET balance_fen = NEW.balance_after_fen, version = NEW.account_version "
    "WHERE account_id = NEW.account_id;"
)


def _follow(name: str, table: str, statement: str) -> None:
    """Let the database run *statement* after each row of *table*."""
    guard(
        name,
        table,
        f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW BEGIN {statement} END",
        (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN {statement} "
            f"RETURN NULL; END $body$",
            f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )


_follow("ledger_account_opens_balance", "ledger_account", _OPEN)
_follow("ledger_entry_moves_balance", "ledger_entry", _MOVE)

refuse("ledger_balance_keeps_rows", "ledger_balance", "DELETE", None, "ledger_balance keeps its rows")
no_replace("ledger_balance")
no_truncate("ledger_balance")
_NO_ENTRY = (
    "NEW.account_id <> OLD.account_id OR NEW.version <> OLD.version + 1 OR NOT EXISTS (SELECT 1 FROM ledger_entry e "
    "WHERE e.account_id = NEW.account_id AND e.account_version = NEW.version "
    "AND e.balance_after_fen = NEW.balance_fen)"
)
refuse(
    "ledger_balance_follows_entries",
    "ledger_balance",
    "UPDATE",
    f"{_NO_ENTRY} OR NEW.floor_fen IS NOT OLD.floor_fen OR NEW.ceiling_fen IS NOT OLD.ceiling_fen",
    "only an entry moves a balance",
    pg_when=f"{_NO_ENTRY} OR NEW.floor_fen IS DISTINCT FROM OLD.floor_fen "
    "OR NEW.ceiling_fen IS DISTINCT FROM OLD.ceiling_fen",
)
refuse(
    "ledger_closing_of_empty",
    "ledger_closing",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_balance b WHERE b.account_id = NEW.account_id AND b.balance_fen <> 0)",
    "an account is closed empty",
)
refuse(
    "ledger_entry_follows_balance",
    "ledger_entry",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM ledger_balance b WHERE b.account_id = NEW.account_id "
    "AND b.version + 1 = NEW.account_version AND b.balance_fen + NEW.amount_fen = NEW.balance_after_fen)",
    "an entry goes on from the kept balance",
)
refuse(
    "ledger_entry_on_open_account",
    "ledger_entry",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_closing c WHERE c.account_id = NEW.account_id)",
    "the account is closed",
)
refuse(
    "ledger_journal_balances",
    "ledger_journal",
    "INSERT",
    "(SELECT count(*) FROM ledger_entry e WHERE e.journal_id = NEW.id) <> NEW.leg_count "
    "OR (SELECT sum(e.amount_fen) FROM ledger_entry e WHERE e.journal_id = NEW.id) <> 0",
    "a journal has its declared legs and they sum to 0",
)
refuse(
    "ledger_journal_in_one_book",
    "ledger_journal",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id "
    "WHERE e.journal_id = NEW.id AND (a.book_id <> NEW.book_id OR a.ledger <> NEW.ledger))",
    "all legs lie in the book and ledger of their journal",
)
refuse(
    "ledger_journal_chained",
    "ledger_journal",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM book b WHERE b.id = NEW.book_id AND NEW.seq = 1 AND b.start_hash = NEW.prev_hash) "
    "AND NOT EXISTS (SELECT 1 FROM ledger_journal p WHERE p.book_id = NEW.book_id AND p.seq = NEW.seq - 1 "
    "AND p.hash = NEW.prev_hash)",
    "a journal links to the one before it",
)
refuse(
    "ledger_journal_mirrors",
    "ledger_journal",
    "INSERT",
    "NEW.reverses_id IS NOT NULL AND (NEW.leg_count <> COALESCE((SELECT o.leg_count FROM ledger_journal o "
    "WHERE o.id = NEW.reverses_id AND o.reverses_id IS NULL), 0) OR EXISTS (SELECT 1 FROM ledger_entry o "
    "WHERE o.journal_id = NEW.reverses_id AND NOT EXISTS (SELECT 1 FROM ledger_entry n WHERE n.journal_id = NEW.id "
    "AND n.leg = o.leg AND n.account_id = o.account_id AND n.amount_fen = -o.amount_fen)))",
    "a reversal mirrors its journal leg by leg",
)
