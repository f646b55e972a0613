"""What the database itself refuses, attacked with plain SQL; each attack succeeds once its guard is dropped."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError

from fundapp.consent import commands
from fundapp.consent.policy import Choice
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.types import Instant
from fundapp.db.work import bound_engine, unit_of_work
from fundapp.projects.commands import lock_project
from tests.consent.asking import CLOSES, JUST, KEYED, OPENS, account, at, make_asked, paper, phone, publish

ANSWER = (
    "INSERT INTO consent_answer (round_id, snapshot_id, unit_id, voice, area_cm2, revision, answer, channel, op_key, "
    "person_id, at, serial, scan_id, reason) VALUES (:round, :snapshot, :unit, :voice, :area, :revision, :answer, "
    ":channel, :key, :person, :at, :serial, :scan, :reason)"
)
RESULT = (
    "INSERT INTO consent_result (round_id, heads, participating, agree, oppose, abstain, follow, silent, area_cm2, "
    "area_participating, area_agree, area_oppose, area_abstain, area_follow, needed, outcome, keying_complete, "
    "published_by_id, at) VALUES (:round, :all, :part, :agree, :oppose, 0, 0, :silent, :area, :area_part, :area_agree, "
    ":area_oppose, :area_rest, :area_rest, 4, :outcome, :complete, :person, :at)"
)
ROUND = (
    "INSERT INTO consent_round (project_id, version_id, version_hash, place_id, snapshot_id, households, "
    "policy_version_id, regime, law, heads, area_cm2, quorum_p, quorum_q, quorum_strict, bar_p, bar_q, bar_strict, "
    "follow, early_end, latest_close, opens_at, closes_at, keying_until, opened_by_id, opened_at) SELECT project_id, "
    "version_id, {hash}, place_id, snapshot_id, {all}, policy_version_id, {regime}, law, {heads}, {area}, quorum_p, "
    "quorum_q, quorum_strict, bar_p, bar_q, bar_strict, follow, early_end, latest_close, opens_at, {closes}, "
    "keying_until, opened_by_id, opened_at FROM consent_round"
)
AS_IT_IS = {
    "hash": "version_hash", "all": "households", "regime": "regime", "heads": "heads", "area": "area_cm2",
    "closes": "closes_at",
}  # fmt: skip
VOID = "INSERT INTO consent_void (round_id, reason, at) VALUES (1, 'x', :at)"
PAPER = "INSERT INTO consent_paper (round_id, serial, registered_by_id, registered_at) VALUES (1, 9, :person, :at)"


def run(statement, values):
    """Run one statement with instants written as the house writes them."""
    made = text(statement) if isinstance(statement, str) else statement
    if isinstance(statement, str) and ":at" in statement:
        made = made.bindparams(bindparam("at", type_=Instant()))
    with bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(made, values)


def refused_by(guard, statement, **values):
    """Show that the database refuses, and that it is this guard which does."""
    with pytest.raises(DBAPIError):
        run(statement, values)
    if guard is None:
        return
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == guard))
    run(statement, values)


def answer(asked, **changes):
    """The values of an answer that would be taken."""
    values = {
        "round": asked.round, "snapshot": 1, "unit": asked.places.units[0], "revision": 1, "answer": "agree",
        "voice": None, "area": None, "channel": "phone", "key": str(uuid4()), "person": asked.residents[0].person_id,
        "at": OPENS + timedelta(hours=1), "serial": None, "scan": None, "reason": "",
    }  # fmt: skip
    made = values | changes
    return made | {"voice": made["unit"] if made["voice"] is None else made["voice"]}


def told(asked, **changes):
    """The values of a result of six households, one of which agreed."""
    values = {
        "round": asked.round, "all": 6, "part": 1, "agree": 1, "oppose": 0, "silent": 5, "area": None,
        "area_part": None, "area_agree": None, "area_oppose": None, "area_rest": None, "outcome": "failed",
        "complete": True, "person": 1, "at": KEYED,
    }  # fmt: skip
    return values | changes


def on_paper(asked, **changes):
    """The values of a sheet that would be taken."""
    sheet = {"channel": "paper", "serial": 1, "scan": asked.scan, "person": asked.worker.person_id}
    return answer(asked, **(sheet | changes))


def test_a_plain_answer_passes(asked):
    """The attacks below fail for their own reason."""
    run(ANSWER, answer(asked))
    run(ANSWER, on_paper(asked, revision=2))


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("consent_answer_in_window", {"at": OPENS - JUST}),
        ("consent_answer_in_window", {"at": CLOSES}),
        ("consent_answer_next_revision", {"revision": 2}),
        ("consent_answer_next_revision", {"revision": 100}),
        ("consent_answer_by_household", {"person": 1}),
        (None, {"revision": 0}),
        (None, {"answer": "yes"}),
        (None, {"channel": "mail"}),
        (None, {"snapshot": 2}),
        (None, {"unit": 9999}),
        (None, {"round": 2}),
        (None, {"serial": 1}),
        (None, {"reason": "x"}),
        (None, {"answer": "none"}),
    ],
)
def test_an_answer_by_phone_is_refused(asked, guard, changes):
    """Outside the window, out of order, by somebody else, or of no known shape."""
    refused_by(guard, ANSWER, **answer(asked, **changes))


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("consent_answer_in_window", {"at": KEYED}),
        ("consent_answer_corrects", {"reason": "x"}),
        (None, {"serial": 5}),
        (None, {"serial": None}),
        (None, {"scan": None}),
        (None, {"scan": 999}),
        (None, {"answer": "none"}),
    ],
)
def test_an_answer_on_paper_is_refused(asked, guard, changes):
    """After keying in has ended, without its registered sheet or its scan, or as a correction of nothing."""
    refused_by(guard, ANSWER, **on_paper(asked, **changes))


def test_one_household_has_one_answer_per_revision(asked):
    """The same revision twice is refused by the constraint even where the order is not watched."""
    run(ANSWER, answer(asked))
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == "consent_answer_next_revision"))
        drop_guard(connection, next(one for one in guards() if one.name == "consent_answer_no_replace"))
    refused_by(None, ANSWER, **answer(asked))


def test_a_key_is_used_once(asked):
    """Two rows cannot come of one form."""
    run(ANSWER, answer(asked, key="k"))
    refused_by(None, ANSWER, **answer(asked, key="k", revision=2))


def test_a_sheet_counts_once(asked):
    """The same serial under a second door is refused."""
    paper(asked, 1, 4)
    refused_by(None, ANSWER, **on_paper(asked, unit=asked.places.units[5]))


def test_after_the_close_no_paper_replaces_a_phone_answer(asked):
    """The database keeps what the household said itself."""
    phone(asked, 0)
    refused_by("consent_answer_phone_stands", ANSWER, **on_paper(asked, revision=2, at=CLOSES))


def test_nothing_is_answered_once_the_round_is_settled(asked):
    """A published round is closed whatever the hour."""
    publish(asked, at(CLOSES), complete=True)
    refused_by("consent_answer_not_settled", ANSWER, **on_paper(asked, at=CLOSES))


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("consent_result_after_close", {"at": CLOSES - JUST}),
        ("consent_result_after_close", {"at": CLOSES, "complete": False}),
        ("consent_result_after_close", {"all": 5, "silent": 4}),
        ("consent_result_counted", {"agree": 4, "part": 4, "silent": 2}),
        ("consent_result_counted", {"agree": 0, "oppose": 1}),
        ("consent_result_within_law", {"outcome": "passed"}),
        ("consent_result_within_law", {"outcome": "advice"}),
        (None, {"silent": 4}),
        (None, {"agree": 2}),
        (None, {"agree": -1, "part": -1, "silent": 7}),
        (None, {"area": 100}),
        (None, {"area": 9, "area_part": 9, "area_agree": 5, "area_oppose": 5, "area_rest": 0}),
        (None, {"outcome": "perhaps"}),
    ],
)
def test_a_result_is_refused(asked, guard, changes):
    """Too early, of another number of households, not counted from the answers, or not adding up."""
    phone(asked, 0)
    account(asked)
    refused_by(guard, RESULT, **told(asked, **changes))


@pytest.mark.parametrize(
    ("of_votes", "days", "guard"), [(0, 5, "consent_result_after_notice"), (5, 0, None), (5, None, None)]
)
def test_the_days_of_notice_are_those_of_consent_and_not_of_votes(working, of_votes, days, guard):
    """Notice of votes neither frees a result of its own notice, nor keeps one back that needs none."""
    own = {} if days is None else {"publicity_days": days}
    asked = make_asked(of_votes={"publicity_days": of_votes}, **own)
    phone(asked, 0)
    account(asked)
    if guard:
        refused_by(guard, RESULT, **told(asked))
    else:
        publish(asked, at(KEYED))


def test_a_round_has_one_result(asked):
    """A second publication is refused."""
    publish(asked, at(KEYED))
    refused_by(None, RESULT, **told(asked, part=0, agree=0, silent=6))


def test_a_struck_round_has_no_result(asked):
    """What was changed is not published as agreed."""
    account(asked)
    run(VOID, {"at": OPENS})
    refused_by("consent_result_not_void", RESULT, **told(asked, part=0, agree=0, silent=6))


@pytest.mark.parametrize(
    ("guard", "values"),
    [
        ("consent_round_one_live", {}),
        ("consent_round_pins_version", {"hash": "'x'"}),
        ("consent_round_pins_roster", {"all": "7"}),
        ("consent_round_counts_heads", {"heads": "5"}),
        ("consent_round_counts_heads", {"area": "100"}),
        ("consent_round_counts_heads", {"regime": "'owners:half'"}),
        (None, {"closes": "latest_close", "heads": "7"}),
        (None, {"closes": "opens_at"}),
    ],
)
def test_a_second_round_is_refused(asked, guard, values):
    """While one is live; and afterwards one about another text or another roster."""
    if guard != "consent_round_one_live":
        run(VOID, {"at": OPENS})
    refused_by(guard, ROUND.format(**(AS_IT_IS | values)))


def test_no_sheet_is_registered_after_the_close(asked):
    """A serial cannot be invented while papers are counted."""
    refused_by("consent_paper_before_close", PAPER, person=1, at=CLOSES)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("consent_round", "closes_at = keying_until"),
        ("consent_round", "regime = 'household:1/2'"),
        ("consent_answer", "answer = 'oppose'"),
        ("consent_paper", "serial = 77"),
        ("consent_result", "outcome = 'passed'"),
        ("consent_void", "reason = 'y'"),
    ],
)
def test_nothing_is_changed_or_deleted(table, change, working):
    """Rows are added, never touched again."""
    asked = make_asked()
    phone(asked, 0)
    if table == "consent_void":
        with unit_of_work() as session:
            lock_project(session, asked.project)
            commands.void_round(session, asked.project, asked.worker.person_id, "改了", OPENS)
    elif table == "consent_result":
        publish(asked, at(KEYED))
    for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError):
            run(statement, {})


def test_a_word_that_is_no_answer_reaches_no_row(asked):
    """The enum's words are the column's words."""
    assert {choice.value for choice in Choice} == {"agree", "oppose", "abstain", "follow", "none"}
    refused_by(None, ANSWER, **answer(asked, answer="yes"))
    refused_by("consent_answer_follow_named", ANSWER, **answer(asked, answer="follow"))


@pytest.mark.parametrize("changes", [{"voice": 99}, {"area": 100}])
def test_a_household_speaks_for_itself(asked, changes):
    """Under a household rule the voice is the unit, and no area is noted."""
    refused_by("consent_answer_for_voice", ANSWER, **answer(asked, **changes))
