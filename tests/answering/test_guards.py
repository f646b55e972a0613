"""What the database itself refuses of codes and help, attacked with plain SQL on both databases."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError

from fundapp.answering.rules import SlipScope
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.types import Instant
from fundapp.db.work import bound_engine
from tests.answering.slips import print_slips
from tests.consent.asking import CLOSES, OPENS
from tests.consent.test_guards import ANSWER

CODE = (
    "INSERT INTO answer_code (round_id, snapshot_id, unit_id, token_hash, typed_hash, issued_by_id, issued_at) "
    "VALUES (:round, 1, :unit, 'a', 'b', :person, :at)"
)


def run(statement, **values):
    """Run one statement with instants written as the house writes them."""
    made = text(statement)
    instants = [bindparam(name, type_=Instant()) for name in ("at", "until") if f":{name}" in statement]
    with bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(made.bindparams(*instants), values)


def refused_by(guard, statement, **values):
    """Show that the database refuses, and that it is this guard which does."""
    with pytest.raises(DBAPIError):
        run(statement, **values)
    if guard is None:
        return
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == guard))
    run(statement, **values)


def said(asked, **changes):
    """The values of an answer by code that would be taken."""
    values = {
        "round": asked.round, "snapshot": 1, "unit": asked.places.units[4],
        "voice": asked.places.units[4], "area": None, "revision": 1, "answer": "agree",
        "channel": "code", "key": str(uuid4()), "person": None, "at": OPENS + timedelta(hours=1), "serial": None,
        "scan": None, "reason": "",
    }  # fmt: skip
    return values | changes


def test_an_answer_by_a_living_code_passes(asked):
    """The attacks below fail for their own reason."""
    print_slips(asked)
    run(ANSWER, **said(asked))


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("consent_answer_in_window", {"at": CLOSES}),
        (None, {"person": 1}),
        (None, {"reason": "看错"}),
        (None, {"channel": "phone"}),
        (None, {"serial": 1}),
    ],
)
def test_no_answer_by_code_beside_the_rules(asked, guard, changes):
    """Not after the close, not in somebody's name, not as a correction, not as a phone's."""
    print_slips(asked)
    refused_by(guard, ANSWER, **said(asked, **changes))


def test_no_answer_by_code_without_a_code(asked):
    """Nobody answers for a door whose code was never printed."""
    refused_by("consent_answer_by_code", ANSWER, **said(asked))


def test_no_answer_by_a_code_that_was_replaced(asked):
    """The old code is dead from the moment of the new one."""
    print_slips(asked)
    run("UPDATE answer_code SET replaced_at = :at", at=OPENS)
    refused_by("consent_answer_by_code", ANSWER, **said(asked))


def test_a_household_has_one_living_code(asked):
    """A second one beside it is refused."""
    print_slips(asked)
    values = {"round": asked.round, "unit": asked.places.units[4], "person": asked.worker.person_id, "at": OPENS}
    refused_by(None, CODE, **values)


def test_a_dead_code_stays_dead_and_no_code_changes(asked):
    """It comes back by no statement, and cannot be moved to another door."""
    print_slips(asked)
    print_slips(asked, SlipScope.ONE, "2栋102")
    refused_by(
        "answer_code_stays_dead", "UPDATE answer_code SET replaced_at = :at WHERE replaced_at IS NOT NULL", at=CLOSES
    )
    refused_by("answer_code_keeps_values", "UPDATE answer_code SET token_hash = 'x' WHERE id = 1")
    refused_by("answer_code_keeps_rows", "DELETE FROM answer_code WHERE id = 1")


def test_no_code_for_a_struck_round(asked):
    """Its text has changed."""
    run("INSERT INTO consent_void (round_id, reason, at) VALUES (:round, 'x', :at)", round=asked.round, at=OPENS)
    values = {"round": asked.round, "unit": asked.places.units[4], "person": asked.worker.person_id, "at": OPENS}
    refused_by("answer_code_of_living_round", CODE, **values)


HELP = (
    "INSERT INTO assisted_session (round_id, snapshot_id, unit_id, worker_id, code_id, reason, witness, started_at, "
    "until) VALUES (:round, 1, :unit, :person, NULL, :reason, 'gAAAAx', :at, :until)"
)


def help_of(asked, **changes):
    """The values of a help that would be taken."""
    values = {
        "round": asked.round, "unit": asked.places.units[4], "person": asked.worker.person_id, "reason": "老人",
        "at": OPENS + timedelta(hours=1), "until": OPENS + timedelta(hours=1, minutes=15),
    }  # fmt: skip
    return values | changes


def test_an_assisted_answer_inside_a_help_passes(asked):
    """The attacks below fail for their own reason."""
    run(HELP, **help_of(asked))
    run(ANSWER, **said(asked, channel="assisted", person=asked.worker.person_id))


@pytest.mark.parametrize("changes", [{"minutes": 15}, {"minutes": -1}, {"unit": 0}, {"person": True}])
def test_no_assisted_answer_outside_an_open_help(asked, changes):
    """Not a second after it, not before it, not for the neighbour, not by another worker."""
    run(HELP, **help_of(asked))
    at = OPENS + timedelta(hours=1, minutes=changes.get("minutes", 0))
    unit = asked.places.units[0] if "unit" in changes else asked.places.units[4]
    person = asked.residents[0].person_id if "person" in changes else asked.worker.person_id
    attack = said(asked, channel="assisted", person=person, at=at, unit=unit, voice=unit)
    refused_by("consent_answer_assisted", ANSWER, **attack)


def test_no_assisted_answer_after_a_help_was_ended(asked):
    """Ended is ended, in the database too."""
    run(HELP, **help_of(asked))
    run("UPDATE assisted_session SET ended_at = :at", at=OPENS + timedelta(hours=1))
    attack = said(asked, channel="assisted", person=asked.worker.person_id)
    refused_by("consent_answer_assisted", ANSWER, **attack)


def test_a_help_is_short_has_grounds_and_stays_what_it_was(asked):
    """No sixteen minutes, no help without a word, no second one beside it, none prolonged or revived."""
    refused_by(None, HELP, **help_of(asked, reason=" "))
    run(HELP, **help_of(asked))
    refused_by(None, HELP, **help_of(asked))
    longer = OPENS + timedelta(hours=3)
    refused_by("assisted_session_keeps_values", "UPDATE assisted_session SET until = :until", until=longer)
    run("UPDATE assisted_session SET ended_at = :at", at=OPENS + timedelta(hours=1))
    refused_by("assisted_session_stays_ended", "UPDATE assisted_session SET ended_at = NULL")


def test_no_help_of_sixteen_minutes(asked):
    """The time is a rule of the database, not of a page."""
    refused_by("assisted_session_is_short", HELP, **help_of(asked, until=OPENS + timedelta(hours=1, minutes=16)))


def test_messages_are_never_changed(asked):
    """What somebody was told stays what she was told, and is told once."""
    message = (
        "INSERT INTO notify_message (person_id, title, text, link, once_key, sent_at) "
        "VALUES (:person, 'x', 'y', :link, 'k', :at)"
    )
    run(message, person=asked.worker.person_id, link="/x", at=OPENS)
    refused_by(None, message, person=asked.worker.person_id, link="/x", at=OPENS)
    refused_by(None, message, person=asked.residents[0].person_id, link="//evil.example", at=OPENS)
    refused_by("notify_message_keeps_values", "UPDATE notify_message SET text = 'z'")
    refused_by("notify_message_keeps_rows", "DELETE FROM notify_message")
