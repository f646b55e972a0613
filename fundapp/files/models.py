"""What was stored. The bytes lie in the instance folder, named by their hash."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only
from fundapp.db.types import stored


class Audience(StrEnum):
    """Who may see an attachment: everybody; the staff of its place; or these and the project groups there.

    Its uploader always may.
    """

    PUBLIC = "public"
    STAFF = "staff"
    GROUP = "group"


class Attachment(Numbered, Base):
    """One stored picture. ``public_id`` is 128 random bits."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("public_id"),
        CheckConstraint("bytes > 0", name="not_empty"),
        {"info": {"sealed": True}},
    )

    public_id: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(40))
    bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    audience: Mapped[Audience] = mapped_column(stored(Audience))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]


append_only("attachment")
