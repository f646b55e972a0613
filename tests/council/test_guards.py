"""What the database refuses of the council's papers, attacked with plain SQL."""

import pytest
from sqlalchemy.exc import DBAPIError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine
from tests.council.conftest import BEGUN, HELD, attend, decide, hold, write
from tests.council.test_sessions import PASSED, REJECTED
from tests.voting.polling import run

CLOSE = "UPDATE council_session SET closed_at = :at, closed_by_id = 1"


def refused(statement, guard=None, **values):
    """Show that the database refuses, and that it is this guard which does; none: a constraint."""
    with pytest.raises(DBAPIError):
        run(statement, **values)
    if guard is None:
        return
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == guard))
    run(statement, **values)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE council_session SET minutes = 'x'",
        "UPDATE council_session SET closed_at = NULL, closed_by_id = NULL",
        "UPDATE council_item SET votes_for = 0",
        "UPDATE council_item SET outcome = 'adjourned'",
        "UPDATE council_attendance SET present = (1 = 0)",
        "DELETE FROM council_session",
        "DELETE FROM council_item",
        "DELETE FROM council_attendance",
        "INSERT INTO council_recusal (item_id, member_id, reason, noted_by_id, at) SELECT 1, m.id, 'x', 1, s.held_at "
        "FROM council_member m JOIN council_session s ON s.body_id = m.body_id",
    ],
)
def test_a_closed_session_is_never_changed(called, statement):
    """Minutes, outcomes, hands and attendance stay what they were."""
    hold(called)
    refused(statement)


def test_no_more_hands_than_members_present(called):
    """Whoever writes the row."""
    attend(called, 4)
    refused(
        "UPDATE council_item SET outcome = 'passed', votes_for = 5 WHERE position = 1", "council_item_hands_present"
    )


def test_a_session_closes_complete_or_not_at_all(called):
    """Without attendance, with an item undecided, or without minutes it stays open."""
    refused(CLOSE, at=BEGUN.at)
    attend(called)
    decide(called, 0, PASSED, 4, 1, 0)
    write(called)
    refused(CLOSE, at=BEGUN.at)
    decide(called, 1, REJECTED, 1, 3, 0)
    refused("UPDATE council_session SET minutes = '', closed_at = :at, closed_by_id = 1", at=BEGUN.at)
    run("UPDATE council_item SET votes_for = 1, votes_against = 0 WHERE position = 1")
    refused(CLOSE, "council_session_closes_complete", at=BEGUN.at)


def test_a_session_is_not_closed_before_it_was_held(called):
    """A check constraint."""
    attend(called)
    decide(called, 0, PASSED, 4, 1, 0)
    decide(called, 1, REJECTED, 1, 3, 0)
    write(called)
    refused(CLOSE, at=HELD.replace(year=2025))


@pytest.mark.parametrize(
    "change", ["held_at = called_at", "members = 1", "body_id = 99", "called_at = closed_at", "guests = -1"]
)
def test_the_notice_stays_as_it_was_published(called, change):
    """Moment, body and number of members are fixed with the notice."""
    refused(f"UPDATE council_session SET {change}")


def test_a_member_is_a_person_or_a_name(called):
    """Neither and both are refused, and a member's entry keeps its values."""
    row = (
        "INSERT INTO council_member (body_id, person_id, name, seat, origin, joined_at) "
        "VALUES (1, :person, :name, 'member', 'elected', :at)"
    )
    refused(row, person=None, name=None, at=HELD)
    refused(row, person=called.worker.person_id, name="甲", at=HELD)
    refused("UPDATE council_member SET name = 'x'")
    refused("DELETE FROM council_member")
