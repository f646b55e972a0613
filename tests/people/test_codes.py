"""Household codes: printed once, used once, replaced when lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import NOBODY, Actor, Role
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.people.commands import IssueCodes, Scope, UseCode, check_sign_in, issue_codes, use_code
from fundapp.people.models import HouseholdCode
from fundapp.people.queries import household_states
from fundapp.people.rules import CODE_LIFETIME, MOST_CODES, grouped
from tests.support.world import CLOCK, NOW, again, later, make_compound, make_person, make_place_tree

SECRET = "the secret of this test"


@pytest.fixture
def session(app):
    """A unit of work on each database."""
    with unit_of_work() as opened:
        yield opened


@pytest.fixture
def places(session):
    """A compound with six households."""
    return make_place_tree(session)


@pytest.fixture
def worker(session, places):
    """A worker of the community."""
    return make_person(session, "王社工", Role.WORKER, places.community)


def join(session, code, login="li", clock=CLOCK):
    """Use a code as somebody new."""
    return use_code(session, NOBODY, UseCode(code, "李大爷", login, "tao hua yuan"), SECRET, clock)


def test_a_code_makes_an_account_that_speaks_for_the_household(session, places, worker):
    """Who types the printed code becomes a resident with that household, and can sign in."""
    printed = issue_codes(session, worker, IssueCodes(places.compound), SECRET, CLOCK)
    assert [one.door for one in printed[:4]] == ["1栋101", "1栋102", "1栋103", "2栋101"]
    binding = join(session, grouped(printed[0].code).lower())
    actor = again(session, Actor(binding.person_id))
    assert actor.unit_ids == {printed[0].unit_id}
    assert [grant.role for grant in actor.grants] == [Role.RESIDENT]
    assert check_sign_in(session, "LI", "tao hua yuan") == binding.person_id


def test_a_code_works_once(session, places, worker):
    """The second to type a code gets nothing."""
    code = issue_codes(session, worker, IssueCodes(places.compound), SECRET, CLOCK)[0].code
    join(session, code)
    with pytest.raises(Refused, match="code_used"):
        join(session, code, "somebody-else")


def test_a_replaced_code_is_dead(session, places, worker):
    """Of a lost sheet and its successor only the successor opens the door."""
    unit = places.units[0]
    lost = issue_codes(session, worker, IssueCodes(places.compound, Scope.ONE, unit), SECRET, CLOCK)[0]
    new = issue_codes(session, worker, IssueCodes(places.compound, Scope.ONE, unit), SECRET, CLOCK)[0]
    with pytest.raises(Refused, match="code_replaced"):
        join(session, lost.code)
    assert join(session, new.code).unit_id == unit


@pytest.mark.parametrize(("before_the_end", "lives"), [(timedelta(seconds=1), True), (timedelta(0), False)])
def test_a_code_lives_sixty_days(session, places, worker, before_the_end, lives):
    """In its last second it works, at its end it does not."""
    code = issue_codes(session, worker, IssueCodes(places.compound), SECRET, CLOCK)[0].code
    assert timedelta(days=60) == CODE_LIFETIME
    clock = SetClock(NOW + CODE_LIFETIME - before_the_end)
    if lives:
        assert join(session, code, clock=clock).id
    else:
        with pytest.raises(Refused, match="code_expired"):
            join(session, code, clock=clock)


def test_an_expired_code_is_replaced_with_the_rest(session, places, worker):
    """A household whose sheet has expired counts as one without a code."""
    issue_codes(session, worker, IssueCodes(places.compound), SECRET, CLOCK)
    with pytest.raises(Refused, match="nothing_to_issue"):
        issue_codes(session, worker, IssueCodes(places.compound), SECRET, CLOCK)
    assert len(issue_codes(session, worker, IssueCodes(places.compound), SECRET, later(days=61))) == 6


def test_a_signed_in_person_binds_a_further_household(session, places, worker):
    """One account, two flats; the same flat twice is refused and does not use the code up."""
    first, second, *_ = issue_codes(session, worker, IssueCodes(places.compound), SECRET, CLOCK)
    li = again(session, Actor(join(session, first.code).person_id))
    use_code(session, li, UseCode(second.code), SECRET, CLOCK)
    assert again(session, li).unit_ids == {first.unit_id, second.unit_id}
    assert len(again(session, li).grants) == 1
    third = issue_codes(session, worker, IssueCodes(places.compound, Scope.ONE, first.unit_id), SECRET, CLOCK)[0]
    with pytest.raises(Refused, match="already_bound"):
        use_code(session, li, UseCode(third.code), SECRET, CLOCK)


def test_the_database_never_holds_a_code_in_clear(session, places, worker):
    """Only a keyed hash is kept: with another secret the same code is unknown."""
    printed = issue_codes(session, worker, IssueCodes(places.compound), SECRET, CLOCK)
    kept = session.scalars(select(HouseholdCode.code_hash)).all()
    assert len(kept) == 6
    assert not any(one.code in row or row in one.code for one in printed for row in kept)
    with pytest.raises(Refused, match="code_unknown"):
        use_code(session, NOBODY, UseCode(printed[0].code, "李", "li", "tao hua yuan"), "another secret", CLOCK)


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD-EFGH-1234", "ABCD-EFGH-23O5", "ABCD-EFGH-23456"])
def test_what_cannot_be_a_code_is_told_as_that(session, typed):
    """A slip of the finger reads differently from a code that there is not."""
    with pytest.raises(Refused, match="code_unreadable"):
        join(session, typed)


def test_only_a_worker_of_the_community_prints_codes(session, places, worker):
    """Neither the administrator nor another community's worker can print a household's way in."""
    other = make_place_tree(session)
    for who in (
        make_person(session, "赵", Role.ADMINISTRATOR, places.district),
        make_person(session, "钱", Role.WORKER, other.community),
        make_person(session, "孙", Role.BUILDING_HEAD, places.compound),
    ):
        with pytest.raises(Forbidden, match="not_worker"):
            issue_codes(session, who, IssueCodes(places.compound), SECRET, CLOCK)
    cmd = IssueCodes(places.compound, Scope.ONE, other.units[0])
    with pytest.raises(NotVisible):
        issue_codes(session, worker, cmd, SECRET, CLOCK)


def test_codes_are_printed_for_one_building(session, places, worker):
    """A batch can be kept to the houses of one building."""
    cmd = IssueCodes(places.compound, building_id=places.buildings[1])
    printed = issue_codes(session, worker, cmd, SECRET, CLOCK)
    assert {one.door for one in printed} == {"2栋101", "2栋102", "2栋103"}


def test_a_batch_fits_on_what_is_printed_at_once(session, places, worker):
    """More households than one file can hold are refused before a code is made."""
    compound, _units = make_compound(session, places.community, "大院", MOST_CODES + 1)
    with pytest.raises(Refused, match="too_many_to_issue"):
        issue_codes(session, worker, IssueCodes(compound), SECRET, CLOCK)
    assert session.scalars(select(HouseholdCode.id)).all() == []


def test_those_who_joined_get_no_new_code_with_the_rest(session, places, worker):
    """Renewing all codes leaves the households alone that have an account."""
    printed = issue_codes(session, worker, IssueCodes(places.compound), SECRET, CLOCK)
    join(session, printed[0].code)
    renewed = issue_codes(session, worker, IssueCodes(places.compound, Scope.NOT_JOINED), SECRET, CLOCK)
    assert {one.unit_id for one in renewed} == set(places.units) - {printed[0].unit_id}
    states = {state.unit.id: state for state in household_states(session, places.compound, NOW)}
    assert (states[printed[0].unit_id].speakers, states[printed[0].unit_id].code_until) == (1, None)
    assert states[renewed[0].unit_id].code_until == NOW + CODE_LIFETIME


def test_a_refused_login_name_leaves_the_code_alive(app):
    """Whoever picks a taken name tries again with the same sheet."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        first, second, *_ = issue_codes(session, worker, IssueCodes(places.compound), SECRET, CLOCK)
        join(session, first.code, "li")
    with pytest.raises(Refused, match="login_taken"), unit_of_work() as session:
        join(session, second.code, "li")
    with unit_of_work() as session:
        assert join(session, second.code, "li2").unit_id == second.unit_id
