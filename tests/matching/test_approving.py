"""How many people approve: bands by amount, everybody another person, and the attacks on that, in both databases."""

from functools import partial

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import BadInput, Forbidden, Refused
from fundapp.matching.approving import Bands, Hands, bands_of, hands_for, steps_of
from fundapp.matching.checks import check_claims
from fundapp.matching.commands import NewDecision, decide, disburse
from fundapp.matching.models import MatchDecision, Step
from fundapp.matching.queries import get_claim
from fundapp.people.commands import end_role, grant_role
from fundapp.people.models import RoleGrant
from fundapp.projects.models import ProjectMember
from fundapp.projects.rules import Task
from tests.db.sending import make_claims
from tests.matching.paying import MATCHING
from tests.support.races import Meeting, at_once
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, administrator, again, make_account, make_person

APPROVAL = {"second_from": "5000.00", "supervisor_from": "50000.00", "notice_days": 7}
YUAN = 100


def claimed(upto=None, own=43_000, approval=APPROVAL, projects=1):
    """Claim half of 100,000 yuan: 50,000, the least that the supervisor sees. Smaller with less own money."""
    return make_claims(
        projects, upto, own * YUAN, budget="100000.00", parts={"matching": MATCHING, "approval": approval}
    )


def of(town, step, number=1):
    """Give the second (or first) holder of a step's role."""
    from fundapp.matching.policy import STEP_ROLE

    return town.staff[STEP_ROLE[step]][number]


def do(claim, who, step, passed=True, note=""):
    """Decide in a unit of work of its own."""
    with unit_of_work() as session:
        return decide(session, who, NewDecision(claim, f"{step}-{who.person_id}", step, passed, note), CLOCK)


def refused(code, *deed, **more):
    """Show that a deed is refused by name."""
    with pytest.raises(Refused) as refusal:
        do(*deed, **more)
    assert refusal.value.code == code


# --- bands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whole", "hands"),
    [
        (499_999, Hands(1, False)),
        (500_000, Hands(2, False)),
        (4_999_999, Hands(2, False)),
        (5_000_000, Hands(2, True)),
    ],
)
def test_who_must_approve_is_known_to_the_fen(whole, hands):
    """Below 5,000 yuan one checker, from 5,000 two, from 50,000 two and a supervisor."""
    assert hands_for(bands_of({"approval": APPROVAL}), whole) == hands


def test_a_policy_that_says_nothing_has_one_checker():
    """So it was before policies said anything of it."""
    assert bands_of({}) == Bands()
    assert steps_of(hands_for(Bands(), 10**12)) == (Step.STREET_REVIEW, Step.PROPOSAL, Step.APPROVAL)


@pytest.mark.parametrize(
    "part",
    [
        APPROVAL | {"second_from": 5000},
        APPROVAL | {"second_from": "0.00"},
        APPROVAL | {"supervisor_from": "4999.99"},
        APPROVAL | {"notice_days": -1},
        APPROVAL | {"notice_days": True},
        APPROVAL | {"third_from": "1.00"},
        {"second_from": "5000.00"},
    ],
    ids=str,
)
def test_a_typo_removes_no_signature(part):
    """Unknown or missing keys, numbers for amounts, and a supervisor before the second checker are bad input."""
    with pytest.raises(BadInput):
        bands_of({"approval": part})


def test_pieces_of_a_claim_need_as_many_hands_as_the_whole(app):
    """What a project was entitled to before counts: the second claim of a few yuan needs two checkers too."""
    from fundapp.fundraising.commands import decide_contribution, record_contribution
    from fundapp.kernel.money import from_fen
    from fundapp.matching.commands import NewClaim, claim_match
    from tests.db.sending import gift

    parts = MATCHING | {"entitlement": {"cap": "50000.00", "rules": ["linear"], "linear": {"rate": "1/2"}}}
    town, claims = make_claims(
        1, Step.APPROVAL, 9_000 * YUAN, budget="100000.00", parts={"matching": parts, "approval": APPROVAL}
    )
    group = town.groups[0]
    with unit_of_work() as session:
        more = record_contribution(session, group[Task.TREASURER], gift(town, "more", 1_000 * YUAN), CLOCK)
        decide_contribution(session, group[Task.MEMBER], more.id, True, "", CLOCK)
        second = claim_match(session, group[Task.LEAD], NewClaim(town.projects[0], "c2", from_fen(0)), CLOCK).id
    with reading_session() as session:
        first, later = get_claim(session, claims[0]), get_claim(session, second)
    assert (first.entitled.amount, first.hands) == (4_500, Hands(1, False))
    assert (later.entitled.amount, later.hands) == (500, Hands(2, False))


