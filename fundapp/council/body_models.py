"""Bodies, how they work, their members, and the lots that draw members."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.council.bars import Charter, Passing
from fundapp.council.rules import Origin, Seat
from fundapp.council.templates import BodyKind
from fundapp.db.base import Base, Numbered
from fundapp.db.types import CanonicalJson, stored
from fundapp.kernel.bars import Bar, bar


class Bars:
    """Quorum, what carries an item, and days of notice, as a row keeps them."""

    quorum_over: Mapped[int]
    quorum_under: Mapped[int]
    quorum_strict: Mapped[bool]
    pass_over: Mapped[int]
    pass_under: Mapped[int]
    pass_strict: Mapped[bool]
    pass_of_members: Mapped[bool]
    notice_days: Mapped[int]

    @property
    def quorum(self) -> Bar:
        """Give the share of the members that must be present."""
        return bar(self.quorum_over, self.quorum_under, self.quorum_strict)

    @property
    def passing(self) -> Passing:
        """Give what carries an item."""
        return Passing(bar(self.pass_over, self.pass_under, self.pass_strict), self.pass_of_members)

    @property
    def charter(self) -> Charter:
        """Give the bars together."""
        return Charter(self.quorum, self.passing, self.notice_days)


def bars_of(charter: Charter) -> dict[str, Any]:
    """Give the columns of some bars."""
    quorum, passing = charter.quorum, charter.passing
    return {
        "quorum_over": quorum.share.numerator,
        "quorum_under": quorum.share.denominator,
        "quorum_strict": quorum.strict,
        "pass_over": passing.bar.share.numerator,
        "pass_under": passing.bar.share.denominator,
        "pass_strict": passing.bar.strict,
        "pass_of_members": passing.of_members,
        "notice_days": charter.notice_days,
    }


def bar_checks() -> tuple[CheckConstraint, ...]:
    """Give the checks of these columns, anew for each table."""
    return (
        CheckConstraint("0 < quorum_over AND quorum_over <= quorum_under", name="quorum_is_a_share"),
        CheckConstraint("0 < pass_over AND pass_over <= pass_under", name="pass_is_a_share"),
        CheckConstraint("notice_days BETWEEN 0 AND 30", name="days_of_notice"),
    )


class CouncilBody(Numbered, Base):
    """A residents' council 议事会 of a community (or of a compound, or a building)."""

    __tablename__ = "council_body"
    __table_args__ = (
        UniqueConstraint("place_id", "name"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
        {"info": {"sealed": True}},
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[BodyKind] = mapped_column(stored(BodyKind))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class CouncilCharter(Numbered, Bars, Base):
    """How a body works from a moment on: its bars, and the body above it; the highest number counts."""

    __tablename__ = "council_charter"
    __table_args__ = (
        UniqueConstraint("body_id", "number"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        CheckConstraint("(number = 1) = (reason = '')", name="changed_with_reason"),
        CheckConstraint("parent_id IS NULL OR parent_id <> body_id", name="above_is_another"),
        *bar_checks(),
        {"info": {"sealed": True}},
    )

    body_id: Mapped[int] = mapped_column(ForeignKey("council_body.id"))
    number: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("council_body.id"))
    reason: Mapped[str] = mapped_column(String(200))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class CouncilLot(Numbered, Base):
    """Candidates for seats by lot, numbered from 1; the fingerprint of the list is public before the seed is known.

    ``seed_from`` says beforehand where the seed will be read by everybody, like the numbers of a lottery of a day.
    """

    __tablename__ = "council_lot"
    __table_args__ = (
        CheckConstraint("0 < seats AND seats <= candidates", name="seats_among_candidates"),
        CheckConstraint("length(trim(seed_from)) > 0", name="seed_known_from_somewhere"),
        Index("ix_council_lot_body_id", "body_id", "id"),
        {"info": {"sealed": True}},
    )

    body_id: Mapped[int] = mapped_column(ForeignKey("council_body.id"))
    names: Mapped[Any] = mapped_column(CanonicalJson)
    candidates: Mapped[int]
    seats: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    seed_from: Mapped[str] = mapped_column(String(160))
    term_ends_at: Mapped[datetime | None]
    announced_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    announced_at: Mapped[datetime]


class CouncilDraw(Numbered, Base):
    """What a lot came to: its seed, and the numbers that it drew."""

    __tablename__ = "council_draw"
    __table_args__ = (
        UniqueConstraint("lot_id"),
        CheckConstraint("length(trim(seed)) > 0", name="seeded"),
        {"info": {"sealed": True}},
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("council_lot.id"))
    seed: Mapped[str] = mapped_column(String(120))
    numbers: Mapped[Any] = mapped_column(CanonicalJson)
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drawn_at: Mapped[datetime]


class CouncilMember(Numbered, Base):
    """A member: a person known to the program, or a plain name. Never shown in public."""

    __tablename__ = "council_member"
    __table_args__ = (
        UniqueConstraint("body_id", "person_id", "joined_at"),
        CheckConstraint("(person_id IS NULL) <> (name IS NULL)", name="person_or_name"),
        CheckConstraint("name IS NULL OR length(trim(name)) > 0", name="named"),
        CheckConstraint("left_at IS NULL OR left_at >= joined_at", name="leaves_after_joining"),
        CheckConstraint("term_ends_at IS NULL OR term_ends_at > joined_at", name="term_has_length"),
        CheckConstraint("(origin = 'lot') = (lot_id IS NOT NULL)", name="by_lot_from_a_lot"),
        Index("ix_council_member_body_id", "body_id", "id"),
        {"info": {"sealed": True}},
    )

    body_id: Mapped[int] = mapped_column(ForeignKey("council_body.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str | None] = mapped_column(String(60))
    seat: Mapped[Seat] = mapped_column(stored(Seat))
    origin: Mapped[Origin] = mapped_column(stored(Origin))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("council_lot.id"))
    joined_at: Mapped[datetime]
    term_ends_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
