"""The last second: answers against the result, objections against the final result, and a process that is killed.

Real processes and real commits. Where an interleaving is forced, the same test without the lock shows that it is lost.
"""

import os
import signal
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from fundapp.audit.checks import check_chain, check_sealed_rows
from fundapp.audit.models import AuditEntry
from fundapp.consent import commands, queries
from fundapp.consent.commands import answers, finals, rounds
from fundapp.consent.models import ConsentAnswer, ConsentResult
from fundapp.consent.policy import Choice, sayable
from fundapp.db.clock import DatabaseClock
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.errors import Refused
from fundapp.publicity import commands as publicity
from fundapp.publicity import queries as notices
from tests.consent.asking import CLOSES, JUST, at, bound, make_asked, publish
from tests.consent.test_announcing import announced, object_to, prove, wired  # noqa: F401 - fixtures
from tests.consent.test_announcing import preliminary as preliminary_of
from tests.support.races import FORK, at_once, patiently

SOON = timedelta(seconds=1.5)
LATE = 10  # seconds to wait for another process that the lock does not hold back


def in_turn(read, mine, other, seconds):
    """Give a function that reads, says so, and waits for the other process to have read too, as far as a lock lets."""

    def read_and_wait(*values, **named):
        found = read(*values, **named)
        mine.set()
        other.wait(seconds)
        return found

    return read_and_wait


def without_locks(session):
    """Take away what makes deeds wait for each other: the lock of the row, and SQLite's of the whole file."""
    patch = pytest.MonkeyPatch()
    for module in (rounds, publicity):
        patch.setattr(module, "lock", lambda session, kind, row_id: session.get(kind, row_id))
    session.connection(execution_options={"writes": False})


def deed_of(work, locked, after=None):
    """Make a deed in a unit of work of its own, once *after* has happened."""

    def deed():
        if after is not None:
            after.wait(LATE)
        with unit_of_work() as session:
            if not locked:
                without_locks(session)
            return work(session)

    return (lambda: patiently(deed)) if locked else deed


# --- answers and the result ----------------------------------------------------------------------------------------


def answer_against_close(asked, locked):
    """Let a household answer in the last moment, and the worker publish before that is committed."""
    written, counted = FORK.Event(), FORK.Event()
    seconds = 1 if locked else LATE

    def answer(session):
        cmd = commands.AnswerByPhone(asked.round, asked.places.units[0], Choice.AGREE, str(uuid4()))
        pytest.MonkeyPatch().setattr(answers, "record", in_turn(answers.record, written, counted, seconds))
        return commands.answer_by_phone(session, asked.residents[0], cmd, at(CLOSES - JUST)).revision

    def close(session):
        count = rounds.queries.count_round
        pytest.MonkeyPatch().setattr(rounds.queries, "count_round", in_turn(count, counted, written, seconds))
        return commands.publish_result(
            session, asked.worker, commands.PublishResult(asked.round, True), at(CLOSES)
        ).agree

    return at_once([deed_of(answer, locked), deed_of(close, locked, after=written)])


def test_an_answer_that_is_being_written_is_waited_for(working):
    """Acknowledged before the close, it is in the result, although the worker had already pressed the button."""
    assert answer_against_close(make_asked(sheets=0), locked=True) == [("done", 1), ("done", 1)]


def test_without_the_lock_an_acknowledged_answer_would_be_missing(working):
    """What the test above rests on: the result would not hold it, or one of the two would fail."""
    ended = answer_against_close(make_asked(sheets=0), locked=False)
    with reading_session() as session:
        published = session.scalar(select(ConsentResult.agree))
        acknowledged = session.scalar(select(func.count()).select_from(ConsentAnswer))
    assert "error" in dict(ended) or (acknowledged, published) == (1, 0)