# --- everybody another person --------------------------------------------------------------------------------------


def test_a_large_claim_goes_through_five_hands(app):
    """Street, officer, checker, supervisor, approver; only then is money promised, and a sixth may pay it."""
    town, (claim,) = claimed(Step.SUPERVISION)
    with reading_session() as session:
        assert get_claim(session, claim).waits_for is Step.APPROVAL
    with unit_of_work() as session, pytest.raises(Refused, match=r"matching\.nothing_to_pay"):
        disburse(session, of(town, Step.PROPOSAL), claim, "early", CLOCK)
    do(claim, of(town, Step.APPROVAL), Step.APPROVAL)
    with unit_of_work() as session:
        assert disburse(session, of(town, Step.PROPOSAL), claim, "pay", CLOCK).amount_fen.amount == 50_000


def test_the_approval_does_not_come_before_the_check(app):
    """Neither the check nor the supervision may be left out."""
    town, (claim,) = claimed(Step.PROPOSAL)
    refused("matching.wrong_step", claim, of(town, Step.APPROVAL), Step.APPROVAL)
    do(claim, of(town, Step.CHECK, 0), Step.CHECK)
    refused("matching.wrong_step", claim, of(town, Step.APPROVAL), Step.APPROVAL)


def test_one_person_does_not_sign_twice(app):
    """The checker is no approver of the same claim, however many roles she holds."""
    town, (claim,) = claimed(Step.PROPOSAL)
    both = of(town, Step.CHECK, 0)
    do(claim, both, Step.CHECK)
    with unit_of_work() as session:
        grant_role(
            session, administrator(session), both.person_id, Role.FOUNDATION_SUPERVISOR, town.places.street, CLOCK
        )
        both = again(session, both)
    refused("matching.second_person", claim, both, Step.SUPERVISION)


def test_who_left_the_group_still_decides_nothing_of_its_claim(app):
    """A change of tasks or roles after the claim makes no checker of somebody who had a hand in it."""
    town, (claim,) = claimed()
    member = town.groups[0][Task.MEMBER]
    with unit_of_work() as session:
        session.execute(delete(ProjectMember).where(ProjectMember.person_id == member.person_id))
        grant_role(session, administrator(session), member.person_id, Role.STREET_OFFICER, town.places.street, CLOCK)
        member = again(session, member)
    refused("matching.had_a_hand", claim, member, Step.STREET_REVIEW)


def test_a_role_that_ended_while_the_page_was_open_decides_nothing(app):
    """The command asks for the roles of this moment, not for those with which the page was opened."""
    town, (claim,) = claimed()
    street = of(town, Step.STREET_REVIEW)
    with unit_of_work() as session:
        for row in session.scalars(select(RoleGrant).where(RoleGrant.person_id == street.person_id)):
            end_role(session, administrator(session), row.id, CLOCK)
    with pytest.raises(Forbidden, match=r"matching\.not_your_step"):
        do(claim, street, Step.STREET_REVIEW)


def test_who_approved_does_not_pay(app):
    """Even where she works as an officer too."""
    town, (claim,) = claimed(Step.APPROVAL)
    who = of(town, Step.APPROVAL)
    with unit_of_work() as session:
        grant_role(session, administrator(session), who.person_id, Role.FOUNDATION_OFFICER, town.places.street, CLOCK)
        who = again(session, who)
    with unit_of_work() as session, pytest.raises(Forbidden, match=r"matching\.approver_does_not_pay"):
        disburse(session, who, claim, "pay", CLOCK)


def check_at_once(claim, meeting, who):
    """Check a claim in a process of its own, and wait for the other one after reading."""
    from fundapp.matching import commands

    commands.get_project = meeting.after(commands.get_project)
    with unit_of_work() as session:
        return commands.decide(
            session, who, NewDecision(claim, f"at-once-{who.person_id}", Step.CHECK, True, ""), CLOCK
        ).id


def test_two_checkers_at_once_are_one_check(app):
    """One of them is told that it is done; she may still be the approver."""
    town, claims = claimed(Step.PROPOSAL, projects=1)
    meeting = Meeting(2, seconds=0.3)
    ended = at_once([partial(check_at_once, claims[0], meeting, who) for who in town.staff[Role.FOUNDATION_APPROVER]])
    assert sorted(what if kind == "refused" else kind for kind, what in ended) == ["done", "matching.decided"]
    with reading_session() as session:
        checks = session.scalars(select(MatchDecision).where(MatchDecision.step == Step.CHECK)).all()
    assert len(checks) == 1


