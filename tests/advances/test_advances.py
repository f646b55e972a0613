"""Advances: a debt and no income, repaid by two people, never more than was lent, given where the lender says so."""

import uuid
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.advances.checks import check_owed
from fundapp.advances.commands import NewWaiver, decide_advance, decide_repayment, waive_advance
from fundapp.advances.queries import advances_of, advances_waiting, get_advance, open_advances, repayments_waiting
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.delivery.closing import close_project
from fundapp.fundraising.commands import decide_contribution, record_contribution
from fundapp.fundraising.queries import contributions_of, household_gifts, raised
from fundapp.fundraising.rules import Giver, Means, Source
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import ZERO, from_fen
from fundapp.ledger.queries import balance, list_books, totals_by_kind
from fundapp.ledger.rules import Ledger
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from fundapp.trail.queries import sources_of
from tests.advances.lending import lent, owed, prepare, recorded
from tests.fundraising.raising import asked_town, gift_of, given
from tests.support.races import at_once, patiently
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, NOW, make_person, make_resident


@pytest.fixture
def asked(app):
    """Two chosen projects, each with a group of its own."""
    return asked_town(projects=2, upto=Stage.SELECTED)


def confirm(asked, repayment, confirmed=True, reason="", who=None):
    """Decide a repayment as another member."""
    with unit_of_work() as session:
        decide_repayment(session, who or asked.groups[0][Task.MEMBER], repayment, confirmed, reason, CLOCK)


def waive(asked, number, amount):
    """Record that the lender gives up part of what is owed; give the receipt's number."""
    with unit_of_work() as session:
        cmd = NewWaiver(number, str(uuid.uuid4()), from_fen(amount), asked.proof)
        return waive_advance(session, asked.groups[0][Task.TREASURER], cmd, CLOCK).contribution_id


def kept(asked, account):
    """Give the balance of one of the first project's accounts."""
    with reading_session() as session:
        code = f"{account}:{asked.projects[0]}"
        return sum(balance(session, book.id, Ledger.ACTUAL, code) for book in list_books(session))


def refused_by_sql(statement, words, first=""):
    """See that the database itself refuses, what comes first it does not."""
    with bound_engine().connect() as connection:
        if first:
            connection.execute(text(first))
        with pytest.raises(DBAPIError, match=words):
            connection.execute(text(statement))


def _copied(receipt):
    """Say how a second receipt of 2 fen without money is slipped in, of the same lender."""
    same = (
        "project_id, book_id, receipt_year, source, giver_kind, unit_id, giver, anonymous, related, purpose, "
        "reference, means, received_on, proof_id, pledge_id, recorded_by_id, recorded_at"
    )
    return (
        f"INSERT INTO contribution (op_key, receipt_no, amount_fen, {same}) "
        f"SELECT 'copied', receipt_no + 1, 2, {same} FROM contribution WHERE id = {receipt}"
    )


def test_an_advance_is_a_debt_and_no_income(asked):
    """It is in the cash and owed; in nothing that was raised, in no source, in no match, and shown beside the cash."""
    project = asked.projects[0]
    number = lent(asked, lender_kind=Giver.HOUSEHOLD, unit_id=asked.places.units[0], lender="李居民")
    assert (kept(asked, "cash"), kept(asked, "advance"), owed(number)) == (10000, -10000, 10000)
    with reading_session() as session:
        assert raised(session, [project])[project] == {}
        assert sources_of(session, [project])[project].total == 0
        assert household_gifts(session, project) == []
        totals = totals_by_kind(session)
        assert (totals.money_in["gift:residents"], totals.on_hand["cash"], totals.owed) == (
            0,
            10000,
            {"advance": 10000},
        )
        row = get_advance(session, number)
    assert (row.shown, row.lender) == ("", "李居民"), "a resident is never named in public"


def test_an_advance_is_repaid_in_parts_by_two_people_and_to_the_fen(asked):
    """What waits counts as gone already; what was not paid does not; the last fen ends the debt."""
    number = lent(asked)
    given(asked)
    first = prepare(asked, number, 3001)
    with pytest.raises(Refused, match="beyond_owed"):
        prepare(asked, number, 7000)
    for _ in range(2):
        confirm(asked, first)
    assert (owed(number), kept(asked, "cash"), kept(asked, "advance")) == (6999, 16999, -6999)
    second = prepare(asked, number, 6999)
    confirm(asked, second, False, "人不在家")
    confirm(asked, prepare(asked, number, 6999))
    assert (owed(number), kept(asked, "advance")) == (0, 0)
    with reading_session() as session:
        assert open_advances(session, asked.projects[0]) == 0
        assert check_owed(session).first_fault is None
    with pytest.raises(Refused, match="beyond_owed"):
        prepare(asked, number, 1)


