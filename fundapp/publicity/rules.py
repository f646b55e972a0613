"""What a notice is, when its period ends, and where it stands: functions of values."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from fundapp.kernel.clock import SHANGHAI
from fundapp.kernel.errors import BadInput

MOST_DAYS = 60
USUAL_REPLY_DAYS = 3
USUAL_OBJECTIONS = 3
"""How many objections a household may make to one revision of a notice, where a policy says nothing."""
MOST_OBJECTIONS = 20


class Medium(StrEnum):
    """Where a notice is posted."""

    ONLINE = "online"
    BOARD = "board"
    CHAT = "chat"
    OFFICE = "office"


PAPER = frozenset({Medium.BOARD})
"""The media whose posting is proven by a photo before anything is final."""


class Verdict(StrEnum):
    """How an objection was answered: 成立, 部分成立 or 不成立."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"


class NoticeState(StrEnum):
    """Where a notice stands; computed from time and facts."""

    COMING = "coming"
    OPEN = "open"
    UNPROVEN = "unproven"
    ANSWERING = "answering"
    OVER = "over"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Period:
    """From when to when objections are taken; the end is no longer inside."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, now: datetime) -> bool:
        """Tell whether *now* lies inside."""
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True)
class About:
    """What a notice is about, told by its source: the page, its name, and what an upheld objection may bring down.

    ``falls`` is the question to who answers, ``falls_hint`` what follows; ``one``: exactly one thing is named.
    """

    address: str
    label: str
    result: str
    falls: str
    falls_hint: str
    one: bool = False


@dataclass(frozen=True)
class NoticeTerms:
    """What a policy says of a notice: for how many whole days (0: none), and how objections are taken and answered."""

    publicity_days: int = 0
    reply_days: int = USUAL_REPLY_DAYS
    objections_most: int = USUAL_OBJECTIONS


USUAL_NOTICE = NoticeTerms()
"""What a policy means that says nothing of a notice: there is none."""
NOTICE_KEYS = frozenset({"publicity_days", "reply_days", "objections_most"})
_LIMITS = {"publicity_days": (0, MOST_DAYS), "reply_days": (1, MOST_DAYS), "objections_most": (1, MOST_OBJECTIONS)}


def notice_terms(part: Mapping[str, Any], subject: str) -> NoticeTerms:
    """Read what a part of a policy says of its notice; what is not named is usual, and no days mean no notice.

    Raises:
        BadInput: a number out of range.

    >>> notice_terms({"publicity_days": 5}, "voting")
    NoticeTerms(publicity_days=5, reply_days=3, objections_most=3)
    """
    said = {name: part[name] for name in NOTICE_KEYS if name in part}
    for name, value in said.items():
        least, most = _LIMITS[name]
        if type(value) is not int or not least <= value <= most:
            raise BadInput(f"{subject}.{name}", repr(value), f"a whole number from {least} to {most}")
    return NoticeTerms(**said)


def end_of_days(start: datetime, days: int) -> datetime:
    """Give the end of the last of *days* whole days in China; the day of *start* itself is not counted.

    Source: Civil Code 201 to 203 (a period of days begins on the day after, and ends at midnight).

    >>> end_of_days(datetime(2026, 3, 2, 2, 0, tzinfo=UTC), 5).astimezone(SHANGHAI).isoformat()
    '2026-03-08T00:00:00+08:00'
    """
    day = start.astimezone(SHANGHAI).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def state_of(period: Period, now: datetime, *, unproven: bool, unanswered: int, withdrawn: bool) -> NoticeState:
    """Tell where a notice stands.

    It is over only when its period has ended, every paper medium was proven inside it, and no objection waits.

    >>> day = Period(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC))
    >>> state_of(day, day.ends_at, unproven=False, unanswered=1, withdrawn=False).value
    'answering'
    """
    if withdrawn:
        return NoticeState.WITHDRAWN
    if now < period.starts_at:
        return NoticeState.COMING
    if now < period.ends_at:
        return NoticeState.OPEN
    if unproven:
        return NoticeState.UNPROVEN
    return NoticeState.ANSWERING if unanswered else NoticeState.OVER


def unproven(media: Iterable[Medium], proven: Collection[Medium]) -> tuple[Medium, ...]:
    """List the paper media of a notice whose posting nobody has proven.

    >>> unproven([Medium.ONLINE, Medium.BOARD], [])
    (<Medium.BOARD: 'board'>,)
    """
    return tuple(medium for medium in media if medium in PAPER and medium not in proven)


def ordered(media: Collection[Medium]) -> tuple[Medium, ...]:
    """Put media in their usual order, each once; the public page is always among them.

    >>> [medium.value for medium in ordered([Medium.BOARD])]
    ['online', 'board']
    """
    return tuple(medium for medium in Medium if medium is Medium.ONLINE or medium in media)
