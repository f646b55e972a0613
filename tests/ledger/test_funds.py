"""Funds, charts and the two people of a payment."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Actor, Grant, Role
from fundapp.kernel.errors import BadInput, Forbidden, Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.chart import (
    AccountKind,
    LineClass,
    chart_of_dict,
    chart_of_toml,
    chart_to_dict,
    kind_of,
    shipped_chart,
)
from fundapp.ledger.commands import adopt_chart, ensure_account, reverse
from fundapp.ledger.models import Journal
from fundapp.ledger.queries import accounts_of
from fundapp.ledger.rules import Ledger, Leg, ReversalReason
from fundapp.ledger.standing import chart_in_force
from fundapp.people.models import Person
from tests.ledger.books import NOW, gift, noted, posted

LIMIT = 500_000  # fen: 5,000 yuan, as shipped


@pytest.fixture
def two(books):
    """The number of a second person, and money to pay with."""
    posted(books, gift(books, "g", 2 * LIMIT))
    with unit_of_work() as session:
        person = Person(name="演示·批准人", created_at=NOW)
        session.add(person)
        session.flush()
        return person.id


def payment(books, fen, **people):
    """Make a payment of a bill."""
    return gift(books, f"pay:{fen}", 1, legs=(Leg("spend:1", fen), Leg("cash:1", -fen)), **people)


def test_a_restricted_fund_never_pays_for_another(books):
    """Sums of 0 are not enough: the money of one project cannot become another's by a posting, on two legs or four."""
    with unit_of_work() as session:
        ensure_account(session, books.committee, Ledger.ACTUAL, "cash:2", "别的现金", 0, fund="project:2")
        ensure_account(session, books.committee, Ledger.ACTUAL, "spend:2", "别的支出", 0, fund="project:2")
        noted(session, books)
    posted(books, gift(books, "g", 700))
    for legs in (
        (Leg("cash:2", 5), Leg("cash:1", -5)),
        (Leg("spend:2", 5), Leg("cash:1", -5)),
        (Leg("cash:2", 5), Leg("cash:1", -4), Leg("gift:1:residents", -5), Leg("spend:1", 4)),
    ):
        with pytest.raises(ValueError, match="0 in each fund"):
            posted(books, gift(books, "x", 1, legs=legs))


def test_a_payment_from_the_threshold_on_needs_two_people(books, two):
    """One fen below it one may pay; from it on two different people, whoever posts. What comes in needs nobody."""
    one = books.actor.person_id
    posted(books, payment(books, LIMIT - 1))
    for people in ({}, {"asked_by": one}, {"approved_by": two}, {"asked_by": one, "approved_by": one}):
        with pytest.raises(Refused, match=r"ledger\.second_person") as refused:
            posted(books, payment(books, LIMIT, **people))
        assert refused.value.facts["limit"] == from_fen(LIMIT)
    journal = posted(books, payment(books, LIMIT, asked_by=one, approved_by=two))
    assert (journal.asked_by_id, journal.approved_by_id) == (one, two)


def test_taking_a_large_gift_back_is_a_payment(books, two):
    """A reversal that moves money out is held by the same rule; it carries its reason's code."""
    first = posted(books, gift(books, "h", LIMIT))
    with pytest.raises(Refused, match=r"ledger\.second_person"), unit_of_work() as session:
        reverse(session, books.actor, first.id, ReversalReason.BANK_RETURNED, "退票", NOW)
    with unit_of_work() as session:
        made = reverse(session, books.actor, first.id, ReversalReason.BANK_RETURNED, "退票", NOW, approved_by=two)
        back = session.get_one(Journal, made.id)
    assert (back.reason, back.approved_by_id) == (ReversalReason.BANK_RETURNED, two)


def test_a_book_is_shown_by_the_newest_version_of_its_chart(books, two):
    """Codes are data: who watches over the book adopts other ones, the threshold with them; earlier versions stay."""
    approver = Actor(two, grants=(Grant(Role.FOUNDATION_APPROVER, "/1/"),))
    chart = shipped_chart()
    renamed = replace(chart, name="2027 年科目表", second_from_fen=100)
    with pytest.raises(Forbidden, match=r"ledger\.not_approver"), unit_of_work() as session:
        adopt_chart(session, books.actor, books.foundation, renamed, NOW)
    with unit_of_work() as session:
        assert adopt_chart(session, approver, books.foundation, chart, NOW).number == 1
        assert adopt_chart(session, approver, books.foundation, renamed, NOW).number == 2
    with pytest.raises(Refused, match=r"ledger\.chart_loosens"), unit_of_work() as session:
        adopt_chart(session, approver, books.foundation, replace(renamed, second_from_fen=101), NOW)
    with reading_session() as session:
        assert chart_in_force(session, books.foundation) == renamed
        assert chart_in_force(session, books.committee) == chart


def test_every_account_has_a_line_of_its_chart(books):
    """Real money is shown on a line of one of the five classes; what is promised is on none."""
    chart = shipped_chart()
    with reading_session() as session:
        states = [*accounts_of(session, books.committee), *accounts_of(session, books.foundation)]
    for state in states:
        assert (chart.line_of(state.kind) is None) == (state.ledger is Ledger.COMMIT)
    assert {line.kind for line in chart.lines} == set(LineClass)
    kept = {kind: chart.line_of(kind).kind for kind in (AccountKind.CASH, AccountKind.GIFT)}
    assert kept == {AccountKind.CASH: LineClass.ASSET, AccountKind.GIFT: LineClass.LIABILITY}


@pytest.mark.parametrize(
    "change",
    [
        {"lines": {"1001": ["现金", "other"]}},
        {"lines": {"1001": ["现金"]}},
        {"kinds": {"cash": "1001"}},
        {"kinds": {"gold": "1001"}},
        {"second_from": "0.00"},
        {"second_from": 5000},
        {"more": 1},
    ],
)
def test_a_chart_that_cannot_be_read_is_bad_input(change):
    """A class or kind that is none, a kind without a line, no threshold, an unknown key."""
    with pytest.raises(BadInput):
        chart_of_dict(chart_to_dict(shipped_chart()) | change, "chart.toml")


def test_a_chart_file_that_is_none_is_bad_input():
    """No TOML, no UTF-8."""
    for raw in (b"lines = [", b"\xff"):
        with pytest.raises(BadInput):
            chart_of_toml(raw, "chart.toml")
    with pytest.raises(ValueError, match="no known kind"):
        kind_of("gold:1")


@settings(max_examples=30)
@given(limit=st.integers(1, 10**9))
def test_a_chart_is_read_back_as_it_was_written(limit):
    """What is stored says the same."""
    chart = replace(shipped_chart(), second_from_fen=limit)
    assert chart_of_dict(chart_to_dict(chart), "x") == chart
