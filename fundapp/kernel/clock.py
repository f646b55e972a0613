"""The time a deed happens at. A command reads its clock after it holds its locks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the instant; a live clock asks the database of *session*."""

    def now(self, session: Any) -> datetime:
        """Give the present instant, aware, in UTC."""


@dataclass
class SetClock:
    """A clock that stands where it was set: for stories and tests."""

    at: datetime

    def now(self, session: Any = None) -> datetime:
        """Give the instant it was set to."""
        return self.at.astimezone(UTC)


def local_date(at: datetime) -> date:
    """Give the calendar day in China on which *at* falls."""
    return at.astimezone(SHANGHAI).date()
