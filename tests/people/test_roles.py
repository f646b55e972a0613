"""Persons, accounts and roles by place."""

from datetime import timedelta

import pytest

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.people.commands import (
    Found,
    MakeAccount,
    MakePerson,
    bind_household,
    end_role,
    found,
    give_role_by_task,
    grant_role,
    reset_password,
)
from fundapp.people.commands import make_account as command_make_account
from fundapp.people.commands import make_person as command_make_person
from fundapp.people.queries import actor_of, list_staff
from fundapp.places.commands import MakePlace, make_place
from fundapp.places.models import PlaceKind
from tests.support.world import CLOCK, NOW, again, later, make_account, make_person, make_place_tree, make_resident


@pytest.fixture
def session(app):
    """A unit of work on each database."""
    with unit_of_work() as opened:
        yield opened


def test_an_empty_house_is_founded_once(session):
    """The first district has an administrator; nobody can become one that way again."""
    person = found(session, Found("盘龙区", "李管理", "li", "pan-long-qu"), CLOCK)
    actor = actor_of(session, person.id, NOW)
    assert [grant.role for grant in actor.grants] == [Role.ADMINISTRATOR]
    with pytest.raises(Refused, match="already_founded"):
        found(session, Found("官渡区", "张三", "zhang", "guan-du-qu-1"), CLOCK)


def test_who_makes_a_district_administers_it(session):
    """A second district is at once in the hands of who made it."""
    person = found(session, Found("盘龙区", "李管理", "li", "pan-long-qu"), CLOCK)
    made = make_place(session, actor_of(session, person.id, NOW), MakePlace(PlaceKind.DISTRICT, "官渡区"), CLOCK)
    assert actor_of(session, person.id, NOW).has(Role.ADMINISTRATOR, made.path)


def test_nobody_gives_herself_a_role(session):
    """An administrator needs a second one for her own roles, and cannot end what she has."""
    places = make_place_tree(session)
    zhao = make_person(session, "赵", Role.ADMINISTRATOR, places.district)
    with pytest.raises(Forbidden, match="not_yourself"):
        grant_role(session, zhao, zhao.person_id, Role.FOUNDATION_APPROVER, places.district, CLOCK)


def test_an_administrator_gives_roles_only_in_her_places(session):
    """Beside and above her place she gives nothing."""
    here, there = make_place_tree(session), make_place_tree(session)
    zhao = make_person(session, "赵", Role.ADMINISTRATOR, here.street)
    qian = make_person(session, "钱")
    assert grant_role(session, zhao, qian.person_id, Role.WORKER, here.community, CLOCK).id
    for place in (here.district, there.community):
        with pytest.raises(Forbidden, match="not_administrator"):
            grant_role(session, zhao, qian.person_id, Role.WORKER, place, CLOCK)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_no_other_role_gives_roles(session, role):
    """Only administrators make persons and give roles."""
    places = make_place_tree(session)
    other = make_person(session, "孙", role, places.district)
    qian = make_person(session, "钱")
    with pytest.raises(Forbidden):
        grant_role(session, other, qian.person_id, Role.WORKER, places.community, CLOCK)
    with pytest.raises(Forbidden):
        command_make_person(session, other, MakePerson("李"), CLOCK)


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.GROUP_MEMBER])
def test_some_roles_do_not_come_by_hand(session, role):
    """A resident comes by her household's code, a group member by her project."""
    places = make_place_tree(session)
    zhao, qian = make_person(session, "赵", Role.ADMINISTRATOR, places.district), make_person(session, "钱")
    with pytest.raises(Refused, match="not_by_hand"):
        grant_role(session, zhao, qian.person_id, role, places.compound, CLOCK)


def test_a_role_is_held_once_and_ends_for_good(session):
    """The same role twice is refused; an ended role counts no more and may be given anew."""
    places = make_place_tree(session)
    zhao, qian = make_person(session, "赵", Role.ADMINISTRATOR, places.district), make_person(session, "钱")
    grant = grant_role(session, zhao, qian.person_id, Role.WORKER, places.community, CLOCK)
    with pytest.raises(Refused, match="has_role"):
        grant_role(session, zhao, qian.person_id, Role.WORKER, places.community, CLOCK)
    end_role(session, zhao, grant.id, later(days=1))
    assert again(session, qian).has_any(Role.WORKER)
    assert not again(session, qian, NOW + timedelta(days=1)).has_any(Role.WORKER)
    end_role(session, zhao, grant.id, later(days=2))
    assert grant.ends_at == NOW + timedelta(days=1)
    assert grant_role(session, zhao, qian.person_id, Role.WORKER, places.community, later(days=3)).id != grant.id


def test_a_role_ended_in_the_moment_it_was_given_was_never_held(session):
    """A slip that is undone at once leaves no right behind."""
    places = make_place_tree(session)
    zhao, qian = make_person(session, "赵", Role.ADMINISTRATOR, places.district), make_person(session, "钱")
    end_role(session, zhao, grant_role(session, zhao, qian.person_id, Role.WORKER, places.street, CLOCK).id, CLOCK)
    assert again(session, qian).grants == ()


