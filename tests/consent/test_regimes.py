"""Meetings, representatives, advice and 从众: one round has one rule, pinned from the policy and the law of its day."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from fundapp.consent.checks import check_results
from fundapp.consent.models import ConsentResult, ConsentRound, Outcome
from fundapp.consent.policy import Choice, terms_of
from fundapp.db.work import reading_session
from fundapp.kernel.errors import BadInput, Refused
from fundapp.projects.models import Project, StageChange
from fundapp.projects.rules import Stage
from tests.consent.asking import CLOSES, KEYED, OPENS, at, counted, make_asked, paper, phone, publish
from tests.consent.test_guards import ANSWER, answer, refused_by


@pytest.mark.parametrize(
    ("opens", "law", "outcome"),
    [
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), "residents-committee-1989", Outcome.PASSED),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "residents-committee-2025", Outcome.NO_QUORUM),
    ],
)
def test_a_round_is_counted_under_the_law_of_the_day_it_opened(working, opens, law, outcome):
    """23:59 on the last day of 2025 and midnight after it, China time; both close in 2026 with 4 of 7 households."""
    asked = make_asked(units=7, people=4, regime="representatives", opens=opens, closes=opens + timedelta(days=7))
    for number in range(4):
        paper(asked, number + 1, number, clock=at(opens + timedelta(days=2)))
    assert publish(asked, at(opens + timedelta(days=20))) is outcome
    with reading_session() as session:
        round_ = session.get_one(ConsentRound, asked.round)
        assert (round_.law, round_.early_end) == (law, False)
        assert check_results(session).first_fault is None


@pytest.mark.parametrize(
    ("regime", "agree", "oppose", "outcome"),
    [
        ("residents-meeting", 2, 1, Outcome.NO_QUORUM),
        ("residents-meeting", 3, 1, Outcome.PASSED),
        ("residents-meeting", 2, 2, Outcome.FAILED),
        ("representatives", 3, 0, Outcome.NO_QUORUM),
        ("representatives", 3, 1, Outcome.PASSED),
        ("household:>1/2", 3, 0, Outcome.FAILED),
        ("household:>1/2", 4, 0, Outcome.PASSED),
    ],
)
def test_six_households_under_each_rule(working, regime, agree, oppose, outcome):
    """A meeting needs four of six, representatives four of six, household practice four of all six."""
    asked = make_asked(people=6, regime=regime)
    for number in range(agree + oppose):
        phone(asked, number, Choice.AGREE if number < agree else Choice.OPPOSE)
    assert publish(asked, at(KEYED)) is outcome


def test_advice_is_counted_and_decides_nothing(working):
    """Nobody agrees and still the project goes on to the vote that decides; the history says what it was."""
    asked = make_asked(regime="council")
    phone(asked, 0, Choice.OPPOSE)
    assert publish(asked, at(KEYED)) is Outcome.ADVICE
    with reading_session() as session:
        assert session.get_one(Project, asked.project).stage is Stage.CONSENTED
        last = session.scalars(select(StageChange).order_by(StageChange.id.desc())).first()
        assert "只供参考，不作决定" in last.reason
        assert session.scalars(select(ConsentResult)).one().oppose == 1


def test_advice_needs_a_vote_that_decides(working):
    """A policy without a vote cannot let advice stand in for a decision."""
    with pytest.raises(Refused, match=r"consent\.advice_needs_a_vote"):
        make_asked(regime="council", vote=False)


def test_following_is_a_number_of_its_own_by_phone_and_on_paper(working):
    """Meeting of six: two agree, one opposes, one follows; he joins those who agree and is never written among them."""
    asked = make_asked(people=4, regime="residents-meeting", follow=True)
    for number, choice in enumerate((Choice.AGREE, Choice.OPPOSE, Choice.FOLLOW)):
        phone(asked, number, choice)
    paper(asked, 1, 4, Choice.AGREE)
    found = counted(asked).heads
    assert (found.agree, found.oppose, found.abstain, found.follow, found.silent) == (2, 1, 0, 1, 2)
    assert publish(asked, at(KEYED)) is Outcome.PASSED
    with reading_session() as session:
        row = session.scalars(select(ConsentResult)).one()
        assert (row.agree, row.follow, row.participating) == (2, 1, 4)
        assert check_results(session).first_fault is None


def test_under_a_household_rule_who_follows_does_not_agree(working):
    """Three agree and one follows of six: four are needed, so it fails."""
    asked = make_asked(people=4, follow=True)
    for number in range(3):
        phone(asked, number)
    phone(asked, 3, Choice.FOLLOW)
    assert publish(asked, at(KEYED)) is Outcome.FAILED


def test_following_is_refused_where_the_policy_does_not_name_it(asked):
    """By phone, on paper and by plain SQL."""
    with pytest.raises(Refused, match=r"consent\.no_such_answer"):
        phone(asked, 0, Choice.FOLLOW)
    with pytest.raises(Refused, match=r"consent\.no_such_answer"):
        paper(asked, 1, 0, Choice.FOLLOW)
    refused_by("consent_answer_follow_named", ANSWER, **answer(asked, answer="follow"))


@pytest.mark.parametrize("part", [{"follow": "yes"}, {"follow": 1}, {"regime": "council:1/2"}, {"folow": True}])
def test_a_policy_with_a_mistake_is_refused(part):
    """Whether 从众 is offered is true or false, and nothing else."""
    with pytest.raises(BadInput):
        terms_of({"consent": {"regime": "household:2/3", "days": 7} | part})


def test_consent_that_is_withdrawn_at_the_last_signature_is_counted_at_once(working):
    """V17: five of six are needed; with the fifth withdrawn it is one short in the same moment."""
    asked = make_asked(units=6, people=6, regime="household:5/6")
    for number in range(5):
        phone(asked, number, clock=at(OPENS))
    assert counted(asked).result.value == "passed"
    phone(asked, 4, Choice.OPPOSE, clock=at(CLOSES - timedelta(seconds=1)))
    assert counted(asked).result.value == "failed"
    phone(asked, 4, Choice.AGREE, clock=at(CLOSES - timedelta(microseconds=1)))
    assert publish(asked, at(KEYED)) is Outcome.PASSED
