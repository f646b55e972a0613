"""Answer codes and the time of help, as functions of values."""

from datetime import datetime, timedelta
from enum import StrEnum

from fundapp.people.rules import slip_hash

HELP = timedelta(minutes=15)
VISIT = timedelta(minutes=20)
TRIES = 5
WAIT = timedelta(minutes=15)


class SlipScope(StrEnum):
    """Which households get a slip."""

    WITHOUT_CODE = "without_code"
    SILENT = "silent"
    ONE = "one"


def kept(plain: str, secret: str) -> str:
    """Give the keyed hash under which a token or a typed code is kept; never that of a household's joining code."""
    return slip_hash("answer", plain, secret)


def minutes_left(until: datetime, now: datetime) -> int:
    """Give the whole minutes that are left, begun ones counted; 0 when the time is over.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    >>> minutes_left(noon + HELP, noon), minutes_left(noon, noon), minutes_left(noon + timedelta(seconds=1), noon)
    (15, 0, 1)
    """
    return max(0, -((now - until) // timedelta(minutes=1)))
