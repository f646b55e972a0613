"""The cash book is counted by two people; a difference is explained by both."""

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.fundraising.commands import NewCount, count_cash, decide_count
from fundapp.fundraising.queries import get_count
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import from_fen
from fundapp.projects.rules import Task
from tests.fundraising.raising import asked_town, given
from tests.support.world import CLOCK


@pytest.fixture
def asked(app):
    """An agreed project with 100 yuan in its cash book."""
    town = asked_town()
    given(town)
    return town


def count(asked, cash=4000, bank=6000, why="", who=None):
    """Count as the treasurer."""
    with unit_of_work() as session:
        cmd = NewCount(asked.projects[0], str(uuid.uuid4()), from_fen(cash), from_fen(bank), why)
        return count_cash(session, who or asked.groups[0][Task.TREASURER], cmd, CLOCK).id


def decide(asked, number, confirmed=True, note="", who=None):
    """Count again as another member."""
    with unit_of_work() as session:
        decide_count(session, who or asked.groups[0][Task.MEMBER], number, confirmed, note, CLOCK)


def test_what_was_counted_is_what_the_book_says(asked):
    """Box and bank together; the second person counts again."""
    number = count(asked)
    decide(asked, number)
    decide(asked, number)
    with reading_session() as session:
        row = get_count(session, number)
    assert (row.book, row.difference, row.confirmed) == (from_fen(10000), from_fen(0), True)


def test_a_difference_is_explained_by_two_people(asked):
    """By who counted, or it is not taken; and by who counted again, or the database refuses."""
    with pytest.raises(Refused, match="explain_difference"):
        count(asked, cash=3999)
    number = count(asked, cash=3999, why="找零少一分")
    with pytest.raises(Refused, match="reason_needed"):
        decide(asked, number)
    member = asked.groups[0][Task.MEMBER].person_id
    plain = "INSERT INTO cash_count_decision (count_id, confirmed, note, decided_by_id, decided_at) VALUES "
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="explained by two"):
        connection.execute(text(f"{plain} ({number}, true, ' ', {member}, '2026-03-01 00:00:00')"))
    decide(asked, number, note="复点同样少一分")


def test_who_counts_does_not_confirm_and_nobody_counts_less_than_nothing(asked):
    """The command refuses, and so does the database; only the treasurer counts."""
    number, treasurer = count(asked), asked.groups[0][Task.TREASURER]
    with pytest.raises(Forbidden, match="second_person"):
        decide(asked, number, who=treasurer)
    plain = "INSERT INTO cash_count_decision (count_id, confirmed, note, decided_by_id, decided_at) VALUES "
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="does not confirm"):
        connection.execute(text(f"{plain} ({number}, true, '', {treasurer.person_id}, '2026-03-01 00:00:00')"))
    with pytest.raises(Refused, match="no_count"):
        count(asked, cash=-1, why="少了")
    with pytest.raises(Forbidden, match="only_treasurer"):
        count(asked, who=asked.groups[0][Task.LEAD])
