"""Refunds: never above what was given, by two people, and taken off what was raised to the fen."""

import uuid
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.fundraising.commands import NewRefund, decide_refund, prepare_refund
from fundapp.fundraising.queries import household_gifts, raised, receipt_line, refundable
from fundapp.fundraising.rules import Source
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger
from fundapp.matching.commands import NewClaim, claim_match
from fundapp.projects.rules import Stage, Task
from fundapp.trail.queries import sources_of
from tests.fundraising.raising import asked_town, given, record
from tests.support.races import at_once, patiently
from tests.support.world import CLOCK


@pytest.fixture
def asked(app):
    """Two chosen projects, each with a group of its own."""
    return asked_town(projects=2, upto=Stage.SELECTED)


def prepare(asked, gift, amount=3000, who=None, reason="交款人要求退回"):
    """Prepare a refund as the treasurer, unless somebody else is named."""
    with unit_of_work() as session:
        cmd = NewRefund(gift, str(uuid.uuid4()), from_fen(amount), reason)
        return prepare_refund(session, who or asked.groups[0][Task.TREASURER], cmd, CLOCK).id


def decide(asked, number, confirmed=True, reason="", who=None):
    """Decide a refund as another member."""
    with unit_of_work() as session:
        decide_refund(session, who or asked.groups[0][Task.MEMBER], number, confirmed, reason, CLOCK)


def test_a_refund_counts_once_it_was_confirmed_and_is_taken_off_to_the_fen(asked):
    """In what was raised, in the public four sources, in what is matched, on the receipt and in the ledger."""
    gift, project = given(asked), asked.projects[0]
    number = prepare(asked, gift, 3001)
    with reading_session() as session:
        assert raised(session, [project])[project][Source.RESIDENTS] == 10000
    for _ in range(2):
        decide(asked, number)
    book = asked.book()
    with reading_session() as session:
        assert raised(session, [project])[project][Source.RESIDENTS] == 6999
        assert sources_of(session, [project])[project].total == 6999
        assert [one.amount_fen for one in household_gifts(session, project)] == [10000, -3001]
        assert fen(receipt_line(session, book, 2026, 1).returned) == 3001
        assert balance(session, book, Ledger.ACTUAL, f"cash:{project}") == 6999
        assert balance(session, book, Ledger.ACTUAL, f"gift:{project}:residents") == -6999
        left = refundable(session, gift)
    assert left == from_fen(6999)


def test_no_more_goes_back_than_was_given(asked):
    """Refunds that wait count; one that was not paid does not; the database refuses by plain SQL."""
    gift = given(asked)
    first = prepare(asked, gift, 9999)
    with pytest.raises(Refused, match="beyond_gift"):
        prepare(asked, gift, 2)
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="no more goes back"):
        connection.execute(
            text(
                "INSERT INTO refund (contribution_id, op_key, amount_fen, reason, prepared_by_id, prepared_at) "
                f"SELECT contribution_id, 'x', 2, 'x', prepared_by_id, prepared_at FROM refund WHERE id = {first}"
            )
        )
    decide(asked, first, False, "人不在家")
    prepare(asked, gift, 10000)


def test_eight_refunds_of_the_whole_gift_at_once_are_one(asked):
    """The first is prepared, the others find nothing left."""
    gift = given(asked)
    ended = at_once([partial(patiently, partial(prepare, asked, gift, 10000)) for _ in range(8)])
    assert [how for how, _ in ended] == ["done"] + ["refused"] * 7
    assert {what for how, what in ended if how == "refused"} == {"fundraising.beyond_gift"}


def test_who_prepares_a_refund_does_not_confirm_it(asked):
    """The command refuses, and so does the database."""
    number = prepare(asked, given(asked))
    treasurer = asked.groups[0][Task.TREASURER]
    with pytest.raises(Forbidden, match="prepared_by_you"):
        decide(asked, number, who=treasurer)
    plain = (
        "INSERT INTO refund_decision (refund_id, confirmed, reason, decided_by_id, decided_at) "
        f"VALUES ({number}, true, '', {treasurer.person_id}, '2026-03-01 00:00:00')"
    )
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="does not confirm"):
        connection.execute(text(plain))


def test_only_the_projects_own_treasurer_prepares_and_only_its_own_people_confirm(asked):
    """The people of the project next door do neither."""
    gift = given(asked)
    for who in (asked.groups[1][Task.TREASURER], asked.groups[0][Task.LEAD]):
        with pytest.raises(Forbidden, match="only_treasurer"):
            prepare(asked, gift, who=who)
    number = prepare(asked, gift)
    with pytest.raises(Forbidden, match="only_group"):
        decide(asked, number, who=asked.groups[1][Task.MEMBER])


def test_what_was_never_confirmed_does_not_go_back(asked):
    """Nothing, less than nothing, without a reason, and what waits for confirmation: all refused."""
    waits, gift = record(asked), given(asked)
    with pytest.raises(Refused, match="not_confirmed"):
        prepare(asked, waits)
    for amount in (0, -1):
        with pytest.raises(Refused, match=r"fundraising\.amount"):
            prepare(asked, gift, amount)
    with pytest.raises(Refused, match="why_refund"):
        prepare(asked, gift, reason="  ")


def test_money_that_earned_a_match_stays_while_the_claim_stands(asked):
    """What the claim rests on cannot be taken from under it; and no claim while a refund waits."""
    gift = given(asked, amount=from_fen(500000))
    number = prepare(asked, gift)

    def claim():
        with unit_of_work() as session:
            cmd = NewClaim(asked.projects[0], str(uuid.uuid4()), from_fen(100))
            claim_match(session, asked.groups[0][Task.LEAD], cmd, CLOCK)

    with pytest.raises(Refused, match=r"matching\.unconfirmed"):
        claim()
    decide(asked, number)
    claim()
    with pytest.raises(Refused, match="gifts_are_matched"):
        prepare(asked, gift)
