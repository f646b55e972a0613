"""Who is named for a project group, and what the form does not give away."""

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Refused
from fundapp.people.commands import bind_household
from fundapp.places.queries import units_below
from fundapp.projects import commands, pages, queries
from tests.projects.life import begin, check, make_street, submit
from tests.support.world import CLOCK, NOW, make_account, make_person, make_resident


@pytest.fixture
def street(app):
    """A street with a project past its first check, whose proposer and three neighbours have accounts."""
    made = make_street()
    with unit_of_work() as session:
        make_account(session, made.resident, "resident")
        for name, login in (("吴财务", "wu"), ("冯监督", "feng")):
            make_account(session, make_person(session, name), login)
        units = made.places.units
        lodger = make_resident(session, "沈阿姨", units[2])
        make_account(session, lodger, "shen")
        make_resident(session, "没有账户", units[3])
    project = begin(made, title="路灯")
    submit(made, project)
    check(made, project)
    return made, project


def door(made, number):
    """The door of a household as people write it."""
    with reading_session() as session:
        units = {unit.id: unit.door for unit in units_below(session, "/")}
    return units[made.places.units[number]]


def name_treasurer(street, words):
    """Form the group with this treasurer; give her person, or the code of the refusal."""
    made, project = street
    cmd = commands.FormGroup(project, "resident", words, (), ("feng",))
    try:
        with unit_of_work() as session:
            commands.form_group(session, made.resident, cmd, CLOCK)
    except Refused as refusal:
        return refusal.code, refusal.field
    with reading_session() as session:
        return next(row.name for row in queries.group_of_project(session, project) if row.task == "treasurer")


def test_a_neighbour_is_named_by_her_door_and_whole_name(street):
    """In any spelling of the door; a login name does as well."""
    assert name_treasurer(street, f"{door(street[0], 2)} 沈阿姨") == "沈阿姨"
    assert name_treasurer(street, " WU ") == "吴财务"


@pytest.mark.parametrize(
    "words", ["{2} 沈先生", "{3} 没有账户", "{3} 沈阿姨", "9栋909 沈阿姨", "沈阿姨", "{2}", "nobody"]
)
def test_whatever_does_not_fit_is_refused_alike(street, words):
    """A wrong name, a neighbour without account, an empty door and an unknown login sound the same."""
    typed = words.replace("{2}", door(street[0], 2)).replace("{3}", door(street[0], 3))
    assert name_treasurer(street, typed) == ("projects.unknown_login", "treasurer")


def test_two_of_one_name_behind_one_door_are_named_by_login(street):
    """Nobody is picked by chance."""
    made, _project = street
    with unit_of_work() as session:
        other = make_person(session, "沈阿姨")
        make_account(session, other, "shen2")
        bind_household(session, other.person_id, made.places.units[2], NOW)
    assert name_treasurer(street, f"{door(made, 2)} 沈阿姨") == ("projects.unknown_login", "treasurer")
    assert name_treasurer(street, "shen2") == "沈阿姨"


def test_only_the_worker_is_offered_a_list_and_sees_first_signs(street):
    """A proposer would learn from a list which of her neighbours have joined."""
    made, project = street
    with reading_session() as session:
        row = queries.get_project(session, project)
        offered = pages.to_be_named(session, made.worker, row, CLOCK)
        assert pages.to_be_named(session, made.resident, row, CLOCK) == []
    assert ("shen", f"{door(made, 2)} 沈**") in offered
    assert all("沈阿姨" not in words and "没有账户" not in words for _login, words in offered)
