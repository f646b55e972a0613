"""Codes of households for one round, and the times in which a worker helped one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import frozen, refuse
from fundapp.db.types import Encrypted
from fundapp.people.code_models import HouseholdCode, code_constraints, guard_codes


class AnswerCode(HouseholdCode, Base):
    """A household's printed code for one round. Only keyed hashes are kept; a replaced one is dead."""

    __tablename__ = "answer_code"
    __table_args__ = code_constraints("answer_code", "round_id", ("consent_round.id", "consent_round.snapshot_id"))

    round_id: Mapped[int]


class AssistedSession(Numbered, Base):
    """A worker's openly marked help for one household in one round, at most fifteen minutes long."""

    __tablename__ = "assisted_session"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "snapshot_id"], ["consent_round.id", "consent_round.snapshot_id"]),
        ForeignKeyConstraint(["snapshot_id", "unit_id"], ["snapshot_unit.snapshot_id", "snapshot_unit.unit_id"]),
        CheckConstraint(
            "code_id IS NOT NULL OR (length(trim(reason)) > 0 AND witness IS NOT NULL)", name="code_or_witness"
        ),
        CheckConstraint("until > started_at", name="lasts"),
        CheckConstraint("ended_at IS NULL OR (ended_at >= started_at AND ended_at <= until)", name="ends_within"),
        Index(
            "uq_assisted_session_running",
            "worker_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    round_id: Mapped[int]
    snapshot_id: Mapped[int]
    unit_id: Mapped[int]
    worker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_id: Mapped[int | None] = mapped_column(ForeignKey("answer_code.id"))
    reason: Mapped[str] = mapped_column(Text)
    witness: Mapped[str | None] = mapped_column(Encrypted())
    started_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


guard_codes("answer_code", "round_id")
frozen(
    "assisted_session",
    ["round_id", "snapshot_id", "unit_id", "worker_id", "code_id", "reason", "witness", "started_at", "until"],
)
refuse(
    "answer_code_of_living_round",
    "answer_code",
    "INSERT",
    "EXISTS (SELECT 1 FROM consent_result x WHERE x.round_id = NEW.round_id) "
    "OR EXISTS (SELECT 1 FROM consent_void x WHERE x.round_id = NEW.round_id)",
    "no code for a round that is published or struck",
)
refuse(
    "assisted_session_stays_ended",
    "assisted_session",
    "UPDATE",
    "OLD.ended_at IS NOT NULL",
    "help that has ended stays so",
)
refuse(
    "assisted_session_is_short",
    "assisted_session",
    "INSERT",
    "julianday(NEW.until) - julianday(NEW.started_at) > 15.0 / 1440 + 0.000001",
    "help lasts fifteen minutes at most",
    pg_when="NEW.until > NEW.started_at + INTERVAL '15 minutes'",
)
refuse(
    "assisted_session_own_code",
    "assisted_session",
    "INSERT",
    "NEW.code_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM answer_code c WHERE c.id = NEW.code_id "
    "AND c.round_id = NEW.round_id AND c.unit_id = NEW.unit_id AND c.replaced_at IS NULL)",
    "help is asked for with the household's own living code",
)
refuse(
    "consent_answer_by_code",
    "consent_answer",
    "INSERT",
    "NEW.channel = 'code' AND NOT EXISTS (SELECT 1 FROM answer_code c WHERE c.round_id = NEW.round_id "
    "AND c.unit_id = NEW.unit_id AND c.issued_at <= NEW.at AND (c.replaced_at IS NULL OR c.replaced_at > NEW.at))",
    "an answer by code needs a living code of the household",
)
refuse(
    "consent_answer_assisted",
    "consent_answer",
    "INSERT",
    "NEW.channel = 'assisted' AND NOT EXISTS (SELECT 1 FROM assisted_session s WHERE s.round_id = NEW.round_id "
    "AND s.unit_id = NEW.unit_id AND s.worker_id = NEW.person_id AND s.started_at <= NEW.at AND NEW.at < s.until "
    "AND (s.ended_at IS NULL OR s.ended_at > NEW.at))",
    "an assisted answer needs the worker's open help for the household",
)
