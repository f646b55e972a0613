"""The one table of the trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base
from fundapp.db.guards import append_only
from fundapp.db.types import CanonicalJson


class AuditEntry(Base):
    """One deed. ``rows`` maps "table:key" to the fingerprint of the row as the deed left it."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("prev_hash"),
        CheckConstraint("seq >= 1", name="numbered_from_one"),
        Index("ix_audit_entry_about", "about", "seq"),
    )

    seq: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ID)
    deed: Mapped[str] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(String(64))
    details: Mapped[Any] = mapped_column(CanonicalJson)
    rows: Mapped[Any] = mapped_column(CanonicalJson)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


append_only("audit_entry", key="seq")
