"""Rivals among the candidates of a round, frozen with it: one of a pair is selected at most, if the rule says so."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse


class VoteRival(Numbered, Base):
    """Two candidates of one round that exclude each other, as their projects were linked when it opened."""

    __tablename__ = "vote_rival"
    __table_args__ = (
        UniqueConstraint("candidate_id", "rival_id"),
        ForeignKeyConstraint(["candidate_id", "round_id"], ["vote_candidate.id", "vote_candidate.round_id"]),
        ForeignKeyConstraint(["rival_id", "round_id"], ["vote_candidate.id", "vote_candidate.round_id"]),
        CheckConstraint("candidate_id <> rival_id", name="two_candidates"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_round.id"), index=True)
    candidate_id: Mapped[int]
    rival_id: Mapped[int]


append_only("vote_rival")
refuse(
    "vote_rival_frozen",
    "vote_rival",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_opening o WHERE o.round_id = NEW.round_id)",
    "the rivals of an opened round are never changed",
)
_OTHER = (
    "EXISTS (SELECT 1 FROM vote_rival v JOIN vote_round r ON r.id = v.round_id AND r.rivals = 'exclude' "
    "JOIN {} WHERE v.round_id = NEW.round_id AND NEW.candidate_id IN (v.candidate_id, v.rival_id) "
    "AND {}.{} IN (v.candidate_id, v.rival_id) AND {}.{} <> NEW.candidate_id AND {})"
)
refuse(
    "vote_standing_one_of_rivals",
    "vote_standing",
    "INSERT",
    "NEW.selected AND "
    + _OTHER.format(
        "vote_standing t ON t.round_id = v.round_id", "t", "candidate_id", "t", "candidate_id", "t.selected"
    ),
    "of two rivals no more than one is selected",
)
refuse(
    "vote_move_one_of_rivals",
    "vote_move",
    "INSERT",
    "NEW.enters AND "
    + _OTHER.format(
        "vote_candidate c ON c.round_id = v.round_id JOIN project p ON p.id = c.project_id",
        "c", "id", "c", "id",
        "p.stage IN ('selected', 'matched', 'delivering', 'accepted', 'evaluated', 'closed')",
    ),
    "nobody comes in whose rival is in",
)  # fmt: skip
