"""Owners are asked: heads are holders of the frozen roster, areas are summed, one head has one answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from fundapp.consent import queries
from fundapp.consent.checks import check_results
from fundapp.consent.models import ConsentAnswer, ConsentResult, ConsentRound, Outcome
from fundapp.consent.policy import Choice
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Refused
from fundapp.projects.models import Project
from fundapp.projects.rules import Stage
from fundapp.rosters.commands import ChangeHolders, HolderData, HoldingReason, change_holders
from tests.consent.asking import (
    CLOSES,
    KEYED,
    NOW,
    OPENS,
    account,
    at,
    correct,
    counted,
    end_early,
    extend,
    make_asked,
    paper,
    phone,
    publish,
)  # fmt: skip
from tests.consent.test_guards import ANSWER, AS_IT_IS, RESULT, ROUND, answer, on_paper, refused_by, told

METRE = 10_000
AREAS = (80 * METRE, 60 * METRE, 100 * METRE, 90 * METRE)
HOLDERS = ("甲", "甲", "乙", "丙")


@pytest.fixture
def owned(working):
    """Four flats: 甲 has two of 80 and 60 m², 乙 one of 100, 丙 one of 90; each flat has a resident with a phone."""
    return make_asked(units=4, people=4, regime="owners:half", areas=AREAS, holders=HOLDERS)


def stage_of(asked):
    """Where the project stands."""
    with reading_session() as session:
        return session.get_one(Project, asked.project).stage


def test_a_round_of_owners_counts_holders_and_sums_their_areas(owned):
    """甲 with two flats is one head of 140 m²: three heads, 330 m², quorum 2 heads and 220 m²."""
    with reading_session() as session:
        round_ = session.get_one(ConsentRound, owned.round)
        assert (round_.households, round_.heads, round_.area_cm2, round_.law) == (4, 3, 330 * METRE, "civil-code-278")
    phone(owned, 0)
    found = counted(owned)
    assert (found.heads.total, found.heads.participating, found.heads.quorum_needed) == (3, 1, 2)
    assert (found.area.participating, found.area.agree, found.area.quorum_needed) == (
        140 * METRE,
        140 * METRE,
        220 * METRE,
    )


def test_the_newest_answer_of_a_head_replaces_what_another_of_her_units_said(owned):
    """甲 says yes for one flat and then no for the other: one answer counts, both stand in the history."""
    phone(owned, 0)
    phone(owned, 1, Choice.OPPOSE)
    found = counted(owned).heads
    assert (found.agree, found.oppose, found.participating) == (0, 1, 1)
    with reading_session() as session:
        rows = session.scalars(select(ConsentAnswer).order_by(ConsentAnswer.id)).all()
        assert [(row.unit_id, row.revision, row.area_cm2) for row in rows] == [
            (owned.places.units[0], 1, 140 * METRE),
            (owned.places.units[1], 2, 140 * METRE),
        ]
        assert len({row.voice for row in rows}) == 1
        assert queries.current_answer(session, owned.round, owned.places.units[0]).answer is Choice.OPPOSE


def test_paper_for_one_flat_speaks_for_the_holder_and_phone_replaces_it(owned):
    """V5: one channel counts; the trail shows both."""
    paper(owned, 1, 0, Choice.OPPOSE)
    assert counted(owned).heads.oppose == 1
    phone(owned, 1, Choice.AGREE)
    found = counted(owned).heads
    assert (found.agree, found.oppose, found.participating) == (1, 0, 1)


def test_after_the_close_no_paper_of_another_flat_replaces_her_phone_answer(owned):
    """What 甲 said by phone for one flat stands against a sheet for the other."""
    phone(owned, 0)
    with pytest.raises(Refused, match="phone_stands"):
        paper(owned, 1, 1, Choice.OPPOSE, clock=at(CLOSES))
    refused_by(
        "consent_answer_phone_stands",
        ANSWER,
        **on_paper(owned, unit=owned.places.units[1], voice=1, area=140 * METRE, revision=2, at=CLOSES),
    )


def test_a_sheet_under_the_wrong_door_of_the_same_holder_is_only_a_correction(owned):
    """Nothing is struck, for the head is the same; under another holder's door it is."""
    paper(owned, 1, 0)
    correct(owned, 1, 1, Choice.AGREE)
    assert counted(owned).heads.agree == 1
    correct(owned, 1, 2, Choice.AGREE)
    found = counted(owned)
    assert (found.heads.agree, found.heads.participating, found.area.agree) == (1, 1, 100 * METRE)


