"""Opening programmes and giving them policies, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from fundapp.checking import all_results
from fundapp.db import wiring
from fundapp.db.guards import guards
from fundapp.db.schema import create_guard, drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import ZERO, from_fen
from fundapp.programmes.commands import AddPolicyVersion, OpenProgramme, add_policy_version, open_programme
from fundapp.programmes.queries import policy_in_force, policy_versions, programmes_for
from fundapp.programmes.rules import usual_parts
from tests.support.world import (
    CLOCK,
    NOW,
    administrator,
    later,
    make_person,
    make_place_tree,
    make_programme,
    make_version,
)

TODAY = local_date(NOW)
TOMORROW = TODAY + timedelta(days=1)
REST = "base_id, signers, sign_by, effective_from, parts, parts_hash, made_by_id, made_at"


@pytest.fixture
def places(app):
    """A street with what lies below it."""
    with unit_of_work() as session:
        return make_place_tree(session)


def wish(places, **other):
    """A programme that may be opened."""
    usual = OpenProgramme(places.street, 2026, "小实事", "社区基金会", from_fen(100), usual_parts())
    return replace(usual, **other)


def open_one(actor, cmd):
    with unit_of_work() as session:
        return open_programme(session, actor or administrator(session), cmd, CLOCK).id


def test_a_programme_opens_with_a_drafted_policy_and_money_in_its_pool(places):
    """Its first policy waits for two signatures, and the pool's first money stands in the ledger."""
    from fundapp.ledger.queries import pool_state

    programme = open_one(None, wish(places, funding=from_fen(80_000_00)))
    with reading_session() as session:
        assert policy_in_force(session, programme, NOW) is None
        assert pool_state(session, programme).available == 80_000_00
        assert [name for name, result in all_results(session) if result.first_fault] == []


def test_a_foundation_officer_opens_a_programme_for_her_street(places):
    """Who works for the foundation need not ask the administrator."""
    with unit_of_work() as session:
        officer = make_person(session, "陈经办", Role.FOUNDATION_OFFICER, places.street)
    assert open_one(officer, wish(places))


@pytest.mark.parametrize("role", [Role.WORKER, Role.STREET_OFFICER, Role.FOUNDATION_APPROVER])
def test_nobody_else_opens_a_programme(places, role):
    """Rules of money are made by administrators and the foundation."""
    with unit_of_work() as session:
        other = make_person(session, "别人", role, places.street)
    with pytest.raises(Forbidden, match=r"programmes\.not_keeper"):
        open_one(other, wish(places))


def test_an_officer_of_another_street_opens_none_here(places):
    """A role holds in its own place."""
    with unit_of_work() as session:
        elsewhere = make_place_tree(session)
        officer = make_person(session, "外街经办", Role.FOUNDATION_OFFICER, elsewhere.street)
    with pytest.raises(Forbidden):
        open_one(officer, wish(places))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": "  "}, "programmes.text_needed", "name"),
        ({"foundation_name": ""}, "programmes.text_needed", "foundation_name"),
        ({"year": 1999}, "programmes.wrong_year", "year"),
        ({"funding": ZERO}, "programmes.no_money", "funding"),
        ({"parts": {"consent": {}}}, "programmes.bad_part", None),
        ({"parts": usual_parts() | {"limits": {"works": "0.00"}}}, "programmes.bad_part", None),
    ],
)
def test_a_programme_that_cannot_work_is_refused_by_name(places, change, code, field):
    """Each refusal says what is wrong and on which field."""
    with pytest.raises(Refused) as refusal:
        open_one(None, wish(places, **change))
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_a_programme_is_for_a_street_or_a_district(places):
    """A compound has no programme of its own."""
    with pytest.raises(Refused, match=r"programmes\.wrong_place"):
        open_one(None, wish(places, place_id=places.compound))
    with pytest.raises(NotVisible):
        open_one(None, wish(places, place_id=10**6))


def test_a_name_is_taken_once_in_a_year(places):
    """Two programmes of one name would be mistaken for one another; next year it is free again."""
    open_one(None, wish(places))
    with pytest.raises(Refused, match=r"programmes\.name_taken"):
        open_one(None, wish(places, name=" 小实事 "))
    assert open_one(None, wish(places, year=2027))


def changed(days=9):
    """A policy that differs from the usual one."""
    return usual_parts() | {"consent": {"regime": "household:2/3", "days": days}}


def add(programme, parts, day=TOMORROW, clock=CLOCK):
    """Draft a version and let two sign it."""
    with unit_of_work() as session:
        return make_version(session, programme, parts, clock, day).number


