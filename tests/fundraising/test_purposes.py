"""Money that was given for one purpose alone: a fund of its own, which pays for nothing else."""

import uuid
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.delivery.closing import close_project
from fundapp.delivery.commands import NewExpense, claim_expense, decide_expense
from fundapp.delivery.queries import what_goes_back
from fundapp.fundraising.commands import NewRefund, NewRelease, decide_refund, decide_release, prepare_refund
from fundapp.fundraising.commands import record_release as release
from fundapp.fundraising.purpose_models import AgreedBy
from fundapp.fundraising.queries import funds_of, raised
from fundapp.fundraising.rules import Giver, Source
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.commands import post
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger, Leg, Posting
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from tests.fundraising.raising import asked_town, given
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, NOW, make_person

BENCH = "只买长椅"


@pytest.fixture
def asked(app):
    """Two projects whose work goes on; the first has 100 yuan, and 60 more for the bench alone."""
    asked = asked_town(projects=2, upto=Stage.SELECTED)
    with unit_of_work() as session:
        for number in (0, 1):
            for stage in (Stage.MATCHED, Stage.DELIVERING):
                move_on(session, asked.groups[number][Task.LEAD], asked.projects[number], stage, NOW)
    given(asked)
    given(asked, purpose=BENCH, amount=from_fen(6000), source=Source.DONORS, unit_id=None, giver_kind=Giver.UNIT)
    return asked


def fund(asked):
    """Give the fund of the bench."""
    with reading_session() as session:
        return funds_of(session, asked.projects[0])[0]


def claimed(asked, amount, fund_id, project=0):
    """Claim an expense, out of a fund where one is named."""
    with unit_of_work() as session:
        cmd = NewExpense(
            asked.projects[project], str(uuid.uuid4()), from_fen(amount), "买东西", "王师傅", uuid.uuid4().hex,
            asked.proof, date(2026, 3, 1), fund_id=fund_id,
        )  # fmt: skip
        return claim_expense(session, asked.groups[project][Task.LEAD], cmd, CLOCK).id


def paid(asked, amount, fund_id):
    """Claim and pay an expense."""
    number = claimed(asked, amount, fund_id)
    with unit_of_work() as session:
        decide_expense(session, asked.groups[0][Task.TREASURER], number, True, "", CLOCK)


def agreed(asked, amount, who=None, **other):
    """Record that part of the bench's money may be spent otherwise."""
    told = {"agreed_by": AgreedBy.GIVER, "reason": "长椅买完有余"} | other
    with unit_of_work() as session:
        cmd = NewRelease(fund(asked).id, str(uuid.uuid4()), from_fen(amount), proof_id=asked.proof, **told)
        return release(session, who or asked.groups[0][Task.TREASURER], cmd, CLOCK).id


def decide(asked, number, confirmed=True, reason="", who=None):
    """Decide a release as another member."""
    with unit_of_work() as session:
        decide_release(session, who or asked.groups[0][Task.MEMBER], number, confirmed, reason, CLOCK)


def cash(asked):
    """Give what is for the whole project and what is for the bench, in fen."""
    project, book = asked.projects[0], asked.book()
    with reading_session() as session:
        return [balance(session, book, Ledger.ACTUAL, f"cash:{project}{own}") for own in ("", ":r1")]


def test_a_gift_for_one_purpose_lies_in_a_fund_of_its_own_and_pays_for_that_alone(asked):
    """It counts as raised; 100.01 yuan for anything else are not there though 160 are, nor 60.01 for the bench."""
    project = asked.projects[0]
    with reading_session() as session:
        assert raised(session, [project])[project] == {Source.RESIDENTS: 10000, Source.DONORS: 6000}
    assert cash(asked) == [10000, 6000]
    for amount, of in ((10001, None), (6001, fund(asked).id)):
        with pytest.raises(Refused, match="not_enough"):
            paid(asked, amount, of)
    paid(asked, 4000, fund(asked).id)
    paid(asked, 1, None)
    assert cash(asked) == [9999, 2000]
    assert [fen(one) for one in (fund(asked).came, fund(asked).spent, fund(asked).left)] == [6000, 4000, 2000]


def test_no_posting_and_no_row_spends_it_on_another_purpose(asked):
    """The ledger balances in each fund, by command and by trigger; another project's bill names no fund of this one."""
    project, number, book = asked.projects[0], fund(asked).id, asked.book()
    crossing = (Leg(f"spend:{project}", 1), Leg(f"cash:{project}:r1", -1))
    bill = Posting(book, Ledger.ACTUAL, "x", "挪用", "x:1", f"project:{project}", date(2026, 3, 1), crossing)
    with unit_of_work() as session, pytest.raises((Refused, ValueError, DBAPIError), match="fund"):
        post(session, asked.groups[0][Task.TREASURER], bill, NOW)
    with pytest.raises(Refused, match="other_purpose"):
        claimed(asked, 1, number, project=1)
    other = claimed(asked, 1, None, project=1)
    names = "op_key, amount_fen, purpose, payee, counterparty_id, invoice_id, spent_on, claimed_by_id, claimed_at"
    plain = (
        f"INSERT INTO expense (project_id, number, invoice_no, fund_id, {names}) "
        f"SELECT project_id, number + 1, 'y', {number}, 'y', {names.partition(', ')[2]} FROM expense WHERE id = {other}"
    )
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="spent in its own project"):
        connection.execute(text(plain))


