"""Bank accounts, their lines, matches and reconciliations, and what the database refuses about them.

The members of a match are written first, the match last: it is accepted only where they lie in its account and book
and have equal sums; nothing joins it afterwards. A line or entry is in one standing match: its ``turn`` counts its
matches, and a further one needs the last to be taken back.
"""

from datetime import date, datetime
from typing import Any

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import fundapp.banking.transfer_models  # noqa: F401 - the tables of transfers stand beside these
from fundapp.banking.rules import Booking
from fundapp.db.base import ID, Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import CanonicalJson, Encrypted, EncryptedJson, stored

SEALED = {"info": {"sealed": True}}


class BankAccount(Numbered, Base):
    """An account at a bank. ``covers``: the accounts of the book that it stands for.

    It is one code with its parts ("bank" and "bank:3", a programme's fund), or, with a colon at its end, the beginning
    of several ("cash:").
    """

    __tablename__ = "bank_account"
    __table_args__ = (
        UniqueConstraint("op_key"),
        UniqueConstraint("book_id", "covers"),
        CheckConstraint("length(trim(bank)) > 0 AND length(trim(covers)) > 0", name="named"),
        SEALED,
    )

    op_key: Mapped[str] = mapped_column(String(36))
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    bank: Mapped[str] = mapped_column(String(60))
    tail: Mapped[str] = mapped_column(String(4))
    covers: Mapped[str] = mapped_column(String(80))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class BankLayout(Numbered, Base):
    """How a bank's files are read for a book, as somebody said last."""

    __tablename__ = "bank_layout"
    __table_args__ = (Index("ix_bank_layout_bank", "book_id", "bank", "id"), SEALED)

    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    bank: Mapped[str] = mapped_column(String(60))
    layout: Mapped[Any] = mapped_column(CanonicalJson)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class BankUpload(Numbered, Base):
    """A file that was sent and waits to be taken in; gone once it was, or after a day."""

    __tablename__ = "bank_upload"

    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_hash: Mapped[str] = mapped_column(String(64))
    lines: Mapped[Any] = mapped_column(EncryptedJson)
    layout: Mapped[Any | None] = mapped_column(CanonicalJson)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class BankStatement(Numbered, Base):
    """A file that was taken in, wholly."""

    __tablename__ = "bank_statement"
    __table_args__ = (
        CheckConstraint("lines_new > 0 AND lines_known >= 0", name="brought_lines"),
        Index("ix_bank_statement_account_id", "account_id", "id"),
        SEALED,
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    file_hash: Mapped[str] = mapped_column(String(64))
    lines_new: Mapped[int]
    lines_known: Mapped[int]
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime]


class BankLine(Numbered, Base):
    """One line of an account in the bank's order; the first may be what was there at the start (``opening``)."""

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("account_id", "position"),
        CheckConstraint("amount_fen <> 0", name="amount_told"),
        CheckConstraint("position >= 1 AND (position = 1 OR NOT opening)", name="opening_is_first"),
        Index("ix_bank_line_day", "account_id", "day", "position"),
        SEALED,
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statement.id"))
    position: Mapped[int]
    opening: Mapped[bool]
    day: Mapped[date]
    amount_fen: Mapped[Money]
    balance_fen: Mapped[Money]
    number: Mapped[str] = mapped_column(String(64))
    project_id: Mapped[int | None]


class BankLineText(Base):
    """What the bank wrote beside the figures: names of people among it, encrypted."""

    __tablename__ = "bank_line_text"
    __table_args__ = (
        CheckConstraint("other IS NULL OR other LIKE 'gAAAA%'", name="other_encrypted"),
        CheckConstraint("words IS NULL OR words LIKE 'gAAAA%'", name="words_encrypted"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"), primary_key=True, autoincrement=False)
    other: Mapped[str | None] = mapped_column(Encrypted)
    words: Mapped[str | None] = mapped_column(Encrypted)


class BankMatch(Numbered, Base):
    """Lines of the bank and entries of the book that are the same money.

    ``booked``: the entry was made for the line.
    """

    __tablename__ = "bank_match"
    __table_args__ = (UniqueConstraint("op_key"), Index("ix_bank_match_account_id", "account_id", "id"), SEALED)

    op_key: Mapped[str] = mapped_column(String(36))
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    booked: Mapped[Booking | None] = mapped_column(stored(Booking, "booked"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class BankMatchLine(Base):
    """A line in a match."""

    __tablename__ = "bank_match_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["match_key"], ["bank_match.op_key"], name="fk_bank_match_line_match", deferrable=True, initially="DEFERRED"
        ),
        UniqueConstraint("line_id", "turn"),
        SEALED,
    )

    match_key: Mapped[str] = mapped_column(String(36), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"), primary_key=True, autoincrement=False)
    turn: Mapped[int]


class BankMatchEntry(Base):
    """An entry in a match."""

    __tablename__ = "bank_match_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["match_key"],
            ["bank_match.op_key"],
            name="fk_bank_match_entry_match",
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(
            ["journal_id", "leg"], ["ledger_entry.journal_id", "ledger_entry.leg"], name="fk_bank_match_entry_entry"
        ),
        UniqueConstraint("journal_id", "leg", "turn"),
        SEALED,
    )

    match_key: Mapped[str] = mapped_column(String(36), primary_key=True)
    journal_id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    leg: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn: Mapped[int]


class BankUnmatch(Base):
    """That a match was taken back: by whom, and why."""

    __tablename__ = "bank_unmatch"
    __table_args__ = (CheckConstraint("length(trim(reason)) > 0", name="has_reason"), SEALED)

    match_id: Mapped[int] = mapped_column(ForeignKey("bank_match.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(200))
    taken_back_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_back_at: Mapped[datetime]


class Reconciliation(Numbered, Base):
    """余额调节表 of a day, as it was prepared; ``state_hash`` names every item that only one side knew."""

    __tablename__ = "bank_reconciliation"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint(
            "bank_fen + book_in_fen - book_out_fen = book_fen + bank_in_fen - bank_out_fen", name="adjusted_agree"
        ),
        CheckConstraint(
            "book_in_fen >= 0 AND book_out_fen >= 0 AND bank_in_fen >= 0 AND bank_out_fen >= 0", name="items_above_0"
        ),
        CheckConstraint(
            "book_in_fen + book_out_fen + bank_in_fen + bank_out_fen = 0 OR length(trim(note)) > 0", name="explained"
        ),
        Index("ix_bank_reconciliation_day", "account_id", "as_of", "id"),
        SEALED,
    )

    op_key: Mapped[str] = mapped_column(String(36))
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    as_of: Mapped[date]
    bank_fen: Mapped[Money]
    book_fen: Mapped[Money]
    book_in_fen: Mapped[Money]
    book_out_fen: Mapped[Money]
    bank_in_fen: Mapped[Money]
    bank_out_fen: Mapped[Money]
    note: Mapped[str] = mapped_column(String(500))
    state_hash: Mapped[str] = mapped_column(String(64))
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime]


class ReconciliationCheck(Base):
    """What the second person found: it is right, or it is not, with the reason."""

    __tablename__ = "bank_reconciliation_check"
    __table_args__ = (CheckConstraint("passed OR length(trim(reason)) > 0", name="refusal_has_reason"), SEALED)

    reconciliation_id: Mapped[int] = mapped_column(
        ForeignKey("bank_reconciliation.id"), primary_key=True, autoincrement=False
    )
    passed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200))
    checked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime]


