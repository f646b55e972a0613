"""Questions, answers and results as functions of values."""

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.kernel.errors import Refused
from fundapp.questionnaire.rules import (
    SMALL,
    Cell,
    Kind,
    Question,
    Said,
    cells_of,
    check_questions,
    check_said,
    mean_of,
    merged,
    steps_of,
    tenth_text,
)
from tests.questionnaire.putting import ALL, QUESTIONS

COUNTS = st.lists(st.integers(0, 30), min_size=1, max_size=11)


def refused(deed, *given):
    with pytest.raises(Refused) as refusal:
        deed(*given)
    return refusal.value.code


@given(COUNTS)
def test_no_number_from_one_to_four_is_told_unless_there_is_nothing_else(counts):
    """Small numbers are merged until the sum is not small; what is told adds up to what was counted."""
    told = merged(Cell((str(place),), count) for place, count in enumerate(counts))
    assert sum(cell.count for cell in told) == sum(counts)
    assert sorted(label for cell in told for label in cell.labels) == sorted(map(str, range(len(counts))))
    small = [cell for cell in told if 0 < cell.count < SMALL]
    assert not small or sum(counts) < SMALL


@given(COUNTS)
def test_a_small_number_does_not_follow_from_the_others(counts):
    """Who knows the total and all but one number knows the last: a small one never stands alone in a merged cell."""
    told = merged(Cell((str(place),), count) for place, count in enumerate(counts))
    filled = sum(count > 0 for count in counts)
    for cell in told:
        inside = [counts[int(label)] for label in cell.labels]
        if any(0 < count < SMALL for count in inside):
            assert len(inside) > 1 or filled == 1


def test_nobody_and_everybody_are_told():
    """A 0 stays a 0: it tells of nobody; nine and seven stand by themselves."""
    told = merged([Cell(("门口",), 9), Cell(("车棚",), 0), Cell(("花园",), 7)])
    assert [(cell.labels, cell.count) for cell in told] == [(("门口",), 9), (("车棚",), 0), (("花园",), 7)]


def test_a_choice_of_several_counts_each_household_once_per_option():
    """Six households: all chose 八点, five also 十点; nobody left it out."""
    answers = [Said(options=(2, 3))] * 5 + [Said(options=(2,))]
    cells = cells_of(QUESTIONS[1], answers, "没答", "写了")
    assert [(cell.labels, cell.count) for cell in cells] == [
        (("六点",), 0),
        (("八点",), 6),
        (("十点",), 5),
        (("没答",), 0),
    ]


def test_a_number_is_counted_by_step_and_its_mean_is_exact():
    """Twelve marks 4 and five marks 5: 73/17, printed 4.3; the mean of four households is not told."""
    answers = [Said(number=4)] * 12 + [Said(number=5)] * 5
    assert [(cell.labels[0], cell.count) for cell in cells_of(QUESTIONS[2], answers, "没答", "写了") if cell.count] == [
        ("4", 12),
        ("5", 5),
    ]
    assert mean_of(answers) == Fraction(73, 17)
    assert tenth_text(Fraction(73, 17)) == "4.3"
    assert mean_of(answers[:4]) is None


@given(st.integers(0, 999), st.integers(1, 1000))
def test_steps_cover_every_number_once(low, span):
    """No number falls between two steps or into two."""
    high = min(1000, low + span)
    steps = steps_of(low, high)
    assert (steps[0][0], steps[-1][1]) == (low, high)
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(steps))
    assert len(steps) in (5, high - low + 1)


def test_an_answer_fits_its_questions():
    """One option for one choice, an option that is there, a number between its bounds, a short text."""
    check_said(QUESTIONS, ALL)
    check_said(QUESTIONS, {3: Said(number=5)})
    assert refused(check_said, QUESTIONS, {}) == "questionnaire.nothing_said"
    assert refused(check_said, QUESTIONS, {1: Said()}) == "questionnaire.nothing_said"
    for number, said in (
        (1, Said(options=(1, 2))),
        (1, Said(options=(4,))),
        (1, Said(text="门口")),
        (2, Said(options=(2, 2))),
        (3, Said(number=6)),
        (3, Said(options=(1,))),
        (4, Said(text="长" * 201)),
        (4, Said(number=1)),
        (5, Said(number=1)),
    ):
        assert refused(check_said, QUESTIONS, {number: said}) == "questionnaire.does_not_fit", said


def test_a_questionnaire_is_short_and_whole():
    """A title, one to eight questions, choices with different options, numbers with bounds."""
    one, several, number, text = QUESTIONS
    check_questions("路灯", QUESTIONS)
    check_questions("路灯", [text] * 8)
    for title, questions, code in (
        (" ", QUESTIONS, "title_needed"),
        ("长" * 61, QUESTIONS, "too_long"),
        ("路灯", (), "no_question"),
        ("路灯", [text] * 9, "too_many_questions"),
        ("路灯", [replace(text, words=" ")], "words_needed"),
        ("路灯", [replace(text, words="长" * 121)], "question_too_long"),
        ("路灯", [replace(one, options=("门口",))], "options_wrong"),
        ("路灯", [replace(several, options=("门口", "门口 "))], "options_wrong"),
        ("路灯", [replace(one, options=tuple(map(str, range(11))))], "options_wrong"),
        ("路灯", [replace(number, low=5)], "bounds_wrong"),
        ("路灯", [replace(number, high=1001)], "bounds_wrong"),
        ("路灯", [replace(number, high=None)], "bounds_wrong"),
    ):
        assert refused(check_questions, title, questions) == f"questionnaire.{code}"


def test_a_text_is_counted_and_never_shown_by_counting():
    """How many wrote, and how many did not: the words are for a moderator."""
    answers = [Said(text="暗")] * 6 + [Said()] * 7
    cells = cells_of(Question("还有吗", Kind.TEXT), answers, "没答", "写了")
    assert [(cell.labels, cell.count) for cell in cells] == [(("写了",), 6), (("没答",), 7)]
