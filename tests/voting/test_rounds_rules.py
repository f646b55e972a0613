"""The pure rules of a round: terms, moments, what may be told, the count."""

import random
from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.kernel.errors import BadInput, Refused
from fundapp.voting.method import check_marks, marks_of, method_of
from fundapp.voting.rounds import (
    Channel,
    RoundState,
    ballot_order,
    by_channel,
    count_votes,
    draw_code,
    outcome_record,
    read_code,
    results_visible,
    rules_hash,
    show_code,
    shown_turnout,
    standings,
    state_of,
    terms_of,
    votes_shown,
)
from fundapp.voting.rules import Why
from tests.voting.polling import BY_VOTE, CLOSES, JUST, OPENS

METHOD = method_of({"max_choices": 3})


def counted(candidates, ballots, budget, lots):
    """Count ballots that name projects."""
    return count_votes(METHOD, candidates, [dict.fromkeys(ballot, 1) for ballot in ballots], budget, lots)


@dataclass(frozen=True)
class Window:
    opens_at: datetime = OPENS
    closes_at: datetime = CLOSES


@pytest.mark.parametrize(
    "part",
    [
        None,
        {},
        BY_VOTE | {"rule": "fair"},
        BY_VOTE | {"choose_by_vote": "yes"},
        BY_VOTE | {"max_choices": 0},
        BY_VOTE | {"max_choices": True},
        BY_VOTE | {"days": 61},
    ],
)
def test_a_policy_part_that_is_wrong_is_named(part):
    """A typo in the rules of a vote is found when they are read, not when they are applied."""
    with pytest.raises(BadInput, match="voting"):
        terms_of({"voting": part} if part is not None else {})


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (OPENS - JUST, RoundState.WAITING),
        (OPENS, RoundState.OPEN),
        (CLOSES - JUST, RoundState.OPEN),
        (CLOSES, RoundState.CLOSED),
    ],
)
def test_a_round_is_open_from_its_first_moment_to_before_its_last(now, state):
    """The opening moment is inside, the closing moment is not, and results begin exactly there."""
    assert state_of(Window(), now, opened=True, published=False) is state
    assert results_visible(Window(), now) is (state is RoundState.CLOSED)


def test_a_draft_is_never_open():
    """Without an opening the hours mean nothing."""
    assert state_of(Window(), OPENS, opened=False, published=False) is RoundState.DRAFT


@given(st.integers(0, 5000))
def test_turnout_is_told_in_fives_while_the_round_is_open(cast):
    """Nobody can tell from the number when one neighbour voted; after the close it is exact."""
    shown = shown_turnout(cast, Window(), CLOSES - JUST)
    assert shown % 5 == 0
    assert cast - 5 < shown <= cast
    assert shown_turnout(cast, Window(), CLOSES) == cast


@given(st.integers(0, 300), st.integers(0, 300))
def test_no_channel_with_fewer_than_ten_ballots_is_told_apart(phone, paper):
    """Cells under ten are merged, and nothing is lost in the sum."""
    told = by_channel({Channel.PHONE: phone, Channel.PAPER: paper})
    assert sum(told.values()) == phone + paper
    assert all(count >= 10 for channel, count in told.items() if channel is not None)
    assert votes_shown(9) is False
    assert votes_shown(10) is True


@given(st.integers(1, 200), st.sets(st.integers(1, 50), min_size=1))
def test_each_household_sees_all_candidates_in_an_order_of_its_own(unit, projects):
    """The order is a permutation and the same whenever the household looks."""
    order = ballot_order("hash", unit, projects)
    assert sorted(order) == sorted(projects)
    assert order == ballot_order("hash", unit, reversed(sorted(projects)))


def test_orders_differ_between_households():
    """Nobody is first for everyone."""
    assert len({ballot_order("hash", unit, range(8))[0] for unit in range(60)}) == 8


def test_a_changed_rule_has_another_fingerprint():
    """One choice more, or candidates in another order, is another rule."""
    known = {rules_hash({"max": 3, "lots": [1, 2]}), rules_hash({"max": 4, "lots": [1, 2]})}
    assert len(known | {rules_hash({"max": 3, "lots": [2, 1]})}) == 3


@given(st.randoms(use_true_random=False))
def test_a_receipt_code_is_read_as_people_type_it(chance):
    """Dashes, blanks and small letters do not matter; letters that look alike do not occur."""
    code = draw_code(chance)
    assert read_code(f" {show_code(code).lower()} ") == code
    assert not set(code) & set("01IOL")


def test_receipt_codes_do_not_clash():
    """Five thousand codes are five thousand codes."""
    chance = random.Random(1)
    assert len({draw_code(chance) for _ in range(5000)}) == 5000


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ([], "voting.nothing_chosen"),
        ([1, 2, 3, 4], "voting.too_many"),
        ([1, 9], "voting.not_a_candidate"),
        ([1, 1], "voting.not_a_candidate"),
    ],
)
def test_a_ballot_that_does_not_keep_to_the_rules_is_refused(chosen, code):
    """At least one, each once, candidates only, and no more than allowed."""
    with pytest.raises(Refused) as refused:
        check_marks(METHOD, chosen, marks_of(METHOD, chosen), {1: 1, 2: 1, 3: 1, 4: 1}, 1)
    assert refused.value.code == code


def test_most_votes_first_and_what_does_not_fit_is_passed_over():
    """The second by votes is too dear for the rest, the third is selected; the reserve list is ranked by votes."""
    ballots = [[1, 2], [1, 2], [1, 3], [4]]
    outcome = counted([(1, 300), (2, 300), (3, 200), (4, 100), (5, 50)], ballots, 500, [5, 4, 3, 2, 1])
    ranked = {one.project_id: (one.selected, one.rank, one.votes, one.why) for one in standings(outcome)}
    assert ranked == {
        1: (True, 1, 3, Why.SELECTED),
        4: (True, 2, 1, Why.SELECTED),
        2: (False, 1, 2, Why.DOES_NOT_FIT),
        3: (False, 2, 1, Why.DOES_NOT_FIT),
        5: (False, 3, 0, Why.NO_VOTES),
    }
    assert outcome.cost == 400


def test_equal_votes_and_costs_go_by_the_lots():
    """The drawn order decides, and the outcome says so."""
    outcomes = [counted([(1, 300), (2, 300)], [[1], [2]], 400, lots) for lots in ([1, 2], [2, 1])]
    assert [outcome.selected for outcome in outcomes] == [("1",), ("2",)]
    assert outcome_record(outcomes[1])["tied"] == [{"at": 0, "among": ["2", "1"], "chosen": "2"}]


@given(
    st.lists(st.sets(st.integers(1, 6), max_size=3), max_size=40), st.integers(1, 2000), st.permutations(range(1, 7))
)
def test_whatever_is_voted_the_money_is_kept_and_everybody_has_a_place(ballots, budget, lots):
    """Selected projects fit the budget, have a vote, and every project stands exactly once."""
    costs = {project: 100 * project for project in range(1, 7)}
    outcome = counted(costs.items(), ballots, budget, lots)
    ranked = standings(outcome)
    assert sorted(one.project_id for one in ranked) == list(costs)
    assert sum(costs[one.project_id] for one in ranked if one.selected) == outcome.cost <= budget
    assert all(one.votes for one in ranked if one.selected)
    for selected in (True, False):
        ranks = [one.rank for one in ranked if one.selected is selected]
        assert ranks == list(range(1, len(ranks) + 1))