def test_more_than_is_there_is_not_repaid(asked):
    """What the project has spent it cannot give back; and another way of saying no is refused."""
    number = lent(asked)
    with unit_of_work() as session:
        decide_advance(session, asked.groups[0][Task.MEMBER], number, True, "", CLOCK)
    with unit_of_work() as session, pytest.raises(Refused, match=r"advances\.decided"):
        decide_advance(session, asked.groups[0][Task.MEMBER], number, False, "没有", CLOCK)
    gone = prepare(asked, lent(asked, amount=from_fen(20000)), 20000)
    confirm(asked, prepare(asked, number, 10000))
    confirm(asked, gone)
    poor = lent(asked, amount=from_fen(1))
    other = recorded(asked)
    with pytest.raises(Refused, match="not_confirmed"):
        prepare(asked, other, 1)
    with pytest.raises(Refused, match="beyond_owed"):
        prepare(asked, poor, 2)


def test_who_lends_records_confirms_and_pays_are_not_one_person(asked):
    """Refused: the hand that recorded, the household that lent, the people next door; the database refuses too."""
    group, home = asked.groups[0], asked.places.units[0]
    number = recorded(asked, lender_kind=Giver.HOUSEHOLD, unit_id=home, lender="住户")
    with unit_of_work() as session:
        neighbour = make_resident(session, "垫付人", home)
        for who, code in (
            (group[Task.TREASURER], "second_person"),
            (asked.groups[1][Task.MEMBER], "only_group"),
            (neighbour, "only_group"),
        ):
            with pytest.raises(Forbidden, match=code):
                decide_advance(session, who, number, True, "", CLOCK)
    lender = _of_household(group[Task.MEMBER], home)
    with unit_of_work() as session, pytest.raises(Forbidden, match="own_household"):
        decide_advance(session, lender, number, True, "", CLOCK)
    plain = (
        "(advance_id, confirmed, reason, decided_by_id, decided_at) VALUES ({}, true, '', {}, '2026-03-01 00:00:00')"
    )
    refused_by_sql(
        f"INSERT INTO advance_decision {plain.format(number, group[Task.TREASURER].person_id)}", "does not confirm it"
    )
    with unit_of_work() as session:
        decide_advance(session, group[Task.MEMBER], number, True, "", CLOCK)
    for who in (asked.groups[1][Task.TREASURER], group[Task.LEAD]):
        with pytest.raises(Forbidden, match="only_treasurer"):
            prepare(asked, number, 1, who=who)
    repayment = prepare(asked, number, 500)
    with pytest.raises(Forbidden, match="prepared_by_you"):
        confirm(asked, repayment, who=group[Task.TREASURER])
    with pytest.raises(Forbidden, match="own_household"):
        confirm(asked, repayment, who=lender)
    with reading_session() as session:
        assert [one.id for _row, one in repayments_waiting(session, group[Task.LEAD])] == [repayment]
        assert repayments_waiting(session, lender) == advances_waiting(session, lender) == []
    refused_by_sql(
        "INSERT INTO advance_repayment_decision (repayment_id, confirmed, reason, decided_by_id, decided_at) VALUES "
        f"({repayment}, true, '', {group[Task.TREASURER].person_id}, '2026-03-01 00:00:00')",
        "does not confirm it",
    )


def _of_household(actor, unit_id):
    return replace(actor, unit_ids=frozenset({unit_id}))


def test_the_database_lets_nobody_repay_or_give_more_than_is_owed(asked):
    """By plain SQL: a repayment, a waiver, a waiver of somebody else's money, and a gift without money."""
    number = lent(asked)
    given(asked)
    first = prepare(asked, number, 9999)
    refused_by_sql(
        "INSERT INTO advance_repayment (advance_id, op_key, amount_fen, paid_from, prepared_by_id, prepared_at) "
        f"SELECT advance_id, 'x', 2, 'x', prepared_by_id, prepared_at FROM advance_repayment WHERE id = {first}",
        "no more is repaid",
    )
    receipt = waive(asked, number, 1)
    for then, words in (
        (
            f"INSERT INTO advance_waiver (contribution_id, advance_id, op_key, amount_fen) "
            f"SELECT max(id), {number}, 'x', 2 FROM contribution",
            "no more is waived",
        ),
        (
            "INSERT INTO contribution_decision (contribution_id, confirmed, reason, decided_by_id, decided_at) SELECT "
            f"max(id), true, '', {asked.groups[0][Task.MEMBER].person_id}, '2026-03-01 00:00:00' FROM contribution",
            "a gift without money",
        ),
    ):
        refused_by_sql(then, words, first=_copied(receipt))
    cash = given(asked)
    refused_by_sql(
        "INSERT INTO advance_waiver (contribution_id, advance_id, op_key, amount_fen) "
        f"VALUES ({cash}, {number}, 'y', 0)",
        "a gift of the same sum by who lent it",
    )
    with unit_of_work() as session, pytest.raises(Refused, match="waived_by_lender"):
        record_contribution(session, asked.groups[0][Task.TREASURER], gift_of(asked, means=Means.WAIVED), CLOCK)


