"""Money for a common pool, moves along the tree, and uses of a community's share; each with its second person."""

from datetime import datetime

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored
from fundapp.pools.rules import Way
from fundapp.programmes.guards import nothing_signed


class CommonFunding(Numbered, Base):
    """Money that a foundation received for no programme of its own: it lies in the common pool of its book."""

    __tablename__ = "common_funding"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        {"info": {"sealed": True}},
    )

    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    origin: Mapped[str] = mapped_column(String(120))
    funded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    funded_at: Mapped[datetime]


class PoolMove(Numbered, Base):
    """A proposal to move money between a programme's pool and its parent, or (``place_id``) a community below it."""

    __tablename__ = "pool_move"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        Index("ix_pool_move_programme_id", "programme_id", "id"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    way: Mapped[Way] = mapped_column(stored(Way))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    reason: Mapped[str] = mapped_column(String(200))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]


class PoolMoveDecision(Numbered, Base):
    """What a second person made of a proposed move; passed, it is posted."""

    __tablename__ = "pool_move_decision"
    __table_args__ = (
        UniqueConstraint("move_id"),
        CheckConstraint("passed OR length(trim(note)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    move_id: Mapped[int] = mapped_column(ForeignKey("pool_move.id"))
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class ShareUse(Numbered, Base):
    """Money of a community's share for one of its projects, as its council or a vote decided."""

    __tablename__ = "share_use"
    __table_args__ = (
        UniqueConstraint("op_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("(council_item_id IS NULL) <> (vote_round_id IS NULL)", name="decided_by_residents"),
        Index("ix_share_use_project_id", "project_id", "id"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    council_item_id: Mapped[int | None] = mapped_column(ForeignKey("council_item.id"))
    vote_round_id: Mapped[int | None] = mapped_column(ForeignKey("vote_round.id"))
    op_key: Mapped[str] = mapped_column(String(36))
    amount_fen: Mapped[Money]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class ShareUseDecision(Numbered, Base):
    """What the foundation's officer found: the decision is there, and the money was paid; or not, with the reason."""

    __tablename__ = "share_use_decision"
    __table_args__ = (
        UniqueConstraint("use_id"),
        CheckConstraint("passed OR length(trim(note)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    use_id: Mapped[int] = mapped_column(ForeignKey("share_use.id"))
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


for _table in ("common_funding", "pool_move", "pool_move_decision", "share_use", "share_use_decision"):
    append_only(_table)
refuse(
    "pool_move_second_person",
    "pool_move_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM pool_move m WHERE m.id = NEW.move_id AND m.proposed_by_id = NEW.decided_by_id)",
    "who proposed a move does not decide it",
)
refuse(
    "share_use_second_person",
    "share_use_decision",
    "INSERT",
    "EXISTS (SELECT 1 FROM share_use u WHERE u.id = NEW.use_id AND u.recorded_by_id = NEW.decided_by_id)",
    "who recorded the use of a share does not decide it",
)
refuse(
    "share_use_as_residents_decided",
    "share_use",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM council_item i JOIN council_session s ON s.id = i.session_id "
    "WHERE i.id = NEW.council_item_id AND i.project_id = NEW.project_id AND i.outcome = 'passed' "
    "AND s.closed_at IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM vote_standing v "
    "JOIN vote_candidate c ON c.id = v.candidate_id WHERE v.round_id = NEW.vote_round_id "
    "AND c.project_id = NEW.project_id AND (v.selected OR EXISTS ("
    "SELECT 1 FROM vote_move m WHERE m.candidate_id = c.id AND m.enters)))",
    "a share is used as the residents decided",
)
refuse(
    "pool_move_under_signed_policy",
    "pool_move",
    "INSERT",
    nothing_signed("NEW.programme_id"),
    "no policy of the programme is signed by two people yet",
)
