"""What follows a count: what an upheld objection led to, a round that fell, and the outcome that binds."""

from datetime import datetime
from typing import Any

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import CanonicalJson, stored
from fundapp.voting.after import Consequence


class VoteConsequence(Numbered, Base):
    """What an upheld objection led to; a recount keeps the fingerprint of what was counted again."""

    __tablename__ = "vote_consequence"
    __table_args__ = (
        UniqueConstraint("objection_id"),
        CheckConstraint("(kind = 'recount') = (length(counted) = 64)", name="recount_has_fingerprint"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_result.round_id"))
    objection_id: Mapped[int] = mapped_column(ForeignKey("publicity_objection.id"))
    kind: Mapped[Consequence] = mapped_column(stored(Consequence))
    counted: Mapped[str] = mapped_column(String(64), default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class VoteFall(Numbered, Base):
    """A round whose result fell by an upheld objection: its projects stand again where they came from."""

    __tablename__ = "vote_fall"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_result.round_id"))
    objection_id: Mapped[int] = mapped_column(ForeignKey("publicity_objection.id"))
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class VoteBinding(Numbered, Base):
    """The moment from which the outcome of a round binds, and what binds: numbers of projects, in their order."""

    __tablename__ = "vote_binding"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("cost_fen >= 0 AND cost_fen <= budget_fen", name="within_budget"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_result.round_id"))
    selected: Mapped[Any] = mapped_column(CanonicalJson)
    reserve: Mapped[Any] = mapped_column(CanonicalJson)
    budget_fen: Mapped[Money]
    cost_fen: Mapped[Money]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


append_only("vote_consequence")
append_only("vote_fall")
append_only("vote_binding")

_NOTICE = "n.source = 'voting:' || NEW.round_id"
_UPHELD = (
    "EXISTS (SELECT 1 FROM publicity_objection o JOIN publicity_notice n ON n.id = o.notice_id "  # noqa: S608 - our own
    "JOIN publicity_reply a ON a.objection_id = o.id WHERE o.id = NEW.objection_id "
    f"AND {_NOTICE} AND a.verdict <> 'rejected')"
)
_BINDS = "EXISTS (SELECT 1 FROM vote_binding b WHERE b.round_id = NEW.round_id)"
_FELL = "EXISTS (SELECT 1 FROM vote_fall v WHERE v.round_id = NEW.round_id)"
refuse(
    "vote_consequence_of_upheld",
    "vote_consequence",
    "INSERT",
    f"NOT {_UPHELD} OR {_BINDS} OR {_FELL}",
    "only an upheld objection to a result that stands leads to something",
)
refuse(
    "vote_fall_by_objection",
    "vote_fall",
    "INSERT",
    f"NOT {_UPHELD} OR {_BINDS}",
    "a result falls only by an upheld objection, before it binds",
)
refuse(
    "vote_binding_after_notice",
    "vote_binding",
    "INSERT",
    f"{_FELL} OR NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id "  # noqa: S608 - our own words
    "AND r.budget_fen = NEW.budget_fen AND (r.publicity_days = 0 OR EXISTS ("
    "SELECT 1 FROM publicity_notice n JOIN publicity_revision v ON v.notice_id = n.id "
    "WHERE n.source = 'voting:' || r.id AND v.ends_at <= NEW.at AND NOT EXISTS ("
    "SELECT 1 FROM publicity_revision w WHERE w.notice_id = n.id AND w.number > v.number) AND NOT EXISTS ("
    "SELECT 1 FROM publicity_withdrawal g WHERE g.notice_id = n.id) AND NOT EXISTS ("
    "SELECT 1 FROM publicity_objection o WHERE o.notice_id = n.id AND NOT EXISTS ("
    "SELECT 1 FROM publicity_reply a WHERE a.objection_id = o.id)))))",
    "no outcome binds before its notice is over and every objection answered",
)
refuse(
    "publicity_reply_by_another",
    "publicity_reply",
    "INSERT",
    "EXISTS (SELECT 1 FROM publicity_objection o JOIN publicity_notice n ON n.id = o.notice_id JOIN vote_result x "
    "ON n.source = 'voting:' || x.round_id WHERE o.id = NEW.objection_id AND x.published_by_id = NEW.person_id)",
    "nobody answers an objection to a result of her own",
)