def answers_until_the_close(asked, number, households):
    """Answer for some households in turn, with changing words, until the round is closed; give their last words."""
    clock, said = DatabaseClock(), {}
    for turn in range(10_000):
        household = households[turn % len(households)]
        choice = sayable(follow=False)[(turn // len(households) + number) % 3]
        cmd = commands.AnswerByPhone(asked.round, asked.places.units[household], choice, str(uuid4()))

        def answer(cmd=cmd, household=household):
            with unit_of_work() as session:
                commands.answer_by_phone(session, asked.residents[household], cmd, clock)

        try:
            patiently(answer)
        except Refused:
            return sorted(said.items())
        said[household] = choice.value
    raise AssertionError("the round never closed")


def closes_as_soon_as_it_may(asked):
    """Press the button until the round can be published; give the published numbers."""

    def close():
        with unit_of_work() as session:
            cmd = commands.PublishResult(asked.round, True)
            made = commands.publish_result(session, asked.worker, cmd, DatabaseClock())
            return [("agree", made.agree), ("oppose", made.oppose), ("abstain", made.abstain)]

    for _ in range(10_000):
        try:
            return patiently(close)
        except Refused as refusal:
            if refusal.code != "consent.still_open":
                raise
            time.sleep(0.01)
    raise AssertionError("the round could never be published")


def counted_in_the_closing_second():
    """Let six phones of eighteen households and the worker meet in the second of the close, by the real clock."""
    closes = datetime.now(UTC) + SOON
    asked = make_asked(units=18, people=18, sheets=0, opens=closes - timedelta(days=2), closes=closes)
    phones = [
        lambda number=number: answers_until_the_close(asked, number, range(number * 3, number * 3 + 3))
        for number in range(6)
    ]
    ended = at_once([*phones, lambda: closes_as_soon_as_it_may(asked)])
    assert [kind for kind, _ in ended] == ["done"] * 7, ended
    told = [what for _, what in ended]
    published = next(dict(one) for one in told if one and one[0][0] == "agree")
    acknowledged = [choice for one in told if not one or one[0][0] != "agree" for _, choice in one]
    assert published == {name: acknowledged.count(name) for name in published}


def test_what_is_acknowledged_in_the_closing_second_is_counted(working):
    """Six phones and the worker at once: the published numbers are those of the last acknowledged answers."""
    counted_in_the_closing_second()


@pytest.mark.long
@pytest.mark.parametrize("turn", range(40))
def test_what_is_acknowledged_in_many_closing_seconds_is_counted(working, turn):
    """Acknowledged less counted is nothing, forty times."""
    counted_in_the_closing_second()


def test_many_officers_who_close_at_once_publish_one_result(working):
    """Sixteen presses of the button: one result, and the others are told that it is there."""
    asked = make_asked(sheets=0)

    def close():
        with unit_of_work() as session:
            cmd = commands.PublishResult(asked.round, True)
            return commands.publish_result(session, asked.worker, cmd, at(CLOSES)).id

    ended = at_once([lambda: patiently(close)] * 16)
    assert ended == [("done", 1), *[("refused", "consent.already_published")] * 15]


# --- objections and the final result -------------------------------------------------------------------------------


def objection_against_final(asked, locked):
    """Let a household object in the last moment of the notice, and the worker publish before that is committed."""
    notice = preliminary_of(asked).notice_id
    with reading_session() as session:
        ends = notices.standing_of(session, notice, CLOSES).period.ends_at
    objecting, publishing = FORK.Event(), FORK.Event()
    seconds = 1 if locked else LATE

    def see(mine, other):
        pytest.MonkeyPatch().setattr(
            publicity.queries, "standing_of", in_turn(notices.standing_of, mine, other, seconds)
        )

    def object_(session):
        see(objecting, publishing)
        cmd = publicity.Object(notice, asked.places.units[0], "不是我家的意见", str(uuid4()))
        publicity.object_to(session, asked.residents[0], cmd, at(ends - JUST))
        return "objected"

    def finish(session):
        pytest.MonkeyPatch().setattr(
            finals, "standing_of", in_turn(notices.standing_of, publishing, objecting, seconds)
        )
        commands.publish_final(session, asked.worker, commands.PublishFinal(asked.round), at(ends))
        return "published"

    return at_once([deed_of(object_, locked), deed_of(finish, locked, after=objecting)])


def test_an_objection_in_the_last_moment_stops_the_final_result(announced):  # noqa: F811 - the fixture imported above
    """The household was heard in time, so the result waits for the answer."""
    prove(announced, CLOSES + timedelta(days=4))
    ended = objection_against_final(announced, locked=True)
    assert ended == [("done", "objected"), ("refused", "publicity.unanswered")]


def test_without_the_lock_a_result_would_be_final_over_an_open_objection(announced):  # noqa: F811 - the fixture imported above
    """What the test above rests on: both would be done, or one of them would fail instead of being told why."""
    prove(announced, CLOSES + timedelta(days=4))
    ended = objection_against_final(announced, locked=False)
    assert ended == [("done", "objected"), ("done", "published")] or "error" in dict(ended)


# --- a process that is killed --------------------------------------------------------------------------------------


def answer_until_killed(url, asked, pipe):
    """Answer for ever, and say of each answer that it is acknowledged."""
    with bound(url):
        for turn in range(10_000):
            cmd = commands.AnswerByPhone(
                asked.round, asked.places.units[turn % 3], sayable(follow=False)[turn % 3], str(uuid4())
            )
            with unit_of_work() as session:
                row = commands.answer_by_phone(session, asked.residents[turn % 3], cmd, at(CLOSES - JUST))
            os.write(pipe, f"{row.op_key}\n".encode())


def killed_while_answering(url, asked, after):
    """Kill a process in the middle of its answers; give the keys that it had acknowledged."""
    bound_engine().dispose()
    reader, writer = os.pipe()
    child = FORK.Process(target=answer_until_killed, args=(url, asked, writer))
    child.start()
    os.close(writer)
    told = os.read(reader, 37)  # the first acknowledgement: it is at work
    threading.Event().wait(after)
    with suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)
    child.join(30)
    while part := os.read(reader, 65536):
        told += part
    os.close(reader)
    return told.decode().split()


def lives_through(url, kills):
    """Kill so many times at moments all over a deed, and look at what is left each time."""
    asked, acknowledged = make_asked(), set()
    for number in range(kills):
        acknowledged.update(killed_while_answering(url, asked, number % 10 * 0.0037))
        with reading_session() as session:
            stored = set(session.scalars(select(ConsentAnswer.op_key)))
            noted = session.scalar(
                select(func.count()).select_from(AuditEntry).where(AuditEntry.deed == "consent.answer_by_phone")
            )
            trails = [
                (row.unit_id, row.revision) for row in queries.trail_of(session, asked.round, asked.places.units[:3])
            ]
        assert acknowledged <= stored, "an acknowledged answer is gone"
        assert len(stored) == noted, "an answer without its deed, or a deed without its answer"
        for unit in asked.places.units[:3]:
            mine = [revision for whose, revision in trails if whose == unit]
            assert mine == list(range(1, len(mine) + 1))
    with reading_session() as session:
        assert check_chain(session).first_fault is None
        assert [found.first_fault for _name, found in check_sealed_rows(session) if found.first_fault] == []
    assert publish(asked, at(CLOSES), complete=True)


def test_a_process_that_is_killed_leaves_whole_answers_only(working):
    """Answer and deed are both there or neither, and nothing that was acknowledged is lost."""
    lives_through(working, 4)


@pytest.mark.long
def test_a_hundred_kills_lose_nothing(working):
    """Kill -9, a hundred times."""
    lives_through(working, 100)