for _table in (
    "bank_account", "bank_layout", "bank_statement", "bank_line", "bank_match", "bank_match_line", "bank_match_entry",
    "bank_unmatch", "bank_reconciliation", "bank_reconciliation_check",
):  # fmt: skip
    append_only(_table)

refuse(
    "bank_line_follows",
    "bank_line",
    "INSERT",
    "NEW.balance_fen <> NEW.amount_fen + COALESCE((SELECT p.balance_fen FROM bank_line p "
    "WHERE p.account_id = NEW.account_id AND p.position = NEW.position - 1), 0) "
    "OR (NEW.position > 1 AND NOT EXISTS (SELECT 1 FROM bank_line p WHERE p.account_id = NEW.account_id "
    "AND p.position = NEW.position - 1 AND p.day <= NEW.day))",
    "a line goes on from the balance before it",
)
_STANDING = (
    "JOIN bank_match b ON b.op_key = m.match_key LEFT JOIN bank_unmatch u ON u.match_id = b.id "
    "WHERE u.match_id IS NULL AND "
)
for _table, _same in (
    ("bank_match_line", "m.line_id = NEW.line_id"),
    ("bank_match_entry", "m.journal_id = NEW.journal_id AND m.leg = NEW.leg"),
):
    refuse(
        f"{_table}_in_one_match",
        _table,
        "INSERT",
        f"NEW.turn <> 1 + (SELECT count(*) FROM {_table} m WHERE {_same}) "  # noqa: S608 - our own names
        f"OR EXISTS (SELECT 1 FROM {_table} m {_STANDING}{_same})",
        "it is in another match",
    )
    refuse(
        f"{_table}_in_time",
        _table,
        "INSERT",
        "EXISTS (SELECT 1 FROM bank_match b WHERE b.op_key = NEW.match_key)",
        "nothing joins a match that stands",
    )
refuse(
    "bank_match_balances",
    "bank_match",
    "INSERT",
    "(SELECT COALESCE(sum(l.amount_fen), 0) FROM bank_match_line m JOIN bank_line l ON l.id = m.line_id "
    "WHERE m.match_key = NEW.op_key) <> (SELECT COALESCE(sum(e.amount_fen), 0) FROM bank_match_entry m "
    "JOIN ledger_entry e ON e.journal_id = m.journal_id AND e.leg = m.leg WHERE m.match_key = NEW.op_key) "
    "OR (SELECT count(*) FROM bank_match_line m WHERE m.match_key = NEW.op_key) "
    "+ (SELECT count(*) FROM bank_match_entry m WHERE m.match_key = NEW.op_key) < 2",
    "lines and entries of a match have one sum",
)
refuse(
    "bank_match_of_one_account",
    "bank_match",
    "INSERT",
    "EXISTS (SELECT 1 FROM bank_match_line m JOIN bank_line l ON l.id = m.line_id "
    "WHERE m.match_key = NEW.op_key AND l.account_id <> NEW.account_id) "
    "OR EXISTS (SELECT 1 FROM bank_match_entry m JOIN ledger_entry e ON e.journal_id = m.journal_id AND e.leg = m.leg "
    "JOIN ledger_account a ON a.id = e.account_id JOIN bank_account k ON k.id = NEW.account_id "
    "WHERE m.match_key = NEW.op_key AND (a.book_id <> k.book_id OR a.ledger <> 'actual' "
    "OR CASE WHEN k.covers LIKE '%:' THEN substr(a.code, 1, length(k.covers)) "
    "WHEN a.code LIKE k.covers || ':%' THEN k.covers ELSE a.code END <> k.covers))",
    "a match lies in one account and its book",
)
refuse(
    "bank_reconciliation_check_by_another",
    "bank_reconciliation_check",
    "INSERT",
    "EXISTS (SELECT 1 FROM bank_reconciliation r WHERE r.id = NEW.reconciliation_id "
    "AND r.prepared_by_id = NEW.checked_by_id)",
    "who prepared does not check",
)
