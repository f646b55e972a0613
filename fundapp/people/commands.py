"""The deeds on persons, accounts and roles; those on household codes lie in ``codes.py`` and are handed on here."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import tell
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor, Grant, Role
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.people import policy, rules
from fundapp.people.codes import (
    IssueCodes,
    PrintedCode,
    Scope,
    UseCode,
    bind_household,
    issue_codes,
    release_household,
    release_person,
    use_code,
)
from fundapp.people.events import SignInsEnd
from fundapp.people.models import Account, Person, RoleGrant
from fundapp.people.queries import places_of_roles
from fundapp.people.register import (
    MakeAccount,
    add_account,
    add_grant,
    add_person,
    give_role_by_task,
    rekey_people,
    set_password,
    standing_grant,
)
from fundapp.people.slips import Slip, keep_slips
from fundapp.places.commands import MakePlace, make_place
from fundapp.places.events import PlaceMade
from fundapp.places.models import PlaceKind
from fundapp.places.queries import get_place

__all__ = [
    "IssueCodes",
    "MakeAccount",
    "PrintedCode",
    "Scope",
    "Slip",
    "UseCode",
    "bind_household",
    "give_role_by_task",
    "issue_codes",
    "keep_slips",
    "rekey_people",
    "release_household",
    "use_code",
]


@dataclass(frozen=True)
class MakePerson:
    """Add a person to the register."""

    name: str


@dataclass(frozen=True)
class ChangePassword:
    """Take another password, knowing the present one."""

    old: str
    new: str


@dataclass(frozen=True)
class Found:
    """Open an empty installation: its first district and the administrator of it."""

    district: str
    name: str
    login: str
    password: str


def found(session: Session, cmd: Found, clock: Clock) -> Person:
    """Make the first district and its administrator: the one deed that nobody needs a role for.

    Raises:
        Refused: there are people already, or login or password are not good.
    """
    now = clock.now(session)
    if session.scalar(select(Person.id).limit(1)) is not None:
        raise Refused("people.already_founded")
    person = add_person(session, cmd.name, now)
    founder = Actor(person.id, person.name, (Grant(Role.ADMINISTRATOR, "/"),))
    add_account(session, MakeAccount(person.id, cmd.login, cmd.password))
    make_place(session, founder, MakePlace(PlaceKind.DISTRICT, cmd.district), clock)
    record(session, founder, "people.found", f"person:{person.id}", now)
    return person


def give_maker_her_district(session: Session, event: PlaceMade) -> None:
    """Make who made a district its administrator (reacts to ``PlaceMade``)."""
    if event.kind is PlaceKind.DISTRICT and event.person_id is not None:
        add_grant(session, event.person_id, Role.ADMINISTRATOR, event.place_id, None, event.at)
        session.flush()


def make_person(session: Session, actor: Actor, cmd: MakePerson, clock: Clock) -> Person:
    """Add a person.

    Raises:
        Forbidden: the actor is no administrator.
        Refused: the name is empty.
    """
    now = clock.now(session)
    policy.check_may_make_person(actor)
    person = add_person(session, cmd.name, now)
    record(session, actor, "people.make_person", f"person:{person.id}", now)
    return person


def make_account(session: Session, actor: Actor, cmd: MakeAccount, clock: Clock) -> Account:
    """Give a person her account.

    Raises:
        Forbidden: the actor may not set this person's password.
        NotVisible: there is no such person.
        Refused: she has one, the login name is taken or not good, or the password is weak.
    """
    _held(session, cmd.person_id)
    now = clock.now(session)
    policy.check_may_reset_password(actor, cmd.person_id, places_of_roles(session, cmd.person_id, now))
    account = add_account(session, cmd)
    record(session, actor, "people.make_account", f"person:{cmd.person_id}", now)
    return account


def check_sign_in(session: Session, login: str, password: str) -> int:
    """Give the number of the person who signs in.

    An unknown name, a wrong password and a closed account are one refusal and take the same time.

    Raises:
        Refused: this is no pair of ours (code ``people.wrong_sign_in``).
    """
    account = session.scalar(select(Account).where(Account.login == rules.clean_login(login)))
    usable = account is not None and account.active
    if not rules.password_fits(account.password_hash if account and usable else None, password) or account is None:
        raise Refused("people.wrong_sign_in")
    return account.person_id


def change_password(session: Session, actor: Actor, cmd: ChangePassword, clock: Clock) -> Account:
    """Change one's own password; every session of the account ends.

    Raises:
        Forbidden: nobody is signed in.
        Refused: the present password is wrong, or the new one is weak.
    """
    account = _own_account(session, actor)
    now = clock.now(session)
    if not rules.password_fits(account.password_hash, cmd.old):
        raise Refused("people.wrong_password", "old")
    set_password(account, cmd.new, "new")
    record(session, actor, "people.change_password", f"person:{account.person_id}", now)
    tell(session, SignInsEnd(account.person_id))
    return account


def reset_password(session: Session, actor: Actor, person_id: int, password: str, clock: Clock) -> Account:
    """Set a new first password for somebody who lost hers; her sessions end.

    Whoever set it could sign in as her: she speaks for no household until she binds hers again by a new code.

    Raises:
        Forbidden: the actor does not administer all places where this person has a role.
        NotVisible: there is no such person, or she has no account.
        Refused: the password is weak.
    """
    _held(session, person_id)
    now = clock.now(session)
    policy.check_may_reset_password(actor, person_id, places_of_roles(session, person_id, now))
    account = session.scalar(select(Account).where(Account.person_id == person_id))
    if account is None:
        raise NotVisible
    set_password(account, password, "password")
    households = release_person(session, person_id, now)
    record(session, actor, "people.reset_password", f"person:{person_id}", now, households=households)
    tell(session, SignInsEnd(person_id))
    return account


def grant_role(session: Session, actor: Actor, person_id: int, role: Role, place_id: int, clock: Clock) -> RoleGrant:
    """Give a person a role in a place; her sessions end, so that she signs in with it.

    Raises:
        Forbidden: the actor does not administer the place, or gives to herself.
        NotVisible: there is no such person or place.
        Refused: the role does not come by hand, or she has it already.
    """
    _held(session, person_id)
    place = get_place(session, place_id)
    now = clock.now(session)
    policy.check_may_give_role(actor, person_id, role, place.path)
    if standing_grant(session, person_id, role, place_id, now) is not None:
        raise Refused("people.has_role", "role")
    grant = add_grant(session, person_id, role, place_id, actor.person_id, now)
    session.flush()
    record(session, actor, "people.grant_role", f"person:{person_id}", now, role=role.value, place=place_id)
    tell(session, SignInsEnd(person_id))
    return grant


def end_role(session: Session, actor: Actor, grant_id: int, clock: Clock) -> RoleGrant:
    """End a role from now on; the person's sessions end. An ended role stays ended.

    Raises:
        Forbidden: the actor does not administer the place, or it is her own role.
        NotVisible: there is no such grant.
    """
    grant = lock(session, RoleGrant, grant_id)
    if grant is None:
        raise NotVisible
    now = clock.now(session)
    policy.check_may_end_role(actor, grant.person_id, get_place(session, grant.place_id).path)
    if grant.ends_at is None or grant.ends_at > now:
        grant.ends_at = max(now, grant.starts_at)
        about = f"person:{grant.person_id}"
        record(session, actor, "people.end_role", about, now, role=grant.role.value, place=grant.place_id)
        tell(session, SignInsEnd(grant.person_id))
    return grant


def _held(session: Session, person_id: int) -> Person:
    person = lock(session, Person, person_id)
    if person is None:
        raise NotVisible
    return person


def _own_account(session: Session, actor: Actor) -> Account:
    found_id = session.scalar(select(Account.id).where(Account.person_id == actor.person_id))
    account = lock(session, Account, found_id) if found_id is not None else None
    if account is None:
        raise Forbidden("people.no_account")
    return account
