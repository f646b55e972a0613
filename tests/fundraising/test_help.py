"""Help that is not money: shown beside it, counted by itself, confirmed by another person."""

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.fundraising.commands import NewHelp, decide_help, record_help
from fundapp.fundraising.queries import help_of, help_totals, household_gifts, raised
from fundapp.fundraising.rules import Giver, Help
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import ZERO, from_fen
from fundapp.projects.rules import Task
from fundapp.trail.queries import sources_of
from tests.fundraising.raising import asked_town
from tests.support.visitor import Visitor
from tests.support.world import CLOCK


@pytest.fixture
def asked(app):
    """An agreed project with its group."""
    return asked_town()


def helped(asked, confirm=True, who=None, **other):
    """Record help as the treasurer, and let another member confirm it."""
    told = {"giver": "演示邻居", "what": "水泥十袋", "value": None}
    with unit_of_work() as session:
        cmd = NewHelp(asked.projects[0], str(uuid.uuid4()), **(told | other))
        number = record_help(session, who or asked.groups[0][Task.TREASURER], cmd, CLOCK).id
    if confirm:
        with unit_of_work() as session:
            decide_help(session, asked.groups[0][Task.MEMBER], number, True, "", CLOCK)
    return number


def totals(asked):
    """Add up what was confirmed."""
    with reading_session() as session:
        return help_totals(help_of(session, asked.projects[0]))


def test_help_is_shown_beside_money_and_never_in_it(app, asked):
    """However much it is worth: nothing of it was raised or earns a match; residents stay unnamed."""
    helped(asked, value=from_fen(90000))
    project = asked.projects[0]
    with reading_session() as session:
        assert raised(session, [project])[project] == {}
        assert household_gifts(session, project) == []
        assert sources_of(session, [project])[project].total == 0
    page = Visitor(app).text(f"/projects/{project}/works")
    assert "不算进已筹的钱，也不配比" in page
    assert "¥900.00" in page
    assert "演示邻居" not in page


def test_public_units_that_open_their_doors_are_counted_once_each(asked):
    """Twenty-three of them, one twice: twenty-three units, valued or not; what waits is not counted."""
    door = {"kind": Help.PLACE, "giver_kind": Giver.PUBLIC_UNIT, "what": "卫生间向居民开放"}
    for number in range(23):
        helped(asked, giver=f"演示单位{number}", **door)
    helped(asked, giver="演示单位0", **door)
    helped(asked, giver="演示单位99", confirm=False, **door)
    sums = totals(asked)
    assert (sums.entries, sums.units, sums.valued, sums.value) == (24, 23, 0, ZERO)


def test_labour_is_counted_in_half_days_and_nothing_else_is(asked):
    """Labour without days and goods with days are refused, and so are days that are none."""
    helped(asked, kind=Help.LABOUR, half_days=9)
    assert totals(asked).half_days == 9
    for wrong in ({"kind": Help.LABOUR}, {"half_days": 2}, {"kind": Help.LABOUR, "half_days": 0}):
        with pytest.raises(Refused, match="days_of_labour"):
            helped(asked, **wrong)
    for value in (from_fen(0), from_fen(-1), from_fen(1) / 10):
        with pytest.raises(Refused, match=r"fundraising\.amount"):
            helped(asked, value=value)


def test_who_records_help_does_not_confirm_it(asked):
    """The command refuses, and so does the database; only the treasurer records."""
    number, treasurer = helped(asked, confirm=False), asked.groups[0][Task.TREASURER]
    with pytest.raises(Forbidden, match="second_person"), unit_of_work() as session:
        decide_help(session, treasurer, number, True, "", CLOCK)
    plain = (
        "INSERT INTO help_decision (help_id, confirmed, reason, decided_by_id, decided_at) "
        f"VALUES ({number}, true, '', {treasurer.person_id}, '2026-03-01 00:00:00')"
    )
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="does not confirm"):
        connection.execute(text(plain))
    with pytest.raises(Forbidden, match="only_treasurer"):
        helped(asked, who=asked.groups[0][Task.LEAD])
