"""Writes the rows of persons, accounts and grants. Who may bring that about is the calling deed's rule."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Refused
from fundapp.people import rules
from fundapp.people.models import Account, Person, RoleGrant


@dataclass(frozen=True)
class MakeAccount:
    """Give a person something to sign in with."""

    person_id: int
    login: str
    password: str


def give_role_by_task(session: Session, person_id: int, role: Role, place_id: int, at: datetime) -> RoleGrant:
    """Give the role that comes with a household or with a task in a project group; nothing where she has it.

    Who may bring that about is the calling deed's rule, and so is recording it.
    """
    standing = standing_grant(session, person_id, role, place_id, at)
    return standing or add_grant(session, person_id, role, place_id, None, at)


def standing_grant(session: Session, person_id: int, role: Role, place_id: int, at: datetime) -> RoleGrant | None:
    """Give the grant by which a person holds a role at exactly this place, if she does."""
    return session.scalar(
        select(RoleGrant)
        .where(RoleGrant.person_id == person_id, RoleGrant.role == role, RoleGrant.place_id == place_id)
        .where(or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > at))
    )


def add_person(session: Session, typed: str, now: datetime) -> Person:
    """Add a person; blanks in her name become single ones.

    Raises:
        Refused: the name is empty.
    """
    name = " ".join(typed.split())
    if not name:
        raise Refused("people.name_needed", "name")
    person = Person(name=name[:60], created_at=now)
    session.add(person)
    session.flush()
    return person


def rekey_people(session: Session) -> int:
    """Encrypt all names anew with the newest key; give how many. Who may bring that about is the caller's rule."""
    people = session.scalars(select(Person)).all()
    for person in people:
        flag_modified(person, "name")
    session.flush()
    return len(people)


def add_account(session: Session, cmd: MakeAccount) -> Account:
    """Add an account.

    Raises:
        Refused: the login name is not good or taken, the person has an account, or the password is weak.
    """
    login = rules.clean_login(cmd.login)
    if not rules.good_login(login):
        raise Refused("people.bad_login", "login")
    taken = session.scalars(select(Account).where(or_(Account.login == login, Account.person_id == cmd.person_id)))
    for other in taken:
        raise Refused("people.login_taken" if other.login == login else "people.has_account", "login")
    account = Account(person_id=cmd.person_id, login=login, active=True, password_hash="")
    set_password(account, cmd.password, "password")
    session.add(account)
    session.flush()
    return account


def set_password(account: Account, password: str, field: str) -> None:
    """Set a password; *field* is the form field that a refusal concerns.

    Raises:
        Refused: the password is weak.
    """
    if rules.weak_password(password, account.login):
        raise Refused("people.weak_password", field, length=rules.PASSWORD_LENGTH)
    account.password_hash = rules.hash_password(password)


def add_grant(session: Session, person_id: int, role: Role, place_id: int, by: int | None, at: datetime) -> RoleGrant:
    """Add a grant; *by* is the person who gave it, ``None`` where it came with a household or a task."""
    grant = RoleGrant(person_id=person_id, role=role, place_id=place_id, starts_at=at, ends_at=None, granted_by_id=by)
    session.add(grant)
    return grant
