"""A sealed round that nobody can open any more: which shares are lost, and that two people declared it void."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base, Numbered
from fundapp.db.guards import append_only, refuse


class VoteShareWord(Numbered, Base):
    """What was said of a share: that it is lost, or that it was found again. The newest word counts."""

    __tablename__ = "vote_share_word"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "number"], ["vote_holder.round_id", "vote_holder.number"]),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        Index("ix_vote_share_word_round_id", "round_id", "number", "id"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ID)
    number: Mapped[int]
    lost: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class VoteVoidAsk(Numbered, Base):
    """Somebody asks that a round be void, and why. The newest one may be confirmed by another person."""

    __tablename__ = "vote_void_ask"
    __table_args__ = (
        UniqueConstraint("id", "round_id", "asked_by_id"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        Index("ix_vote_void_ask_round_id", "round_id", "id"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ID, ForeignKey("vote_opening.round_id"))
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ID, ForeignKey("person.id"))
    at: Mapped[datetime]


class VoteVoid(Numbered, Base):
    """A round is void: asked by one, confirmed by another. It never has a result."""

    __tablename__ = "vote_void"
    __table_args__ = (
        UniqueConstraint("round_id"),
        ForeignKeyConstraint(
            ["ask_id", "round_id", "asked_by_id"],
            ["vote_void_ask.id", "vote_void_ask.round_id", "vote_void_ask.asked_by_id"],
        ),
        CheckConstraint("asked_by_id <> confirmed_by_id", name="two_people"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ID)
    ask_id: Mapped[int] = mapped_column(ID)
    asked_by_id: Mapped[int] = mapped_column(ID)
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


append_only("vote_share_word")
append_only("vote_void_ask")
append_only("vote_void")
_VOID = "EXISTS (SELECT 1 FROM vote_void v WHERE v.round_id = NEW.round_id)"
_READABLE = (
    "EXISTS (SELECT 1 FROM vote_opened o WHERE o.round_id = NEW.round_id) OR "
    "EXISTS (SELECT 1 FROM vote_result x WHERE x.round_id = NEW.round_id)"
)
refuse(
    "vote_void_two_shares_lost",
    "vote_void",
    "INSERT",
    "(SELECT COUNT(*) FROM vote_share_word w WHERE w.round_id = NEW.round_id AND w.lost AND NOT EXISTS "
    "(SELECT 1 FROM vote_share_word n WHERE n.round_id = w.round_id AND n.number = w.number AND n.id > w.id)) < 2",
    "a round is void only when two shares of its key are lost",
)
refuse("vote_void_uncounted", "vote_void", "INSERT", _READABLE, "a round that was counted is never void")
refuse(
    "vote_void_newest_ask",
    "vote_void",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_void_ask a WHERE a.round_id = NEW.round_id AND a.id > NEW.ask_id)",
    "what is confirmed is what was asked last",
)
for _table, _on in (
    ("vote_box", "INSERT"),
    ("vote_box", "UPDATE"),
    ("vote_box_closing", "INSERT"),
    ("vote_opened", "INSERT"),
    ("vote_result", "INSERT"),
    ("vote_sheet", "INSERT"),
    ("vote_share_word", "INSERT"),
    ("vote_void_ask", "INSERT"),
):
    refuse(f"{_table}_{_on.lower()}_not_void", _table, _on, _VOID, "a round that is void takes nothing more")