@pytest.mark.parametrize("holders", [("甲", None, "乙", None), (None,) * 4])
def test_an_unknown_holder_is_refused_by_name_with_the_doors(working, holders):
    """The blank holder of the count: the worker reads which doors lack one."""
    with pytest.raises(Refused, match=r"consent\.holder_unknown") as refusal:
        make_asked(units=4, regime="owners:half", areas=AREAS, holders=holders)
    assert refusal.value.facts["count"] == holders.count(None)
    assert "2栋102" in refusal.value.facts["doors"]


def test_a_missing_area_is_undetermined_and_never_a_pass(working):
    """All agree, one area is not known: no decision, the project goes back to be asked again once it is."""
    asked = make_asked(
        units=4, people=4, regime="owners:half", areas=(80 * METRE, None, 100 * METRE, 90 * METRE), holders=HOLDERS
    )
    for number in range(4):
        phone(asked, number)
    found = counted(asked)
    assert (found.area, found.result.value) == (None, "undetermined")
    assert any("面积" in line for line in found.because)
    account(asked)
    refused_by(
        "consent_result_within_law",
        RESULT,
        **told(asked, all=3, part=3, agree=3, silent=0, outcome="passed"),
    )


def test_an_undetermined_round_may_be_followed_by_another(working):
    """The result stays on record, the project stands at 可行, and a second round may be opened."""
    asked = make_asked(units=2, people=2, regime="owners:half", areas=(80 * METRE, None), holders=("甲", "乙"))
    phone(asked, 0)
    phone(asked, 1)
    assert publish(asked, at(KEYED)) is Outcome.UNDETERMINED
    assert stage_of(asked) is Stage.FEASIBLE
    with reading_session() as session:
        assert check_results(session).first_fault is None
        assert queries.live_round_of(session, asked.project) is None


def test_heads_that_fail_need_no_area(working):
    """Where heads alone are too few it is no quorum, whatever the areas."""
    asked = make_asked(units=4, people=4, regime="owners:half", holders=("甲", "乙", "丙", "丁"))
    phone(asked, 0)
    assert publish(asked, at(KEYED)) is Outcome.NO_QUORUM


def test_a_result_keeps_every_number_of_heads_and_area(owned):
    """甲 agrees, 乙 opposes, 丙 abstains: 1 of 3 heads, 140 of 330 m²."""
    for number, choice in ((0, Choice.AGREE), (2, Choice.OPPOSE), (3, Choice.ABSTAIN)):
        phone(owned, number, choice)
    assert publish(owned, at(KEYED)) is Outcome.FAILED
    with reading_session() as session:
        row = session.scalars(select(ConsentResult)).one()
        assert (row.heads, row.participating, row.agree, row.oppose, row.abstain, row.silent) == (3, 3, 1, 1, 1, 0)
        assert (row.area_cm2, row.area_participating, row.area_agree, row.area_oppose, row.area_abstain) == tuple(
            metres * METRE for metres in (330, 330, 140, 100, 90)
        )
        assert check_results(session).first_fault is None


@pytest.mark.parametrize(
    "changes",
    [
        {"area_agree": 150 * METRE, "area_participating": 250 * METRE},
        {"area_oppose": 110 * METRE, "area_agree": 130 * METRE},
        {"oppose": 0, "agree": 2},
    ],
)
def test_a_changed_result_is_found_whatever_number_it_was(owned, changes):
    """V8: the check names the row."""
    phone(owned, 0)
    phone(owned, 2, Choice.OPPOSE)
    publish(owned, at(KEYED))
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == "consent_result_keeps_values"))
        connection.execute(update(ConsentResult).values(**changes))
    with reading_session() as session:
        assert check_results(session).first_fault.startswith("consent_result:1 says ")


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("consent_answer_for_voice", {"voice": 2}),
        ("consent_answer_for_voice", {"area": 80 * METRE}),
        ("consent_answer_for_voice", {"area": None}),
        ("consent_answer_next_revision", {"revision": 2}),
    ],
)
def test_an_answer_of_an_owner_is_hers_with_all_her_area(owned, guard, changes):
    """The database knows whose flat it is and how large all her flats are."""
    values = {"voice": 1, "area": 140 * METRE} | changes
    refused_by(guard, ANSWER, **answer(owned, **values))


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("consent_result_after_close", {"area": 329 * METRE}),
        ("consent_result_counted", {"area_agree": 150 * METRE, "area_oppose": 90 * METRE}),
        ("consent_result_within_law", {"outcome": "passed"}),
        ("consent_result_within_law", {"outcome": "advice"}),
        (None, {"area_part": 250 * METRE}),
        (None, {"area_agree": None}),
    ],
)
def test_a_result_of_owners_is_recounted_by_the_database(owned, guard, changes):
    """Heads and area alike; what does not reach both shares is not written down as passed."""
    phone(owned, 0)
    phone(owned, 2, Choice.OPPOSE)
    account(owned)
    values = told(
        owned, all=3, part=2, agree=1, oppose=1, silent=1, area=330 * METRE, area_part=240 * METRE,
        area_agree=140 * METRE, area_oppose=100 * METRE, area_rest=0,
    )  # fmt: skip
    refused_by(guard, RESULT, **(values | changes))


