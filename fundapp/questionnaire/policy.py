"""Role and moment: who asks, who answers, who releases texts, and where a questionnaire stands."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.projects.rules import Stage, Task
from fundapp.questionnaire.rules import BY_ITSELF, LONGEST, SHORTEST, Channel

ASKERS = frozenset({Task.LEAD, Task.TREASURER, Task.MEMBER})


class State(StrEnum):
    """Where a questionnaire stands; computed from time."""

    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


def state_of(opens_at: datetime, closes_at: datetime, now: datetime) -> State:
    """Tell where a questionnaire stands: open means ``opens_at <= now < closes_at``."""
    if now < opens_at:
        return State.WAITING
    return State.OPEN if now < closes_at else State.CLOSED


def works_here(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor is the community's worker for this place."""
    return actor.signed_in and actor.has(Role.WORKER, place_path)


def check_worker(actor: Actor, place_path: str) -> None:
    """Let only the community's worker go on.

    Raises:
        Forbidden: somebody else (code ``questionnaire.not_worker``).
    """
    if not works_here(actor, place_path):
        raise Forbidden("questionnaire.not_worker")


def check_may_ask(actor: Actor, place_path: str, stage: Stage, tasks: Mapping[int, Task]) -> None:
    """Let the community's worker and the project's group ask, before the households are asked for consent.

    Raises:
        Forbidden: somebody else, supervisors included.
        Refused: the project has not passed its first check, or its households are or were asked for consent.
    """
    if not works_here(actor, place_path) and tasks.get(actor.person_id or 0) not in ASKERS:
        raise Forbidden("questionnaire.not_asker")
    if stage is not Stage.FEASIBLE:
        raise Refused("questionnaire.before_consent_only")


def check_window(opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Check the window: it opens now or later and lasts from one to thirty days.

    Raises:
        Refused: it lies in the past, is too short or too long.
    """
    if opens_at < now:
        raise Refused("questionnaire.opens_in_the_past", field="opens_at")
    if not SHORTEST <= closes_at - opens_at <= LONGEST:
        raise Refused("questionnaire.window_wrong", field="closes_at", least=SHORTEST.days, most=LONGEST.days)


def check_open(state: State, closes_at: datetime) -> None:
    """Check that answers are taken now.

    Raises:
        Refused: not open yet, or closed.
    """
    if state is State.WAITING:
        raise Refused("questionnaire.not_yet")
    if state is State.CLOSED:
        raise Refused("questionnaire.closed", closes_at=closes_at)


def check_may_answer(state: State, closes_at: datetime, bound: bool, asked: bool) -> None:
    """Check that a signed-in person may answer for a household.

    Raises:
        Refused: she speaks for no household, or for none of those that are asked; it is not open.
    """
    check_open(state, closes_at)
    if not bound:
        raise Refused("questionnaire.not_resident")
    if not asked:
        raise Refused("questionnaire.not_asked")


def check_may_key(last: Channel | None) -> None:
    """Check that a paper may be keyed in for a household.

    Raises:
        Refused: it has answered itself meanwhile (code ``questionnaire.answered_itself``).
    """
    if last in BY_ITSELF:
        raise Refused("questionnaire.answered_itself", field="door")


def check_may_release(state: State) -> None:
    """Check that texts may be read and released: after the close, when nobody changes them any more.

    Raises:
        Refused: not closed (code ``questionnaire.still_open``).
    """
    if state is not State.CLOSED:
        raise Refused("questionnaire.still_open")
