"""Money that goes from one bank account of a book to another: asked by one person, approved by another."""

from datetime import datetime

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse


class BankTransfer(Numbered, Base):
    """A transfer as it was asked for. ``part``: of which fund's money, as the codes end (":3"), blank: the common."""

    __tablename__ = "bank_transfer"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("from_id <> to_id", name="two_accounts"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        Index("ix_bank_transfer_book_id", "book_id", "id"),
        {"info": {"sealed": True}},
    )

    op_key: Mapped[str] = mapped_column(String(36))
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    from_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    part: Mapped[str] = mapped_column(String(20))
    amount_fen: Mapped[Money]
    reason: Mapped[str] = mapped_column(String(200))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]


class BankTransferDecision(Numbered, Base):
    """What another person said: it goes, or it does not, with the reason."""

    __tablename__ = "bank_transfer_decision"
    __table_args__ = (
        UniqueConstraint("transfer_id"),
        CheckConstraint("passed OR length(trim(reason)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    transfer_id: Mapped[int] = mapped_column(ForeignKey("bank_transfer.id"))
    passed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


append_only("bank_transfer")
append_only("bank_transfer_decision")
refuse(
    "bank_transfer_within_its_book",
    "bank_transfer",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM bank_account f JOIN bank_account t ON t.book_id = f.book_id "
    "WHERE f.id = NEW.from_id AND t.id = NEW.to_id AND f.book_id = NEW.book_id "
    "AND f.covers NOT LIKE '%:' AND t.covers NOT LIKE '%:')",
    "a transfer goes between two bank accounts of one book",
)
refuse(
    "bank_transfer_second_person",
    "bank_transfer_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM bank_transfer t WHERE t.id = NEW.transfer_id AND t.asked_by_id = NEW.decided_by_id)",
    "who asked for a transfer does not approve it",
)