def test_a_round_of_owners_counts_its_heads_and_its_area_itself(owned):
    """Neither fewer heads nor less area can be written into a round."""
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == "consent_round_one_live"))
    refused_by("consent_round_counts_heads", ROUND.format(**(AS_IT_IS | {"heads": "2"})))


def test_a_round_of_owners_keeps_its_area(owned):
    """An area that is smaller than the roster's would make a quorum easier."""
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == "consent_round_one_live"))
    refused_by("consent_round_counts_heads", ROUND.format(**(AS_IT_IS | {"area": "area_cm2 - 1"})))


def test_owners_may_end_early_once_the_silent_cannot_turn_the_result(owned):
    """甲 and 乙 agree: 2 of 3 heads and 240 of 330 m² are more than half of all; 甲 alone is not."""
    phone(owned, 0)
    with pytest.raises(Refused, match=r"consent\.not_won"):
        end_early(owned, at(OPENS + timedelta(hours=2)))
    phone(owned, 2)
    ended = end_early(owned, at(OPENS + timedelta(hours=2)))
    with pytest.raises(Refused, match=r"consent\.closed"):
        phone(owned, 3, clock=at(ended))
    with pytest.raises(Refused, match=r"consent\.closed"):
        extend(owned, CLOSES + timedelta(days=3), clock=at(ended))
    assert publish(owned, at(ended), complete=True) is Outcome.PASSED
    assert stage_of(owned) is Stage.CONSENTED


ENDING = "INSERT INTO consent_ending (round_id, at, keying_until, person_id) VALUES (1, :at, :at, 1)"


@pytest.mark.parametrize(
    ("guard", "yes", "moment"),
    [
        ("consent_ending_won", (0,), OPENS + timedelta(hours=3)),
        ("consent_ending_before_close", (0, 2), CLOSES),
        ("consent_ending_before_close", (0, 2), OPENS),
    ],
)
def test_the_database_ends_no_round_that_is_not_won(owned, guard, yes, moment):
    """An early end that plain SQL tries: not won yet, after the close, before the opening."""
    for number in yes:
        phone(owned, number)
    refused_by(guard, ENDING, at=moment)


def test_no_household_round_ends_early(working):
    """Practice runs to its close, even where everybody has agreed."""
    asked = make_asked(units=2, people=2)
    phone(asked, 0)
    phone(asked, 1)
    with pytest.raises(Refused, match=r"consent\.no_early_end"):
        end_early(asked, at(OPENS + timedelta(hours=2)))
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == "consent_ending_won"))
    refused_by("consent_ending_before_close", ENDING, at=OPENS + timedelta(hours=2))


def test_what_waits_for_a_holder_waits_until_any_of_her_flats_answered(owned):
    """甲's second flat is not asked again once the first has spoken for both."""
    phone(owned, 0)
    with reading_session() as session:
        waiting = queries.open_rounds_for_units(session, owned.places.units, OPENS + timedelta(hours=2))
    assert [row.answered for row in waiting] == [True, True, False, False]


def test_a_new_owner_during_the_round_changes_nothing_of_it(owned):
    """V6: the roster is frozen; the answer that was given stands, the heads stay three."""
    phone(owned, 2)
    moment = at(OPENS + timedelta(hours=3))
    with unit_of_work() as session:
        cmd = ChangeHolders(
            owned.places.units[2], (HolderData("演示·新", "13900000099"),), local_date(NOW), HoldingReason.SALE
        )
        change_holders(session, owned.worker, cmd, moment)
    found = counted(owned)
    assert (found.heads.total, found.heads.agree, found.area.agree) == (3, 1, 100 * METRE)
