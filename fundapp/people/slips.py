"""Printed slips with a code for each household: what is on one, and how the former ones die."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, update
from sqlalchemy.orm import Session

from fundapp.db.base import Base
from fundapp.kernel.actor import Actor


@dataclass(frozen=True)
class Slip:
    """A household's new code in clear: it exists only on the slip that is printed now."""

    unit_id: int
    door: str
    token: str
    typed: str


def keep_slips(
    session: Session,
    kind: type[Base],
    of: Mapping[str, int],
    slips: list[Slip],
    hashed: Callable[[str], str],
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the hashes of new codes in a table of codes; the former codes of these households die.

    ``of`` names what the codes are for, by column. Call it with that thing held alone.
    """
    columns = cast(Table, kind.__table__).c
    same: Any = [columns[name] == value for name, value in of.items()]
    units = [slip.unit_id for slip in slips]
    session.execute(
        update(kind).where(*same, columns.unit_id.in_(units), columns.replaced_at.is_(None)).values(replaced_at=now)
    )
    session.add_all(
        kind(
            **of,
            unit_id=slip.unit_id,
            token_hash=hashed(slip.token),
            typed_hash=hashed(slip.typed),
            issued_by_id=actor.person_id,
            issued_at=now,
        )
        for slip in slips
    )
    session.flush()
