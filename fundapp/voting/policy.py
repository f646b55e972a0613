"""Role and moment: who may draft, open, vote, key in paper and publish. No role opens a way around the window."""

from datetime import datetime, timedelta
from typing import Protocol

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.voting.rounds import RoundState, Window
from fundapp.voting.secrecy import Secrecy

LEAVE_STANDS = timedelta(days=14)
PUBLISHERS = (Role.WORKER, Role.STREET_OFFICER, Role.FOUNDATION_OFFICER)


def works_here(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor is the community's worker for this place."""
    return actor.signed_in and actor.has(Role.WORKER, place_path)


def may_publish_here(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor is one of those who publish results of this place."""
    return actor.signed_in and any(actor.has(role, place_path) for role in PUBLISHERS)


def check_worker(actor: Actor, place_path: str) -> None:
    """Let only the community's worker go on.

    Raises:
        Forbidden: somebody else (code ``voting.not_worker``).
    """
    if not works_here(actor, place_path):
        raise Forbidden("voting.not_worker")


def check_draft(state: RoundState) -> None:
    """Let only a draft be changed: from the opening on nothing moves.

    Raises:
        Refused: ``voting.frozen``.
    """
    if state is not RoundState.DRAFT:
        raise Refused("voting.frozen")


def check_may_vote(window: Window, state: RoundState, bound: bool, on_roster: bool) -> None:
    """Let a household vote: its own person, on the frozen roster, while the round is open.

    Raises:
        Forbidden: ``voting.not_your_household`` or ``voting.not_on_roster``.
        Refused: ``voting.not_open_yet``, ``voting.closed`` or ``voting.void``.
    """
    if not bound:
        raise Forbidden("voting.not_your_household", field="unit_id")
    if not on_roster:
        raise Forbidden("voting.not_on_roster", field="unit_id")
    check_open(window, state)


def check_open(window: Window, state: RoundState) -> None:
    """Let ballots in, by phone or paper, only while the round is open.

    Raises:
        Refused: ``voting.not_open_yet``, ``voting.closed`` or ``voting.void``.
    """
    check_not_void(state)
    if state in (RoundState.DRAFT, RoundState.WAITING):
        raise Refused("voting.not_open_yet", opens_at=window.opens_at)
    if state is not RoundState.OPEN:
        raise Refused("voting.closed", closes_at=window.closes_at)


def check_not_void(state: RoundState) -> None:
    """Let nothing more be done in a round that is void.

    Raises:
        Refused: ``voting.void``.
    """
    if state is RoundState.VOID:
        raise Refused("voting.void")


def check_takes_codes(secrecy: Secrecy, window: Window, state: RoundState) -> None:
    """Check that codes may be printed: for a round that is not on paper only, while it waits or is open.

    Raises:
        Refused: ``voting.paper_only``, ``voting.void`` or ``voting.closed``.
    """
    check_phone(secrecy)
    check_not_void(state)
    if state not in (RoundState.WAITING, RoundState.OPEN):
        raise Refused("voting.closed", closes_at=window.closes_at)


class Keys(Protocol):
    """The key of a sealed round, as far as its opening asks."""

    @property
    def confirmed(self) -> bool:
        """Tell whether all holders have confirmed their shares."""


def check_keys(secrecy: Secrecy, keys: Keys | None) -> None:
    """Let a sealed round open only when its three holders have confirmed their shares.

    Raises:
        Refused: ``voting.keys_missing``.
    """
    if secrecy is Secrecy.SEALED and (keys is None or not keys.confirmed):
        raise Refused("voting.keys_missing")


def check_by_door(secrecy: Secrecy) -> None:
    """Keep ballots with a door out of the rounds that have none.

    Raises:
        Refused: ``voting.not_by_door``.
    """
    if not secrecy.by_door:
        raise Refused("voting.not_by_door")


def check_phone(secrecy: Secrecy) -> None:
    """Keep phones out of a round that is on paper only.

    Raises:
        Refused: ``voting.paper_only``.
    """
    if not secrecy.by_phone:
        raise Refused("voting.paper_only")


def check_counted(secrecy: Secrecy, counted: bool) -> None:
    """Let a round be told only when its box is counted and written back, or all its papers were read by two people.

    Raises:
        Refused: ``voting.not_counted_yet`` or ``voting.papers_waiting``.
    """
    if not counted:
        raise Refused("voting.papers_waiting" if secrecy.by_door else "voting.not_counted_yet")


def check_publisher(actor: Actor, place_path: str) -> None:
    """Let only those go on who publish results of this place.

    Raises:
        Forbidden: ``voting.not_publisher``.
    """
    if not may_publish_here(actor, place_path):
        raise Forbidden("voting.not_publisher")


def check_may_publish(actor: Actor, place_path: str, window: Window, state: RoundState) -> None:
    """Let a result be published once, after the close.

    Raises:
        Forbidden: ``voting.not_publisher``.
        Refused: ``voting.still_open``, ``voting.already_published`` or ``voting.void``.
    """
    check_publisher(actor, place_path)
    check_not_void(state)
    if state is RoundState.PUBLISHED:
        raise Refused("voting.already_published")
    if state is not RoundState.CLOSED:
        raise Refused("voting.still_open", closes_at=window.closes_at)


def check_not_settled(binds: bool, fell: bool) -> None:
    """Let something be done about a result only until it binds or falls.

    Raises:
        Refused: ``voting.binds_already`` or ``voting.fell``.
    """
    if binds:
        raise Refused("voting.binds_already")
    if fell:
        raise Refused("voting.fell")


def check_binds(binds: bool, fell: bool) -> None:
    """Let something be moved only in an outcome that binds.

    Raises:
        NotVisible: it does not, or it fell.
    """
    if fell or not binds:
        raise NotVisible


def check_may_confirm_leave(actor: Actor, asked_by_id: int, asked_at: datetime, now: datetime) -> None:
    """Let another than who asked confirm that a project falls out, for fourteen days.

    Raises:
        Forbidden: ``voting.own_leave``.
        Refused: ``voting.leave_lapsed``.
    """
    if actor.person_id == asked_by_id:
        raise Forbidden("voting.own_leave")
    if now >= asked_at + LEAVE_STANDS:
        raise Refused("voting.leave_lapsed")


def check_second(actor: Actor, drafted_by_id: int) -> None:
    """Let a decision be signed by another than who drafted it.

    Raises:
        Forbidden: ``voting.own_override``.
    """
    if actor.person_id == drafted_by_id:
        raise Forbidden("voting.own_override")


def check_starts_ahead(opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Check that a round that is about to be frozen has not closed before it opens.

    Raises:
        Refused: ``voting.closes_in_the_past`` on the field ``closes_at``.
    """
    if closes_at <= max(opens_at, now):
        raise Refused("voting.closes_in_the_past", field="closes_at")
