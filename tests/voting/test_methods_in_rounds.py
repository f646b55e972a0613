"""Rounds with other ballots and other rules, from the policy to the published result."""

import pytest

from fundapp.db.work import reading_session
from fundapp.kernel.errors import Refused
from fundapp.voting import queries
from fundapp.voting.checks import CHECKS
from fundapp.voting.method import BallotType
from fundapp.voting.models import VoteResult, VoteRound
from fundapp.voting.rules import Rule, Why
from tests.voting.polling import BY_VOTE, CLOSES, cast, make_polled, paper, publish

POINTS = {"ballot": "points", "points": 6, "each": 4}


def polled_by(voting, **more):
    """A round over fourteen households, twelve with a phone, that is voted and counted as *voting* says."""
    return make_polled(units=14, people=12, voting=BY_VOTE | voting, **more)


def told(polled):
    """Publish, and give the result page."""
    publish(polled)
    with reading_session() as session:
        assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
        return queries.result_page(session, polled.round, CLOSES)


def test_a_round_keeps_the_method_of_the_policy_it_was_drafted_under(working):
    """Ballot, points, rule and every option stand in the round, and in its fingerprint."""
    polled = polled_by(POINTS | {"rule": "mes-add1", "step": "5.00"})
    with reading_session() as session:
        row = session.get_one(VoteRound, polled.round)
        assert (row.ballot, row.points, row.most_points, row.rule) == (BallotType.POINTS, 6, 4, Rule.MES_ADD1)
        assert row.options == {
            "utility": "cost", "start": "integral", "stop": "overspend", "fill": "none", "step": "5.00",
        }  # fmt: skip
        assert row.method.options.step == 500


def test_points_add_up_on_phone_and_paper(working):
    """Eleven households give 4 and 2, a paper gives 1; the sum decides, not the number of ballots."""
    polled = polled_by(POINTS, budget=100_000)
    for number in range(5):
        cast(polled, number, 0, points=(1,))
    for number in range(5, 11):
        cast(polled, number, 1, points=(1,))
    paper(polled, 1, 12, 0, points=(4,))
    page = told(polled)
    assert [(line.project_id, line.votes, line.points) for line in page.selected] == [(polled.projects[0], 6, 9)]
    assert page.by_votes is None


def test_the_same_ballot_with_other_points_is_another_ballot(working):
    """A form that is sent again is the same ballot; the same key with other points is refused."""
    polled = polled_by(POINTS)
    key = "a" * 36
    first = cast(polled, 0, 0, 1, points=(4, 2), key=key)
    assert cast(polled, 0, 0, 1, points=(4, 2), key=key) == first
    with pytest.raises(Refused) as refused:
        cast(polled, 0, 0, 1, points=(3, 2), key=key)
    assert refused.value.code == "web.used_key"


@pytest.mark.parametrize(("points", "code"), [((5, 1), "voting.too_much_on_one"), ((4, 3), "voting.too_many_points")])
def test_more_points_than_there_are_is_refused_on_phone_and_paper(working, points, code):
    """Nothing is stored, and the reason names the limit."""
    polled = polled_by(POINTS)
    for send in (lambda: cast(polled, 0, 0, 1, points=points), lambda: paper(polled, 1, 12, 0, 1, points=points)):
        with pytest.raises(Refused) as refused:
            send()
        assert (refused.value.code, refused.value.field) == (code, "choices")


def test_a_ranking_is_kept_in_its_order(working):
    """The order of the ballot is the order on the receipt, and its points are 3, 2, 1."""
    polled = polled_by({"ballot": "ranking"})
    cast(polled, 0, 2, 0, 1)
    with reading_session() as session:
        receipt = queries.receipt_of(session, polled.round, polled.places.units[0], polled.residents[0])
        assert receipt.named == (("铺路面", 3), ("装路灯", 2), ("修雨棚", 1))


def test_a_household_spends_no_more_than_the_round_has(working):
    """2,000 and 3,000 yuan are all of 5,000; with 1,000 more it is too much."""
    polled = polled_by({"ballot": "knapsack"})
    cast(polled, 0, 1, 2)
    with pytest.raises(Refused) as refused:
        cast(polled, 1, 0, 1, 2)
    assert refused.value.code == "voting.too_dear"


def test_equal_shares_tell_who_paid_and_what_was_missing(working):
    """Twelve ballots share 5,000 yuan: 416.66 each. What counting votes would have chosen stands beside the result.

    Seven want 2,000 and 3,000 yuan, five want 1,000. By votes: 2,000 and 3,000, and nothing for the five. By equal
    shares: the seven pay 2,000 first (285.72 each) and have 916.67 left, the five pay their 1,000.
    """
    polled = polled_by({"rule": "mes"})
    for number in range(7):
        cast(polled, number, 1, 2)
    for number in range(7, 12):
        cast(polled, number, 0)
    page = told(polled)
    assert [line.project_id for line in page.selected] == [polled.projects[1], polled.projects[0]]
    assert page.by_votes == ("修雨棚", "铺路面")
    assert page.start.amount.to_eng_string() == "416.66"
    assert [(one.title, one.payers, str(one.most.amount)) for one in page.shares] == [
        ("修雨棚", 7, "285.72"), ("装路灯", 5, "200"),
    ]  # fmt: skip
    missing = next(line for line in page.reserve if line.project_id == polled.projects[2])
    assert (missing.why, str(missing.held.amount), missing.went_to) == (Why.SUPPORTERS_SHORT, "916.66", ("修雨棚",))


def test_what_is_filled_up_is_selected_and_said_to_be_filled(working):
    """After equal shares the rest goes by votes; a filled project moves on like a selected one."""
    polled = polled_by({"rule": "mes-add1", "fill": "greedy", "step": "400.00"}, costs=(100_000, 400_000, 390_000))
    for number in range(11):
        cast(polled, number, 1, 2)
    cast(polled, 11, 0)
    page = told(polled)
    whys = {line.project_id: line.why for line in page.selected}
    assert Why.FILLED in whys.values()
    assert page.cost.amount <= 5000
    with reading_session() as session:
        row = session.query(VoteResult).one()
        assert {int(one) for one in row.outcome["selected"] + row.outcome["filled"]} == set(whys)


def test_with_few_ballots_nobodys_share_is_told(working):
    """Under ten ballots a share would name households."""
    polled = polled_by({"rule": "mes"})
    cast(polled, 0, 0)
    page = told(polled)
    assert (page.shares, page.votes_told) == ((), False)
    assert all(line.held is None and not line.went_to for line in page.reserve)
