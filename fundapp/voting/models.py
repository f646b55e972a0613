"""Rounds, candidates, ballots and results. From the opening on nothing here is ever changed or deleted."""

from datetime import datetime
from typing import Any

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import fundapp.voting.after_models
import fundapp.voting.box_models
import fundapp.voting.code_models
import fundapp.voting.cycle_models
import fundapp.voting.mix_models
import fundapp.voting.move_models
import fundapp.voting.override_models
import fundapp.voting.rival_models
import fundapp.voting.sheet_models
import fundapp.voting.void_models  # noqa: F401 - and those of paper without a door, and of rounds that are void
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, no_replace, no_truncate, refuse
from fundapp.db.types import CanonicalJson, stored
from fundapp.publicity.rules import NoticeTerms
from fundapp.voting.choice_guards import within_limits
from fundapp.voting.method import BallotType, Method, options_of
from fundapp.voting.rounds import Channel, RivalRule
from fundapp.voting.rules import Rule, Why
from fundapp.voting.secrecy import Secrecy


class VoteRound(Numbered, Base):
    """A vote among projects of a programme in a place. A draft until its :class:`VoteOpening` stands."""

    __tablename__ = "vote_round"
    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        CheckConstraint("max_choices BETWEEN 1 AND 100", name="some_choices"),
        CheckConstraint("budget_fen > 0", name="budget_positive"),
        CheckConstraint("length(trim(title)) > 0", name="titled"),
        CheckConstraint("most_points BETWEEN 1 AND points", name="points_fit"),
        CheckConstraint("publicity_days BETWEEN 0 AND 60", name="days_of_notice"),
        CheckConstraint("reply_days BETWEEN 1 AND 60", name="days_to_reply"),
        CheckConstraint("objections_most BETWEEN 1 AND 20", name="some_objections"),
        Index("ix_vote_round_place_id", "place_id", "id"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    title: Mapped[str] = mapped_column(String(80))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    max_choices: Mapped[int]
    budget_fen: Mapped[Money]
    ballot: Mapped[BallotType] = mapped_column(stored(BallotType))
    points: Mapped[int]
    most_points: Mapped[int]
    rule: Mapped[Rule] = mapped_column(stored(Rule))
    options: Mapped[Any] = mapped_column(CanonicalJson)
    secrecy: Mapped[Secrecy] = mapped_column(stored(Secrecy))
    rivals: Mapped[RivalRule] = mapped_column(stored(RivalRule), default=RivalRule.EXCLUDE)
    publicity_days: Mapped[int]
    reply_days: Mapped[int]
    objections_most: Mapped[int]
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("vote_cycle.id"), index=True)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]

    @property
    def method(self) -> Method:
        """Give how its ballots look and how they are counted."""
        return Method(self.ballot, self.max_choices, self.points, self.most_points, options_of(self.rule, self.options))

    @property
    def notice(self) -> NoticeTerms:
        """Give how its result is put on public notice."""
        return NoticeTerms(self.publicity_days, self.reply_days, self.objections_most)


