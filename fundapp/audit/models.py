"""The trail, and where it ends."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import ID, Base
from fundapp.db.guards import append_only, no_replace, no_truncate, refuse
from fundapp.db.types import CanonicalJson


class AuditEntry(Base):
    """One deed. ``rows`` maps "table:key" to the fingerprint of the row as the deed left it."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("prev_hash"),
        CheckConstraint("seq >= 1", name="numbered_from_one"),
        Index("ix_audit_entry_about", "about", "seq"),
        {"info": {"recomputed_by": "audit.chain"}},
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


class AuditHead(Base):
    """The number and the hash of the newest entry, in one row: without it nobody would miss the last entry."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), {"info": {"recomputed_by": "audit.chain"}})

    id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(ID)
    hash: Mapped[str] = mapped_column(String(64))


append_only("audit_entry")
refuse("audit_head_keeps_rows", "audit_head", "DELETE", None, "audit_head keeps its row")
refuse("audit_head_goes_on", "audit_head", "UPDATE", "NEW.seq <= OLD.seq", "the end of the trail only goes on")
no_replace("audit_head")
no_truncate("audit_head")

from fundapp.audit import function  # noqa: E402, F401 - declares what writes the tables above on PostgreSQL
