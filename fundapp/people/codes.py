"""The deeds on household codes: printed once, used once, replaced when lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import tell
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.people import policy, rules
from fundapp.people.events import HouseholdLeft
from fundapp.people.models import HouseholdCode, Person, UnitBinding
from fundapp.people.queries import units_spoken_for, units_with_live_code, units_with_speakers
from fundapp.people.register import MakeAccount, add_account, add_person, give_role_by_task
from fundapp.places.models import Place
from fundapp.places.queries import UnitRow, get_place, units_by_id, units_of_compound


class Scope(StrEnum):
    """Which households of a compound get a new code."""

    WITHOUT_CODE = "without_code"
    NOT_JOINED = "not_joined"
    ONE = "one"


@dataclass(frozen=True)
class IssueCodes:
    """Print codes for a compound or one of its buildings: for one unit, or for all of a scope."""

    compound_id: int
    scope: Scope = Scope.WITHOUT_CODE
    unit_id: int | None = None
    building_id: int | None = None


@dataclass(frozen=True)
class PrintedCode:
    """A household's new code in clear: it exists only on the sheet that is printed now."""

    unit_id: int
    door: str
    code: str
    expires_at: datetime


@dataclass(frozen=True)
class UseCode:
    """Bind a household by its code: to the signed-in person, or to a new account."""

    code: str
    name: str = ""
    login: str = ""
    password: str = ""


def issue_codes(
    session: Session,
    actor: Actor,
    cmd: IssueCodes,
    secret: str,
    clock: Clock,
    draw: Callable[[], str] = rules.draw_code,
) -> list[PrintedCode]:
    """Make new codes; the former code of each of these households dies.

    Raises:
        Forbidden: the actor does not work for the community.
        NotVisible: there is no such compound, or no such unit in it.
        Refused: no household of this scope is left, or there are more than one print can hold.
    """
    place = get_place(session, cmd.compound_id)
    lock(session, Place, cmd.compound_id)
    now = clock.now(session)
    policy.check_may_issue_codes(actor, place.path)
    units = _units_in_scope(session, cmd, now)
    if not units:
        raise Refused("people.nothing_to_issue", "scope")
    if len(units) > rules.MOST_CODES:
        raise Refused("people.too_many_to_issue", "building", most=rules.MOST_CODES, count=len(units))
    _revoke(session, [unit.id for unit in units], now)
    printed = [PrintedCode(unit.id, unit.door, draw(), now + rules.CODE_LIFETIME) for unit in units]
    session.add_all(
        HouseholdCode(
            unit_id=one.unit_id,
            code_hash=rules.code_hash(one.code, secret),
            issued_at=now,
            issued_by_id=actor.person_id,
            expires_at=one.expires_at,
        )
        for one in printed
    )
    session.flush()
    record(session, actor, "people.issue_codes", f"place:{place.id}", now, codes=len(printed), scope=cmd.scope.value)
    return printed


def use_code(session: Session, actor: Actor, cmd: UseCode, secret: str, clock: Clock) -> UnitBinding:
    """Bind the household of a code to the signed-in person, or to a new account of hers.

    Raises:
        Refused: no such code, or it was used, replaced or has expired (each told as itself to its holder);
            she speaks for this household already; login or password are not good.
    """
    code = _held_code(session, cmd.code, secret)
    now = clock.now(session)
    _check_alive(code, now)
    person_id = actor.person_id if actor.person_id is not None else _new_person(session, cmd, now).id
    binding = bind_household(session, person_id, code.unit_id, now)
    code.used_at, code.person_id = now, person_id
    session.flush()
    joined = Actor(person_id, actor.name)
    record(session, joined, "people.use_code", f"unit:{code.unit_id}", now, new_account=not actor.signed_in)
    return binding


def bind_household(session: Session, person_id: int, unit_id: int, at: datetime) -> UnitBinding:
    """Let a person speak for a household: she becomes a resident of its compound.

    Who may bring that about is the calling deed's rule, and so is recording it.

    Raises:
        Refused: she speaks for it already.
    """
    if unit_id in units_spoken_for(session, person_id, at):
        raise Refused("people.already_bound", "code")
    binding = UnitBinding(unit_id=unit_id, person_id=person_id, starts_at=at)
    session.add(binding)
    compound_id = units_by_id(session, [unit_id])[unit_id].compound_id
    give_role_by_task(session, person_id, Role.RESIDENT, compound_id, at)
    session.flush()
    return binding


def release_household(session: Session, unit_id: int, at: datetime) -> None:
    """Let a household go that moved out: nobody speaks for the unit any more, and its unused codes die.

    Who may bring that about is the calling deed's rule, and so is recording it.
    """
    _end_bindings(session, UnitBinding.unit_id == unit_id, at)
    _revoke(session, [unit_id], at)
    tell(session, HouseholdLeft(unit_id, at))


def release_person(session: Session, person_id: int, at: datetime) -> int:
    """End what a person speaks for, because somebody else knows her password; give for how many households.

    She binds them again by new codes, which the community prints and no administrator sees. Who may bring that about
    is the calling deed's rule, and so is recording it.
    """
    return _end_bindings(session, UnitBinding.person_id == person_id, at)


def _end_bindings(session: Session, whose: ColumnElement[bool], at: datetime) -> int:
    """End bindings one by one: a statement over many rows would pass by the trail that seals each of them."""
    standing = session.scalars(select(UnitBinding).where(whose, UnitBinding.ends_at.is_(None))).all()
    for binding in standing:
        binding.ends_at = max(at, binding.starts_at)
    session.flush()
    return len(standing)


def _units_in_scope(session: Session, cmd: IssueCodes, now: datetime) -> list[UnitRow]:
    units = units_of_compound(session, cmd.compound_id)
    if cmd.scope is Scope.ONE:
        chosen = [unit for unit in units if unit.id == cmd.unit_id]
        if not chosen:
            raise NotVisible
        return chosen
    if cmd.building_id is not None:
        units = [unit for unit in units if unit.path.endswith(f"/{cmd.building_id}/")]
    ids = [unit.id for unit in units]
    done = set(units_with_speakers(session, ids, now))
    if cmd.scope is Scope.WITHOUT_CODE:
        done |= units_with_live_code(session, ids, now).keys()
    return [unit for unit in units if unit.id not in done]


def _revoke(session: Session, unit_ids: list[int], now: datetime) -> None:
    session.execute(
        update(HouseholdCode)
        .where(HouseholdCode.unit_id.in_(unit_ids))
        .where(HouseholdCode.used_at.is_(None), HouseholdCode.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def _held_code(session: Session, typed: str, secret: str) -> HouseholdCode:
    plain = rules.read_code(typed)
    if plain is None:
        raise Refused("people.code_unreadable", "code")
    kept = rules.code_hash(plain, secret)
    found = session.scalar(select(HouseholdCode.id).where(HouseholdCode.code_hash == kept))
    code = lock(session, HouseholdCode, found) if found is not None else None
    if code is None:
        raise Refused("people.code_unknown", "code")
    return code


def _check_alive(code: HouseholdCode, now: datetime) -> None:
    if code.used_at is not None:
        raise Refused("people.code_used", "code", used_at=code.used_at)
    if code.revoked_at is not None:
        raise Refused("people.code_replaced", "code", replaced_at=code.revoked_at)
    if code.expires_at <= now:
        raise Refused("people.code_expired", "code", expired_at=code.expires_at)


def _new_person(session: Session, cmd: UseCode, now: datetime) -> Person:
    person = add_person(session, cmd.name, now)
    add_account(session, MakeAccount(person.id, cmd.login, cmd.password))
    return person
