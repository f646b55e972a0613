"""What the printed codes of households have in common, whatever they open."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Numbered
from fundapp.db.guards import frozen, refuse


class HouseholdCode(Numbered):
    """A household's printed code for one thing. Only keyed hashes are kept; a replaced one is dead."""

    snapshot_id: Mapped[int]
    unit_id: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64))
    typed_hash: Mapped[str] = mapped_column(String(64))
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


def code_constraints(table: str, of: str, thing: tuple[str, str]) -> tuple[Any, ...]:
    """Constrain a table of codes: ``of`` is its column for what they open, *thing* that thing's number and roster."""
    living = text("replaced_at IS NULL")
    return (
        UniqueConstraint("token_hash"),
        UniqueConstraint("typed_hash"),
        ForeignKeyConstraint([of, "snapshot_id"], list(thing)),
        ForeignKeyConstraint(["snapshot_id", "unit_id"], ["snapshot_unit.snapshot_id", "snapshot_unit.unit_id"]),
        CheckConstraint("replaced_at IS NULL OR replaced_at >= issued_at", name="replaced_after_issue"),
        Index(f"uq_{table}_live", of, "unit_id", unique=True, sqlite_where=living, postgresql_where=living),
    )


def guard_codes(table: str, of: str) -> None:
    """Let nothing of a code change but that it is replaced, once."""
    frozen(table, [of, "snapshot_id", "unit_id", "token_hash", "typed_hash", "issued_by_id", "issued_at"])
    dead = "a code that was replaced stays so"
    refuse(f"{table}_stays_dead", table, "UPDATE", "OLD.replaced_at IS NOT NULL", dead)
