"""Ballot types and rules of a policy: what is read, what is refused, and what is counted by hand."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.kernel.errors import BadInput, Refused
from fundapp.voting.method import BallotType, check_marks, marks_of, method_of, named_options, options_of
from fundapp.voting.rounds import count_votes, plain_count, standings, terms_of
from fundapp.voting.rules import Rule, Start, Stop, Utility, Why
from tests.voting.polling import BY_VOTE

COSTS = {1: 10_000, 2: 20_000, 3: 30_000}


def refusal(part, chosen, points=(), budget=35_000):
    """Give the code under which a ballot is refused; nothing where it is taken."""
    method = method_of({"max_choices": 2} | part)
    try:
        check_marks(method, chosen, marks_of(method, chosen, points), COSTS, budget)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"ballot": "lots"}, "voting.ballot"),
        ({"ballot": "ranking", "max_choices": 11}, "voting.max_choices"),
        ({"points": 5}, "voting.points"),
        ({"ballot": "points", "points": 0}, "voting.points"),
        ({"ballot": "points", "points": 5, "each": 6}, "voting.each"),
        ({"rule": "phragmen", "ballot": "points"}, "voting.rule"),
        ({"rule": "greedy-threshold"}, "voting.threshold"),
        ({"rule": "greedy", "threshold": 3}, "--threshold"),
        ({"rule": "mes", "step": "1.00"}, "--step"),
        ({"rule": "mes-add1", "step": "0.00"}, "voting.step"),
        ({"rule": "mes-add1", "step": 1}, "voting.step"),
        ({"rule": "mes-add1", "utility": "fair"}, "voting.utility"),
        ({"unknown": 1}, "voting"),
    ],
)
def test_a_way_of_voting_that_makes_no_sense_is_refused_with_its_place(part, where):
    """A typo in a policy never changes how votes are counted."""
    with pytest.raises(BadInput, match=where.replace(".", r"\.")):
        terms_of({"voting": BY_VOTE | part})


def test_a_policy_that_says_nothing_counts_votes():
    """What was agreed before ballots and rules could be named keeps its meaning."""
    method = terms_of({"voting": BY_VOTE}).method
    assert (method.ballot, method.options.rule) == (BallotType.APPROVAL, Rule.GREEDY)
    assert (method.most, method.points, method.each) == (3, 3, 1)


def test_every_option_of_a_rule_is_written_and_read_again():
    """Nothing of the rule is left to what the program takes for usual."""
    part = {
        "max_choices": 3,
        "rule": "mes-add1",
        "utility": "points",
        "start": "exact",
        "stop": "exhaustive",
        "step": "2.50",
    }
    told = named_options(method_of(part).options)
    assert told == {"utility": "points", "start": "exact", "stop": "exhaustive", "fill": "none", "step": "2.50"}
    again = options_of(Rule.MES_ADD1, told)
    assert (again.utility, again.start, again.stop, again.step) == (Utility.POINTS, Start.EXACT, Stop.EXHAUSTIVE, 250)


@pytest.mark.parametrize(
    ("part", "chosen", "points", "code"),
    [
        ({"ballot": "knapsack"}, [1, 2], (), None),
        ({"ballot": "knapsack"}, [2, 3], (), "voting.too_dear"),
        ({"ballot": "points", "points": 5, "each": 3}, [1, 2], (3, 2), None),
        ({"ballot": "points", "points": 5, "each": 3}, [1, 2], (4, 1), "voting.too_much_on_one"),
        ({"ballot": "points", "points": 5, "each": 3}, [1, 2], (3, 3), "voting.too_many_points"),
        ({"ballot": "points", "points": 5, "each": 3}, [1, 2], (3, 0), "voting.too_much_on_one"),
        ({"ballot": "points", "points": 5, "each": 3}, [1, 2], (3,), "voting.points_missing"),
        ({"ballot": "points"}, [1, 2, 3], (1, 1, 1), "voting.too_many"),
        ({"ballot": "ranking"}, [3, 1], (), None),
        ({"ballot": "ranking"}, [3, 1, 2], (), "voting.too_many"),
        ({"ballot": "ranking"}, [3, 3], (), "voting.not_a_candidate"),
        ({"ballot": "ranking"}, [], (), "voting.nothing_chosen"),
    ],
)
def test_a_ballot_keeps_to_the_limits_of_its_round(part, chosen, points, code):
    """Money, points and places: exactly at the limit is inside."""
    assert refusal(part, chosen, points) == code


def test_exactly_the_money_of_the_round_may_be_chosen():
    """50,000 fen are within 50,000 and not within 49,999."""
    assert refusal({"ballot": "knapsack"}, [2, 3], budget=50_000) is None
    assert refusal({"ballot": "knapsack"}, [2, 3], budget=49_999) == "voting.too_dear"


def test_places_are_worth_points_from_the_top():
    """With three places the first is worth 3; one who ranks one project only gives it 3."""
    method = method_of({"max_choices": 3, "ballot": "ranking"})
    assert marks_of(method, [9, 4, 7]) == {9: 3, 4: 2, 7: 1}
    assert marks_of(method, [9]) == {9: 3}


def test_ranks_and_points_decide_where_ticks_would_not():
    """Two ballots rank 2 first, three rank 1 second: 2 has 6 points, 1 has 6; 1 is cheaper and goes first."""
    method = method_of({"max_choices": 3, "ballot": "ranking"})
    ballots = [{2: 3}, {2: 3}, {1: 2}, {1: 2}, {1: 2}]
    outcome = count_votes(method, COSTS.items(), ballots, 25_000, [3, 2, 1])
    assert [(one.project_id, one.selected, one.votes, one.points) for one in standings(outcome)] == [
        (1, True, 3, 6), (2, False, 2, 6), (3, False, 0, 0),
    ]  # fmt: skip


def test_equal_shares_give_the_small_building_its_project():
    """Six of ten want the two dear projects, four the small one; counting votes leaves the four with nothing.

    10 ballots, 10,000 fen: 1,000 each. Project 1 (6,000, six votes) costs its six all they have; project 3 (4,000,
    four votes) costs its four all they have. Counting votes takes 1 and then 2 (4,000, six votes).
    """
    method = method_of({"max_choices": 3, "rule": "mes"})
    ballots = [{1: 1, 2: 1}] * 6 + [{3: 1}] * 4
    outcome = count_votes(method, [(1, 6_000), (2, 4_000), (3, 4_000)], ballots, 10_000, [1, 2, 3], explain=True)
    # 2 is the cheapest for its six at first: 666 2/3 each; then 1 cannot be paid by them any more
    assert outcome.selected == ("2", "3")
    assert plain_count(outcome) == [2, 1]
    assert [sum(paid.each * paid.voters for paid in one.payments) for one in outcome.rounds] == [4_000, 4_000]
    verdict = next(one for one in outcome.verdicts if one.project == "1")
    assert (verdict.why, verdict.supporters_left) == (Why.SUPPORTERS_SHORT, Fraction(2_000))


@given(
    st.lists(st.dictionaries(st.integers(1, 5), st.integers(1, 3), max_size=4), max_size=30),
    st.integers(1, 2_000),
    st.permutations(range(1, 6)),
    st.sampled_from(["greedy", "greedy-no-skip", "mes", "mes-add1"]),
)
def test_whatever_the_rule_the_money_is_kept_and_counting_votes_is_the_counting_rule(ballots, budget, lots, rule):
    """The comparison with plain counting is what the rule `greedy` itself gives for the same ballots."""
    costs = {project: 100 * project for project in range(1, 6)}
    parts = {"max_choices": 4, "ballot": "points", "points": 12, "each": 3}
    outcome = count_votes(method_of(parts | {"rule": rule}), costs.items(), ballots, budget, lots)
    assert sum(costs[one.project_id] for one in standings(outcome) if one.selected) == outcome.cost <= budget
    plain = count_votes(method_of(parts), costs.items(), ballots, budget, lots)
    assert plain_count(outcome) == [int(project) for project in plain.selected]
