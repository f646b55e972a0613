"""Every round of a project stays in its history, with what was asked and why it no longer counts."""

from datetime import timedelta

import pytest

from fundapp.audit.commands import record
from fundapp.consent import commands, queries
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import NotVisible
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.rules import Stage
from tests.consent.asking import CLOSES, KEYED, account, add_version, extend, phone
from tests.consent.test_guards import RESULT, refused_by, told
from tests.support.world import NOW, later


def ask_again(asked):
    """Change the text, strike the round, ask again; give the new round."""
    with unit_of_work() as session:
        add_version(session, asked.worker, lock_project(session, asked.project), 2)
        move_on(session, asked.worker, asked.project, Stage.FEASIBLE, NOW, "改了")
        commands.void_round(session, asked.project, None, "改了地点", later(hours=5).now(session))
        return commands.open_round(session, asked.worker, commands.OpenRound(asked.project), later(hours=6)).id


def test_the_history_tells_version_reason_and_extension_of_every_round(asked):
    """Nothing of the struck round is lost: its number, its answers, its longer window and the reason."""
    phone(asked, 0)
    extend(asked, CLOSES + timedelta(days=2), "在家的业主太少")
    again = ask_again(asked)
    with reading_session() as session:
        newest, oldest = queries.history_of_project(session, asked.project, KEYED)
        assert (newest.bar.round_id, newest.version, newest.before) == (again, 2, asked.round)
        assert (newest.changed, newest.void_reason, newest.extended) == (True, "", ())
        assert (oldest.version, oldest.void_reason, oldest.bar.agree) == (1, "改了地点", 1)
        assert oldest.extended == ((CLOSES + timedelta(days=2), "在家的业主太少"),)
        assert (oldest.before, oldest.changed) == (None, False)
        assert queries.history_of_project(session, 10**6, KEYED) == []


def test_what_is_asked_now_is_the_version_of_the_living_round(asked):
    """An edit is measured against it; once it is struck there is nothing to measure against."""
    phone(asked, 0)
    with reading_session() as session:
        now = queries.asked_about(session, asked.project)
        assert (now.round_id, now.heads, now.answered, now.published) == (asked.round, 6, 1, False)
        assert queries.struck_reasons(session, [asked.project]) == {}
    with unit_of_work() as session:
        commands.void_round(session, asked.project, None, "改了地点", later(hours=5).now(session))
    with reading_session() as session:
        assert queries.asked_about(session, asked.project) is None
        assert queries.struck_reasons(session, [asked.project]) == {asked.project: "改了地点"}


def test_a_household_that_is_asked_again_is_told_so(asked):
    """Its line on the desk knows that an earlier round was struck."""
    units = [asked.places.units[0]]
    with reading_session() as session:
        assert [row.again for row in queries.open_rounds_for_units(session, units, later(hours=1).now(session))] == [
            False
        ]
    ask_again(asked)
    with reading_session() as session:
        assert [row.again for row in queries.open_rounds_for_units(session, units, later(hours=7).now(session))] == [
            True
        ]


def test_two_texts_are_compared_only_where_there_is_a_round(asked):
    """A number that is none shows nothing."""
    with reading_session() as session, pytest.raises(NotVisible):
        queries.changes_page(session, 10**6, asked.worker)


def test_the_database_takes_no_result_for_a_text_that_changed(asked):
    """A later material version means that the round is struck; plain SQL cannot count it all the same."""
    phone(asked, 0)
    account(asked)
    with unit_of_work() as session:
        add_version(session, asked.worker, lock_project(session, asked.project), 2)
        record(session, asked.worker, "tests.version", f"project:{asked.project}", NOW)
    refused_by("consent_result_of_standing_text", RESULT, **told(asked))
