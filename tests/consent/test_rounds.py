"""Rounds are opened, counted, published and struck."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update

from fundapp.audit.commands import record
from fundapp.consent import commands, queries
from fundapp.consent.checks import check_results
from fundapp.consent.models import ConsentResult, ConsentRound, ConsentVoid, Outcome
from fundapp.consent.policy import Choice, RoundState
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.places.commands import UnitData, add_units
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.models import Project, StageChange
from fundapp.projects.rules import Stage
from fundapp.rosters.models import SnapshotUnit
from tests.consent.asking import (
    CLOSES,
    JUST,
    KEYED,
    NOW,
    OPENS,
    add_version,
    at,
    make_asked,
    make_project,
    paper,
    phone,
    publish,
)  # fmt: skip
from tests.support.world import make_person, make_place_tree, make_resident


def stage_of(asked):
    """Where the project stands, and the reason of its last move."""
    with reading_session() as session:
        last = session.scalars(
            select(StageChange).where(StageChange.project_id == asked.project).order_by(StageChange.id.desc())
        ).first()
        return session.get_one(Project, asked.project).stage, last.reason


def bar(asked, moment):
    """The public numbers at a moment."""
    with reading_session() as session:
        return queries.bars(session, [asked.project], moment)[asked.project]


def test_a_round_pins_the_text_the_rule_and_the_roster(asked):
    """What is asked, of whom and under which rule is frozen when the round is opened."""
    with reading_session() as session:
        round_ = session.get_one(ConsentRound, asked.round)
        listed = session.scalar(select(func.count()).where(SnapshotUnit.snapshot_id == round_.snapshot_id))
        assert (round_.version_hash, round_.regime, round_.households, listed) == ("1" * 64, "household:2/3", 6, 6)
        assert (round_.closes_at, round_.keying_until) == (CLOSES, KEYED)
    assert stage_of(asked)[0] is Stage.CONSENTING


def test_the_window_follows_the_policy_where_nothing_is_said(working):
    """Seven days are the policy's, at least one day is the law of the house, sixty the most."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=2)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        project = make_project(session, worker, places.compound)
    for opens, closes, code in (
        (NOW - JUST, None, "opens_in_the_past"),
        (NOW, NOW + timedelta(days=1) - JUST, "too_short"),
        (NOW, NOW + timedelta(days=60) + JUST, "too_long"),
    ):
        with pytest.raises(Refused, match=code), unit_of_work() as session:
            commands.open_round(session, worker, commands.OpenRound(project, opens, closes), at(NOW))
    with unit_of_work() as session:
        made = commands.open_round(session, worker, commands.OpenRound(project), at(NOW))
    assert (made.opens_at, made.closes_at) == (NOW, NOW + timedelta(days=7))


def test_only_the_worker_of_the_community_opens_a_round(working):
    """A worker of the community next door may not."""
    with unit_of_work() as session:
        places, elsewhere = make_place_tree(session, units=2), make_place_tree(session, units=2)
        stranger = make_person(session, "邻社工", Role.WORKER, elsewhere.community)
        project = make_project(session, stranger, places.compound)
    with pytest.raises(Forbidden, match=r"consent\.not_worker"), unit_of_work() as session:
        commands.open_round(session, stranger, commands.OpenRound(project), at(NOW))


