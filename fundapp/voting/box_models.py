"""Keys, the box and its hourly roots, what came out of it. The one table of votes that is overwritten is the box."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base, Numbered
from fundapp.db.guards import append_only, no_replace, no_truncate, refuse
from fundapp.db.types import CanonicalJson, stored
from fundapp.voting.rounds import Channel

_NO_RESULT = "EXISTS (SELECT 1 FROM vote_result x WHERE x.round_id = NEW.round_id)"


class VoteKey(Numbered, Base):
    """The public key under which the ballots of a sealed round are sealed; its private half never was here."""

    __tablename__ = "vote_key"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("length(public_key) = 64", name="key_is_whole"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_round.id"))
    public_key: Mapped[str] = mapped_column(String(64))
    registered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]


class VoteHolder(Numbered, Base):
    """Who keeps a share of the key, and when she showed that she has it."""

    __tablename__ = "vote_holder"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("round_id", "person_id"),
        CheckConstraint("number BETWEEN 1 AND 3", name="three_shares"),
        Index("ix_vote_holder_person_id", "person_id"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ID, ForeignKey("vote_key.round_id"))
    number: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    check_hash: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None]


class VoteBox(Base):
    """The newest sealed ballot of a household, or that it handed in a paper, when and where. No deed is noted of it."""

    __tablename__ = "vote_box"
    __table_args__ = (
        UniqueConstraint("sealed"),
        ForeignKeyConstraint(["round_id", "snapshot_id"], ["vote_opening.round_id", "vote_opening.snapshot_id"]),
        ForeignKeyConstraint(["snapshot_id", "unit_id"], ["snapshot_unit.snapshot_id", "snapshot_unit.unit_id"]),
        CheckConstraint("(channel IN ('paper', 'visit')) = (sealed IS NULL)", name="paper_is_not_sealed"),
        CheckConstraint("(channel IN ('paper', 'visit')) = (taken_by_id IS NOT NULL)", name="paper_was_taken"),
        {"info": {"recomputed_by": "voting.box"}},
    )

    round_id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    snapshot_id: Mapped[int]
    channel: Mapped[Channel] = mapped_column(stored(Channel))
    at: Mapped[datetime]
    sealed: Mapped[str | None] = mapped_column(Text)
    seat: Mapped[str] = mapped_column(String(80), default="")
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    leaf: Mapped[str] = mapped_column(String(64))


class VoteBoxRoot(Numbered, Base):
    """The hourly root of a box. ``changed`` are the rows that were written since the root before, by household."""

    __tablename__ = "vote_box_root"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ID, ForeignKey("vote_opening.round_id"))
    number: Mapped[int]
    at: Mapped[datetime]
    changed: Mapped[Any] = mapped_column(CanonicalJson)
    root: Mapped[str] = mapped_column(String(64))


class VoteBoxClosing(Numbered, Base):
    """A closed box: the fingerprints of all sealed ballots, published before anything is opened.

    ``canary`` is a text that only the key opens; ``canary_hash`` is what it has to be.
    """

    __tablename__ = "vote_box_closing"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("phones >= 0 AND papers >= 0", name="counted"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ID, ForeignKey("vote_opening.round_id"))
    phones: Mapped[int]
    papers: Mapped[int]
    fingerprints: Mapped[Any] = mapped_column(CanonicalJson)
    root: Mapped[str] = mapped_column(String(64))
    canary: Mapped[str] = mapped_column(Text)
    canary_hash: Mapped[str] = mapped_column(String(64))
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class VoteOpened(Numbered, Base):
    """The count of a box that was written back: whose file, and how many of its ballots could not be counted."""

    __tablename__ = "vote_opened"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("faulty >= 0", name="counted"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ID, ForeignKey("vote_box_closing.round_id"))
    file_hash: Mapped[str] = mapped_column(String(64))
    faulty: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class VoteSlip(Numbered, Base):
    """A ballot without a household: out of the box with its code, mixed, or a numbered paper; invalid: no choices.

    Its channel is ``phone`` for everything that lay sealed in the box or was mixed, ``paper`` for every sheet.
    """

    __tablename__ = "vote_slip"
    __table_args__ = (
        UniqueConstraint("round_id", "code"),
        UniqueConstraint("round_id", "serial"),
        UniqueConstraint("id", "round_id"),
        CheckConstraint("(channel = 'paper') = (serial IS NOT NULL)", name="paper_has_serial"),
        CheckConstraint("(code IS NULL) = (digits IS NULL)", name="code_has_digits"),
        CheckConstraint("choices >= 0", name="choices_counted"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ID, ForeignKey("vote_opening.round_id"))
    channel: Mapped[Channel] = mapped_column(stored(Channel))
    code: Mapped[str | None] = mapped_column(String(10))
    digits: Mapped[str | None] = mapped_column(String(4))
    serial: Mapped[int | None]
    choices: Mapped[int]


class VoteSlipChoice(Numbered, Base):
    """One project named on a ballot without a household, with its points."""

    __tablename__ = "vote_slip_choice"
    __table_args__ = (
        UniqueConstraint("slip_id", "candidate_id"),
        ForeignKeyConstraint(["slip_id", "round_id"], ["vote_slip.id", "vote_slip.round_id"]),
        ForeignKeyConstraint(["candidate_id", "round_id"], ["vote_candidate.id", "vote_candidate.round_id"]),
        CheckConstraint("points >= 1", name="points_given"),
        Index("ix_vote_slip_choice_candidate_id", "candidate_id"),
        Index("ix_vote_slip_choice_round_id", "round_id"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    slip_id: Mapped[int]
    candidate_id: Mapped[int]
    points: Mapped[int]


def _opened(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM vote_opening o WHERE o.round_id = {row}.round_id)"  # noqa: S608 - our own words


for _table in ("vote_key", "vote_holder"):
    for _on, _row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        _because = "the keys of an opened round are never changed"
        refuse(f"{_table}_frozen_{_on.lower()}", _table, _on, _opened(_row), _because)
    no_replace(_table)
    no_truncate(_table)
refuse(
    "vote_opening_has_keys",
    "vote_opening",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND r.secrecy = 'sealed' AND "
    "(SELECT COUNT(*) FROM vote_holder h JOIN vote_key k ON k.round_id = h.round_id "
    "WHERE h.round_id = r.id AND h.confirmed_at IS NOT NULL) <> 3)",
    "a sealed round opens when three holders have confirmed their shares",
)

for _on in ("INSERT", "UPDATE"):
    _name = f"vote_box_{_on.lower()}"
    refuse(
        f"{_name}_in_window",
        "vote_box",
        _on,
        "NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND NEW.at >= r.opens_at "
        "AND NEW.at < r.closes_at AND (r.secrecy = 'sealed' OR (r.secrecy = 'paper' AND NEW.sealed IS NULL)))",
        "the box of a round takes what its mode takes, in its window",
    )
    refuse(
        f"{_name}_before_closing",
        "vote_box",
        _on,
        "EXISTS (SELECT 1 FROM vote_box_closing c WHERE c.round_id = NEW.round_id)",
        "nothing comes into a closed box",
    )
refuse(
    "vote_box_stays_with_household",
    "vote_box",
    "UPDATE",
    "NEW.round_id <> OLD.round_id OR NEW.unit_id <> OLD.unit_id OR NEW.snapshot_id <> OLD.snapshot_id "
    "OR NEW.at < OLD.at OR OLD.sealed IS NULL",
    "a ballot is only replaced by a later one of its household, a paper by none",
)
refuse("vote_box_keeps_rows", "vote_box", "DELETE", None, "vote_box keeps its rows")
no_replace("vote_box")
no_truncate("vote_box")

append_only("vote_box_root")
append_only("vote_box_closing")
append_only("vote_opened")
append_only("vote_slip")
append_only("vote_slip_choice")
refuse(
    "vote_box_closing_counted",
    "vote_box_closing",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND NEW.at >= r.closes_at) OR "
    "NEW.phones <> (SELECT COUNT(*) FROM vote_box b WHERE b.round_id = NEW.round_id AND b.sealed IS NOT NULL) OR "
    "NEW.papers <> (SELECT COUNT(*) FROM vote_box b WHERE b.round_id = NEW.round_id AND b.sealed IS NULL)",
    "a box is closed after the vote, with what lies in it",
)
refuse("vote_slip_before_result", "vote_slip", "INSERT", _NO_RESULT, "no ballot once a result stands")
refuse(
    "vote_slip_fits",
    "vote_slip",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND NEW.choices <= r.max_choices AND "
    "((r.secrecy = 'simple' AND NEW.channel = 'phone' AND NEW.code IS NULL) OR "
    "(r.secrecy IN ('sealed', 'paper') AND NEW.channel = 'paper') OR "
    "(r.secrecy = 'sealed' AND NEW.channel = 'phone' AND (NEW.code IS NOT NULL OR NEW.choices = 0) AND "
    "EXISTS (SELECT 1 FROM vote_opened o WHERE o.round_id = NEW.round_id))))",
    "a ballot comes out of a box that was opened, or is mixed, within the limits of its round",
)
refuse(
    "vote_slip_choice_fits",
    "vote_slip_choice",
    "INSERT",
    "(SELECT COUNT(*) FROM vote_slip_choice c WHERE c.slip_id = NEW.slip_id) >= "
    "(SELECT COALESCE(MAX(s.choices), 0) FROM vote_slip s WHERE s.id = NEW.slip_id) OR "
    "NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND NEW.points <= r.most_points AND NEW.points + "
    "(SELECT COALESCE(SUM(c.points), 0) FROM vote_slip_choice c WHERE c.slip_id = NEW.slip_id) <= r.points) OR "
    "EXISTS (SELECT 1 FROM vote_round r JOIN vote_slip_choice c ON c.slip_id = NEW.slip_id AND c.points = NEW.points "
    "WHERE r.id = NEW.round_id AND r.ballot = 'ranking') OR "
    "EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND r.ballot = 'knapsack' AND r.budget_fen < "
    "(SELECT SUM(k.cost_fen) FROM vote_candidate k WHERE k.id = NEW.candidate_id OR k.id IN "
    "(SELECT c.candidate_id FROM vote_slip_choice c WHERE c.slip_id = NEW.slip_id)))",
    "a ballot keeps to the limits of its round",
)
refuse("vote_slip_choice_before_result", "vote_slip_choice", "INSERT", _NO_RESULT, "no choice once a result stands")
refuse(
    "vote_result_of_whole_box",
    "vote_result",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND r.secrecy IN ('sealed', 'paper')) AND "
    "NOT EXISTS (SELECT 1 FROM vote_box_closing c WHERE c.round_id = NEW.round_id AND c.phones = "
    "(SELECT COUNT(*) FROM vote_slip s WHERE s.round_id = NEW.round_id AND s.channel = 'phone') AND c.papers >= "
    "(SELECT COUNT(*) FROM vote_slip s WHERE s.round_id = NEW.round_id AND s.channel = 'paper'))",
    "a result counts every ballot of the box",
)
