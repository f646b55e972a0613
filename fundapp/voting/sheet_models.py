"""Ballots of paper without a door: numbered sheets, what people read from them, and what became of the others."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import CanonicalJson, stored
from fundapp.kernel.sheets import SheetEnd


def _of_sheet() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["round_id", "serial"], ["vote_sheet.round_id", "vote_sheet.serial"])


class VoteSheet(Numbered, Base):
    """A ballot that was printed. Its number tells no household: the sheets are handed out in any order."""

    __tablename__ = "vote_sheet"
    __table_args__ = (
        UniqueConstraint("round_id", "serial"),
        CheckConstraint("serial > 0", name="numbered_from_one"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ID, ForeignKey("vote_opening.round_id"))
    serial: Mapped[int]
    registered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]


class VoteSheetEnd(Numbered, Base):
    """A sheet that is not counted: void with its reason, or not come back."""

    __tablename__ = "vote_sheet_end"
    __table_args__ = (
        UniqueConstraint("round_id", "serial"),
        _of_sheet(),
        CheckConstraint("how <> 'void' OR length(trim(reason)) > 0", name="void_has_reason"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    serial: Mapped[int]
    how: Mapped[SheetEnd] = mapped_column(stored(SheetEnd))
    reason: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class VoteReading(Numbered, Base):
    """What one person read from a sheet: points by project, or that it is invalid. Her newest reading counts."""

    __tablename__ = "vote_reading"
    __table_args__ = (
        UniqueConstraint("round_id", "serial", "person_id", "number"),
        _of_sheet(),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    serial: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]
    marks: Mapped[Any] = mapped_column(CanonicalJson)
    at: Mapped[datetime]


class VoteKeying(Numbered, Base):
    """What one person read from a paper with a door: whose it is, points by project (none: invalid), its photo."""

    __tablename__ = "vote_keying"
    __table_args__ = (
        UniqueConstraint("round_id", "serial", "person_id", "number"),
        ForeignKeyConstraint(["round_id", "snapshot_id"], ["vote_opening.round_id", "vote_opening.snapshot_id"]),
        ForeignKeyConstraint(["snapshot_id", "unit_id"], ["snapshot_unit.snapshot_id", "snapshot_unit.unit_id"]),
        CheckConstraint("serial > 0", name="sheet_numbered"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    serial: Mapped[int]
    snapshot_id: Mapped[int]
    unit_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]
    visit: Mapped[bool]
    marks: Mapped[Any] = mapped_column(CanonicalJson)
    scan_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    at: Mapped[datetime]


append_only("vote_sheet")
append_only("vote_keying")
append_only("vote_sheet_end")
append_only("vote_reading")
_CLOSED = "EXISTS (SELECT 1 FROM vote_box_closing c WHERE c.round_id = NEW.round_id)"
_RESULT = "EXISTS (SELECT 1 FROM vote_result x WHERE x.round_id = NEW.round_id)"
refuse("vote_sheet_before_closing", "vote_sheet", "INSERT", _CLOSED, "no sheet is printed once the box is closed")
refuse(
    "vote_reading_after_closing",
    "vote_reading",
    "INSERT",
    f"NOT {_CLOSED} OR {_RESULT}",
    "sheets are read between the closing of the box and the result",
)
refuse(
    "vote_keying_in_time",
    "vote_keying",
    "INSERT",
    f"{_RESULT} OR NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND NEW.at >= r.opens_at "  # noqa: S608 - our own words
    "AND r.secrecy IN ('named', 'simple') AND (NEW.at < r.closes_at OR EXISTS (SELECT 1 FROM vote_keying k "
    "WHERE k.round_id = NEW.round_id AND k.serial = NEW.serial AND k.at < r.closes_at)))",
    "a paper is read first while the round is open, and again until the result stands",
)
refuse(
    "vote_ballot_read_by_two",
    "vote_ballot",
    "INSERT",
    "NEW.channel IN ('paper', 'visit') AND (SELECT COUNT(DISTINCT k.person_id) FROM vote_keying k "
    "WHERE k.round_id = NEW.round_id AND k.serial = NEW.serial AND k.unit_id = NEW.unit_id) < 2",
    "a paper counts when two people have read it",
)
refuse(
    "vote_slip_read_by_two",
    "vote_slip",
    "INSERT",
    "NEW.channel = 'paper' AND ((SELECT COUNT(DISTINCT r.person_id) FROM vote_reading r "
    "WHERE r.round_id = NEW.round_id AND r.serial = NEW.serial) < 2 OR EXISTS (SELECT 1 FROM vote_sheet_end e "
    "WHERE e.round_id = NEW.round_id AND e.serial = NEW.serial))",
    "a sheet counts when two people have read it",
)
