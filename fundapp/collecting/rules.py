"""What may come from a collector's phone, and when it counts."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from fundapp.kernel.errors import Refused

TOLERANCE = timedelta(minutes=5)


class Fate(StrEnum):
    """What became of something noted at a door."""

    COUNTED = "counted"
    SUPERSEDED = "superseded"


def device_key(typed: str) -> str:
    """Give the name that a phone made for itself, or an entry's, in its one form.

    Raises:
        Refused: it is no UUID.

    >>> device_key("3F2A9C41-0000-4000-8000-000000000000")
    '3f2a9c41-0000-4000-8000-000000000000'
    """
    try:
        return str(uuid.UUID(typed))
    except ValueError:
        raise Refused("collecting.no_key") from None


def noted_at(told: datetime, opens_at: datetime, closes_at: datetime, now: datetime) -> datetime:
    """Give the moment at which something counts as noted: what the phone says, never later than now.

    Raises:
        Refused: the phone's clock is more than five minutes ahead, or the moment lies outside the round.
    """
    if told > now + TOLERANCE:
        raise Refused("collecting.clock_ahead", at=told)
    noted = min(told, now)
    if not opens_at <= noted < closes_at:
        raise Refused("collecting.outside_round", opens_at=opens_at, closes_at=closes_at)
    return noted