def test_the_database_takes_no_restricted_gift_without_its_fund(asked):
    """Confirmed by plain SQL it would lie among the rest."""
    from tests.fundraising.raising import record

    number = record(asked, purpose="只刷墙")
    member = asked.groups[0][Task.MEMBER].person_id
    plain = (
        "INSERT INTO contribution_decision (contribution_id, confirmed, reason, decided_by_id, decided_at) "
        f"VALUES ({number}, true, '', {member}, '2026-03-01 00:00:00')"
    )
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="a fund of its own"):
        connection.execute(text(plain))


def test_what_was_agreed_by_two_serves_the_whole_project(asked):
    """No more than is left; not by who recorded it; by command and by the database; once."""
    for amount, told, code in (
        (6001, {}, "beyond_fund"), (0, {}, r"fundraising\.amount"), (1, {"reason": " "}, "why_released"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=code):
            agreed(asked, amount, **told)
    with pytest.raises(Forbidden, match="only_treasurer"):
        agreed(asked, 1, who=asked.groups[1][Task.TREASURER])
    number, treasurer = agreed(asked, 1500), asked.groups[0][Task.TREASURER]
    with pytest.raises(Refused, match="beyond_fund"):
        agreed(asked, 4501)
    with pytest.raises(Forbidden, match="second_person"):
        decide(asked, number, who=treasurer)
    plain = (
        "INSERT INTO fund_release_decision (release_id, confirmed, reason, decided_by_id, decided_at) "
        f"VALUES ({number}, true, '', {treasurer.person_id}, '2026-03-01 00:00:00')"
    )
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="does not confirm it"):
        connection.execute(text(plain))
    for _ in range(2):
        decide(asked, number)
    assert cash(asked) == [11500, 4500]
    with pytest.raises(Refused, match="decided"):
        decide(asked, number, False, "没有")
    project, book = asked.projects[0], asked.book()
    with reading_session() as session:
        given_now = [balance(session, book, Ledger.ACTUAL, f"gift:{project}{own}:donors") for own in ("", ":r1")]
    assert given_now == [-1500, -4500]
    assert [fen(one) for one in (fund(asked).came, fund(asked).released, fund(asked).left)] == [6000, 1500, 4500]


def test_a_refund_of_a_restricted_gift_comes_out_of_its_fund(asked):
    """And of nothing else."""
    with unit_of_work() as session:
        cmd = NewRefund(2, str(uuid.uuid4()), from_fen(6000), "长椅不买了")
        number = prepare_refund(session, asked.groups[0][Task.TREASURER], cmd, CLOCK).id
    with unit_of_work() as session:
        decide_refund(session, asked.groups[0][Task.MEMBER], number, True, "", CLOCK)
    assert cash(asked) == [10000, 0]


def test_what_is_left_of_a_purpose_goes_back_to_those_who_gave_for_it(asked):
    """20 yuan of the bench to the donors, 100 to the residents: neither pays for the other's rest."""
    paid(asked, 4000, fund(asked).id)
    project, lead = asked.projects[0], asked.groups[0][Task.LEAD]
    with unit_of_work() as session:
        worker = make_person(session, "王社工", Role.WORKER, asked.places.community)
        for stage in (Stage.ACCEPTED, Stage.EVALUATED):
            move_on(session, lead, project, stage, NOW)
    back = {"residents": from_fen(10000), "donors": from_fen(2000)}
    with reading_session() as session:
        assert what_goes_back(session, project) == back
    with unit_of_work() as session:
        row = close_project(session, worker, project, CLOCK)
        assert [fen(one) for one in (row.received_fen, row.spent_fen, row.left_fen)] == [16000, 4000, 12000]
    assert cash(asked) == [0, 0]


def test_everybody_reads_what_a_purpose_has(sqlite_app):
    """The page is public; only the group is offered the release."""
    asked = asked_town()
    given(asked, purpose=BENCH)
    address = f"/fundraising/{asked.projects[0]}/purposes"
    seen = Visitor(sqlite_app).get(address).text
    assert BENCH in seen
    assert "/release" not in seen
    assert "/release" in Visitor(sqlite_app, asked.groups[0][Task.MEMBER].name).get(address).text
