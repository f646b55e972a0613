"""Sixteen phones of one household at once: real processes, real commits, a barrier between reading and writing."""

import multiprocessing
import threading
from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from fundapp.consent import commands, queries
from fundapp.consent.commands import rounds
from fundapp.consent.models import ConsentRound
from fundapp.consent.policy import sayable
from fundapp.db.work import Busy, bound_engine, reading_session, unit_of_work
from fundapp.kernel.errors import Refused
from tests.consent.asking import CLOSES, JUST, at, bound, make_asked, publish
from tests.support.races import patiently
from tests.support.world import later

FORK = multiprocessing.get_context("fork")


def meeting(barrier, seconds, read):
    """Let every process read before any of them writes, as far as the lock lets them."""

    def read_and_wait(*values, **named):
        found = read(*values, **named)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(seconds)
        return found

    return read_and_wait


def meet(patch, barrier, seconds):
    """Let the processes meet after the last thing that is read of a household, by phone and on paper."""
    for name in ("known_of", "last_revision"):
        patch.setattr(queries, name, meeting(barrier, seconds, getattr(queries, name)))


def without_the_lock(patch):
    """Take away what makes households wait for each other."""
    patch.setattr(rounds, "lock", lambda session, kind, row_id: session.get(kind, row_id))


def phone_of(url, asked, number, key, barrier, seconds, told, locked):
    """Answer from a process of its own, and tell how it ended."""
    patch = pytest.MonkeyPatch()
    meet(patch, barrier, seconds)
    if not locked:
        without_the_lock(patch)
    with bound(url):
        cmd = commands.AnswerByPhone(asked.round, asked.places.units[0], sayable(follow=False)[number % 3], key)

        def answer():
            with unit_of_work() as session:
                if not locked:
                    session.connection(execution_options={"writes": False})
                return commands.answer_by_phone(session, asked.residents[0], cmd, later(hours=1)).revision

        try:
            told.put(
                ("row", patiently(answer) if locked else answer())
            )  # who is told 请重试 on a slow machine tries again
        except (Busy, IntegrityError) as lost:
            told.put(("lost", type(lost).__name__))
        except Refused as refusal:
            told.put(("refused", refusal.code))


def race(url, asked, keys, seconds, locked=True):
    """Let one process per key answer for the same household; give how each ended."""
    bound_engine().dispose()
    barrier, told = FORK.Barrier(len(keys)), FORK.Queue()
    phones = [
        FORK.Process(target=phone_of, args=(url, asked, n, key, barrier, seconds, told, locked))
        for n, key in enumerate(keys)
    ]
    for process in phones:
        process.start()
    ended = [told.get(timeout=60) for _ in phones]
    for process in phones:
        process.join(timeout=30)
    return sorted(ended)


def revisions(asked):
    """The revisions of the household."""
    with reading_session() as session:
        return [row.revision for row in queries.trail_of(session, asked.round, [asked.places.units[0]])]


def test_sixteen_phones_of_one_household_write_one_answer_after_the_other(working):
    """Every one is acknowledged, and the revisions follow each other without a gap."""
    asked = make_asked()
    ended = race(working, asked, [str(uuid4()) for _ in range(16)], 0.5)
    assert ended == [("row", n) for n in range(1, 17)]
    assert revisions(asked) == list(range(1, 17))


def test_one_form_sent_by_sixteen_processes_writes_one_row(working):
    """The same key has one effect: all are told the same row, or that the key carried another answer."""
    asked = make_asked()
    ended = race(working, asked, [str(uuid4())] * 16, 0.5)
    assert {kind for kind, _ in ended} == {"row", "refused"}
    assert {what for kind, what in ended if kind == "row"} == {1}
    assert revisions(asked) == [1]


def test_without_the_lock_the_race_is_lost(working):
    """What the two tests above rest on: where nobody waits, all but one fail."""
    asked = make_asked()
    ended = race(working, asked, [str(uuid4()) for _ in range(4)], 10, locked=False)
    assert [kind for kind, _ in ended].count("lost") == 3
    assert revisions(asked) == [1]


def test_an_answer_in_the_closing_moment_counts_if_and_only_if_it_is_acknowledged(working):
    """Of many answers around the close, the published number is the number of acknowledgements."""
    asked = make_asked(units=6, people=6)
    taken = 0
    for number, moment in enumerate((CLOSES - 3 * JUST, CLOSES - JUST, CLOSES, CLOSES + JUST, CLOSES - 2 * JUST)):
        cmd = commands.AnswerByPhone(asked.round, asked.places.units[number], sayable(follow=False)[0], str(uuid4()))
        with suppress(Refused), unit_of_work() as session:
            commands.answer_by_phone(session, asked.residents[number], cmd, at(moment))
            taken += 1
    publish(asked, at(CLOSES), complete=True)
    with reading_session() as session:
        assert queries.bar_of_round(session, asked.round, CLOSES).agree == taken == 3
        assert session.get_one(ConsentRound, asked.round).closes_at == CLOSES
