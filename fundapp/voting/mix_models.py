"""What the ballots of a *simple* round name while it runs, and that they were mixed when its result was published.

``vote_loose`` is the one table of votes whose rows go: once the same ballots lie as slips without a household, and
only then.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base, Numbered
from fundapp.db.guards import append_only, no_replace, no_truncate, refuse
from fundapp.voting.choice_guards import within_limits


class VoteLoose(Base):
    """One project named on a ballot that is not mixed yet. No deed keeps its fingerprint: the ballot does.

    That fingerprint (``vote_ballot.marks_hash``) is over all rows of the ballot; their nonces keep it from being
    guessed once they are gone. There is no further index, so that each row lies in one place only; the table holds no
    more than the rounds that are not told yet.
    """

    __tablename__ = "vote_loose"
    __table_args__ = (
        ForeignKeyConstraint(["ballot_id", "round_id"], ["vote_ballot.id", "vote_ballot.round_id"]),
        ForeignKeyConstraint(["candidate_id", "round_id"], ["vote_candidate.id", "vote_candidate.round_id"]),
        CheckConstraint("points >= 1", name="points_given"),
        {"info": {"recomputed_by": "voting.loose"}, "sqlite_with_rowid": False},
    )

    ballot_id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    candidate_id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    round_id: Mapped[int]
    points: Mapped[int]
    nonce: Mapped[str] = mapped_column(String(32))


class VoteMixing(Numbered, Base):
    """The ballots of a simple round, invalid papers included, lie as slips in an order of their contents."""

    __tablename__ = "vote_mixing"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("ballots >= 0", name="counted"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ID, ForeignKey("vote_opening.round_id"))
    ballots: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


_MIXED = "EXISTS (SELECT 1 FROM vote_mixing m WHERE m.round_id = {row}.round_id)"

append_only("vote_mixing")
within_limits("vote_loose")
refuse(
    "vote_loose_counted",
    "vote_loose",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_round r JOIN vote_ballot b ON b.round_id = r.id AND b.id = NEW.ballot_id "
    "WHERE r.id = NEW.round_id AND r.secrecy = 'simple' AND b.choices = 1 AND "
    "(SELECT COUNT(*) FROM vote_loose c WHERE c.ballot_id = NEW.ballot_id) < r.max_choices)",
    "a valid ballot of a simple round names no more projects than its round allows",
)
refuse(
    "vote_loose_before_mixing",
    "vote_loose",
    "INSERT",
    _MIXED.format(row="NEW"),
    "no choice once the ballots are mixed",
)
refuse("vote_loose_keeps_values", "vote_loose", "UPDATE", None, "vote_loose keeps its values")
refuse(
    "vote_loose_goes_when_mixed",
    "vote_loose",
    "DELETE",
    f"NOT {_MIXED.format(row='OLD')}",
    "what a ballot names goes when the ballots are mixed, not before",
)
no_replace("vote_loose")
no_truncate("vote_loose")
refuse(
    "vote_ballot_before_mixing",
    "vote_ballot",
    "INSERT",
    _MIXED.format(row="NEW"),
    "no ballot once the ballots are mixed",
)
refuse(
    "vote_slip_before_mixing",
    "vote_slip",
    "INSERT",
    _MIXED.format(row="NEW"),
    "no ballot once the ballots are mixed",
)
refuse(
    "vote_slip_choice_before_mixing",
    "vote_slip_choice",
    "INSERT",
    _MIXED.format(row="NEW"),
    "no choice once the ballots are mixed",
)
refuse(
    "vote_mixing_same_ballots",
    "vote_mixing",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND r.secrecy = 'simple' "
    "AND NEW.at >= r.closes_at) OR "
    "NEW.ballots <> (SELECT COUNT(*) FROM vote_ballot b WHERE b.round_id = NEW.round_id) OR "
    "NEW.ballots <> (SELECT COUNT(*) FROM vote_slip s WHERE s.round_id = NEW.round_id) OR "
    "(SELECT COUNT(*) FROM vote_ballot b WHERE b.round_id = NEW.round_id AND b.choices = 0) <> "
    "(SELECT COUNT(*) FROM vote_slip s WHERE s.round_id = NEW.round_id AND s.choices = 0) OR "
    "EXISTS (SELECT 1 FROM vote_candidate k WHERE k.round_id = NEW.round_id AND ("
    "(SELECT COUNT(*) FROM vote_loose c WHERE c.candidate_id = k.id) <> "
    "(SELECT COUNT(*) FROM vote_slip_choice c WHERE c.candidate_id = k.id) OR "
    "(SELECT COALESCE(SUM(c.points), 0) FROM vote_loose c WHERE c.candidate_id = k.id) <> "
    "(SELECT COALESCE(SUM(c.points), 0) FROM vote_slip_choice c WHERE c.candidate_id = k.id)))",
    "the slips of a simple round are its ballots, after its close",
)
refuse(
    "vote_result_of_mixed",
    "vote_result",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND r.secrecy = 'simple') AND "  # noqa: S608 - our own words
    f"(NOT {_MIXED.format(row='NEW')} OR EXISTS (SELECT 1 FROM vote_loose c WHERE c.round_id = NEW.round_id))",
    "a simple round is told when no household's choice is there any more",
)
