"""Set up a browser in which households vote by code, and put it away again."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import get_place
from fundapp.voting import policy
from fundapp.voting.code_models import VoteKiosk


@dataclass(frozen=True)
class OpenKiosk:
    """Set up a kiosk for the votes of a place; ``seat`` is where it stands, as households will read it."""

    place_id: int
    seat: str


def open_kiosk(session: Session, actor: Actor, cmd: OpenKiosk, clock: Clock) -> VoteKiosk:
    """Set up a kiosk.

    Raises:
        Forbidden: not the worker of the place.
    """
    policy.check_worker(actor, get_place(session, cmd.place_id).path)
    now = clock.now(session)
    row = VoteKiosk(place_id=cmd.place_id, seat=cmd.seat.strip(), opened_by_id=actor.person_id, opened_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "voting.open_kiosk", f"vote_kiosk:{row.id}", now)
    return row


def end_kiosk(session: Session, actor: Actor, kiosk_id: int, clock: Clock) -> None:
    """End a kiosk; one that has ended stays as it is.

    Raises:
        NotVisible: there is none of this number.
        Forbidden: not the worker of its place.
    """
    row = lock(session, VoteKiosk, kiosk_id)
    if row is None:
        raise NotVisible
    policy.check_worker(actor, get_place(session, row.place_id).path)
    if row.ended_at is None:
        row.ended_at = clock.now(session)
        session.flush()
        record(session, actor, "voting.end_kiosk", f"vote_kiosk:{row.id}", row.ended_at)
