"""Several rounds with one calendar, one for each pool of money: a street's, a community's."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only


class VoteCycle(Numbered, Base):
    """A vote in which every pool has a round of its own: its place votes, its candidates stand, its money is spent."""

    __tablename__ = "vote_cycle"
    __table_args__ = (
        CheckConstraint("length(trim(title)) > 0", name="titled"),
        Index("ix_vote_cycle_place_id", "place_id", "id"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    title: Mapped[str] = mapped_column(String(60))
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]


append_only("vote_cycle")
