"""What a council body decided otherwise than the count: drafted by its secretary, signed by a member who was there."""

from datetime import datetime

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse


class VoteOverride(Numbered, Base):
    """A decision of a body beside the computed result, by an item that it passed; it counts once it is signed."""

    __tablename__ = "vote_override"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("item_id"),
        UniqueConstraint("id", "round_id"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_result.round_id"))
    number: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("council_item.id"))
    body: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]


class VoteOverrideLine(Numbered, Base):
    """A project that a decision puts in or takes out."""

    __tablename__ = "vote_override_line"
    __table_args__ = (
        UniqueConstraint("override_id", "candidate_id"),
        ForeignKeyConstraint(["override_id", "round_id"], ["vote_override.id", "vote_override.round_id"]),
        ForeignKeyConstraint(["candidate_id", "round_id"], ["vote_candidate.id", "vote_candidate.round_id"]),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    override_id: Mapped[int]
    candidate_id: Mapped[int]
    selected: Mapped[bool]


class VoteOverrideSignature(Numbered, Base):
    """The second signature, from which the decision counts; what the selected projects cost then."""

    __tablename__ = "vote_override_signature"
    __table_args__ = (
        UniqueConstraint("override_id"),
        CheckConstraint("cost_fen >= 0 AND cost_fen <= budget_fen", name="within_budget"),
        {"info": {"sealed": True}},
    )

    override_id: Mapped[int] = mapped_column(ForeignKey("vote_override.id"))
    budget_fen: Mapped[Money]
    cost_fen: Mapped[Money]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


append_only("vote_override")
append_only("vote_override_line")
append_only("vote_override_signature")

_ENDED = (
    "EXISTS (SELECT 1 FROM vote_binding b WHERE b.round_id = {round}) OR "
    "EXISTS (SELECT 1 FROM vote_fall f WHERE f.round_id = {round})"
)
refuse(
    "vote_override_before_it_binds",
    "vote_override",
    "INSERT",
    _ENDED.format(round="NEW.round_id"),
    "nothing is decided otherwise once an outcome binds or fell",
)
refuse(
    "vote_override_by_competent_body",
    "vote_override",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM council_item i JOIN council_session s ON s.id = i.session_id "
    "JOIN council_body c ON c.id = s.body_id JOIN place p ON p.id = c.place_id "
    "JOIN vote_round r ON r.id = NEW.round_id JOIN place h ON h.id = r.place_id "
    "JOIN vote_result x ON x.round_id = r.id WHERE i.id = NEW.item_id AND i.outcome = 'passed' "
    "AND s.closed_at <= NEW.drafted_at AND s.held_at >= x.at AND h.path LIKE p.path || '%')",
    "a body of the place decides otherwise by an item that it passed after the result",
)
refuse(
    "vote_override_line_counted",
    "vote_override_line",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_override_signature g WHERE g.override_id = NEW.override_id) OR (NEW.selected AND "
    "NOT EXISTS (SELECT 1 FROM vote_standing t WHERE t.candidate_id = NEW.candidate_id AND t.votes > 0))",
    "what is signed is not changed, and a project without a vote is never put in",
)
refuse(
    "vote_override_signed_by_another",
    "vote_override_signature",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_override o JOIN council_item i ON i.id = o.item_id JOIN council_attendance a "
    "ON a.session_id = i.session_id AND a.present JOIN council_member m ON m.id = a.member_id JOIN vote_round r "
    "ON r.id = o.round_id WHERE o.id = NEW.override_id AND m.person_id = NEW.person_id "
    "AND o.drafted_by_id <> NEW.person_id AND r.budget_fen = NEW.budget_fen)",
    "a decision is signed by a member who was there and did not draft it",
)
refuse(
    "vote_override_signed_before_it_binds",
    "vote_override_signature",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_override o WHERE o.id = NEW.override_id AND ("  # noqa: S608 - our own words
    + _ENDED.format(round="o.round_id")
    + "))",
    "nothing is decided otherwise once an outcome binds or fell",
)
refuse(
    "vote_binding_after_the_body",
    "vote_binding",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_consequence c WHERE c.round_id = NEW.round_id AND c.kind = 'body' AND NOT EXISTS ("
    "SELECT 1 FROM vote_override o JOIN vote_override_signature g ON g.override_id = o.id "
    "WHERE o.round_id = c.round_id AND g.at >= c.at))",
    "no outcome binds before the body decided what was handed to it",
)
