"""What others may want to know of a round."""

from dataclasses import dataclass
from datetime import datetime

from fundapp.kernel.actor import Actor


@dataclass(frozen=True)
class RoundOpened:
    """A round is frozen; its projects are on the ballot."""

    round_id: int
    title: str
    place_id: int
    project_ids: tuple[int, ...]
    opens_at: datetime
    closes_at: datetime
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class OutcomeBound:
    """An outcome binds: the selected projects in their order, and the reserve list from its first rank."""

    round_id: int
    title: str
    place_id: int
    selected: tuple[int, ...]
    reserve: tuple[int, ...]
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class OutcomeMoved:
    """A project came in from the reserve list of an outcome that binds, or fell out for *reason*."""

    round_id: int
    title: str
    project_id: int
    enters: bool
    reason: str
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class RoundVoided:
    """A round is void, or its result fell: its projects stand again where they came from."""

    round_id: int
    title: str
    project_ids: tuple[int, ...]
    actor: Actor
    at: datetime
