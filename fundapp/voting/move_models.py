"""What happens to an outcome that binds: a selected project falls out, the next of the reserve list comes in."""

from datetime import datetime
from typing import Any

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import CanonicalJson
from fundapp.voting.reentry import BARRED


class VoteLeave(Numbered, Base):
    """Somebody asks that a project which is in falls out; it does once another person confirms it."""

    __tablename__ = "vote_leave"
    __table_args__ = (
        UniqueConstraint("id", "candidate_id"),
        ForeignKeyConstraint(["candidate_id", "round_id"], ["vote_candidate.id", "vote_candidate.round_id"]),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_binding.round_id"))
    candidate_id: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class VoteLeaveWithdrawal(Numbered, Base):
    """Who asked that a project falls out takes it back, before anybody confirmed it."""

    __tablename__ = "vote_leave_withdrawal"
    __table_args__ = (UniqueConstraint("leave_id"), {"info": {"sealed": True}})

    leave_id: Mapped[int] = mapped_column(ForeignKey("vote_leave.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class VoteMove(Numbered, Base):
    """A project that came in or fell out, numbered from one in its round, and what all that are in cost after it.

    ``skipped`` lists who stood before it on the reserve list and was passed over: project and why.
    """

    __tablename__ = "vote_move"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("candidate_id", "enters"),
        UniqueConstraint("leave_id"),
        ForeignKeyConstraint(["candidate_id", "round_id"], ["vote_candidate.id", "vote_candidate.round_id"]),
        ForeignKeyConstraint(["leave_id", "candidate_id"], ["vote_leave.id", "vote_leave.candidate_id"]),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        CheckConstraint("enters = (leave_id IS NULL)", name="leaves_as_asked"),
        CheckConstraint("cost_fen >= 0 AND cost_fen <= budget_fen", name="within_budget"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_binding.round_id"))
    number: Mapped[int]
    candidate_id: Mapped[int]
    enters: Mapped[bool]
    leave_id: Mapped[int | None]
    skipped: Mapped[Any] = mapped_column(CanonicalJson)
    budget_fen: Mapped[Money]
    cost_fen: Mapped[Money]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


append_only("vote_leave")
append_only("vote_leave_withdrawal")
append_only("vote_move")
refuse(
    "vote_leave_withdrawn_by_who_asked",
    "vote_leave_withdrawal",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_leave l WHERE l.id = NEW.leave_id AND l.asked_by_id = NEW.person_id "
    "AND l.at <= NEW.at) OR EXISTS (SELECT 1 FROM vote_move m WHERE m.leave_id = NEW.leave_id)",
    "what was asked is taken back by who asked, before it is confirmed",
)
refuse(
    "vote_move_leaves_as_still_asked",
    "vote_move",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_leave_withdrawal w WHERE w.leave_id = NEW.leave_id)",
    "nobody falls out by what was taken back",
)

_OF = (
    "SELECT 1 FROM vote_binding b JOIN vote_candidate c ON c.round_id = b.round_id "
    "JOIN project p ON p.id = c.project_id JOIN vote_standing t ON t.candidate_id = c.id "
    "WHERE b.round_id = NEW.round_id AND c.id = NEW.candidate_id AND b.at <= NEW.at"
)
_LISTED = "replace(replace(b.{}, '[', ','), ']', ',') LIKE '%,' || c.project_id || ',%'"
_MOVED = "EXISTS (SELECT 1 FROM vote_move m WHERE m.candidate_id = NEW.candidate_id AND {})"
_IN = (
    f"EXISTS ({_OF} AND p.stage = 'selected' AND ({_LISTED.format('selected')} OR {_MOVED.format('m.enters')})) "
    f"AND NOT {_MOVED.format('NOT m.enters')}"
)
_BARRED = ", ".join(f"'{why.value}'" for why in BARRED)
refuse(
    "vote_leave_of_who_is_in",
    "vote_leave",
    "INSERT",
    f"NOT ({_IN})",
    "only a project that is in can fall out",
)
refuse(
    "vote_move_leaves_by_two",
    "vote_move",
    "INSERT",
    f"NOT NEW.enters AND (NOT ({_IN}) OR NOT EXISTS (SELECT 1 FROM vote_leave l "  # noqa: S608 - our own words
    "WHERE l.id = NEW.leave_id AND l.at <= NEW.at AND l.asked_by_id <> NEW.person_id))",
    "a project falls out as one asked and another confirms",
)
refuse(
    "vote_move_leaves_without_money",
    "vote_move",
    "INSERT",
    "NOT NEW.enters AND EXISTS (SELECT 1 FROM vote_candidate c WHERE c.id = NEW.candidate_id AND (EXISTS ("
    "SELECT 1 FROM supplier_choice s WHERE s.project_id = c.project_id) OR EXISTS ("
    "SELECT 1 FROM match_claim x WHERE x.project_id = c.project_id AND NOT EXISTS ("
    "SELECT 1 FROM match_decision d WHERE d.claim_id = x.id AND NOT d.passed)) OR EXISTS ("
    "SELECT 1 FROM share_use u WHERE u.project_id = c.project_id AND NOT EXISTS ("
    "SELECT 1 FROM share_use_decision d WHERE d.use_id = u.id AND NOT d.passed))))",
    "no project falls out that has a supplier, a standing claim or money of a share",
)
refuse(
    "vote_move_enters_from_reserve",
    "vote_move",
    "INSERT",
    f"NEW.enters AND NOT EXISTS ({_OF} AND p.stage = 'reserved' AND t.why NOT IN ({_BARRED}) "
    f"AND {_LISTED.format('reserve')})",
    "only a project of the reserve list comes in, and none that the count barred",
)
refuse(
    "vote_move_adds_up",
    "vote_move",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_binding b JOIN vote_candidate c ON c.round_id = b.round_id "
    "WHERE b.round_id = NEW.round_id AND c.id = NEW.candidate_id AND b.budget_fen = NEW.budget_fen "
    "AND NEW.number = 1 + (SELECT count(*) FROM vote_move m WHERE m.round_id = NEW.round_id) "
    "AND NEW.cost_fen = COALESCE((SELECT m.cost_fen FROM vote_move m WHERE m.round_id = NEW.round_id "
    "AND m.number = NEW.number - 1), b.cost_fen) + CASE WHEN NEW.enters THEN c.cost_fen ELSE -c.cost_fen END)",
    "what is in costs what was in, and what came in or fell out",
)
