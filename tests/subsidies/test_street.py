"""The street's share: reported, reviewed, paid, confirmed; counted from the confirmation on and never twice."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.app import check_list
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.fundraising.commands import NewPledge, make_pledge, record_contribution
from fundapp.fundraising.queries import raised
from fundapp.fundraising.rules import Source
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import from_fen
from fundapp.matching.commands import NewClaim, NewDecision, claim_match, decide
from fundapp.matching.models import Step
from fundapp.parties.commands import NewInterest, declare_interest
from fundapp.parties.rules import Bond
from fundapp.projects.queries import group_of_project
from fundapp.projects.rules import Stage, Task
from fundapp.subsidies.queries import requests_waiting
from fundapp.trail.queries import sources_of_programme
from tests.db.town import gift
from tests.subsidies.street import make_street
from tests.support.races import at_once, patiently
from tests.support.visitor import Visitor
from tests.support.world import NOW, make_account, make_person


def refused(deed, *args, **more):
    """Give the code with which a deed is refused."""
    with pytest.raises((Refused, Forbidden)) as refusal:
        deed(*args, **more)
    return refusal.value.code


@pytest.fixture
def street(app):
    """A project of 20,000 yuan that was selected."""
    return make_street()


def given(street):
    """Give what the project has from the street, in yuan."""
    with reading_session() as session:
        return raised(session, street.town.projects)[street.town.projects[0]].get(Source.STREET, 0) // 100


def test_the_streets_share_is_reported_reviewed_and_paid(street):
    """5,000 asked, 4,000 set, paid in two parts; each counts once a second person found it in the cash."""
    number = street.report(5_000)
    street.review(number, 4_000)
    first = street.pay(number, 1_500)
    assert (street.state(number), given(street)) == ("approved", 0)
    street.confirm(first)
    assert given(street) == 1_500
    second = street.pay(number, 2_500)
    assert street.state(number) == "sent"
    street.confirm(second)
    assert (street.state(number), given(street)) == ("paid", 4_000)
    with reading_session() as session:
        whole = sources_of_programme(session, street.town.programme)
        assert (whole.total, whole.amounts[Source.STREET], sum(whole.shares.values())) == (400_000, 400_000, 10_000)
        checks = [check for check in check_list() if check.name.startswith(("ledger.", "audit."))]
        assert [fault for check in checks if (fault := check.run(session).first_fault)] == []


def test_no_more_is_set_than_asked_and_no_more_paid_than_set(street):
    """One yuan too much is refused at each step; what did not arrive may be paid again."""
    assert refused(street.report, 20_001) == "subsidies.beyond_need"
    number = street.report(5_000)
    assert refused(street.report, 100) == "subsidies.pending"
    assert refused(street.review, number, 5_001) == "subsidies.beyond_request"
    assert refused(street.pay, number, 1) == "subsidies.beyond_review"
    street.review(number, 4_000)
    assert refused(street.review, number, 3_000) == "subsidies.reviewed"
    lost = street.pay(number, 4_000)
    assert refused(street.pay, number, 1) == "subsidies.beyond_review"
    street.confirm(lost, False)
    assert street.state(number) == "approved"
    street.confirm(street.pay(number, 4_000))
    assert given(street) == 4_000


def test_nothing_is_set_with_a_reason_and_may_be_asked_for_again(street):
    """0 is an answer; without a word it is none."""
    number = street.report(5_000)
    assert refused(street.review, number, 0, reason=" ") == "subsidies.reason_needed"
    street.review(number, 0, reason="今年额度已满")
    assert street.state(number) == "refused"
    assert refused(street.pay, number, 1) == "subsidies.beyond_review"
    assert street.report(3_000) != number


def test_each_step_has_its_own_person(street):
    """The worker reports, the street sets and pays, somebody else finds the money; nobody does two of them."""
    lead = street.town.groups[0][Task.LEAD]
    for who in (lead, street.officer):
        assert refused(street.report, 100, who=who) == "subsidies.only_worker"
    number = street.report(100)
    with unit_of_work() as session:
        places = street.town.places
        both = make_person(
            session, "两职", None, None, (Role.WORKER, places.community), (Role.STREET_OFFICER, places.street)
        )
        elsewhere = make_person(session, "别街", Role.STREET_OFFICER, places.community)
    for who in (lead, street.worker):
        assert refused(street.review, number, 100, who=who) == "subsidies.only_street"
        assert refused(street.pay, number, 100, who=who) == "subsidies.only_street"
    assert elsewhere.person_id != both.person_id
    street.review(number, 100)
    again = street.report(50, who=both)
    assert refused(street.review, again, 50, who=both) == "subsidies.second_person"
    assert refused(street.confirm, street.pay(number, 100), who=street.officer) == "fundraising.only_group"


def test_a_payment_sent_by_many_pays_once(street):
    """Eight officers' screens at once, each its own form: what was set goes out once."""
    number = street.report(1_000)
    street.review(number, 1_000)

    def screen(place):
        street.forms = 100 * place  # each a form of its own
        return street.pay(number, 1_000)

    ended = at_once([partial(patiently, partial(screen, place)) for place in range(1, 9)])
    assert sorted(kind for kind, _what in ended) == ["done", *["refused"] * 7]