@pytest.fixture
def programme(places):
    """An open programme."""
    with unit_of_work() as session:
        return make_programme(session, places.street).id


def test_a_new_version_leaves_the_old_one_as_it_was(programme):
    """Law in force changes; what was agreed under the old law stays readable."""
    assert add(programme, changed(), clock=later(hours=1)) == 2
    with reading_session() as session:
        newest, oldest = policy_versions(session, programme)
        assert (newest.parts["consent"]["days"], oldest.parts["consent"]["days"]) == (9, 7)
        assert policy_in_force(session, programme, NOW).number == 1
        assert policy_in_force(session, programme, NOW + timedelta(days=2)).number == 2


def test_a_version_of_a_later_day_begins_at_its_first_minute(programme):
    """In China's time, not in another."""
    add(programme, changed(), TODAY + timedelta(days=10))
    with reading_session() as session:
        starts = policy_versions(session, programme)[0].effective_from
    assert local_date(starts) == TODAY + timedelta(days=10)
    assert local_date(starts - timedelta(seconds=1)) == TODAY + timedelta(days=9)


def test_a_version_is_never_in_force_before_today_or_before_the_newest(programme):
    """Nobody changes the rules of yesterday."""
    for day in (TODAY - timedelta(days=1), TODAY):
        with pytest.raises(Refused, match=r"programmes\.too_early"):
            add(programme, changed(), day)
    add(programme, changed(), TODAY + timedelta(days=10))
    with pytest.raises(Refused, match=r"programmes\.before_newest"):
        add(programme, changed(11), TODAY + timedelta(days=5))


def test_the_same_policy_is_no_new_version(programme):
    """A button pressed twice makes one version."""
    add(programme, changed())
    with pytest.raises(Refused, match=r"programmes\.nothing_changed"):
        add(programme, changed())


def test_a_version_needs_a_programme_and_its_keeper(programme, places):
    """Unknown numbers are unknown, and a worker makes no policy."""
    with pytest.raises(NotVisible):
        add(10**6, changed())
    cmd = AddPolicyVersion(programme, TOMORROW, changed())
    with unit_of_work() as session:
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        with pytest.raises(Forbidden):
            add_policy_version(session, worker, cmd, CLOCK)


def test_a_part_is_shown_to_the_subject_it_concerns(programme, monkeypatch):
    """Each subject parses its own part; what it refuses is refused here."""
    asked = []
    monkeypatch.setitem(wiring._providers, "programmes.check_part", lambda subject, data: asked.append(subject))
    add(programme, changed())
    assert sorted(asked) == sorted(usual_parts())


def test_the_nearest_programme_of_the_newest_year_comes_first(places):
    """A compound draws from its street's programme before its district's, and from this year's before last year's."""
    with unit_of_work() as session:
        district = make_programme(session, places.district)
        street = make_programme(session, places.street)
        last_year = make_programme(session, places.street, year=2025)
        other = make_place_tree(session)
        make_programme(session, other.street)
        from fundapp.places.queries import get_place

        found = programmes_for(session, get_place(session, places.compound).path, NOW)
        assert [row.id for row in found] == [street.id, district.id, last_year.id]
        assert programmes_for(session, get_place(session, places.compound).path, NOW - timedelta(days=1)) == []


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE policy_version SET parts = '{}'",
        "UPDATE policy_version SET effective_from = '2020-01-01 00:00:00'",
        "DELETE FROM policy_version",
        "UPDATE programme SET foundation_name = 'x'",
        f"INSERT INTO policy_version SELECT 900, programme_id, 1, {REST} FROM policy_version",
        f"INSERT INTO policy_version SELECT 900, programme_id, 0, {REST} FROM policy_version",
        "INSERT INTO programme SELECT 900, place_id, 1900, name, 'x', opened_by_id, opened_at FROM programme",
        "INSERT INTO programme SELECT 900, place_id, year, name, 'x', opened_by_id, opened_at FROM programme",
    ],
)
def test_the_database_keeps_programmes_and_policies(programme, attack):
    """What plain SQL tries against the rules, the database refuses."""
    with pytest.raises(DatabaseError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(attack))


def test_a_policy_changed_behind_the_guard_is_found(programme):
    """Whoever takes the guard away leaves a trace that the check names."""
    guard = next(guard for guard in guards() if guard.name == "policy_version_keeps_values")
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, guard)
        connection.execute(text("UPDATE policy_version SET parts = '{}'"))
        if bound_engine().dialect.name == "sqlite":
            create_guard(connection, guard)
    with reading_session() as session:
        faults = {name: result.first_fault for name, result in all_results(session) if result.first_fault}
    assert "policy_version 1" in faults["policy versions"]
