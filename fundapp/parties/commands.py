"""The deeds of the register: know a counterparty, say who is related to whom, end an entry."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.parties.models import Counterparty, Interest, InterestEnding
from fundapp.parties.policy import DECLARERS, KEEPERS, check_may_end, place_of
from fundapp.parties.queries import (
    counterparties_named,
    counterparty_by_code,
    path_of_place,
    person_with_login,
    stands,
)
from fundapp.parties.rules import BETWEEN_PEOPLE, Bond, clean_code, name_key, names_a_body
from fundapp.places.commands import hold_place


def know_counterparty(
    session: Session, actor: Actor, name: str, code: str, now: datetime, fields: tuple[str, str] = ("name", "code")
) -> int:
    """Give the counterparty of a name and a credit code, held, and known from now on where it is new.

    A body that is known by its name needs no code again; a person has none. The row is held, so that an entry about
    it and a deed that asks for entries happen one after the other.

    Raises:
        Refused: a code that is none (``parties.bad_code``), a body without one (``parties.code_needed``), or another
            name for a known code (``parties.other_name``, fact ``name``); on the *fields* of name and code.
    """
    known = find_counterparty(session, name, code, fields)
    if known is None:
        known = _made(session, actor, name, code, now)
    if known is None:  # somebody else was quicker
        known = find_counterparty(session, name, code, fields) or 0
    lock(session, Counterparty, known)
    return known


def _made(session: Session, actor: Actor, name: str, code: str, now: datetime) -> int | None:
    row = Counterparty(
        name=name.strip(), name_key=name_key(name), credit_code=clean_code(code), recorded_by_id=actor.person_id,
        recorded_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    record(session, actor, "parties.know", f"counterparty:{row.id}", now)
    return row.id


def find_counterparty(session: Session, name: str, code: str, fields: tuple[str, str] = ("name", "code")) -> int | None:
    """Give the known counterparty of a name and a code; ``None`` for a new one that may be known.

    Raises:
        Refused: see :func:`know_counterparty`.
    """
    clean = clean_code(code) if code.strip() else None
    if code.strip() and clean is None:
        raise Refused("parties.bad_code", field=fields[1])
    if clean is not None:
        found = counterparty_by_code(session, clean)
        if found is not None and found.name_key != name_key(name):
            raise Refused("parties.other_name", field=fields[0], name=found.name)
        return found.id if found else None
    named = counterparties_named(session, name_key(name))
    if len(named) > 1 or (not named and names_a_body(name)):
        raise Refused("parties.code_needed", field=fields[1])
    return named[0].id if named else None


@dataclass(frozen=True)
class NewInterest:
    """What is said of a person: related to a counterparty by ``name`` and ``code``, or to whom ``other_login`` names.

    ``login``: whom it is said of; blank: whoever says it.
    """

    op_key: str
    login: str
    kind: Bond
    name: str
    code: str
    other_login: str
    starts_on: date
    note: str


def declare_interest(session: Session, actor: Actor, cmd: NewInterest, clock: Clock) -> Interest:
    """Let somebody say of herself that she is related.

    Raises:
        Forbidden: nobody with a task here (``parties.not_your_register``).
        Refused: see :func:`record_interest`.
    """
    return _keep(session, actor, cmd, actor.person_id or 0, place_of(actor, *DECLARERS), clock)


def record_interest(session: Session, actor: Actor, cmd: NewInterest, clock: Clock) -> Interest:
    """Let the foundation's staff enter that somebody is related.

    Raises:
        Forbidden: not of a foundation (``parties.not_your_register``).
        Refused: ``web.used_key``, an unknown login (``parties.no_such_login``), not one of two
            (``parties.one_of_two``), ``parties.people_are_near``, ``parties.nobody_to_herself``, ``parties.not_yet``,
            ``parties.known``, or by :func:`know_counterparty`.
    """
    path = place_of(actor, *KEEPERS)
    return _keep(session, actor, cmd, _person(session, cmd.login, "login"), path, clock)


def _person(session: Session, login: str, field: str) -> int:
    found = person_with_login(session, login)
    if found is None:
        raise Refused("parties.no_such_login", field=field)
    return found


def _keep(session: Session, actor: Actor, cmd: NewInterest, person_id: int, path: str, clock: Clock) -> Interest:
    now, key = clock.now(session), own_key(actor, cmd.op_key)
    said, place_id = _said(session, actor, cmd, person_id, now), int(path.strip("/").split("/")[-1])
    hold_place(session, place_id)  # a register is written by one after the other
    standing = done_before(session, Interest, key, **said)
    if standing is not None:
        return standing
    if cmd.starts_on > local_date(now):
        raise Refused("parties.not_yet", field="starts_on")
    if stands(session, said):
        raise Refused("parties.known")
    row = Interest(**said, op_key=key, place_id=place_id, recorded_by_id=actor.person_id, recorded_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "parties.record", f"interest:{row.id}", now)
    return row


def _said(session: Session, actor: Actor, cmd: NewInterest, person_id: int, now: datetime) -> dict[str, Any]:
    if bool(cmd.name.strip()) == bool(cmd.other_login.strip()):
        raise Refused("parties.one_of_two", field="name")
    said: dict[str, Any] = {"person_id": person_id, "counterparty_id": None, "other_id": None}
    if cmd.name.strip():
        said["counterparty_id"] = know_counterparty(session, actor, cmd.name, cmd.code, now)
    else:
        said["other_id"] = _person(session, cmd.other_login, "other_login")
        if cmd.kind not in BETWEEN_PEOPLE:
            raise Refused("parties.people_are_near", field="kind")
        if said["other_id"] == person_id:
            raise Refused("parties.nobody_to_herself", field="other_login")
    return said | {"kind": cmd.kind, "note": cmd.note.strip(), "starts_on": cmd.starts_on}


def end_interest(session: Session, actor: Actor, interest_id: int, reason: str, clock: Clock) -> InterestEnding:
    """End an entry from now on; the entry stays. The same person again is success.

    Raises:
        NotVisible: no such entry.
        Forbidden: see :func:`fundapp.parties.policy.check_may_end`.
        Refused: no reason (``parties.reason_needed``), ended by somebody else (``parties.ended``).
    """
    entry = lock(session, Interest, interest_id)
    if entry is None:
        raise NotVisible
    now = clock.now(session)
    check_may_end(actor, path_of_place(session, entry.place_id), (entry.person_id, entry.other_id))
    if not reason.strip():
        raise Refused("parties.reason_needed", field="reason")
    standing = session.get(InterestEnding, interest_id)
    if standing is not None:
        if (standing.ended_by_id, standing.reason) != (actor.person_id, reason.strip()):
            raise Refused("parties.ended")
        return standing
    row = InterestEnding(interest_id=entry.id, reason=reason.strip(), ended_by_id=actor.person_id, ended_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "parties.end", f"interest:{entry.id}", now)
    return row


def hold_counterparty(session: Session, counterparty_id: int) -> None:
    """Hold a counterparty, so that nothing is entered about it before this deed is done.

    Raises:
        NotVisible: there is none of this number.
    """
    if lock(session, Counterparty, counterparty_id) is None:
        raise NotVisible