def test_only_projects_that_may_raise_money_are_reported(app):
    """Before the neighbours agreed there is nothing to pay for."""
    street = make_street(Stage.CONSENTING)
    assert refused(street.report, 100) == "subsidies.not_now"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            "INSERT INTO subsidy_review (request_id, op_key, amount_fen, reason, reviewed_by_id, reviewed_at) "
            "SELECT max(id), 'x', 1, 'x', max(reported_by_id), max(reported_at) FROM subsidy_request",
            "does not review",
        ),
        (
            "INSERT INTO subsidy_review (request_id, op_key, amount_fen, reason, reviewed_by_id, reviewed_at) "
            "SELECT max(id), 'x', 999999, 'x', min(p), max(reported_at) FROM subsidy_request, "
            "(SELECT min(id) AS p FROM person) AS first",
            "than was asked",
        ),
        (
            "INSERT INTO subsidy_payment (request_id, contribution_id, op_key, amount_fen, paid_by_id, paid_at) "
            "SELECT request_id, contribution_id + 1, 'x', 100, paid_by_id, paid_at FROM subsidy_payment",
            "than was approved",
        ),
        ("UPDATE subsidy_review SET amount_fen = 1", "append-only"),
    ],
)
def test_the_database_refuses_it_too(street, words, says):
    """One person for two steps, more than asked, more than set, an amount changed afterwards."""
    number = street.report(100)
    street.review(number, 50)
    street.pay(number, 50)
    street.report(30)
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(DBAPIError, match=says):
            connection.execute(text(words))
        connection.rollback()


def test_desk_and_pages_show_where_it_stands(street, app):
    """The officer's desk names the review, then the payment; everybody reads amounts and reasons."""
    number = street.report(100)
    with unit_of_work() as session:
        login = make_account(session, street.officer, "street")

    def waits():
        with reading_session() as session:
            return [(row.id, row.state.value) for row in requests_waiting(session, street.officer)]

    officer, visitor = Visitor(app, login), Visitor(app)
    assert waits() == [(number, "reported")]
    assert "审定街镇投入" in officer.text("/desk/")
    key = "3f2a9c41-0000-4000-8000-000000000001"
    wrong = officer.post(f"/subsidies/requests/{number}/review", op_key=key, amount="101", reason="多给一点")
    assert wrong.status_code == 422
    assert "多给一点" in wrong.text
    sent = officer.post(f"/subsidies/requests/{number}/review", op_key=key, amount="80", reason="按八成")
    assert sent.status_code == 303
    assert waits() == [(number, "approved")]
    street.pay(number, 80)
    assert waits() == []
    page = visitor.text(f"/subsidies/{street.town.projects[0]}")
    for words in ("¥100.00", "按八成", "已拨付，等待核对到账"):
        assert words in page
    assert "街镇投入" in visitor.text(f"/pools/{street.town.programme}")
    assert "四源资金" in visitor.text(f"/programmes/{street.town.programme}")


