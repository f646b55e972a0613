"""What others may want to know of a consent round."""

from dataclasses import dataclass
from datetime import datetime

from fundapp.consent.models import Outcome
from fundapp.consent.policy import Channel


@dataclass(frozen=True)
class RoundOpened:
    """The households of a place are asked from ``opens_at`` to ``closes_at``."""

    round_id: int
    project_id: int
    place_id: int
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class AnswerGiven:
    """A household has a new answer in a round; ``person_id`` is who typed it, where that is known.

    ``heard`` is false where nobody else has an account of the household.
    """

    round_id: int
    unit_id: int
    channel: Channel
    person_id: int | None
    at: datetime
    heard: bool = True


@dataclass(frozen=True)
class ResultPublished:
    """A round ended, and the project moved on."""

    round_id: int
    project_id: int
    outcome: Outcome


@dataclass(frozen=True)
class RoundVoided:
    """What was asked has changed: the answers no longer count, and the households will be asked again."""

    round_id: int
    project_id: int
    reason: str


@dataclass(frozen=True)
class CloseMoved:
    """A round closes later, for ``reason``; or, without one, it was ended early at ``closes_at``."""

    round_id: int
    project_id: int
    closes_at: datetime
    reason: str
