"""A related supplier is not chosen and not paid, a related officer decides and pays nothing."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.types import Instant
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.desk.queries.waiting import waiting
from fundapp.fundraising.commands import decide_contribution, record_contribution
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import from_fen
from fundapp.matching.commands import NewClaim, NewDecision, claim_match, decide, disburse
from fundapp.matching.models import MatchClaim, Step
from fundapp.matching.queries import related_when_claimed
from fundapp.parties.rules import Bond
from fundapp.pools.commands import decide_use
from fundapp.procurement.insiders import check_unrelated
from fundapp.procurement.models import SupplierChoice
from fundapp.projects.queries import get_project
from fundapp.projects.rules import Task
from fundapp.subsidies.commands import NewPayment, NewReview, pay_request, review_request
from fundapp.web.refusals import sentence
from tests.db.sending import make_claims
from tests.db.town import gift
from tests.parties.relating import FIRMS, make_relating
from tests.pools.treeing import make_tree
from tests.subsidies.street import make_street
from tests.support.races import at_once, patiently
from tests.support.visitor import Visitor
from tests.support.world import NOW, again


@pytest.fixture
def relating(app):
    """A project with three quotes."""
    return make_relating()


def refusal(deed, *args, **more):
    """Give the refusal of a deed."""
    with pytest.raises((Refused, Forbidden)) as found:
        deed(*args, **more)
    return found.value


@pytest.mark.parametrize("task", list(Task))
def test_a_supplier_of_anybody_in_the_group_is_not_chosen(relating, task):
    """Lead, treasurer, member and supervisor alike; the next best is."""
    relating.declare(relating.group[task], name=FIRMS[0])
    assert refusal(relating.choose).code == "parties.related"
    assert relating.choose(1).quote_id == relating.quotes[1]


def test_what_a_near_person_controls_is_not_chosen_and_where_she_works_is(relating):
    """The officer's husband owns one firm, and works at another as one of many."""
    street, treasurer = relating.logins["street_officer"], relating.group[Task.TREASURER]
    relating.enter(street, Bond.OWNER, FIRMS[0])
    relating.enter(street, Bond.EMPLOYEE, FIRMS[1])
    tie = relating.declare(treasurer, Bond.RELATIVE, other=street)
    assert refusal(relating.choose).code == "parties.related"
    relating.end(tie)
    relating.declare(treasurer, Bond.HOUSEHOLD, other=street)
    assert refusal(relating.choose).code == "parties.related"
    assert relating.choose(1).quote_id == relating.quotes[1]


def test_who_speaks_for_the_same_household_is_near_without_an_entry(relating):
    """The lead and the owner of the firm live behind one door; once one moved out, they do not."""
    owner, unit = relating.officer(role=Role.STREET_OFFICER), relating.town.places.units[2]
    relating.enter(relating.logins["street_officer"], Bond.MANAGER, FIRMS[0])
    for person in (owner, relating.group[Task.LEAD]):
        relating.move_in(person, unit)
    assert refusal(relating.choose).code == "parties.related"


def test_an_ended_entry_blocks_no_more_and_stays(relating):
    """Ended by the foundation, never by whom it concerns; the register keeps it."""
    entry = relating.declare(relating.group[Task.LEAD], name=FIRMS[0])
    assert refusal(relating.end, entry, relating.group[Task.LEAD]).code == "parties.not_your_register"
    assert refusal(relating.end, entry, reason=" ").code == "parties.reason_needed"
    relating.end(entry)
    assert relating.end(entry).interest_id == entry
    assert refusal(relating.end, entry, relating.officer(1)).code == "parties.ended"
    assert (len(relating.entries()), len(relating.entries(ended=True))) == (0, 1)
    assert relating.choose().quote_id == relating.quotes[0]


def test_a_related_payee_is_not_paid_and_may_be_refused(app):
    """Entered after the choice: the bill waits, the money does not go; refusing it is always possible."""
    relating = make_relating(town=make_claims()[0], delivering=True)
    bill, other = relating.bill(), relating.bill(FIRMS[1])
    relating.enter(relating.logins["treasurer"], Bond.LEGAL_REPRESENTATIVE, FIRMS[0])
    assert refusal(relating.approve, bill).code == "parties.related"
    assert relating.approve(other).approved
    assert not relating.approve(bill, False).approved


