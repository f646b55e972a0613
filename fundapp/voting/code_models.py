"""Printed codes with which a household votes without an account, and the kiosks at which they are typed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import frozen, refuse
from fundapp.people.code_models import HouseholdCode, code_constraints, guard_codes


class VoteCode(HouseholdCode, Base):
    """A household's printed code for one round. Only keyed hashes are kept; a replaced one is dead."""

    __tablename__ = "vote_code"
    __table_args__ = code_constraints("vote_code", "round_id", ("vote_opening.round_id", "vote_opening.snapshot_id"))

    round_id: Mapped[int]


class VoteKiosk(Numbered, Base):
    """A browser at a public place in which households vote by code: who set it up where, from when, until when."""

    __tablename__ = "vote_kiosk"
    __table_args__ = (
        CheckConstraint("length(trim(seat)) > 0", name="stands_somewhere"),
        CheckConstraint("ended_at IS NULL OR ended_at >= opened_at", name="ends_after_opening"),
        Index("ix_vote_kiosk_seat", "seat"),
        {"info": {"sealed": True}},
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    seat: Mapped[str] = mapped_column(String(80))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


guard_codes("vote_code", "round_id")
refuse(
    "vote_code_of_living_round",
    "vote_code",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND NEW.issued_at < r.closes_at "
    "AND r.secrecy <> 'paper')",
    "codes are printed for a round that takes them, before its close",
)
frozen("vote_kiosk", ["place_id", "seat", "opened_by_id", "opened_at"])
refuse("vote_kiosk_stays_ended", "vote_kiosk", "UPDATE", "OLD.ended_at IS NOT NULL", "a kiosk that has ended stays so")

for _table, _deeds in (("vote_ballot", ("INSERT",)), ("vote_box", ("INSERT", "UPDATE"))):
    for _on in _deeds:
        refuse(
            f"{_table}_{_on.lower()}_by_code",
            _table,
            _on,
            "NEW.channel IN ('code', 'kiosk') AND NOT EXISTS (SELECT 1 FROM vote_code c "
            "WHERE c.round_id = NEW.round_id AND c.unit_id = NEW.unit_id AND c.issued_at <= NEW.at "
            "AND (c.replaced_at IS NULL OR c.replaced_at > NEW.at))",
            "a ballot by code needs a living code of the household",
        )
        refuse(
            f"{_table}_{_on.lower()}_at_kiosk",
            _table,
            _on,
            "NEW.channel = 'kiosk' AND NOT EXISTS (SELECT 1 FROM vote_kiosk k WHERE k.seat = NEW.seat "
            "AND k.opened_at <= NEW.at AND (k.ended_at IS NULL OR k.ended_at > NEW.at))",
            "a ballot at a kiosk needs a kiosk that stands there",
        )