# --- the database itself -------------------------------------------------------------------------------------------

DECISION = (
    "INSERT INTO match_decision (claim_id, step, passed, note, op_key, decided_by_id, decided_at) "
    "SELECT :claim, :step, TRUE, '', 'attack', :who, claimed_at FROM match_claim WHERE id = :claim"
)
PAYMENT = (
    "INSERT INTO disbursement (claim_id, project_id, op_key, amount_fen, tranche, paid_by_id, paid_at) "
    "SELECT id, project_id, 'attack', 1, 'whole', :who, claimed_at FROM match_claim WHERE id = :claim"
)


def attack(guard, statement, **values):
    """Show that plain SQL is refused, and that it is this guard which refuses; nothing of it stays."""
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(DBAPIError), connection.begin_nested():
            connection.execute(text(statement), values)
        drop_guard(connection, next(one for one in guards() if one.name == guard))
        connection.execute(text(statement), values)
        connection.rollback()


def test_the_database_keeps_hands_apart(app):
    """Group, proposer, treasurer, whoever decided before, and a payer who approved: refused by name in plain SQL."""
    town, (claim,) = claimed(Step.PROPOSAL)
    group = town.groups[0]
    for task in Task:
        who = group[task].person_id
        if task is not Task.LEAD:
            attack("match_party_is_not_checker", DECISION, claim=claim, step="check", who=who)
    attack(
        "match_maker_is_not_checker", DECISION, claim=claim, step="check", who=of(town, Step.STREET_REVIEW).person_id
    )
    do(claim, of(town, Step.CHECK, 0), Step.CHECK)
    do(claim, of(town, Step.SUPERVISION), Step.SUPERVISION)
    do(claim, of(town, Step.APPROVAL), Step.APPROVAL)
    for who in (of(town, Step.CHECK, 0), of(town, Step.SUPERVISION), of(town, Step.APPROVAL), group[Task.TREASURER]):
        attack("disbursement_payer_is_another", PAYMENT, claim=claim, who=who.person_id)


@pytest.mark.parametrize("step", ["supervision", "approval"])
def test_the_database_keeps_the_order_of_steps(app, step):
    """Without the check there is no supervision and no approval."""
    town, (claim,) = claimed(Step.PROPOSAL)
    attack("match_steps_in_order", DECISION, claim=claim, step=step, who=of(town, Step.APPROVAL).person_id)


def test_a_small_claim_has_no_step_too_many(app):
    """A check of a claim that needs none is no signature."""
    town, (claim,) = claimed(
        Step.PROPOSAL, approval={**APPROVAL, "second_from": "60000.00", "supervisor_from": "60000.00"}
    )
    attack("match_steps_in_order", DECISION, claim=claim, step="check", who=of(town, Step.APPROVAL).person_id)


def test_fewer_hands_than_the_policy_asks_for_are_found(app):
    """``fundapp check`` works out the band of every claim again."""
    _town, (claim,) = claimed()
    with reading_session() as session:
        assert check_claims(session).first_fault is None
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == "match_claim_keeps_values"))
        connection.execute(text("UPDATE match_claim SET checkers = 1"))
    with reading_session() as session:
        assert (
            check_claims(session).first_fault
            == f"match_claim:{claim} is not approved by as many as its policy asks for"
        )


# --- pages ---------------------------------------------------------------------------------------------------------


def test_the_page_says_who_signed_who_is_needed_and_why_not_me(app):
    """Staff see names and reasons; everybody sees the steps."""
    town, (claim,) = claimed(Step.CHECK)
    checker = of(town, Step.CHECK, 0)
    with unit_of_work() as session:
        grant_role(
            session, administrator(session), checker.person_id, Role.FOUNDATION_SUPERVISOR, town.places.street, CLOCK
        )
        logins = [make_account(session, who, f"look{n}") for n, who in enumerate((checker, of(town, Step.SUPERVISION)))]
        stranger = make_account(session, make_person(session, "过路人"), "stranger")
    shown = Visitor(app).text(f"/matches/{claim}")
    assert "监事监督" in shown
    assert "金额大，要两人审批，监事也要看过" in shown
    assert checker.name not in shown
    mine = Visitor(app, logins[0]).text(f"/matches/{claim}")
    assert checker.name in mine
    assert "这次申请您已经办过一步" in mine
    assert "这次申请您已经办过一步" in Visitor(app, logins[0]).text(f"/matches/{claim}/decide")
    assert f"/matches/{claim}/decide" in Visitor(app, logins[1]).text(f"/matches/{claim}")
    assert Visitor(app, stranger).get(f"/matches/{claim}/decide").status_code == 404
