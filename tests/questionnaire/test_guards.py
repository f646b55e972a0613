"""What the database itself refuses, attacked with plain SQL; each attack succeeds once its guard is dropped."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session
from fundapp.questionnaire import queries
from tests.consent.test_guards import run
from tests.questionnaire.putting import CLOSES, NOW, door, paper, phone, slips

ANSWER = (
    "INSERT INTO questionnaire_answer (questionnaire_id, snapshot_id, unit_id, revision, channel, op_key, person_id, "
    "at) SELECT id, snapshot_id, :unit, :revision, :channel, :key, :person, :at FROM questionnaire"
)
SAID = (
    "INSERT INTO questionnaire_said (answer_id, questionnaire_id, question_id, kind, option_id, number, words) "
    "VALUES (1, 1, :question, :kind, :option, :number, :words)"
)
RELEASE = (
    "INSERT INTO questionnaire_release (said_id, number, shown, person_id, at) VALUES (:said, :number, :shown, 1, :at)"
)
AGAIN = (
    "INSERT INTO questionnaire (project_id, title, place_id, snapshot_id, households, opens_at, closes_at, "
    "asked_by_id, asked_at) SELECT project_id, title, place_id, snapshot_id, households, {opens}, {closes}, "
    "asked_by_id, {asked} FROM questionnaire"
)
HOUR = NOW + timedelta(hours=1)


def refused_by(guard, statement, **values):
    """Show that the database refuses, and that it is this guard which does."""
    with pytest.raises(DBAPIError):
        run(statement, values)
    if guard is None:
        return
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == guard))
    run(statement, values)


def answer(made, **changes):
    """The values of an answer that would be taken."""
    values = {
        "unit": made.places.units[0], "revision": 1, "channel": "phone", "key": "k", "at": HOUR,
        "person": made.residents[0].person_id,
    }  # fmt: skip
    return values | changes


def said(**changes):
    """The values of something said to the third question: a number that it offers."""
    return {"question": 3, "kind": "number", "option": None, "number": 5, "words": None} | changes


def test_an_answer_that_would_be_taken_is_taken(made):
    """Otherwise every attack of this file would be refused for the wrong reason."""
    run(ANSWER, answer(made))
    run(SAID, said())


@pytest.mark.parametrize("change", [{"at": CLOSES}, {"at": NOW - timedelta(seconds=1)}])
def test_an_answer_comes_in_time(made, change):
    """Not a moment after the close, not before the opening."""
    refused_by("questionnaire_answer_in_time", ANSWER, **answer(made, **change))


def test_revisions_follow_each_other(made):
    """No second first answer beside the first, and no gap."""
    phone(made, 0)
    refused_by(None, ANSWER, **answer(made))
    refused_by("questionnaire_answer_counted_on", ANSWER, **answer(made, revision=3))


def test_an_answer_by_code_needs_a_living_code(made):
    """A household without a slip, and one whose slip was replaced before."""
    coded = {"channel": "code", "person": None, "unit": made.places.units[7]}
    refused_by("questionnaire_answer_by_code", ANSWER, **answer(made, **coded))


def test_a_code_answers_for_its_household_and_names_nobody(made):
    """With the slip it is taken; with a person it is not by code, without one it is nothing else."""
    slips(made)
    coded = {"channel": "code", "person": None, "unit": made.places.units[7]}
    refused_by(None, ANSWER, **answer(made, **(coded | {"person": 1})))
    refused_by(None, ANSWER, **answer(made, person=None))
    run(ANSWER, answer(made, **coded))
    refused_by(None, "UPDATE questionnaire_code SET unit_id = 1 WHERE unit_id = 8")
    refused_by(None, "DELETE FROM questionnaire_code")


def test_a_dead_code_stays_dead(made):
    """A replaced code does not come back."""
    slips(made)
    slips(made, door(7))
    back = "UPDATE questionnaire_code SET replaced_at = NULL WHERE replaced_at IS NOT NULL"
    with pytest.raises(DBAPIError):
        run(back, {})
    later = "UPDATE questionnaire_code SET replaced_at = :at WHERE replaced_at IS NOT NULL"
    refused_by("questionnaire_code_stays_dead", later, at=CLOSES)


def test_a_paper_does_not_replace_what_a_household_said(made):
    """Nobody writes over a phone's answer from the office."""
    phone(made, 0)
    refused_by("questionnaire_answer_not_from_paper", ANSWER, **answer(made, revision=2, channel="paper", person=1))