@pytest.mark.parametrize("stage", [Stage.SUBMITTED, Stage.CONSENTING, Stage.CONSENTED, Stage.REJECTED])
def test_only_a_feasible_project_is_asked_about(working, stage):
    """Before the first check there is nothing to agree to, afterwards it is settled."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=2)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        project = make_project(session, worker, places.compound, stage=stage)
    with pytest.raises(Refused, match=r"consent\.not_feasible"), unit_of_work() as session:
        commands.open_round(session, worker, commands.OpenRound(project), at(NOW))


def test_a_later_change_of_the_roster_does_not_touch_the_round(asked):
    """A household that moves in later is not asked and does not raise the bar."""
    with unit_of_work() as session:
        add_units(session, asked.places.compound, [UnitData(asked.places.buildings[0], "999", None)])
        record(session, asked.worker, "tests.move_in", f"place:{asked.places.compound}", NOW)
    assert (bar(asked, OPENS).households, bar(asked, OPENS).needed) == (6, 4)


def test_the_state_follows_the_clock(asked):
    """Nobody switches a round on or off."""
    told = [(m, bar(asked, m).state) for m in (OPENS - JUST, OPENS, CLOSES - JUST, CLOSES, KEYED - JUST, KEYED)]
    assert [state for _, state in told] == [
        RoundState.WAITING, RoundState.OPEN, RoundState.OPEN,
        RoundState.KEYING, RoundState.KEYING, RoundState.COUNTABLE,
    ]  # fmt: skip


def test_nothing_is_published_before_the_close_and_the_paper(asked):
    """In the days of keying in, the worker must say that no paper is outstanding."""
    for moment, complete, code in (
        (CLOSES - JUST, True, "still_open"),
        (CLOSES, False, "paper_outstanding"),
    ):
        with pytest.raises(Refused, match=code):
            publish(asked, at(moment), complete)
    assert publish(asked, at(CLOSES), complete=True) is Outcome.FAILED
    with pytest.raises(Refused, match=r"consent\.already_published"):
        publish(asked, at(KEYED))
    with pytest.raises(Refused, match=r"consent\.keying_over"):
        paper(asked, 1, 4, clock=at(CLOSES))


def test_enough_households_carry_the_project_on(asked):
    """Exactly enough is enough: four of six under two thirds."""
    for number in range(3):
        phone(asked, number)
    paper(asked, 1, 5)
    assert publish(asked, at(KEYED)) is Outcome.PASSED
    assert stage_of(asked) == (
        Stage.CONSENTED,
        "征求意见通过：6 户中同意 4 户，反对 0 户，弃权 0 户，门槛 4 户。",
    )


def test_silence_and_abstention_are_not_consent(asked):
    """Three agree, two abstain, one is silent: the project ends with its numbers as the reason."""
    for number, said in enumerate((Choice.AGREE, Choice.AGREE, Choice.AGREE)):
        phone(asked, number, said)
    paper(asked, 1, 4, Choice.ABSTAIN)
    paper(asked, 2, 5, Choice.ABSTAIN)
    assert publish(asked, at(KEYED)) is Outcome.FAILED
    stage, reason = stage_of(asked)
    assert stage is Stage.REJECTED
    assert "同意 3 户" in reason


def test_a_change_of_mind_at_the_threshold_is_counted_at_once(asked):
    """The bar is computed from the answers, so a withdrawal needs no second deed."""
    for number in range(3):
        phone(asked, number)
    paper(asked, 1, 5)
    assert bar(asked, OPENS).agree >= bar(asked, OPENS).needed
    phone(asked, 0, Choice.OPPOSE)
    assert bar(asked, OPENS).agree < bar(asked, OPENS).needed
    assert publish(asked, at(KEYED)) is Outcome.FAILED


def test_a_material_change_strikes_the_round_and_the_households_are_asked_again(asked):
    """The old answers stay to be read and count for nothing; the second round is about the new text."""
    phone(asked, 0)
    with unit_of_work() as session:
        project = lock_project(session, asked.project)
        assert commands.void_round(session, asked.project, asked.worker.person_id, "预算增加三成", NOW)
        add_version(session, asked.worker, project, 2)
        move_on(session, asked.worker, asked.project, Stage.FEASIBLE, NOW, "内容有重大修改")
    assert bar(asked, OPENS).state is RoundState.VOID
    with pytest.raises(Refused, match=r"consent\.void"):
        phone(asked, 1)
    with pytest.raises(Refused, match=r"consent\.void"):
        publish(asked, at(KEYED))
    with unit_of_work() as session:
        again = commands.open_round(session, asked.worker, commands.OpenRound(asked.project), at(OPENS))
        assert again.version_hash == "2" * 64
    assert (bar(asked, OPENS).round_id, bar(asked, OPENS).agree) == (again.id, 0)
    with reading_session() as session:
        rounds = queries.rounds_of_project(session, asked.project, OPENS)
    assert [one.state for one in rounds] == [RoundState.OPEN, RoundState.VOID]


def test_a_project_without_a_round_has_nothing_to_strike(working):
    """A material change before the first round voids nothing."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=2)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        project = make_project(session, worker, places.compound)
        assert not commands.void_round(session, project, worker.person_id, "改了", NOW)
        assert session.scalar(select(func.count()).select_from(ConsentVoid)) == 0


