"""What was decided before raising holds, and is carried out to the fen when the last day is over."""

from datetime import date, timedelta

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.fundraising.commands import NewTerms, decide_refund, end_raising, set_terms
from fundapp.fundraising.queries import outcome_of, raised, refunds_of, terms_of
from fundapp.fundraising.terms import IfMissed, Line, Need, Outcome, minimum, result
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.projects.queries import get_project
from fundapp.projects.rules import Task
from tests.fundraising.raising import asked_town, given, record
from tests.support.world import CLOCK, NOW

LAST = date(2026, 3, 20)
AFTER = SetClock(NOW + timedelta(days=20))
lines_of = st.lists(st.builds(Line, st.sampled_from(Need), st.integers(1, 10**9)), min_size=1, max_size=8)


@pytest.fixture
def asked(app):
    """An agreed project of 30,000 yuan in two lines: 20,000 and 10,000."""
    return asked_town()


def agree(asked, needs=(Need.REQUIRED, Need.OPTIONAL), if_missed=IfMissed.RETURN, who=None, deadline=LAST):
    """Decide the terms as the lead."""
    with unit_of_work() as session:
        cmd = NewTerms(asked.projects[0], tuple(needs), deadline, if_missed)
        return set_terms(session, who or asked.groups[0][Task.LEAD], cmd, CLOCK).id


def end(asked, clock=AFTER, who=None):
    """Carry the terms out as the lead; give the outcome."""
    with unit_of_work() as session:
        return end_raising(session, who or asked.groups[0][Task.LEAD], asked.projects[0], clock).outcome


def budget(asked):
    """Give the budget of the project in fen."""
    with reading_session() as session:
        return fen(get_project(session, asked.projects[0]).budget)


@any_of(lines_of, st.sampled_from(IfMissed), st.integers(0, 10**10))
def test_what_will_be_done_is_never_dearer_than_what_came(lines, if_missed, came):
    """Whatever the lines: the kept ones are paid for; below the minimum no required one is done unless it is core."""
    found = result(lines, if_missed, came)
    assert found.budget_fen == sum(lines[place].amount_fen for place in found.kept)
    if found.outcome is not Outcome.REACHED or came >= found.budget_fen:
        assert found.budget_fen <= max(came, minimum(lines))
    assert (found.outcome is Outcome.REACHED) == (came >= minimum(lines))
    if found.outcome is Outcome.SMALLER:
        assert if_missed is IfMissed.SMALLER
        assert all(lines[place].need is Need.CORE for place in found.kept)


def test_the_terms_hold_from_the_first_gift_on(asked):
    """Until then they can be changed; afterwards neither by the command nor by plain SQL."""
    agree(asked)
    agree(asked, deadline=LAST + timedelta(days=1))
    with reading_session() as session:
        assert terms_of(session, asked.projects[0]).revision == 2
    record(asked)
    with pytest.raises(Refused, match="terms_hold"):
        agree(asked)
    with bound_engine().connect() as connection:
        for plain in (
            "INSERT INTO raising_terms (project_id, revision, version_id, deadline, if_missed, decided_by_id, "
            "decided_at) SELECT project_id, 3, version_id, deadline, 'smaller', decided_by_id, decided_at "
            "FROM raising_terms WHERE revision = 2",
            "INSERT INTO raising_line (terms_id, position, need, name, amount_fen) "
            "SELECT terms_id, 9, 'optional', name, amount_fen FROM raising_line WHERE position = 1 AND terms_id = 2",
            "UPDATE raising_terms SET if_missed = 'smaller'",
        ):
            with pytest.raises(DBAPIError, match=r"before raising|append-only"):
                connection.execute(text(plain))
            connection.rollback()


def test_a_missed_minimum_prepares_a_refund_for_each_giver_to_the_fen(asked):
    """As was decided; the refunds wait for a second person, and running it again changes nothing."""
    agree(asked)
    amounts = (10000, 3333, 1)
    for unit, amount in enumerate(amounts):
        given(asked, unit_id=asked.places.units[unit], amount=from_fen(amount))
    assert [end(asked), end(asked)] == [Outcome.RETURNED] * 2
    project = asked.projects[0]
    with reading_session() as session:
        prepared = refunds_of(session, project)
        assert [fen(one.amount) for one in prepared] == list(amounts)
        assert sum(raised(session, [project])[project].values()) == sum(amounts)
    for one in prepared:
        with unit_of_work() as session:
            decide_refund(session, asked.groups[0][Task.MEMBER], one.id, True, "", AFTER)
    with reading_session() as session:
        assert sum(raised(session, [project])[project].values()) == 0
    with pytest.raises(Refused, match="raising_ended"):
        record(asked)


def test_the_smaller_scope_becomes_the_budget_where_that_was_decided(asked):
    """20,000 of 30,000 yuan are core: 25,000 are enough for them, and nobody gets money back."""
    agree(asked, (Need.CORE, Need.REQUIRED), IfMissed.SMALLER)
    given(asked, amount=from_fen(2500000))
    assert end(asked) is Outcome.SMALLER
    assert budget(asked) == 2000000
    with reading_session() as session:
        assert refunds_of(session, asked.projects[0]) == []


def test_a_smaller_scope_that_cannot_be_paid_goes_back_too(asked):
    """One fen below it is too little."""
    agree(asked, (Need.CORE, Need.REQUIRED), IfMissed.SMALLER)
    given(asked, amount=from_fen(1999999))
    assert end(asked) is Outcome.RETURNED


@pytest.mark.parametrize(("came", "left"), [(2000000, 2000000), (2999999, 2000000), (3000000, 3000000)])
def test_exactly_the_minimum_is_enough_and_optional_lines_follow_the_money(asked, came, left):
    """20,000 yuan are required, 10,000 optional."""
    agree(asked)
    given(asked, amount=from_fen(came))
    assert end(asked) is Outcome.REACHED
    assert budget(asked) == left
    with reading_session() as session:
        assert fen(outcome_of(session, asked.projects[0]).raised) == came


def test_the_last_day_is_in_time_and_nothing_ends_before_it_is_over(asked):
    """Nor while money waits for a second person; nor without terms; nor by somebody else."""
    with pytest.raises(Refused, match="no_terms"):
        end(asked)
    agree(asked)
    with pytest.raises(Refused, match="before_deadline"):
        end(asked, SetClock(NOW + timedelta(days=19)))
    record(asked)
    with pytest.raises(Refused, match=r"fundraising\.unconfirmed"):
        end(asked)
    with pytest.raises(Forbidden, match="only_lead_or_worker"):
        end(asked, who=asked.groups[0][Task.TREASURER])


def test_terms_that_mean_nothing_are_refused(asked):
    """Nothing required, a smaller scope that is none, a day that has come, a line left out; only the lead decides."""
    for needs, if_missed, code in (
        ((Need.OPTIONAL, Need.OPTIONAL), IfMissed.RETURN, "nothing_required"),
        ((Need.REQUIRED, Need.OPTIONAL), IfMissed.SMALLER, "smaller_scope"),
        ((Need.CORE, Need.REQUIRED), IfMissed.RETURN, "no_smaller_scope"),
        ((Need.REQUIRED,), IfMissed.RETURN, "every_line"),
    ):
        with pytest.raises(Refused, match=code):
            agree(asked, needs, if_missed)
    with pytest.raises(Refused, match="deadline_passed"):
        agree(asked, deadline=date(2026, 3, 1))
    with pytest.raises(Forbidden, match="only_lead"):
        agree(asked, who=asked.groups[0][Task.TREASURER])
