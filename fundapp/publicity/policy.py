"""Role and moment: who proves a posting, who objects, who answers."""

from datetime import datetime

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.publicity.rules import NoticeState, Period

STAFF = (Role.WORKER, Role.STREET_OFFICER)
READERS = (*STAFF, Role.SUPERVISOR)


def works_here(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor is the community's worker for this place."""
    return actor.signed_in and actor.has(Role.WORKER, place_path)


def reads_all(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor may read every objection in full."""
    return actor.signed_in and any(actor.has(role, place_path) for role in READERS)


def answers_here(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor is competent to answer objections here: community worker or street officer."""
    return actor.signed_in and any(actor.has(role, place_path) for role in STAFF)


def check_worker(actor: Actor, place_path: str) -> None:
    """Let only the community's worker go on.

    Raises:
        Forbidden: somebody else (code ``publicity.not_worker``).

    """
    if not works_here(actor, place_path):
        raise Forbidden("publicity.not_worker")


def check_open(period: Period, state: NoticeState, now: datetime) -> None:
    """Check that a notice takes objections and proofs of posting now.

    Raises:
        Refused: ``publicity.withdrawn``, ``publicity.not_yet`` or ``publicity.over``.

    """
    if state is NoticeState.WITHDRAWN:
        raise Refused("publicity.withdrawn")
    if now < period.starts_at:
        raise Refused("publicity.not_yet", starts_at=period.starts_at)
    if now >= period.ends_at:
        raise Refused("publicity.over", ends_at=period.ends_at)


def check_may_object(actor: Actor, unit_paths: dict[int, str], unit_id: int, place_path: str) -> None:
    """Let a person object for a household of her own that lies in the place.

    Raises:
        Forbidden: ``publicity.not_your_household`` or ``publicity.not_here``.

    """
    if unit_id not in actor.unit_ids:
        raise Forbidden("publicity.not_your_household", field="unit_id")
    check_here(unit_paths, unit_id, place_path, "unit_id")


def check_here(unit_paths: dict[int, str], unit_id: int, place_path: str, field: str) -> None:
    """Check that a household lies in the place of the notice.

    Raises:
        Forbidden: it lies elsewhere (code ``publicity.not_here``, on *field*).

    """
    if not unit_paths.get(unit_id, "").startswith(place_path):
        raise Forbidden("publicity.not_here", field=field)


def check_may_reply(actor: Actor, place_path: str, unit_id: int, answered: bool) -> None:
    """Let the competent staff answer once, but never an objection of the person's own household.

    Raises:
        Forbidden: ``publicity.not_staff`` or ``publicity.own_objection``.
        Refused: ``publicity.answered``.

    """
    if not answers_here(actor, place_path):
        raise Forbidden("publicity.not_staff")
    if unit_id in actor.unit_ids:
        raise Forbidden("publicity.own_objection")
    if answered:
        raise Refused("publicity.answered")


def check_no_party(actor: Actor, parties: frozenset[int]) -> None:
    """Keep who made what is objected to from answering.

    Raises:
        Forbidden: ``publicity.own_deed``.

    """
    if actor.person_id in parties:
        raise Forbidden("publicity.own_deed")


def check_few(made: int, most: int, field: str) -> None:
    """Keep a household to so many objections against one revision of a notice.

    Raises:
        Refused: ``publicity.enough``, on *field*.

    """
    if made >= most:
        raise Refused("publicity.enough", field=field, most=most)


def check_stands(state: NoticeState) -> None:
    """Check that a notice was not withdrawn.

    Raises:
        Refused: ``publicity.withdrawn``.

    """
    if state is NoticeState.WITHDRAWN:
        raise Refused("publicity.withdrawn")


def check_may_repost(state: NoticeState) -> None:
    """Let a notice be posted anew as long as it stands.

    Raises:
        Refused: ``publicity.withdrawn`` or ``publicity.settled``.

    """
    check_stands(state)
    if state is NoticeState.OVER:
        raise Refused("publicity.settled")


def check_settled(state: NoticeState, ends_at: datetime, unanswered: int) -> None:
    """Check that a notice has run its whole course, so that what was announced may become final.

    Raises:
        Refused: ``publicity.still_open``, ``publicity.unproven``, ``publicity.unanswered`` or ``publicity.withdrawn``.

    """
    if state is NoticeState.WITHDRAWN:
        raise Refused("publicity.withdrawn")
    if state in (NoticeState.COMING, NoticeState.OPEN):
        raise Refused("publicity.still_open", ends_at=ends_at)
    if state is NoticeState.UNPROVEN:
        raise Refused("publicity.unproven")
    if state is NoticeState.ANSWERING:
        raise Refused("publicity.unanswered", count=unanswered)
