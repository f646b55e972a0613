"""Rounds, their registered papers, answers, results and strikings: nothing here is ever changed or deleted."""

from datetime import datetime
from enum import StrEnum

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.consent.policy import Channel, Choice
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored


class Outcome(StrEnum):
    """How a published round ended."""

    PASSED = "passed"
    FAILED = "failed"
    NO_QUORUM = "no_quorum"


class ConsentRound(Numbered, Base):
    """A question to the households of a place about one exact version of a project."""

    __tablename__ = "consent_round"
    __table_args__ = (
        UniqueConstraint("id", "snapshot_id"),
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        CheckConstraint("keying_until >= closes_at", name="keyed_after_close"),
        CheckConstraint("households > 0", name="somebody_is_asked"),
        Index("ix_consent_round_project_id", "project_id", "id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("project_version.id"))
    version_hash: Mapped[str] = mapped_column(String(64))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("roster_snapshot.id"))
    households: Mapped[int]
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    regime: Mapped[str] = mapped_column(String(40))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    keying_until: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class ConsentPaper(Numbered, Base):
    """One numbered sheet of paper of a round, registered before the close."""

    __tablename__ = "consent_paper"
    __table_args__ = (UniqueConstraint("round_id", "serial"), CheckConstraint("serial > 0", name="numbered_from_one"))

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    serial: Mapped[int]
    registered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]


class ConsentAnswer(Numbered, Base):
    """One revision of a household's answer; the highest counts. ``reason`` marks a keying mistake put right."""

    __tablename__ = "consent_answer"
    __table_args__ = (
        UniqueConstraint("round_id", "unit_id", "revision"),
        UniqueConstraint("op_key"),
        ForeignKeyConstraint(["round_id", "snapshot_id"], ["consent_round.id", "consent_round.snapshot_id"]),
        ForeignKeyConstraint(["snapshot_id", "unit_id"], ["snapshot_unit.snapshot_id", "snapshot_unit.unit_id"]),
        ForeignKeyConstraint(["round_id", "serial"], ["consent_paper.round_id", "consent_paper.serial"]),
        CheckConstraint("revision >= 1", name="revised_from_one"),
        CheckConstraint("(channel = 'paper') = (serial IS NOT NULL)", name="paper_has_serial"),
        CheckConstraint("(channel = 'paper') = (scan_id IS NOT NULL)", name="paper_has_scan"),
        CheckConstraint("channel = 'paper' OR reason = ''", name="only_paper_is_corrected"),
        CheckConstraint("answer <> 'none' OR reason <> ''", name="struck_with_reason"),
        Index(
            "uq_consent_answer_serial_once",
            "round_id",
            "serial",
            unique=True,
            sqlite_where=text("reason = ''"),
            postgresql_where=text("reason = ''"),
        ),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int]
    snapshot_id: Mapped[int]
    unit_id: Mapped[int]
    revision: Mapped[int]
    answer: Mapped[Choice] = mapped_column(stored(Choice))
    channel: Mapped[Channel] = mapped_column(stored(Channel))
    op_key: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    serial: Mapped[int | None]
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    reason: Mapped[str] = mapped_column(Text, default="")


class ConsentResult(Numbered, Base):
    """What a round came to, counted from its answers and published by the worker."""

    __tablename__ = "consent_result"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("agree + oppose + abstain + silent = households", name="adds_up"),
        CheckConstraint("agree >= 0 AND oppose >= 0 AND abstain >= 0 AND silent >= 0", name="not_negative"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    households: Mapped[int]
    agree: Mapped[int]
    oppose: Mapped[int]
    abstain: Mapped[int]
    silent: Mapped[int]
    needed: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(stored(Outcome))
    keying_complete: Mapped[bool]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ConsentVoid(Numbered, Base):
    """A round that no longer counts, because what was agreed to has changed."""

    __tablename__ = "consent_void"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ConsentShare(Base):
    """What one household bears of the sum that the households of a round share by a rule; made with the round."""

    __tablename__ = "consent_share"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "snapshot_id"], ["consent_round.id", "consent_round.snapshot_id"]),
        ForeignKeyConstraint(["snapshot_id", "unit_id"], ["snapshot_unit.snapshot_id", "snapshot_unit.unit_id"]),
        CheckConstraint("share_fen >= 0", name="share_not_negative"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int]
    share_fen: Mapped[Money]


append_only("consent_round")
append_only("consent_share", key="round_id, unit_id")
append_only("consent_paper", also=["round_id, serial"])
append_only("consent_answer", also=["op_key", "round_id, unit_id, revision"])
append_only("consent_result", also=["round_id"])
append_only("consent_void", also=["round_id"])

