"""The preliminary result 初步结果 of a round: counted, announced for some days, and counted again where answers fall.

A round whose policy asks for no public notice has none. The numbers are kept as they were counted, each by its name;
``fundapp check`` counts them again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.consent.guards import CLOSE, KEYING, ROUND, SETTLED
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import CanonicalJson


class ConsentPreliminary(Numbered, Base):
    """One count that was announced in the round's notice; the highest revision counts."""

    __tablename__ = "consent_preliminary"
    __table_args__ = (
        UniqueConstraint("round_id", "revision"),
        CheckConstraint("revision >= 1", name="revised_from_one"),
        {"info": {"sealed": True}},
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("consent_round.id"))
    revision: Mapped[int]
    notice_id: Mapped[int] = mapped_column(ForeignKey("publicity_notice.id"))
    numbers: Mapped[Any] = mapped_column(CanonicalJson)
    outcome: Mapped[str] = mapped_column(String(32))
    keying_complete: Mapped[bool]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


append_only("consent_preliminary")
refuse(
    "consent_preliminary_next",
    "consent_preliminary",
    "INSERT",
    "NEW.revision <> 1 + (SELECT COALESCE(MAX(p.revision), 0) FROM consent_preliminary p "
    "WHERE p.round_id = NEW.round_id)",
    "preliminary results follow each other",
)
refuse(
    "consent_preliminary_in_its_notice",
    "consent_preliminary",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM publicity_notice n WHERE n.id = NEW.notice_id "
    "AND n.source = 'consent:' || NEW.round_id)",
    "a preliminary result is announced in the notice of its round",
)
refuse(
    "consent_preliminary_not_settled",
    "consent_preliminary",
    "INSERT",
    SETTLED,
    "no preliminary result of a round that is published or struck",
)
refuse(
    "consent_preliminary_after_close",
    "consent_preliminary",
    "INSERT",
    f"NOT EXISTS (SELECT 1 {ROUND} AND NEW.at >= {CLOSE} AND (NEW.keying_complete OR NEW.at >= {KEYING}))",
    "no preliminary result before the close and the keying in of paper",
)
_EARLY = (
    "EXISTS (SELECT 1 FROM consent_round r JOIN policy_version v ON v.id = r.policy_version_id "
    "WHERE r.id = NEW.round_id AND {days} > 0 "
    "AND NOT EXISTS (SELECT 1 FROM consent_preliminary p WHERE p.round_id = r.id)) "
    "OR EXISTS (SELECT 1 FROM consent_preliminary p WHERE p.round_id = NEW.round_id AND (NOT EXISTS ("
    "SELECT 1 FROM publicity_revision v WHERE v.notice_id = p.notice_id AND v.ends_at <= NEW.at AND NOT EXISTS ("
    "SELECT 1 FROM publicity_revision n WHERE n.notice_id = v.notice_id AND n.number > v.number)) OR EXISTS ("
    "SELECT 1 FROM publicity_objection o WHERE o.notice_id = p.notice_id AND NOT EXISTS ("
    "SELECT 1 FROM publicity_reply a WHERE a.objection_id = o.id))))"
)
"""The days are those of the policy's part ``consent``: its part ``voting`` has days of its own."""
refuse(
    "consent_result_after_notice",
    "consent_result",
    "INSERT",
    _EARLY.format(days="json_extract(v.parts, '$.consent.publicity_days')"),
    "no final result before its notice is over and every objection answered",
    pg_when=_EARLY.format(days="(v.parts::jsonb #>> '{consent,publicity_days}')::int"),
)
refuse(
    "consent_answer_not_announced",
    "consent_answer",
    "INSERT",
    "NEW.channel <> 'objection' AND EXISTS (SELECT 1 FROM consent_preliminary p WHERE p.round_id = NEW.round_id)",
    "once a preliminary result is announced, answers only fall by objections",
)
refuse(
    "consent_answer_falls_by_objection",
    "consent_answer",
    "INSERT",
    "NEW.channel = 'objection' AND NOT EXISTS (SELECT 1 FROM publicity_objection o "
    "JOIN publicity_notice n ON n.id = o.notice_id JOIN publicity_reply a ON a.objection_id = o.id "
    "WHERE o.id = NEW.objection_id AND n.source = 'consent:' || NEW.round_id AND a.verdict <> 'rejected')",
    "an answer falls only by an objection that was upheld",
)
