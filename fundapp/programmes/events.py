"""What others may want to know about programmes."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money

from fundapp.kernel.actor import Actor


@dataclass(frozen=True)
class ProgrammeOpened:
    """A programme was opened with the first money of its pool: who keeps the ledger posts it now."""

    programme_id: int
    place_id: int
    foundation_name: str
    funding: Money
    by: Actor
    at: datetime