def test_who_is_related_is_told_to_those_who_may_know(relating):
    """With the name to the foundation, by task to the group, and as “you” to herself."""
    relating.declare(relating.group[Task.MEMBER], name=FIRMS[0])
    found = refusal(relating.choose)
    assert found.field == "quote_id"
    assert sentence(found) == f"{FIRMS[0]}是本项目的关联方，不能选用，也不能付款。组员是它的所有人或股东。"
    mine = refusal(relating.choose, who=relating.group[Task.MEMBER])
    assert "您是它的所有人或股东" in sentence(mine)
    with unit_of_work() as session:
        project = get_project(session, relating.town.projects[0])
        firm = relating.entries()[0]
        number = session.scalar(text("SELECT id FROM counterparty WHERE credit_code = :code"), {"code": firm.code})
        named = refusal(check_unrelated, session, relating.officer(), project, number, NOW)
        stranger = refusal(check_unrelated, session, relating.officer(role=Role.STREET_OFFICER), project, number, NOW)
    assert f"member{relating.logins['member'][6:]}（组员）" in sentence(named)
    assert "具体是谁，请问基金会经办人" in sentence(stranger)


def test_the_choice_shows_the_reason_and_offers_the_others(relating, app):
    """The page says why one cannot be chosen, and what was typed stays."""
    relating.declare(relating.group[Task.MEMBER], name=FIRMS[0])
    lead = Visitor(app, relating.logins["lead"])
    page = lead.text(f"/procurement/{relating.town.projects[0]}/choose")
    assert f"{FIRMS[0]}是本项目的关联方" in page
    assert "请再登记没有关联的供应商的报价" in page
    assert f"{FIRMS[0]} ¥" not in page
    assert f"{FIRMS[1]} ¥" in page
    sent = lead.post(f"/procurement/{relating.town.projects[0]}/choose", quote_id=relating.quotes[0], reason="最便宜")
    assert sent.status_code == 422
    assert "最便宜" in sent.text


def test_an_officer_related_to_project_or_supplier_decides_and_pays_nothing(app):
    """A near relative in the group, or an interest in a firm that quoted: another officer does it."""
    town, claims = make_claims(upto=Step.STREET_REVIEW)
    relating = make_relating(town=town)
    officers = [relating.officer(number) for number in (0, 1)]
    tie = relating.declare(officers[1], Bond.RELATIVE, other=relating.logins["lead"])
    step = partial(relating.do, decide)
    assert refusal(step, officers[1], NewDecision(claims[0], "x", Step.PROPOSAL, True, "")).code == "parties.tied"
    relating.end(tie)
    relating.declare(officers[1], Bond.EMPLOYEE, FIRMS[2])
    assert refusal(step, officers[1], NewDecision(claims[0], "x", Step.PROPOSAL, True, "")).code == "parties.tied"
    step(officers[0], NewDecision(claims[0], "x", Step.PROPOSAL, True, ""))
    for number, approver in enumerate(relating.town.staff[Role.FOUNDATION_APPROVER]):
        relating.declare(approver, Bond.OWNER, FIRMS[0] if number else FIRMS[1])
    relating.choose(2, reason="另外两家与审批人有关联")  # after the choice only the chosen one counts
    approver = relating.officer(1, Role.FOUNDATION_APPROVER)
    needs = [Step.CHECK, Step.APPROVAL] if _checkers(claims[0]) == 2 else [Step.APPROVAL]
    for number, one in enumerate(needs):
        who = relating.officer(number, Role.FOUNDATION_APPROVER) if len(needs) == 2 else approver
        step(who, NewDecision(claims[0], one.value, one, True, ""))
    assert refusal(relating.do, disburse, officers[1], claims[0], "pay").code == "parties.tied"


def _checkers(claim):
    with reading_session() as session:
        return session.get_one(MatchClaim, claim).checkers


