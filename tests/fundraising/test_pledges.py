"""Pledges: no money yet, never counted as such; kept, partly kept, cancelled or lapsed."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.fundraising.commands import NewPledge, cancel_pledge, decide_contribution, make_pledge, remind_pledges
from fundapp.fundraising.queries import get_pledge, raised
from fundapp.fundraising.rules import PledgeState, Source, pledge_state
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import from_fen
from fundapp.projects.rules import Task
from fundapp.trail.queries import sources_of
from tests.fundraising.raising import asked_town, given, record
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, NOW, again, make_account, make_resident

DAY = date(2026, 3, 1)


@pytest.fixture
def asked(app):
    """An agreed project with its group."""
    return asked_town()


def pledged(asked, who=None, **other):
    """Pledge 100 yuan for the first household, by the treasurer unless somebody else is named."""
    told = {
        "project_id": asked.projects[0], "op_key": str(uuid.uuid4()), "source": Source.RESIDENTS,
        "unit_id": asked.places.units[0], "giver": "住户", "anonymous": False, "amount": from_fen(10000),
        "due_on": DAY + timedelta(days=9),
    }  # fmt: skip
    with unit_of_work() as session:
        return make_pledge(session, who or asked.groups[0][Task.TREASURER], NewPledge(**(told | other)), CLOCK).id


def state(number, day=DAY):
    """Give a pledge's state on a day."""
    with reading_session() as session:
        return get_pledge(session, number, day).state


def test_a_pledge_is_never_shown_as_raised(asked):
    """Neither the sum of what was raised nor the public four sources know of it."""
    pledged(asked)
    with reading_session() as session:
        assert raised(session, list(asked.projects))[asked.projects[0]] == {}
        assert sources_of(session, list(asked.projects))[asked.projects[0]].total == 0


def test_a_pledge_is_kept_in_parts_by_confirmed_money_only(asked):
    """Recorded money keeps nothing; confirmed money keeps its part, the rest the whole."""
    number = pledged(asked)
    first = record(asked, pledge_id=number, amount=from_fen(4000))
    assert state(number) is PledgeState.OPEN
    with unit_of_work() as session:
        decide_contribution(session, asked.groups[0][Task.MEMBER], first, True, "", CLOCK)
    assert state(number) is PledgeState.PART
    given(asked, pledge_id=number, amount=from_fen(6000))
    assert state(number, DAY + timedelta(days=99)) is PledgeState.FULFILLED


def test_no_more_is_recorded_for_a_pledge_than_was_pledged(asked):
    """What waits counts too, what was refused does not; the database says the same by plain SQL."""
    number = pledged(asked)
    waits = record(asked, pledge_id=number, amount=from_fen(9999))
    with pytest.raises(Refused, match="beyond_pledge"):
        record(asked, pledge_id=number, amount=from_fen(2))
    columns = "project_id, book_id, receipt_year, source, giver_kind, unit_id, giver, anonymous, related, purpose, "
    columns += "reference, means, received_on, proof_id, pledge_id, recorded_by_id, recorded_at"
    plain = (
        f"INSERT INTO contribution (op_key, receipt_no, amount_fen, {columns}) "
        f"SELECT 'x', 2, 2, {columns} FROM contribution WHERE id = {waits}"
    )
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="no more than was pledged"):
        connection.execute(text(plain))
    with unit_of_work() as session:
        decide_contribution(session, asked.groups[0][Task.MEMBER], waits, False, "没有这笔钱", CLOCK)
    record(asked, pledge_id=number, amount=from_fen(10000))


def test_a_pledge_of_another_household_is_not_kept_by_mine(asked):
    """Nor by money of another kind."""
    number = pledged(asked)
    for other in ({"unit_id": asked.places.units[1]}, {"source": Source.DONORS, "unit_id": None}):
        with pytest.raises(Refused, match="pledge_of_others"):
            record(asked, pledge_id=number, **other)


def test_a_resident_pledges_for_her_own_household_and_takes_it_back(app, asked):
    """For no other; what was cancelled takes no more money, and cancelling again changes nothing."""
    with unit_of_work() as session:
        resident = make_resident(session, "李居民", asked.places.units[2])
        login = make_account(session, resident, "li-ju-min")
        resident = again(session, resident)
    number = pledged(asked, resident, unit_id=asked.places.units[2])
    with pytest.raises(Forbidden, match="only_own_pledge"):
        pledged(asked, resident)
    page = Visitor(app, login).text(f"/fundraising/{asked.projects[0]}/pledge")
    assert "本户的认捐" in page
    assert "自愿，不摊派" in page
    with pytest.raises(Refused, match="why_cancelled"), unit_of_work() as session:
        cancel_pledge(session, resident, number, " ", CLOCK)
    for _ in range(2):
        with unit_of_work() as session:
            cancel_pledge(session, resident, number, "家里有事", CLOCK)
    assert state(number) is PledgeState.CANCELLED
    with pytest.raises(Refused, match="pledge_ended"):
        record(asked, pledge_id=number, unit_id=asked.places.units[2])


def test_a_kept_pledge_is_not_cancelled_and_a_day_that_passed_is_not_promised(asked):
    """What is done is done; yesterday promises nothing."""
    number = pledged(asked)
    given(asked, pledge_id=number)
    with pytest.raises(Refused, match="pledge_kept"), unit_of_work() as session:
        cancel_pledge(session, asked.groups[0][Task.TREASURER], number, "写错", CLOCK)
    with pytest.raises(Refused, match="due_passed"):
        pledged(asked, due_on=DAY - timedelta(days=1))


def test_a_household_is_reminded_once_a_day_while_its_pledge_is_open(asked):
    """Not when it was kept or has lapsed; the message tells no amount."""
    treasurer = asked.groups[0][Task.TREASURER]
    with unit_of_work() as session:
        make_resident(session, "李居民", asked.places.units[3])
    pledged(asked, unit_id=asked.places.units[3])
    with unit_of_work() as session:
        assert remind_pledges(session, treasurer, asked.projects[0], CLOCK) == (1, 1)
    with pytest.raises(Refused, match="nobody_to_remind"), unit_of_work() as session:
        remind_pledges(session, treasurer, asked.projects[0], CLOCK)
    with pytest.raises(Refused, match="nobody_to_remind"), unit_of_work() as session:
        remind_pledges(session, treasurer, asked.projects[0], SetClock(NOW + timedelta(days=10)))
    with pytest.raises(Forbidden, match="only_treasurer"), unit_of_work() as session:
        remind_pledges(session, asked.groups[0][Task.LEAD], asked.projects[0], CLOCK)


def test_a_pledge_lapses_after_its_day_not_on_it():
    """The day itself is in time; kept is kept however late; cancelled stays cancelled."""
    assert pledge_state(100, 0, False, DAY, DAY) is PledgeState.OPEN
    assert pledge_state(100, 99, False, DAY, DAY + timedelta(days=1)) is PledgeState.LAPSED
    assert pledge_state(100, 100, True, DAY, DAY + timedelta(days=1)) is PledgeState.FULFILLED
    assert pledge_state(100, 1, True, DAY, DAY + timedelta(days=1)) is PledgeState.CANCELLED
