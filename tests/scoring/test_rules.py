"""Sums, ranks and choices of a sheet, exactly."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.kernel.bars import Bar
from fundapp.kernel.errors import Refused
from fundapp.scoring.rules import (
    Candidate,
    Criterion,
    Terms,
    Why,
    count,
    hundredths,
    outcome_record,
    read_criteria,
    worth,
)
from fundapp.scoring.texts import USUAL

FIVE = Terms(tuple(Criterion(str(name), weight) for name, weight in USUAL), 10, 60, True, Bar(Fraction(2, 3)))


def same(points):
    """The same points for each of the five criteria."""
    return (points,) * 5


def test_five_criteria_of_panlong_weigh_a_fifth_each():
    """8, 9, 6, 10 and 7 of 10 make 80 of 100."""
    assert worth(FIVE, (8, 9, 6, 10, 7)) == 80


def test_the_highest_and_the_lowest_paper_of_five_are_left_out():
    """6, 7, 8, 9 and 0 make the mean of 60, 70 and 80; of four papers none is left out."""
    papers = [{1: same(one)} for one in (6, 7, 8, 9, 0)]
    assert count(FIVE, [Candidate(1, 100)], [1], papers, 5, 100).lines[0].total == 70
    assert count(FIVE, [Candidate(1, 100)], [1], papers[:4], 5, 100).lines[0].total == 75


def test_what_does_not_fit_is_passed_over_and_what_fits_goes_on():
    """3000 and 2000 yuan of 5000 fit, 2500 between them does not."""
    papers = [{1: same(9), 2: same(7), 3: same(8)}] * 3
    found = count(FIVE, [Candidate(1, 3000), Candidate(2, 2000), Candidate(3, 2500)], [1, 2, 3], papers, 3, 5000)
    assert [(line.project_id, line.why) for line in found.lines] == [
        (1, Why.CHOSEN), (3, Why.BUDGET), (2, Why.CHOSEN),
    ]  # fmt: skip
    assert (found.chosen, found.cost) == ((1, 2), 5000)


def test_exactly_the_line_is_enough_and_a_tie_goes_by_lot():
    """60 of 100 is chosen; of two equal ones the one drawn first."""
    papers = [{1: same(6), 2: same(6)}] * 3
    found = count(FIVE, [Candidate(1, 100), Candidate(2, 100)], [2, 1], papers, 3, 100)
    assert found.chosen == (2,)
    below = count(FIVE, [Candidate(1, 100)], [1], [{1: (6, 6, 6, 6, 5)}] * 3, 3, 100)
    assert below.lines[0].why is Why.BELOW


def test_without_a_quorum_nothing_is_decided():
    """Three of five members are less than two thirds; four are enough."""
    papers = [{1: same(9)}] * 4
    assert count(FIVE, [Candidate(1, 100)], [1], papers[:3], 5, 100).lines[0].why is Why.QUORUM
    assert count(FIVE, [Candidate(1, 100)], [1], papers, 5, 100).lines[0].why is Why.CHOSEN


def test_who_steps_aside_counts_for_nothing_and_half_must_stay():
    """A project is scored by the others; by less than half of the members it is not."""
    papers = [{1: None, 2: same(9)}, {1: same(8), 2: same(9)}, {1: same(6), 2: same(9)}, {1: None, 2: same(9)}]
    found = {line.project_id: line for line in _two(papers).lines}
    assert (found[1].total, found[1].papers) == (70, 2)
    found = {line.project_id: line for line in _two([*papers[:2], papers[3], papers[3]]).lines}
    assert (found[1].total, found[1].why) == (None, Why.FEW)


def _two(papers):
    return count(FIVE, [Candidate(1, 100), Candidate(2, 100)], [1, 2], papers, 4, 1000)


def test_a_paper_of_other_projects_is_not_counted():
    """What does not fit the sheet is a mistake of the program."""
    with pytest.raises(ValueError, match="of the projects of the sheet"):
        count(FIVE, [Candidate(1, 100)], [1], [{2: same(5)}], 1, 100)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("惠及面广", "criteria_form"),
        ("惠及面广 0\n自筹多 100", "criteria_form"),
        ("惠及面广 50\n惠及面广 50", "criteria_twice"),
        ("惠及面广 50\n自筹多 49", "weights"),
        ("\n", "criteria_count"),
    ],
)
def test_criteria_that_cannot_be_read_are_told(text, code):
    """Each mistake has its sentence, on the field."""
    with pytest.raises(Refused) as refused:
        read_criteria(text)
    assert (refused.value.code, refused.value.field) == (f"scoring.{code}", "criteria")


POINTS = st.tuples(*[st.integers(0, 10)] * 5)


@given(
    st.lists(st.fixed_dictionaries({n: st.none() | POINTS for n in range(4)}), max_size=7),
    st.lists(st.integers(1, 50), min_size=4, max_size=4),
    st.permutations(range(4)),
    st.integers(0, 120),
    st.randoms(use_true_random=False),
)
def test_a_count_never_overspends_and_does_not_hang_on_the_order_of_papers(papers, costs, lots, budget, chance):
    """Whatever was given: within the budget, everybody ranked once, the same from shuffled papers."""
    candidates = [Candidate(n, cost) for n, cost in enumerate(costs)]
    found = count(FIVE, candidates, lots, papers, 7, budget)
    assert found.cost == sum(costs[one] for one in found.chosen) <= budget
    assert sorted(line.project_id for line in found.lines) == [0, 1, 2, 3]
    totals = [line.total for line in found.lines if line.total is not None]
    assert totals == sorted(totals, reverse=True)
    assert all(0 <= total <= 100 for total in totals)
    chance.shuffle(papers)
    assert outcome_record(count(FIVE, candidates[::-1], lots, papers, 7, budget)) == outcome_record(found)


def test_hundredths_are_rounded_half_up():
    """What is read has two decimals; what is compared is exact."""
    assert [hundredths(Fraction(n, 8)) for n in (1, 565, 800)] == ["0.13", "70.63", "100.00"]