def test_gifts_of_related_households_are_matched_up_to_their_cap(app):
    """The lead's, a supplier's owner's and an officer's household: 100 yuan each count, the neighbour's whole 2,000.

    Source: money.md section 7 (supplier, group officers, staff).
    """
    relating = make_relating()
    group, units = relating.group, relating.town.places.units
    relating.enter(relating.logins["foundation_approver"], Bond.OWNER, FIRMS[0])
    people = [group[Task.LEAD], relating.officer(1), relating.officer(role=Role.FOUNDATION_APPROVER)]
    for unit, person in zip(units[2:], people, strict=False):
        relating.move_in(person, unit)
    with unit_of_work() as session:
        for number, unit in enumerate(units[1:5]):
            cmd = gift(relating.town, f"g{number}")
            made = record_contribution(session, group[Task.TREASURER], replace(cmd, unit_id=unit), relating.clock)
            decide_contribution(session, group[Task.MEMBER], made.id, True, "", relating.clock)
        claim = claim_match(
            session, group[Task.LEAD], NewClaim(relating.town.projects[0], "c", from_fen(0)), relating.clock
        )
    assert [one["related"] for one in claim.facts["gifts"]] == [False, True, True, True]
    assert claim.matchable_fen.amount == 2_000 + 3 * 100


def test_a_later_entry_leaves_an_old_ticket_as_it_was(app):
    """The facts and the related households are frozen with the claim."""
    town, claims = make_claims()
    relating = make_relating(town=town)
    with reading_session() as session:
        facts, frozen = session.get_one(MatchClaim, claims[0]).facts, related_when_claimed(session, claims[0])
    relating.move_in(relating.group[Task.LEAD], relating.town.places.units[1])
    relating.declare(relating.group[Task.LEAD], name=FIRMS[0])
    with reading_session() as session:
        assert session.get_one(MatchClaim, claims[0]).facts == facts
        assert related_when_claimed(session, claims[0]) == frozen == frozenset()


def waits(relating, who):
    """List what an officer's desk says beside each line."""
    with reading_session() as session:
        return [line.due for line in waiting(session, again(session, who), relating.clock.at)]


def test_an_officer_related_to_the_project_gives_it_nothing_of_the_street(app):
    """She neither sets nor pays the amount, her desk says why, and another officer does both; plain SQL is refused."""
    street = make_street()
    relating, number = make_relating(town=street.town), street.report(50)
    tied, other = (relating.officer(n, Role.STREET_OFFICER) for n in (0, 1))
    relating.declare(relating.group[Task.LEAD], Bond.RELATIVE, other=relating.logins["street_officer"])
    review = NewReview(number, "r", from_fen(4_000), "按规定")
    assert refusal(relating.do, review_request, tied, review).code == "parties.tied"
    assert any("近亲属" in said for said in waits(relating, tied))
    assert waits(relating, other) == [""]
    attacked(REVIEW, request=number, who=tied.person_id, guard="subsidy_reviewer_is_not_related", says="she is related")
    relating.do(review_request, other, review)
    paid = NewPayment(number, "p", from_fen(4_000), local_date(NOW), street.town.scan)
    assert refusal(relating.do, pay_request, tied, paid).code == "parties.tied"
    relating.do(pay_request, other, paid)


def test_an_officer_related_to_the_project_pays_it_nothing_of_a_share(app):
    """The residents decided; who confirms it and pays is not an owner of what quotes."""
    tree = make_tree()
    tree.move(100)
    use = tree.use(5)
    relating = make_relating(town=tree.town)
    tied, other = (relating.officer(n) for n in (0, 1))
    relating.declare(tied, Bond.OWNER, FIRMS[0])
    assert refusal(relating.do, decide_use, tied, use, True, "").code == "parties.tied"
    assert any("所有人" in said for said in waits(relating, tied))
    attacked(USE, use=use, who=tied.person_id, guard="share_payer_is_not_related", says="she is related")
    assert relating.do(decide_use, other, use, True, "").passed


REVIEW = (
    "INSERT INTO subsidy_review (request_id, op_key, amount_fen, reason, reviewed_by_id, reviewed_at) "
    "VALUES (:request, 'x', 1, 'x', :who, :at)"
)
USE = (
    "INSERT INTO share_use_decision (use_id, passed, note, decided_by_id, decided_at) "
    "VALUES (:use, FALSE, 'x', :who, :at)"
)
CHOICE = (
    "INSERT INTO supplier_choice (project_id, quote_id, reason, chosen_by_id, chosen_at) "
    "SELECT project_id, id, 'x', recorded_by_id, :at FROM quote WHERE id = :quote"
)