def test_what_a_lender_waives_is_a_gift_from_that_day(asked):
    """The debt is less, the cash as it was; the receipt counts as a gift of residents once another confirmed it."""
    project, home = asked.projects[0], asked.places.units[0]
    number = lent(asked, lender_kind=Giver.HOUSEHOLD, unit_id=home, lender="李居民")
    receipt = waive(asked, number, 4000)
    with pytest.raises(Refused, match="beyond_owed"):
        waive(asked, number, 6001)
    assert (owed(number), kept(asked, "advance")) == (10000, -10000)
    with unit_of_work() as session:
        decide_contribution(session, asked.groups[0][Task.MEMBER], receipt, True, "", CLOCK)
    assert (owed(number), kept(asked, "advance"), kept(asked, "cash")) == (6000, -6000, 10000)
    with reading_session() as session:
        assert raised(session, [project])[project] == {Source.RESIDENTS: 4000}
        assert [(one.unit_id, one.amount_fen) for one in household_gifts(session, project)] == [(home, 4000)]
        row = contributions_of(session, project)[0]
        assert (row.means, row.receipt, row.shown) == (Means.WAIVED, "2026-0001", "")
        assert check_owed(session).first_fault is None
    rest = waive(asked, number, 6000)
    with unit_of_work() as session:
        decide_contribution(session, asked.groups[0][Task.MEMBER], rest, False, "没有签字", CLOCK)
    assert owed(number) == 6000


def test_eight_repayments_of_the_whole_advance_at_once_are_one(asked):
    """The first is prepared, the others find nothing left."""
    number = lent(asked)
    ended = at_once([partial(patiently, partial(prepare, asked, number, 10000)) for _ in range(8)])
    assert [how for how, _ in ended] == ["done"] + ["refused"] * 7
    assert {what for how, what in ended if how == "refused"} == {"advances.beyond_owed"}


def test_a_project_with_an_open_advance_is_not_closed(asked):
    """Neither by the command nor by plain SQL, nor while one waits; once it is repaid the rest goes back."""
    project, lead = asked.projects[0], asked.groups[0][Task.LEAD]
    number = lent(asked)
    given(asked)
    with unit_of_work() as session:
        worker = make_person(session, "王社工", Role.WORKER, asked.places.community)
        for stage in (Stage.MATCHED, Stage.DELIVERING, Stage.ACCEPTED, Stage.EVALUATED):
            move_on(session, lead, project, stage, NOW)

    def close():
        with unit_of_work() as session:
            return close_project(session, worker, project, CLOCK).left_fen

    with pytest.raises(Refused, match="advances_open"):
        close()
    refused_by_sql(
        "INSERT INTO project_closing (project_id, received_fen, spent_fen, left_fen, closed_by_id, closed_at) "
        f"VALUES ({project}, 0, 0, 0, {worker.person_id}, '2026-03-01 00:00:00')",
        "once its advances are repaid or given",
    )
    confirm(asked, prepare(asked, number, 10000))
    waits = recorded(asked)
    with pytest.raises(Refused, match="advances_open"):
        close()
    with unit_of_work() as session:
        decide_advance(session, asked.groups[0][Task.MEMBER], waits, False, "没有这笔钱", CLOCK)
    assert close() == from_fen(10000)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"amount": ZERO}, r"fundraising\.amount"),
        ({"lender_kind": Giver.GOVERNMENT}, "not_this_lender"),
        ({"lender_kind": Giver.HOUSEHOLD}, "not_our_household"),
        ({"means": Means.TRANSFER}, "by_money"),
        ({"repay_from": "  "}, "repay_from"),
    ],
)
def test_what_is_no_advance_is_refused(sqlite_app, other, code):
    """Nothing, the government's, of no household, by no means of money, repaid from nothing."""
    asked = asked_town()
    with pytest.raises(Refused, match=code):
        recorded(asked, **other)
    with reading_session() as session:
        assert advances_of(session, asked.projects[0]) == []


def test_everybody_reads_what_is_owed_and_no_resident_is_named(sqlite_app):
    """On the project's page and on the page of its advances; a stranger finds no form there."""
    asked = asked_town()
    lent(asked, lender_kind=Giver.HOUSEHOLD, unit_id=asked.places.units[0], lender="李居民")
    lent(asked, lender="好邻居超市", repay_from="配比资金")
    project, visitor = asked.projects[0], Visitor(sqlite_app)
    for address in (f"/projects/{project}", f"/advances/{project}"):
        page = visitor.get(address).text
        assert "李居民" not in page
        assert "好邻居超市" in page
        assert "一户居民" in page
        assert "/repay" not in page
    assert "200.00" in visitor.get(f"/advances/{project}").text
    assert "/repay" in Visitor(sqlite_app, asked.groups[0][Task.MEMBER].name).get(f"/advances/{project}").text
