"""Who keeps a council's papers, as its secretary: the community's worker; for a body of the street its officer."""

from datetime import datetime

from fundapp.council.rules import ItemOutcome, MemberRow, SessionState
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.places.queries import UnitRow
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Stage

SECRETARIES = (Role.WORKER, Role.STREET_OFFICER)


def is_secretary(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor keeps the papers of a body in this place.

    An officer keeps those of her own street, not those of its communities.
    """
    officer = any(grant.role is Role.STREET_OFFICER and grant.path == place_path for grant in actor.grants)
    return actor.signed_in and (officer or actor.has(Role.WORKER, place_path))


def check_secretary(actor: Actor, place_path: str) -> None:
    """Let only the secretary go on.

    Raises:
        Forbidden: somebody else (code ``council.not_secretary``).
    """
    if not is_secretary(actor, place_path):
        raise Forbidden("council.not_secretary")


def check_keeps_any(actor: Actor, place_path: str) -> None:
    """Let those go on who keep papers in a place or around it.

    Raises:
        Forbidden: ``council.not_secretary``.
    """
    if not any(place_path.startswith(grant.path) for grant in actor.grants if grant.role in SECRETARIES):
        raise Forbidden("council.not_secretary")


def check_competent(body_path: str, place_path: str) -> None:
    """Let a body decide about its own place and what lies in it.

    Raises:
        Forbidden: ``council.not_competent``.
    """
    if not place_path.startswith(body_path):
        raise Forbidden("council.not_competent", field="item_id")


def check_decided(closed_at: datetime | None, outcome: ItemOutcome | None) -> None:
    """Check that an item was passed in a session that is closed.

    Raises:
        Refused: ``council.not_closed`` or ``council.not_passed``.
    """
    if closed_at is None:
        raise Refused("council.not_closed")
    if outcome is not ItemOutcome.PASSED:
        raise Refused("council.not_passed")


def check_was_there(actor: Actor, people: set[int]) -> None:
    """Let only a member go on who was present.

    Raises:
        Forbidden: ``council.was_not_there``.
    """
    if not actor.signed_in or actor.person_id not in people:
        raise Forbidden("council.was_not_there")


def own_seat(actor: Actor, members: list[MemberRow]) -> MemberRow:
    """Give the seat of the actor among some members.

    Raises:
        Forbidden: she has none (code ``council.not_your_seat``).
    """
    for row in members:
        if actor.signed_in and row.person_id == actor.person_id:
            return row
    raise Forbidden("council.not_your_seat")


def check_chair(actor: Actor, person_id: int | None) -> None:
    """Let only the chair of the session go on.

    Raises:
        Forbidden: somebody else (code ``council.not_chair``).
    """
    if not actor.signed_in or actor.person_id != person_id:
        raise Forbidden("council.not_chair")


def check_of_place(unit: UnitRow | None, path: str) -> None:
    """Let a person speak for a household of her own that lies in a place.

    Raises:
        Forbidden: not her household, or elsewhere (code ``council.not_of_place``).
    """
    if unit is None or unit.ended_at is not None or not unit.path.startswith(path):
        raise Forbidden("council.not_of_place", field="unit_id")


def check_may_confirm(project: ProjectRow, by_vote: bool) -> None:
    """Let a project that its households agreed to be chosen, where the policy leaves the choice to the council.

    Raises:
        Refused: ``council.chosen_by_vote`` or ``council.not_consented``.
    """
    if by_vote:
        raise Refused("council.chosen_by_vote")
    if project.stage is not Stage.CONSENTED:
        raise Refused("council.not_consented")


def check_may_record(state: SessionState, held_at: datetime) -> None:
    """Let attendance and outcomes be noted once a session has begun, and until it is closed.

    Raises:
        Refused: ``council.closed`` or ``council.not_held_yet``.
    """
    if state is SessionState.CLOSED:
        raise Refused("council.closed")
    if state is SessionState.CALLED:
        raise Refused("council.not_held_yet", held_at=held_at)
