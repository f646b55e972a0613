"""Rounds, their registered papers, answers, results and strikings: nothing here is ever changed or deleted.

A *voice* is what counts as one head of a round: under an owners regime the holder on the frozen roster, who speaks with
all her units, else the unit. Areas are whole cm².
"""

from datetime import datetime
from enum import StrEnum

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import fundapp.consent.paper_models  # noqa: F401 - the tables of paper stand beside these
from fundapp.consent.policy import Channel, Choice
from fundapp.db.base import ID, Base, Numbered
from fundapp.db.types import stored


class Outcome(StrEnum):
    """How a published round ended."""

    PASSED = "passed"
    FAILED = "failed"
    NO_QUORUM = "no_quorum"
    UNDETERMINED = "undetermined"
    ADVICE = "advice"


class ConsentRound(Numbered, Base):
    """A question to the households of a place about one exact version of a project, with the law's numbers pinned."""

    __tablename__ = "consent_round"
    __table_args__ = (
        UniqueConstraint("id", "snapshot_id"),
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        CheckConstraint("keying_until >= closes_at", name="keyed_after_close"),
        CheckConstraint("heads > 0 AND heads <= households", name="somebody_is_asked"),
        CheckConstraint("area_cm2 IS NULL OR area_cm2 > 0", name="area_positive"),
        CheckConstraint("closes_at <= latest_close", name="within_longest_window"),
        CheckConstraint("bar_p > 0 AND bar_p <= bar_q", name="bar_is_a_share"),
        CheckConstraint(
            "(quorum_p IS NULL) = (quorum_q IS NULL) AND (quorum_p IS NULL OR (quorum_p > 0 AND quorum_p <= quorum_q))",
            name="quorum_is_a_share",
        ),
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
    law: Mapped[str] = mapped_column(String(40))
    heads: Mapped[int]
    area_cm2: Mapped[int | None] = mapped_column(ID)
    quorum_p: Mapped[int | None] = mapped_column(ID)
    quorum_q: Mapped[int | None] = mapped_column(ID)
    quorum_strict: Mapped[bool]
    bar_p: Mapped[int] = mapped_column(ID)
    bar_q: Mapped[int] = mapped_column(ID)
    bar_strict: Mapped[bool]
    follow: Mapped[bool]
    early_end: Mapped[bool]
    latest_close: Mapped[datetime]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    keying_until: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class ConsentExtension(Numbered, Base):
    """A later close, with its published reason; the newest one counts."""

    __tablename__ = "consent_extension"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        CheckConstraint("keying_until >= closes_at", name="keyed_after_close"),
        CheckConstraint("at < closes_at", name="moved_before_close"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    number: Mapped[int]
    closes_at: Mapped[datetime]
    keying_until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ConsentEnding(Numbered, Base):
    """An early end: answering closed at ``at``, because the silent could no longer change the result."""

    __tablename__ = "consent_ending"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("keying_until >= at", name="keyed_after_close"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    at: Mapped[datetime]
    keying_until: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ConsentPaper(Numbered, Base):
    """One numbered sheet of paper of a round, registered before the close."""

    __tablename__ = "consent_paper"
    __table_args__ = (
        UniqueConstraint("round_id", "serial"),
        CheckConstraint("serial > 0", name="numbered_from_one"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    serial: Mapped[int]
    registered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]


class ConsentAnswer(Numbered, Base):
    """One revision of a voice's answer, given for one of its units; the highest counts.

    ``area_cm2`` is the area of all its units under an owners regime, where it is known. ``reason`` marks a keying
    mistake put right, or says why an upheld objection struck the answer.
    """

    __tablename__ = "consent_answer"
    __table_args__ = (
        UniqueConstraint("round_id", "voice", "revision"),
        UniqueConstraint("round_id", "unit_id", "revision"),
        UniqueConstraint("op_key"),
        ForeignKeyConstraint(["round_id", "snapshot_id"], ["consent_round.id", "consent_round.snapshot_id"]),
        ForeignKeyConstraint(["snapshot_id", "unit_id"], ["snapshot_unit.snapshot_id", "snapshot_unit.unit_id"]),
        ForeignKeyConstraint(["round_id", "serial"], ["consent_paper.round_id", "consent_paper.serial"]),
        CheckConstraint("revision >= 1", name="revised_from_one"),
        CheckConstraint("(channel = 'paper') = (serial IS NOT NULL)", name="paper_has_serial"),
        CheckConstraint("(channel IN ('paper', 'door')) = (scan_id IS NOT NULL)", name="signed_has_scan"),
        CheckConstraint("channel IN ('paper', 'objection') OR reason = ''", name="only_paper_is_corrected"),
        CheckConstraint("(channel = 'objection') = (objection_id IS NOT NULL)", name="objection_named"),
        CheckConstraint("channel <> 'objection' OR answer = 'none'", name="objection_strikes"),
        CheckConstraint("(channel = 'code') = (person_id IS NULL)", name="code_has_no_person"),
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
    voice: Mapped[int] = mapped_column(ID)
    area_cm2: Mapped[int | None] = mapped_column(ID)
    revision: Mapped[int]
    answer: Mapped[Choice] = mapped_column(stored(Choice))
    channel: Mapped[Channel] = mapped_column(stored(Channel))
    op_key: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    serial: Mapped[int | None]
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("publicity_objection.id"))


class ConsentResult(Numbered, Base):
    """What a round came to, counted from its answers and published by the worker: every number apart."""

    __tablename__ = "consent_result"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("agree + oppose + abstain + follow = participating", name="adds_up"),
        CheckConstraint("participating + silent = heads", name="heads_add_up"),
        CheckConstraint(
            "agree >= 0 AND oppose >= 0 AND abstain >= 0 AND follow >= 0 AND silent >= 0", name="not_negative"
        ),
        CheckConstraint(
            "(area_cm2 IS NULL) = (area_agree IS NULL) AND (area_cm2 IS NULL) = (area_oppose IS NULL) "
            "AND (area_cm2 IS NULL) = (area_abstain IS NULL) AND (area_cm2 IS NULL) = (area_follow IS NULL) "
            "AND (area_cm2 IS NULL) = (area_participating IS NULL)",
            name="areas_together",
        ),
        CheckConstraint(
            "area_cm2 IS NULL OR (area_agree + area_oppose + area_abstain + area_follow = area_participating "
            "AND area_participating <= area_cm2)",
            name="areas_add_up",
        ),
        CheckConstraint(
            "area_cm2 IS NULL OR (area_agree >= 0 AND area_oppose >= 0 AND area_abstain >= 0 AND area_follow >= 0)",
            name="areas_not_negative",
        ),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    heads: Mapped[int]
    participating: Mapped[int]
    agree: Mapped[int]
    oppose: Mapped[int]
    abstain: Mapped[int]
    follow: Mapped[int]
    silent: Mapped[int]
    area_cm2: Mapped[int | None] = mapped_column(ID)
    area_participating: Mapped[int | None] = mapped_column(ID)
    area_agree: Mapped[int | None] = mapped_column(ID)
    area_oppose: Mapped[int | None] = mapped_column(ID)
    area_abstain: Mapped[int | None] = mapped_column(ID)
    area_follow: Mapped[int | None] = mapped_column(ID)
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


from fundapp.consent import guards, paper_guards  # noqa: E402, F401 - declares them for the tables above
from fundapp.consent.announced import ConsentPreliminary as ConsentPreliminary  # noqa: E402 - after its guards