def test_the_streets_money_is_what_its_desk_paid(street):
    """The treasurer neither records nor pledges it; past the commands the database confirms none of it."""
    group, town = street.town.groups[0], street.town
    said = replace(gift(town, "g"), source=Source.STREET, unit_id=None, giver="街道")
    assert refused(street.do, record_contribution, group[Task.TREASURER], said) == "fundraising.street_by_desk"
    pledge = NewPledge(town.projects[0], "p", Source.STREET, None, "街道", False, from_fen(100), local_date(NOW))
    assert refused(street.do, make_pledge, group[Task.TREASURER], pledge) == "fundraising.street_by_desk"
    paid = street.report(100)
    street.review(paid, 100)
    street.confirm(street.pay(paid, 100))
    columns = "project_id, book_id, receipt_year, source, giver_kind, giver, anonymous, related, purpose, reference, "
    columns += "amount_fen, means, received_on, proof_id, recorded_by_id, recorded_at"
    forged = (
        f"INSERT INTO contribution (op_key, receipt_no, {columns}) "
        f"SELECT 'x', receipt_no + 1, {columns} FROM contribution"
    )
    confirmed = (
        "INSERT INTO contribution_decision (contribution_id, confirmed, reason, decided_by_id, decided_at) "
        f"SELECT max(c.id), TRUE, '', {group[Task.MEMBER].person_id}, max(c.recorded_at) FROM contribution c"
    )
    with bound_engine().execution_options(writes=True).connect() as connection:
        connection.execute(text(forged))
        with pytest.raises(DBAPIError, match="what its own desk paid"), connection.begin_nested():
            connection.execute(text(confirmed))
        drop_guard(connection, next(one for one in guards() if one.name == "street_money_is_of_the_desk"))
        connection.execute(text(confirmed))
        connection.rollback()


def _claimed(street):
    """Let the project have own money and the street's, and claim; give the claim's number."""
    group, number = street.town.groups[0], street.report(1_000)
    street.review(number, 1_000)
    street.confirm(street.pay(number, 1_000))
    street.confirm(street.do(record_contribution, group[Task.TREASURER], gift(street.town, "g")).id)
    cmd = NewClaim(street.town.projects[0], "c", from_fen(0))
    return street.do(claim_match, group[Task.LEAD], cmd).id


def test_the_only_officer_of_a_street_pays_its_share_and_reviews_the_match(street):
    """Her payment is the street's own money: it raises no match and was found by somebody else."""
    claim = _claimed(street)
    made = street.do(decide, street.officer, NewDecision(claim, "d", Step.STREET_REVIEW, True, ""))
    assert made.decided_by_id == street.officer.person_id


def test_where_nobody_is_left_the_desk_says_what_to_do(street, app):
    """Both officers of the street are near to the lead: page and desk send to the administrator."""
    claim, lead = _claimed(street), street.town.groups[0][Task.LEAD]
    with unit_of_work() as session:
        login = make_account(session, street.officer, "street")
    with reading_session() as session:
        rows = group_of_project(session, street.town.projects[0])
    near = next(row.login for row in rows if row.person_id == lead.person_id)
    for number, officer in enumerate(street.town.staff[Role.STREET_OFFICER]):
        said = NewInterest(f"i{number}", "", Bond.RELATIVE, "", "", near, local_date(NOW), "")
        street.do(declare_interest, officer, said)
    for page in ("/desk/", f"/matches/{claim}/decide"):
        told = Visitor(app, login).text(page)
        assert "没有人可以办这一步" in told
        assert "有 2 人是街道干部" in told
        assert "近亲属" in told
