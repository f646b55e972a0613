"""The law as data: which version is in force on which day."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest

from fundapp.consent.law import LAWS, Standing, law_for, law_of, newest_rules
from fundapp.consent.rules import Answer, Regime, decide, heads_of, is_settled
from fundapp.kernel.bars import Bar

HALF, THIRDS = Bar(Fraction(1, 2), strict=True), Bar(Fraction(2, 3))


@pytest.mark.parametrize(
    ("regime", "day", "code"),
    [
        ("owners:half", date(2021, 1, 1), "civil-code-278"),
        ("owners:three-quarters", date(2026, 11, 1), "civil-code-278"),
        ("residents-meeting", date(2025, 12, 31), "residents-committee-1989"),
        ("residents-meeting", date(2026, 1, 1), "residents-committee-2025"),
        ("representatives", date(2025, 12, 31), "residents-committee-1989"),
        ("representatives", date(2026, 1, 1), "residents-committee-2025"),
        ("council", date(2025, 12, 31), "council-custom"),
        ("council", date(2026, 1, 1), "council-2025"),
        ("household:9/10", date(2026, 1, 1), "household-custom"),
    ],
)
def test_each_regime_has_its_law_of_the_day(regime, day, code):
    """The residents' committees' law was rewritten for the first of January 2026; the Civil Code holds since 2021."""
    assert law_for(regime, day).code == code
    assert law_of(code).in_force(day)


def test_before_the_civil_code_owners_cannot_be_asked():
    """A law that is not in the table is not guessed."""
    with pytest.raises(LookupError):
        law_for("owners:half", date(2020, 12, 31))


def test_versions_follow_each_other_without_gap_or_overlap():
    """On any day from 1990 on, each regime that has a law has exactly one."""
    for name in {name for law in LAWS for name in law.rules}:
        versions = sorted((law for law in LAWS if name in law.rules), key=lambda law: law.effective_from)
        for earlier, later in pairwise(versions):
            assert earlier.effective_to is not None
            assert later.effective_from == earlier.effective_to + timedelta(days=1)
        assert versions[-1].effective_to is None


def test_the_shares_that_were_in_force_stay_as_they_are():
    """An entry that rounds were counted under is never edited: a new law is a further entry."""
    told = {(law.code, name): (rule.quorum, rule.bar) for law in LAWS for name, rule in law.rules.items()}
    assert told == {
        ("civil-code-278", "owners:half"): (THIRDS, HALF),
        ("civil-code-278", "owners:three-quarters"): (THIRDS, Bar(Fraction(3, 4))),
        ("residents-committee-2025", "residents-meeting"): (HALF, HALF),
        ("residents-committee-2025", "representatives"): (THIRDS, HALF),
        ("residents-committee-1989", "residents-meeting"): (HALF, HALF),
        ("residents-committee-1989", "representatives"): (HALF, HALF),
        ("council-2025", "council"): (None, HALF),
        ("council-custom", "council"): (None, HALF),
    }
    assert {name for name, _ in newest_rules().items()} == {
        "owners:half", "owners:three-quarters", "residents-meeting", "representatives",
    }  # fmt: skip


def test_the_same_answers_were_enough_under_the_older_law_and_are_not_under_the_newer():
    """60 of 100 represented households: over half in 2025, less than two thirds in 2026."""
    told = {}
    for day in (date(2025, 12, 31), date(2026, 1, 1)):
        regime = Regime.under("representatives", law_for("representatives", day))
        told[day.year] = decide(regime, heads_of(regime, 100, {Answer.AGREE: 60})).value
    assert told == {2025: "passed", 2026: "no_quorum"}


def test_only_owners_may_end_early_and_practice_calls_itself_practice():
    """A household round of practice runs to its close; council advice binds nobody."""
    assert {law.code for law in LAWS if law.early_end} == {"civil-code-278"}
    assert law_of("household-custom").standing is Standing.PRACTICE
    assert "不是业主共同决定" in law_of("household-custom").sentence
    assert law_of("council-2025").standing is Standing.ADVICE
    household = Regime.of_text("household:2/3")
    assert not is_settled(household, heads_of(household, 3, {Answer.AGREE: 3}), None)