def test_what_is_said_is_what_the_question_offers(made):
    """A number beyond the bounds, an option of another question, a kind that the question has not, an empty text."""
    phone(made, 0, {1: queries.results.Said(options=(1,))})
    for change in (
        {"kind": "text", "number": None, "words": "x"},
        {"question": 1, "kind": "one", "number": None, "option": 4},
        {"question": 2, "kind": "several", "number": None, "option": None},
        {"question": 4, "kind": "text", "number": None, "words": ""},
        {"question": 4, "kind": "text", "number": None, "words": "长" * 201},
        {"question": 1, "kind": "one", "number": None, "option": 2},
    ):
        refused_by(None, SAID, **said(**change))
    refused_by("questionnaire_said_within_bounds", SAID, **said(number=6))


def test_only_texts_are_released_and_only_after_the_close(made):
    """A number is no text; a text before the close is still the household's to change."""
    phone(made, 0)
    with reading_session() as session:
        text_id = queries.texts_of(session, made.number)[0].said_id
    ruling = {"number": 1, "shown": True, "at": CLOSES}
    refused_by(None, RELEASE, said=1, **ruling)
    refused_by(
        "questionnaire_release_of_a_text", RELEASE, said=text_id, **(ruling | {"at": CLOSES - timedelta(seconds=1)})
    )


def test_decisions_on_a_text_follow_each_other(made):
    """No gap in which a decision may be hidden."""
    phone(made, 0)
    with reading_session() as session:
        text_id = queries.texts_of(session, made.number)[0].said_id
    refused_by("questionnaire_release_counted_on", RELEASE, said=text_id, number=2, shown=True, at=CLOSES)


def test_questions_and_options_stand_once_somebody_has_answered(made):
    """What was answered is not added to."""
    phone(made, 0)
    question = (
        "INSERT INTO questionnaire_question (questionnaire_id, number, words, kind) VALUES (1, 5, '还有', 'text')"
    )
    option = "INSERT INTO questionnaire_option (question_id, number, words) VALUES (1, 4, '别处')"
    refused_by("questionnaire_question_before_answers", question)
    refused_by("questionnaire_option_before_answers", option)


def test_only_a_choice_has_options(made):
    """A number has bounds, a text nothing."""
    option = "INSERT INTO questionnaire_option (question_id, number, words) VALUES (3, 1, '五分')"
    refused_by("questionnaire_option_of_a_choice", option)


def test_a_project_has_one_questionnaire_at_a_time(made):
    """Two at once would be asked twice."""
    refused_by("questionnaire_one_at_a_time", AGAIN.format(opens="opens_at", closes="closes_at", asked="asked_at"))


def test_a_questionnaire_lasts_a_month_at_most(made):
    """Thirty days and a minute are refused."""
    values = {"at": CLOSES, "closes": CLOSES + timedelta(days=30, minutes=1)}
    made_at = AGAIN.format(opens=":at", closes=":closes", asked=":at")
    with pytest.raises(DBAPIError):
        run_with(made_at, values)
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == "questionnaire_lasts_a_month"))
    run_with(made_at, values)


def run_with(statement, values):
    """Run a statement with two instants."""
    from sqlalchemy import bindparam

    from fundapp.db.types import Instant

    bound = text(statement).bindparams(bindparam("at", type_=Instant()), bindparam("closes", type_=Instant()))
    with bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(bound, values)


@pytest.mark.parametrize(
    "table",
    ["questionnaire", "questionnaire_question", "questionnaire_option", "questionnaire_answer", "questionnaire_said"],
)
def test_nothing_is_changed_or_taken_back(made, table):
    """Not the questions, not an answer, not what it says."""
    phone(made, 0)
    paper(made, door(8))
    refused_by(None, f"DELETE FROM {table}")
    refused_by(f"{table}_keeps_values", f"UPDATE {table} SET id = id")