class VoteCandidate(Numbered, Base):
    """A project on the ballot: the exact version, its cost, and its words as voters read them."""

    __tablename__ = "vote_candidate"
    __table_args__ = (
        UniqueConstraint("round_id", "project_id"),
        UniqueConstraint("id", "round_id"),
        CheckConstraint("cost_fen > 0", name="cost_positive"),
        Index("ix_vote_candidate_project_id", "project_id", "round_id"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_round.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("project_version.id"))
    title: Mapped[str] = mapped_column(String(80))
    gives: Mapped[str]
    place_name: Mapped[str] = mapped_column(String(200))
    cost_fen: Mapped[Money]


class VoteOpening(Numbered, Base):
    """The moment from which a round is frozen: electorate, lots, and the fingerprint of it all."""

    __tablename__ = "vote_opening"
    __table_args__ = (
        UniqueConstraint("round_id"),
        UniqueConstraint("round_id", "snapshot_id"),
        CheckConstraint("households > 0", name="somebody_votes"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_round.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("roster_snapshot.id"))
    households: Mapped[int]
    lots: Mapped[Any] = mapped_column(CanonicalJson)
    rules_hash: Mapped[str] = mapped_column(String(64))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class VoteBallot(Numbered, Base):
    """The one ballot of a household; final. A paper that cannot be counted stands here without choices.

    In a simple round ``choices`` says only whether it is valid, and ``marks_hash`` is the fingerprint of what it names.
    """

    __tablename__ = "vote_ballot"
    __table_args__ = (
        Index("uq_vote_ballot_household", "round_id", "unit_id", unique=True),
        Index(
            "uq_vote_ballot_serial",
            "round_id",
            "serial",
            unique=True,
            sqlite_where=text("serial IS NOT NULL"),
            postgresql_where=text("serial IS NOT NULL"),
        ),
        UniqueConstraint("op_key"),
        UniqueConstraint("receipt_code"),
        UniqueConstraint("id", "round_id"),
        ForeignKeyConstraint(["round_id", "snapshot_id"], ["vote_opening.round_id", "vote_opening.snapshot_id"]),
        ForeignKeyConstraint(["snapshot_id", "unit_id"], ["snapshot_unit.snapshot_id", "snapshot_unit.unit_id"]),
        CheckConstraint("(channel IN ('paper', 'visit')) = (serial IS NOT NULL)", name="paper_has_serial"),
        CheckConstraint("(channel IN ('paper', 'visit')) = (scan_id IS NOT NULL)", name="paper_has_scan"),
        CheckConstraint("(channel IN ('code', 'kiosk')) = (person_id IS NULL)", name="code_has_no_person"),
        CheckConstraint("channel <> 'kiosk' OR seat <> ''", name="kiosk_stands_somewhere"),
        CheckConstraint("serial IS NULL OR serial > 0", name="numbered_from_one"),
        CheckConstraint("choices >= 0", name="choices_counted"),
        CheckConstraint("choices > 0 OR channel IN ('paper', 'visit')", name="only_paper_is_invalid"),
        CheckConstraint("length(marks_hash) = 64", name="fingerprint_is_whole"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    snapshot_id: Mapped[int]
    unit_id: Mapped[int]
    op_key: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    channel: Mapped[Channel] = mapped_column(stored(Channel))
    seat: Mapped[str] = mapped_column(String(80), default="")
    choices: Mapped[int]
    rules_hash: Mapped[str] = mapped_column(String(64))
    receipt_code: Mapped[str] = mapped_column(String(12))
    marks_hash: Mapped[str | None] = mapped_column(String(64))
    serial: Mapped[int | None]
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))


class VoteChoice(Numbered, Base):
    """One project named on a ballot of a named round, with its points.

    Numbered: the trail of deeds never spells out a choice.
    """

    __tablename__ = "vote_choice"
    __table_args__ = (
        UniqueConstraint("ballot_id", "candidate_id"),
        ForeignKeyConstraint(["ballot_id", "round_id"], ["vote_ballot.id", "vote_ballot.round_id"]),
        ForeignKeyConstraint(["candidate_id", "round_id"], ["vote_candidate.id", "vote_candidate.round_id"]),
        CheckConstraint("points >= 1", name="points_given"),
        Index("ix_vote_choice_candidate_id", "candidate_id"),
        Index("ix_vote_choice_round_id", "round_id"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    ballot_id: Mapped[int]
    candidate_id: Mapped[int]
    points: Mapped[int]


class VoteResult(Numbered, Base):
    """The published count of a round, with its reasons."""

    __tablename__ = "vote_result"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("invalid BETWEEN 0 AND ballots", name="invalid_among_ballots"),
        CheckConstraint("cost_fen >= 0 AND cost_fen <= budget_fen", name="within_budget"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_opening.round_id"))
    households: Mapped[int]
    ballots: Mapped[int]
    invalid: Mapped[int]
    budget_fen: Mapped[Money]
    cost_fen: Mapped[Money]
    outcome: Mapped[Any] = mapped_column(CanonicalJson)
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class VoteStanding(Numbered, Base):
    """One project's place in a published result: selected in this order, or so far up in the reserve list 备选库."""

    __tablename__ = "vote_standing"
    __table_args__ = (
        UniqueConstraint("candidate_id"),
        UniqueConstraint("round_id", "selected", "rank"),
        ForeignKeyConstraint(["candidate_id", "round_id"], ["vote_candidate.id", "vote_candidate.round_id"]),
        CheckConstraint("rank >= 1", name="ranked_from_one"),
        CheckConstraint("NOT selected OR votes > 0", name="nothing_without_votes"),
        CheckConstraint("selected = (why IN ('selected', 'filled'))", name="reason_fits"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("vote_result.round_id"))
    candidate_id: Mapped[int]
    selected: Mapped[bool]
    rank: Mapped[int]
    votes: Mapped[int]
    points: Mapped[int]
    why: Mapped[Why] = mapped_column(stored(Why))


def _opened(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM vote_opening o WHERE o.round_id = {row})"  # noqa: S608 - our own words


refuse("vote_round_keeps_rows", "vote_round", "DELETE", None, "vote_round keeps its rows")
refuse("vote_round_frozen", "vote_round", "UPDATE", _opened("OLD.id"), "an opened round is never changed")
no_replace("vote_round")
no_truncate("vote_round")
for _on, _rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
    refuse(
        f"vote_candidate_frozen_{_on.lower()}",
        "vote_candidate",
        _on,
        " OR ".join(_opened(f"{_row}.round_id") for _row in _rows),
        "the candidates of an opened round are never changed",
    )
no_replace("vote_candidate")
no_truncate("vote_candidate")
append_only("vote_opening")
append_only("vote_ballot")
append_only("vote_choice")
append_only("vote_result")
append_only("vote_standing")

refuse(
    "vote_opening_pins_roster",
    "vote_opening",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM roster_snapshot s JOIN vote_round r ON r.place_id = s.place_id "
    "WHERE s.id = NEW.snapshot_id AND r.id = NEW.round_id AND s.households = NEW.households)",
    "an opening stands on a snapshot of its place",
)
refuse(
    "unit_stands_in_vote",
    "unit",
    "UPDATE OF ended_at",
    "NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL AND EXISTS (SELECT 1 FROM vote_opening o "
    "JOIN snapshot_unit s ON s.snapshot_id = o.snapshot_id WHERE s.unit_id = NEW.id "
    "AND NOT EXISTS (SELECT 1 FROM vote_result x WHERE x.round_id = o.round_id) "
    "AND NOT EXISTS (SELECT 1 FROM vote_void v WHERE v.round_id = o.round_id))",
    "no unit is split or merged while a vote stands on it",
)
refuse(
    "vote_opening_before_start",
    "vote_opening",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND NEW.opened_at <= r.opens_at)",
    "a round is frozen before it takes ballots",
)
refuse(
    "vote_opening_has_candidates",
    "vote_opening",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_candidate c WHERE c.round_id = NEW.round_id)",
    "a round without candidates does not open",
)
refuse(
    "vote_opening_pins_versions",
    "vote_opening",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_candidate c LEFT JOIN project_version v ON v.id = c.version_id "
    "AND v.project_id = c.project_id AND v.budget_fen = c.cost_fen WHERE c.round_id = NEW.round_id AND v.id IS NULL)",
    "a candidate is a version of its project with its budget",
)
refuse(
    "vote_ballot_in_window",
    "vote_ballot",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND NEW.at >= r.opens_at "
    "AND NEW.at < r.closes_at)",
    "no ballot outside the window of its round",
)
refuse(
    "vote_ballot_by_the_rules",
    "vote_ballot",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_round r JOIN vote_opening o ON o.round_id = r.id WHERE r.id = NEW.round_id "
    "AND NEW.rules_hash = o.rules_hash AND ((r.secrecy = 'named' AND NEW.choices <= r.max_choices "
    "AND NEW.marks_hash IS NULL) OR (r.secrecy = 'simple' AND NEW.choices <= 1 AND NEW.marks_hash IS NOT NULL)))",
    "a ballot keeps to the frozen rules",
)
refuse(
    "vote_ballot_before_result",
    "vote_ballot",
    "INSERT",
    "EXISTS (SELECT 1 FROM vote_result x WHERE x.round_id = NEW.round_id)",
    "no ballot once a result stands",
)
refuse(
    "vote_ballot_by_household",
    "vote_ballot",
    "INSERT",
    "NEW.channel = 'phone' AND NOT EXISTS (SELECT 1 FROM unit_binding b WHERE b.unit_id = NEW.unit_id "
    "AND b.person_id = NEW.person_id AND b.starts_at <= NEW.at AND (b.ends_at IS NULL OR b.ends_at > NEW.at))",
    "only a person of the household casts by phone",
)
refuse(
    "vote_choice_counted",
    "vote_choice",
    "INSERT",
    "(SELECT COUNT(*) FROM vote_choice c WHERE c.ballot_id = NEW.ballot_id) >= "
    "(SELECT COALESCE(MAX(b.choices), 0) FROM vote_ballot b JOIN vote_round r ON r.id = b.round_id "
    "WHERE b.id = NEW.ballot_id AND r.secrecy = 'named')",
    "a ballot names no more projects than it says",
)
within_limits("vote_choice")
refuse(
    "vote_choice_before_result", "vote_choice", "INSERT",
    "EXISTS (SELECT 1 FROM vote_result x WHERE x.round_id = NEW.round_id)", "no choice once a result stands",
)  # fmt: skip
refuse(
    "vote_result_after_close",
    "vote_result",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_round r JOIN vote_opening o ON o.round_id = r.id WHERE r.id = NEW.round_id "
    "AND NEW.at >= r.closes_at AND o.households = NEW.households AND r.budget_fen = NEW.budget_fen)",
    "no result before the close",
)
_SLIPS = (
    "(SELECT COUNT(*) FROM vote_slip s JOIN vote_round r ON r.id = s.round_id "
    "WHERE s.round_id = NEW.round_id AND r.secrecy <> 'simple' AND {})"
)
"""The slips that are ballots of their own: those of a simple round were mixed from the ballots with a door."""
refuse(
    "vote_result_counted",
    "vote_result",
    "INSERT",
    f"NEW.ballots <> (SELECT COUNT(*) FROM vote_ballot b WHERE b.round_id = NEW.round_id) + {_SLIPS.format('1=1')} OR "  # noqa: S608 - our own words
    "NEW.invalid <> (SELECT COUNT(*) FROM vote_ballot b WHERE b.round_id = NEW.round_id AND b.choices = 0) + "
    f"{_SLIPS.format('s.choices = 0')} OR "
    "(SELECT COUNT(*) FROM vote_slip_choice c WHERE c.round_id = NEW.round_id) <> "
    "(SELECT COALESCE(SUM(s.choices), 0) FROM vote_slip s WHERE s.round_id = NEW.round_id) OR "
    "(SELECT COUNT(*) FROM vote_choice c WHERE c.round_id = NEW.round_id) <> "
    "(SELECT COALESCE(SUM(b.choices), 0) FROM vote_ballot b JOIN vote_round r ON r.id = b.round_id "
    "WHERE b.round_id = NEW.round_id AND r.secrecy = 'named')",
    "a result is counted from the ballots",
)
refuse(
    "vote_standing_counted",
    "vote_standing",
    "INSERT",
    "NEW.votes <> (SELECT COUNT(*) FROM vote_choice c WHERE c.candidate_id = NEW.candidate_id) + "
    "(SELECT COUNT(*) FROM vote_slip_choice c WHERE c.candidate_id = NEW.candidate_id) OR NEW.points <> "
    "(SELECT COALESCE(SUM(c.points), 0) FROM vote_choice c WHERE c.candidate_id = NEW.candidate_id) + "
    "(SELECT COALESCE(SUM(c.points), 0) FROM vote_slip_choice c WHERE c.candidate_id = NEW.candidate_id)",
    "the votes of a project are counted from the ballots",
)
refuse(
    "vote_round_under_signed_policy",
    "vote_round",
    "INSERT",
    "(SELECT count(*) FROM policy_signature s WHERE s.policy_version_id = NEW.policy_version_id AND s.passed) < "
    "(SELECT v.signers FROM policy_version v WHERE v.id = NEW.policy_version_id)",
    "the policy is not signed by two people yet",
)
