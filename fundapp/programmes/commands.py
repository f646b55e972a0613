"""The deeds on programmes: open one, give it another policy version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import ask, tell
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import SHANGHAI, Clock, local_date
from fundapp.kernel.errors import BadInput, NotVisible, Refused
from fundapp.places.queries import PlaceRow, get_place
from fundapp.programmes import rules
from fundapp.programmes.events import ProgrammeOpened
from fundapp.programmes.models import PolicyVersion, Programme
from fundapp.programmes.policy import check_may_keep

FOR_PLACES = ("district", "street")


@dataclass(frozen=True)
class OpenProgramme:
    """Open the programme of a year; its first policy is in force from the first moment."""

    place_id: int
    year: int
    name: str
    foundation_name: str
    funding: Money
    parts: Mapping[str, Any]


@dataclass(frozen=True)
class AddPolicyVersion:
    """Give a programme another policy from a day on; today means from this moment."""

    programme_id: int
    effective_from: date
    parts: Mapping[str, Any]


def open_programme(session: Session, actor: Actor, cmd: OpenProgramme, clock: Clock) -> Programme:
    """Open a programme with its first policy version and the first money of its pool.

    Raises:
        Forbidden: the actor neither administers the place nor works for its foundation.
        NotVisible: there is no such place.
        Refused: not a street or district, a name taken there in that year, no money, or a policy that cannot be read.

    """
    place = get_place(session, cmd.place_id)
    now = clock.now(session)
    check_may_keep(actor, place.path)
    _check_programme(session, cmd, place)
    parts = _checked(cmd.parts)
    made = Programme(
        place_id=place.id,
        year=cmd.year,
        name=cmd.name.strip(),
        foundation_name=cmd.foundation_name.strip(),
        opened_by_id=actor.person_id,
        opened_at=now,
    )
    session.add(made)
    session.flush()
    _add_version(session, actor, made.id, 1, now, parts, now)
    record(session, actor, "programmes.open", f"programme:{made.id}", now, year=cmd.year, place=place.id)
    tell(session, ProgrammeOpened(made.id, place.id, made.foundation_name, cmd.funding, actor, now))
    return made


def add_policy_version(session: Session, actor: Actor, cmd: AddPolicyVersion, clock: Clock) -> PolicyVersion:
    """Give a programme another policy version; the earlier ones stay as they are.

    Projects keep the version under which they were submitted.

    Raises:
        Forbidden: the actor neither administers the place nor works for its foundation.
        NotVisible: there is no such programme.
        Refused: in force before today or before the newest version, nothing changed, or a policy that cannot be read.

    Source: design.md rule 3.

    """
    programme = lock(session, Programme, cmd.programme_id)
    if programme is None:
        raise NotVisible
    now = clock.now(session)
    check_may_keep(actor, get_place(session, programme.place_id).path)
    newest = session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.programme_id == programme.id)
        .order_by(PolicyVersion.number.desc())
        .limit(1)
    ).one()
    starts = _start(cmd.effective_from, now, newest.effective_from)
    parts = _checked(cmd.parts)
    if rules.parts_hash(parts) == newest.parts_hash:
        raise Refused("programmes.nothing_changed")
    if _mode(parts) != _mode(newest.parts):
        raise Refused("programmes.mode_stays", "mode")
    made = _add_version(session, actor, programme.id, newest.number + 1, starts, parts, now)
    record(session, actor, "programmes.add_policy", f"programme:{programme.id}", now, number=made.number)
    return made


def _mode(parts: Mapping[str, Any]) -> Any:
    """Give how a pool is shared: half of it in a queue and half at the end would be fair to nobody."""
    return parts["matching"]["allocation"]["mode"]


def _check_programme(session: Session, cmd: OpenProgramme, place: PlaceRow) -> None:
    if place.kind not in FOR_PLACES:
        raise Refused("programmes.wrong_place", "place_id")
    for field, text in (("name", cmd.name), ("foundation_name", cmd.foundation_name)):
        if not text.strip():
            raise Refused("programmes.text_needed", field)
    if not 2000 <= cmd.year <= 2200:
        raise Refused("programmes.wrong_year", "year")
    if cmd.funding.amount <= 0:
        raise Refused("programmes.no_money", "funding")
    taken = select(Programme.id).where(
        Programme.place_id == place.id, Programme.year == cmd.year, Programme.name == cmd.name.strip()
    )
    if session.scalar(taken) is not None:
        raise Refused("programmes.name_taken", "name")


def _start(day: date, now: datetime, newest_from: datetime) -> datetime:
    if day < local_date(now):
        raise Refused("programmes.in_the_past", "effective_from")
    starts = max(datetime.combine(day, time(), SHANGHAI), now)
    if starts < newest_from:
        raise Refused("programmes.before_newest", "effective_from", newest_from=newest_from)
    return starts


def _checked(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Let the shape be checked here and each part by the subject that it concerns."""
    try:
        whole = rules.check_shape(parts)
        for subject, data in whole.items():
            ask("programmes.check_part", subject, data)
    except BadInput as bad:
        raise Refused("programmes.bad_part", where=bad.where, found=bad.found) from bad
    return whole


def _add_version(
    session: Session,
    actor: Actor,
    programme_id: int,
    number: int,
    starts: datetime,
    parts: dict[str, Any],
    at: datetime,
) -> PolicyVersion:
    made = PolicyVersion(
        programme_id=programme_id,
        number=number,
        effective_from=starts,
        parts=parts,
        parts_hash=rules.parts_hash(parts),
        made_by_id=actor.person_id,
        made_at=at,
    )
    session.add(made)
    session.flush()
    return made