def test_what_waits_for_a_household_and_for_the_worker(asked):
    """An open round waits for its households, a closed one for its result, a published one for nobody."""
    unit, place = asked.places.units[0], asked.places.compound
    with reading_session() as session:
        assert [(r.unit_id, r.answered) for r in queries.open_rounds_for_units(session, [unit], OPENS)] == [
            (unit, False)
        ]
        assert queries.rounds_waiting_for_result(session, [place], OPENS) == []
    phone(asked, 0)
    with reading_session() as session:
        assert [r.answered for r in queries.open_rounds_for_units(session, [unit], OPENS)] == [True]
        assert queries.open_rounds_for_units(session, [unit], CLOSES) == []
        assert [r.round_id for r in queries.rounds_waiting_for_result(session, [place], CLOSES)] == [asked.round]
    publish(asked, at(KEYED))
    with reading_session() as session:
        assert queries.rounds_waiting_for_result(session, [place], KEYED) == []


def test_163_of_193_households_agree(working):
    """东风巷14号院: 163 of 193 pass a bar of two thirds, which is 129; at 128 it would not.

    Source: domain.md part (b), example 1.
    """
    asked = make_asked(units=193, people=0, sheets=193)
    with unit_of_work() as session:
        clock = at(OPENS + timedelta(hours=1))
        for n, unit in enumerate(asked.places.units[:165]):
            said = Choice.AGREE if n < 163 else Choice.OPPOSE
            commands.key_paper(
                session, asked.worker, commands.KeyPaper(asked.round, n + 1, unit, said, asked.scan, f"key-{n}"), clock
            )
    now = bar(asked, OPENS)
    assert (now.agree, now.oppose, now.abstain, now.silent, now.needed) == (163, 2, 0, 28, 129)
    with unit_of_work() as session:
        late = make_resident(session, "反悔的人", asked.places.units[162])
        withdrawn = commands.AnswerByPhone(asked.round, asked.places.units[162], Choice.OPPOSE, "withdrawn")
        commands.answer_by_phone(session, late, withdrawn, clock)
    assert bar(asked, OPENS).agree == 162
    assert publish(asked, at(KEYED)) is Outcome.PASSED


def test_the_bars_of_many_projects_take_one_statement(asked):
    """A list does not ask for each of its rows."""
    said: list[str] = []
    listen = lambda conn, cursor, statement, *rest: said.append(statement)  # noqa: E731
    event.listen(bound_engine(), "before_cursor_execute", listen)
    with reading_session() as session:
        found = queries.bars(session, [asked.project, *range(1000, 1020)], OPENS)
    event.remove(bound_engine(), "before_cursor_execute", listen)
    assert list(found) == [asked.project]
    assert len([one for one in said if one.startswith("SELECT")]) == 1


def test_check_names_a_result_that_its_answers_do_not_give(asked):
    """A changed result is found by recounting."""
    phone(asked, 0)
    publish(asked, at(KEYED))
    with reading_session() as session:
        assert check_results(session).first_fault is None
    keeps = next(one for one in guards() if one.name == "consent_result_keeps_values")
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, keeps)
        connection.execute(update(ConsentResult).values(agree=5, participating=5, silent=1))
    with reading_session() as session:
        assert check_results(session).first_fault.startswith("consent_result:1 ")