refuse(
    "consent_round_pins_version",
    "consent_round",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM project_version v WHERE v.id = NEW.version_id AND v.project_id = NEW.project_id "
    "AND v.content_hash = NEW.version_hash)",
    "a consent round must name a version of its project by its hash",
)
refuse(
    "consent_round_pins_roster",
    "consent_round",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM roster_snapshot s WHERE s.id = NEW.snapshot_id AND s.place_id = NEW.place_id "
    "AND s.households = NEW.households)",
    "a consent round must stand on a snapshot of its place",
)
refuse(
    "consent_round_one_live",
    "consent_round",
    "INSERT",
    "EXISTS (SELECT 1 FROM consent_round r WHERE r.project_id = NEW.project_id "
    "AND NOT EXISTS (SELECT 1 FROM consent_void x WHERE x.round_id = r.id))",
    "a project has one consent round that is not struck",
)
refuse(
    "consent_share_within_sum",
    "consent_share",
    "INSERT",
    "NEW.share_fen + COALESCE((SELECT SUM(share_fen) FROM consent_share WHERE round_id = NEW.round_id), 0) > COALESCE("
    "(SELECT v.sharing_fen FROM project_version v JOIN consent_round r ON r.version_id = v.id "
    "WHERE r.id = NEW.round_id), 0)",
    "the shares of a round may not exceed the sum that is shared",
)
refuse(
    "consent_share_before_answers",
    "consent_share",
    "INSERT",
    "EXISTS (SELECT 1 FROM consent_answer WHERE round_id = NEW.round_id)",
    "shares are fixed before anybody answers",
)
refuse(
    "consent_paper_before_close",
    "consent_paper",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM consent_round r WHERE r.id = NEW.round_id AND NEW.registered_at < r.closes_at)",
    "papers are registered before the close",
)
refuse(
    "consent_answer_in_window",
    "consent_answer",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM consent_round r WHERE r.id = NEW.round_id AND NEW.at >= r.opens_at "
    "AND NEW.at < CASE NEW.channel WHEN 'phone' THEN r.closes_at ELSE r.keying_until END)",
    "no answer outside the window of its round",
)
refuse(
    "consent_answer_not_settled",
    "consent_answer",
    "INSERT",
    "EXISTS (SELECT 1 FROM consent_result x WHERE x.round_id = NEW.round_id) "
    "OR EXISTS (SELECT 1 FROM consent_void x WHERE x.round_id = NEW.round_id)",
    "no answer to a round that is published or struck",
)
refuse(
    "consent_answer_next_revision",
    "consent_answer",
    "INSERT",
    "NEW.revision <> 1 + (SELECT COALESCE(MAX(a.revision), 0) FROM consent_answer a "
    "WHERE a.round_id = NEW.round_id AND a.unit_id = NEW.unit_id)",
    "revisions of an answer follow each other",
)
refuse(
    "consent_answer_by_household",
    "consent_answer",
    "INSERT",
    "NEW.channel = 'phone' AND NOT EXISTS (SELECT 1 FROM unit_binding b WHERE b.unit_id = NEW.unit_id "
    "AND b.person_id = NEW.person_id AND b.starts_at <= NEW.at AND (b.ends_at IS NULL OR b.ends_at > NEW.at))",
    "only a person of the household answers by phone",
)
refuse(
    "consent_answer_corrects",
    "consent_answer",
    "INSERT",
    "NEW.reason <> '' AND NOT EXISTS (SELECT 1 FROM consent_answer a WHERE a.round_id = NEW.round_id "
    "AND a.serial = NEW.serial AND a.scan_id = NEW.scan_id)",
    "a correction needs a paper that was keyed in",
)
refuse(
    "consent_answer_phone_stands",
    "consent_answer",
    "INSERT",
    "NEW.channel = 'paper' AND NEW.reason = '' AND EXISTS (SELECT 1 FROM consent_answer a "
    "JOIN consent_round r ON r.id = a.round_id WHERE a.round_id = NEW.round_id AND a.unit_id = NEW.unit_id "
    "AND a.channel = 'phone' AND NEW.at >= r.closes_at)",
    "after the close no paper replaces an answer given by phone",
)
refuse(
    "consent_result_after_close",
    "consent_result",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM consent_round r WHERE r.id = NEW.round_id AND r.households = NEW.households "
    "AND NEW.at >= r.closes_at AND (NEW.keying_complete OR NEW.at >= r.keying_until))",
    "no result before the close and the keying in of paper",
)
refuse(
    "consent_result_not_void",
    "consent_result",
    "INSERT",
    "EXISTS (SELECT 1 FROM consent_void x WHERE x.round_id = NEW.round_id)",
    "no result of a round that was struck",
)


def _current(answer: str) -> str:
    """Count the households whose highest revision says *answer*."""
    return (
        "(SELECT COUNT(*) FROM consent_answer a WHERE a.round_id = NEW.round_id "  # noqa: S608 - our own words
        f"AND a.answer = '{answer}' AND NOT EXISTS (SELECT 1 FROM consent_answer b WHERE b.round_id = a.round_id "
        "AND b.unit_id = a.unit_id AND b.revision > a.revision))"
    )


refuse(
    "consent_result_counted",
    "consent_result",
    "INSERT",
    f"NEW.agree <> {_current('agree')} OR NEW.oppose <> {_current('oppose')} OR NEW.abstain <> {_current('abstain')}",
    "a result is counted from the answers",
)