def attacked(statement, **values):
    """Try plain SQL; then once more with one guard less, which must let it through."""
    made = text(statement).bindparams(bindparam("at", type_=Instant()))
    values = {"at": NOW + timedelta(days=1)} | values
    guard = values.pop("guard")
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(DBAPIError, match=values.pop("says")), connection.begin_nested():
            connection.execute(made, values)
        drop_guard(connection, next(one for one in guards() if one.name == guard))
        connection.execute(made, values)
        connection.rollback()


def test_the_database_chooses_no_related_supplier(relating):
    """Plain SQL, past every command: of a member's own, and of somebody near to her."""
    relating.declare(relating.group[Task.MEMBER], name=FIRMS[0])
    relating.enter(relating.logins["street_officer"], Bond.OWNER, FIRMS[1])
    relating.declare(relating.group[Task.LEAD], Bond.RELATIVE, other=relating.logins["street_officer"])
    for quote in relating.quotes[:2]:
        attacked(CHOICE, quote=quote, guard="supplier_is_not_related", says="is not chosen")


def test_the_database_pays_no_related_payee(app):
    """The decision is refused, not the refusal of the bill."""
    relating = make_relating(town=make_claims()[0], delivering=True)
    bill = relating.bill()
    relating.declare(relating.group[Task.LEAD], name=FIRMS[0])
    words = (
        "INSERT INTO expense_decision (expense_id, approved, reason, decided_by_id, decided_at) "
        "VALUES (:bill, {}, 'x', :who, :at)"
    )
    who = relating.group[Task.SUPERVISOR].person_id
    attacked(words.format("TRUE"), bill=bill, who=who, guard="expense_payee_is_not_related", says="is not paid")
    with bound_engine().execution_options(writes=True).connect() as connection:
        made = text(words.format("FALSE")).bindparams(bindparam("at", type_=Instant()))
        connection.execute(made, {"bill": bill, "who": who, "at": NOW})
        connection.rollback()


def test_the_database_keeps_related_officers_apart(app):
    """A step of a claim and a payment, by an officer who is near to the lead."""
    town, claims = make_claims(upto=Step.STREET_REVIEW)
    relating = make_relating(town=town)
    relating.declare(relating.officer(1), Bond.HOUSEHOLD, other=relating.logins["lead"])
    step = (
        "INSERT INTO match_decision (claim_id, step, passed, note, op_key, decided_by_id, decided_at) "
        "VALUES (:claim, 'proposal', TRUE, '', 'x', :who, :at)"
    )
    who = relating.officer(1).person_id
    attacked(step, claim=claims[0], who=who, guard="match_checker_is_not_related", says="she is related")
    relating.declare(relating.officer(0), Bond.OWNER, FIRMS[0])
    attacked(
        step, claim=claims[0], who=relating.officer(0).person_id, guard="match_checker_is_not_related",
        says="she is related",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("UPDATE interest SET counterparty_id = counterparty_id + 1", "append-only"),
        ("DELETE FROM interest", "append-only"),
        (
            "INSERT INTO interest_ending (interest_id, reason, ended_by_id, ended_at) "
            "SELECT id, 'x', person_id, recorded_at FROM interest",
            "not ended by whom it concerns",
        ),
        ("UPDATE counterparty SET name = 'x'", "append-only"),
        (
            "INSERT INTO counterparty (name, name_key, credit_code, recorded_by_id, recorded_at) "
            "SELECT 'x', 'x', credit_code, recorded_by_id, recorded_at FROM counterparty",
            "(?i)unique|keeps its rows",
        ),
    ],
)
def test_the_register_itself_is_not_turned(relating, words, says):
    """Nothing is changed, deleted, ended by oneself, and no firm is there twice."""
    relating.declare(relating.group[Task.LEAD], name=FIRMS[0])
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(DBAPIError, match=says):
            connection.execute(text(words))
        connection.rollback()


def test_an_entry_and_a_choice_at_once_leave_no_related_choice_after_the_entry(relating):
    """Whichever comes first: a choice that stands was made before the entry was there, or it was refused."""
    login = relating.logins["member"]
    ended = at_once(
        [partial(patiently, relating.choose), partial(patiently, partial(relating.enter, login, name=FIRMS[0]))]
    )
    with reading_session() as session:
        chosen = session.scalar(select(SupplierChoice.quote_id))
    kinds = sorted(kind for kind, _what in ended)
    assert kinds == (["done", "done"] if chosen else ["done", "refused"])
    assert len(relating.entries()) == 1
