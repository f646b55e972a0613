"""The paper of a round: books and their lines, who carried them, second looks, what became of each sheet, visits."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.consent.papers import LAST_PROXIES, BookForm, BookScope, SheetEnd, VisitResult
from fundapp.consent.policy import Choice
from fundapp.db.base import ID, Base, Numbered
from fundapp.db.types import Encrypted, stored


def _of_roster() -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    return (
        ForeignKeyConstraint(["round_id", "snapshot_id"], ["consent_round.id", "consent_round.snapshot_id"]),
        ForeignKeyConstraint(["snapshot_id", "unit_id"], ["snapshot_unit.snapshot_id", "snapshot_unit.unit_id"]),
    )


def _of_sheet() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["round_id", "serial"], ["consent_paper.round_id", "consent_paper.serial"])


class ConsentHelper(Numbered, Base):
    """Somebody who carried paper in a round, or spoke for neighbours: a person of the platform, or a typed name.

    Name and phone are encrypted; ``identity_hash`` is the keyed fingerprint by which the same one is found again.
    """

    __tablename__ = "consent_helper"
    __table_args__ = (
        UniqueConstraint("round_id", "id"),
        UniqueConstraint("round_id", "person_id"),
        UniqueConstraint("round_id", "identity_hash"),
        CheckConstraint("(person_id IS NULL) = (name IS NOT NULL)", name="person_or_name"),
        CheckConstraint("(name IS NULL) = (identity_hash IS NULL)", name="named_is_found_again"),
        CheckConstraint("name IS NULL OR name LIKE 'gAAAA%'", name="name_encrypted"),
        CheckConstraint("phone IS NULL OR phone LIKE 'gAAAA%'", name="phone_encrypted"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str | None] = mapped_column(Encrypted())
    phone: Mapped[str | None] = mapped_column(Encrypted())
    identity_hash: Mapped[str | None] = mapped_column(String(64))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class ConsentBook(Numbered, Base):
    """A book of a round, or a pile of single sheets: registered lines of one building, one group, or all doors."""

    __tablename__ = "consent_book"
    __table_args__ = (
        UniqueConstraint("id", "round_id"),
        CheckConstraint("(scope = 'all') = (scope_id IS NULL)", name="scope_names_what"),
        CheckConstraint("lines > 0", name="has_lines"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"), index=True)
    form: Mapped[BookForm] = mapped_column(stored(BookForm))
    scope: Mapped[BookScope] = mapped_column(stored(BookScope))
    scope_id: Mapped[int | None] = mapped_column(ID)
    title: Mapped[str] = mapped_column(String(120))
    lines: Mapped[int]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class ConsentLine(Numbered, Base):
    """A registered sheet that is printed for one door: nothing of another household can be keyed in from it."""

    __tablename__ = "consent_line"
    __table_args__ = (
        UniqueConstraint("round_id", "serial"),
        ForeignKeyConstraint(["book_id", "round_id"], ["consent_book.id", "consent_book.round_id"]),
        _of_sheet(),
        *_of_roster(),
        Index("ix_consent_line_book_id", "book_id"),
        {"info": {"sealed": True}},
    )

    book_id: Mapped[int]
    round_id: Mapped[int]
    serial: Mapped[int]
    snapshot_id: Mapped[int]
    unit_id: Mapped[int]


class ConsentEvidence(Numbered, Base):
    """How a paper answer came about: when it was signed, who went, who watched, who spoke for the household."""

    __tablename__ = "consent_evidence"
    __table_args__ = (
        UniqueConstraint("answer_id"),
        _of_sheet(),
        ForeignKeyConstraint(["round_id", "collector_id"], ["consent_helper.round_id", "consent_helper.id"]),
        ForeignKeyConstraint(["round_id", "witness_id"], ["consent_helper.round_id", "consent_helper.id"]),
        ForeignKeyConstraint(["round_id", "proxy_id"], ["consent_helper.round_id", "consent_helper.id"]),
        CheckConstraint("witness_id IS NULL OR witness_id <> collector_id", name="witness_is_another"),
        CheckConstraint("proxy_id IS NULL OR proxy_id <> collector_id", name="proxy_is_another"),
        CheckConstraint("(proxy_id IS NULL) = (proxy_scan_id IS NULL)", name="proxy_in_writing"),
        CheckConstraint("(proxy_id IS NULL) = (proxies_most IS NULL)", name="proxy_is_limited"),
        CheckConstraint(f"proxies_most BETWEEN 1 AND {LAST_PROXIES}", name="proxies_within_law"),
        Index("ix_consent_evidence_proxy_id", "proxy_id"),
        {"info": {"sealed": True}},
    )

    answer_id: Mapped[int] = mapped_column(ForeignKey("consent_answer.id"))
    round_id: Mapped[int]
    serial: Mapped[int]
    signed_on: Mapped[date]
    collector_id: Mapped[int]
    witness_id: Mapped[int | None]
    proxy_id: Mapped[int | None]
    proxy_scan_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    proxies_most: Mapped[int | None]


class ConsentSecondKeying(Numbered, Base):
    """What a second person read from a sheet without seeing what the first one keyed."""

    __tablename__ = "consent_second_keying"
    __table_args__ = (
        UniqueConstraint("round_id", "serial"),
        _of_sheet(),
        *_of_roster(),
        CheckConstraint("person_id <> first_by_id", name="second_is_another"),
        CheckConstraint("answer <> 'none'", name="says_something"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    serial: Mapped[int]
    snapshot_id: Mapped[int]
    unit_id: Mapped[int]
    answer: Mapped[Choice] = mapped_column(stored(Choice))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ConsentThirdLook(Numbered, Base):
    """What a sheet says after two people read it differently, with the reason. The newest of a sheet counts."""

    __tablename__ = "consent_third_look"
    __table_args__ = (
        ForeignKeyConstraint(
            ["round_id", "serial"], ["consent_second_keying.round_id", "consent_second_keying.serial"]
        ),
        *_of_roster(),
        CheckConstraint("person_id <> first_by_id", name="third_is_not_the_first"),
        CheckConstraint("answer <> 'none'", name="says_something"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        Index("ix_consent_third_look_round_id", "round_id", "serial"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    serial: Mapped[int]
    snapshot_id: Mapped[int]
    unit_id: Mapped[int]
    answer: Mapped[Choice] = mapped_column(stored(Choice))
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ConsentSheetEnd(Numbered, Base):
    """A sheet from which nothing is keyed in: void with its reason, or not come back."""

    __tablename__ = "consent_sheet_end"
    __table_args__ = (
        UniqueConstraint("round_id", "serial", "how"),
        _of_sheet(),
        CheckConstraint("how <> 'void' OR length(trim(reason)) > 0", name="void_has_reason"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    serial: Mapped[int]
    how: Mapped[SheetEnd] = mapped_column(stored(SheetEnd))
    reason: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ConsentVisit(Numbered, Base):
    """Somebody went to a door and brought no answer: when, who, and why not. No answer is ever made from it."""

    __tablename__ = "consent_visit"
    __table_args__ = (
        UniqueConstraint("op_key"),
        *_of_roster(),
        ForeignKeyConstraint(["round_id", "visitor_id"], ["consent_helper.round_id", "consent_helper.id"]),
        CheckConstraint("visited_at <= recorded_at", name="recorded_afterwards"),
        Index("ix_consent_visit_round_id", "round_id", "unit_id"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    snapshot_id: Mapped[int]
    unit_id: Mapped[int]
    result: Mapped[VisitResult] = mapped_column(stored(VisitResult))
    note: Mapped[str] = mapped_column(Text, default="")
    visitor_id: Mapped[int]
    visited_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    op_key: Mapped[str] = mapped_column(String(36))
