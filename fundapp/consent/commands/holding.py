"""Hold a round for a deed on its paper, and name who carried it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fundapp.consent import queries
from fundapp.consent.commands.rounds import hold
from fundapp.consent.models import ConsentRound
from fundapp.consent.paper_models import ConsentHelper
from fundapp.consent.policy import RoundState, Times, check_worker
from fundapp.db.crypt import fingerprint
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused


@dataclass(frozen=True)
class Named:
    """Somebody who carried paper: a person of the community, or a name as typed, with a phone where it is needed."""

    person_id: int | None = None
    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class PaperHold:
    """A round that is held, where it stands, its window, and the path of its place."""

    round: ConsentRound
    state: RoundState
    window: Times
    now: datetime
    path: str


def hold_paper(session: Session, round_id: int, clock: Clock) -> PaperHold:
    """Lock a round for a deed on its paper that comes before its result.

    Raises:
        NotVisible: there is no such round.
        Refused: its result is announced or published, or it is struck.
    """
    held = hold(session, round_id, clock)
    if held.state is RoundState.VOID:
        raise Refused("consent.void")
    if held.state is RoundState.PUBLISHED:
        raise Refused("consent.already_published")
    if held.state is RoundState.ANNOUNCED:
        raise Refused("consent.announced")
    path = queries.path_of(session, held.round.place_id)
    return PaperHold(held.round, held.state, held.window, held.now, path)


def hold_for_worker(session: Session, actor: Actor, round_id: int, clock: Clock) -> PaperHold:
    """Lock a round for the community's worker.

    Raises:
        Forbidden: somebody else.
        NotVisible: there is no such round.
        Refused: its result is announced or published, or it is struck.
    """
    held = hold_paper(session, round_id, clock)
    check_worker(actor, held.path)
    return held


def helper_of(session: Session, held: PaperHold, actor: Actor, who: Named, field: str) -> int:
    """Give the number of somebody who carried paper in this round: the known one, else a new one.

    Raises:
        Refused: nobody is named, both a person and a name are given, or the person has no task in the community.
    """
    name = " ".join(who.name.split())
    if who.person_id is None and not name:
        raise Refused("consent.helper_needed", field=field)
    if who.person_id is not None and name:
        raise Refused("consent.helper_twice", field=field)
    if who.person_id is not None:
        if who.person_id not in {one.id for one in queries.carriers(session, held.path, held.now)}:
            raise Refused("consent.helper_unknown", field=field)
        same = ConsentHelper.person_id == who.person_id
        made = ConsentHelper(person_id=who.person_id)
    else:
        phone = "".join(c for c in who.phone if c.isdigit())
        found_by = fingerprint("consent_helper", "".join(name.split()).casefold(), phone)
        same = ConsentHelper.identity_hash == found_by
        made = ConsentHelper(name=name, phone=phone or None, identity_hash=found_by)
    known = session.scalar(select(ConsentHelper.id).where(ConsentHelper.round_id == held.round.id, same))
    if known is not None:
        return known
    made.round_id, made.made_by_id, made.made_at = held.round.id, actor.person_id or 0, held.now
    session.add(made)
    session.flush()
    return made.id


def rekey_helpers(session: Session) -> int:
    """Encrypt the names of those who carried paper anew, and find them by the new key; give how many rows."""
    rows = 0
    for helper in session.scalars(select(ConsentHelper).where(ConsentHelper.name.is_not(None))):
        flag_modified(helper, "name")
        if helper.phone is not None:
            flag_modified(helper, "phone")
        key = "".join((helper.name or "").split()).casefold()
        helper.identity_hash = fingerprint("consent_helper", key, helper.phone or "")
        rows += 1
    session.flush()
    return rows