def test_a_task_gives_its_role_once(session):
    """Forming two groups makes one group member."""
    places = make_place_tree(session)
    qian = make_person(session, "钱")
    first = give_role_by_task(session, qian.person_id, Role.GROUP_MEMBER, places.compound, NOW)
    assert give_role_by_task(session, qian.person_id, Role.GROUP_MEMBER, places.compound, NOW) is first


def test_a_password_is_reset_only_by_who_administers_all_of_her(session):
    """Somebody with a role elsewhere cannot be taken over by the administrator of one of her places."""
    here, there = make_place_tree(session), make_place_tree(session)
    zhao = make_person(session, "赵", Role.ADMINISTRATOR, here.district)
    qian = make_person(session, "钱", Role.WORKER, here.community, (Role.FOUNDATION_APPROVER, there.district))
    make_account(session, qian, "qian")
    with pytest.raises(Forbidden, match="not_administrator"):
        reset_password(session, zhao, qian.person_id, "taken-over-now", CLOCK)
    with pytest.raises(Forbidden, match="not_yourself"):
        reset_password(session, zhao, zhao.person_id, "my-own-password", CLOCK)
    sun = make_person(session, "孙", Role.WORKER, here.community)
    with pytest.raises(NotVisible):
        reset_password(session, zhao, sun.person_id, "no-account-yet", CLOCK)
    make_account(session, sun, "sun")
    assert reset_password(session, zhao, sun.person_id, "a-new-beginning", CLOCK).login == "sun"


def test_who_has_a_new_password_from_the_administrator_speaks_for_no_household_until_she_joins_again(session):
    """Otherwise whoever set the password could sign in as her and answer: the new code comes from the community."""
    places = make_place_tree(session)
    zhao = make_person(session, "赵", Role.ADMINISTRATOR, places.district)
    qian, sun = (make_resident(session, name, places.units[0]) for name in ("钱", "孙"))
    make_account(session, qian, "qian")
    reset_password(session, zhao, qian.person_id, "a-new-beginning", later(hours=1))
    assert again(session, qian, NOW + timedelta(hours=1)).unit_ids == frozenset()
    assert again(session, sun, NOW + timedelta(hours=1)).unit_ids == {places.units[0]}, "the others at home stay"
    bind_household(session, qian.person_id, places.units[0], NOW + timedelta(hours=2))
    assert again(session, qian, NOW + timedelta(hours=2)).unit_ids == {places.units[0]}


@pytest.mark.parametrize(
    ("login", "password", "code"),
    [
        ("a b", "long enough", "people.bad_login"),
        ("x", "long enough", "people.bad_login"),
        ("lisi", "short", "people.weak_password"),
        ("lisi2026", "LISI2026", "people.weak_password"),
        ("lisi", "aaaaaaaaaa", "people.weak_password"),
        ("Ｗang", "long enough", "people.login_taken"),
    ],
)
def test_accounts_have_good_names_and_passwords(session, login, password, code):
    """A login name is one name however it is typed; easy passwords are refused."""
    places = make_place_tree(session)
    zhao = make_person(session, "赵", Role.ADMINISTRATOR, places.district)
    make_account(session, make_person(session, "王"), "wang")
    li = make_person(session, "李四")
    with pytest.raises(Refused) as told:
        command_make_account(session, zhao, MakeAccount(li.person_id, login, password), CLOCK)
    assert told.value.code == code


def test_the_register_shows_the_staff_of_ones_places(session):
    """Neither the staff of other places nor the residents are listed."""
    here, there = make_place_tree(session), make_place_tree(session)
    zhao = make_person(session, "赵", Role.ADMINISTRATOR, here.district)
    make_person(session, "钱", Role.WORKER, here.community)
    make_person(session, "孙", Role.WORKER, there.community)
    make_person(session, "李", Role.RESIDENT, here.compound)
    make_person(session, "周")
    assert [row.name for row in list_staff(session, zhao, NOW).rows] == ["管理员", "赵", "钱", "周"]
    assert [row.name for row in list_staff(session, zhao, NOW, "钱").rows] == ["钱"]


def test_the_register_goes_on_by_key(session):
    """Page after page shows everybody once."""
    places = make_place_tree(session)
    zhao = make_person(session, "赵", Role.ADMINISTRATOR, places.district)
    for number in range(24):
        make_person(session, f"工{number}", Role.WORKER, places.community)
    first = list_staff(session, zhao, NOW)
    second = list_staff(session, zhao, NOW, after=first.next_key)
    assert len({row.id for row in (*first.rows, *second.rows)}) == 26
    assert second.next_key is None


def test_a_role_does_not_begin_before_it_is_given(session):
    """A grant of tomorrow is not held today."""
    places = make_place_tree(session)
    zhao, qian = make_person(session, "赵", Role.ADMINISTRATOR, places.district), make_person(session, "钱")
    grant_role(session, zhao, qian.person_id, Role.WORKER, places.community, SetClock(NOW + timedelta(days=1)))
    assert again(session, qian).grants == ()
