"""Reversals sent twice from twenty threads, workers killed amid commits, and databases that are busy."""

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from fundapp.db.work import Busy, reading_session, unit_of_work
from fundapp.kernel.errors import Refused
from fundapp.ledger.checks import CHECKS
from fundapp.ledger.commands import reverse
from fundapp.ledger.models import Entry, Journal
from fundapp.ledger.rules import ReversalReason
from tests.ledger.books import NOW, bound, gift, make_books, posted
from tests.support.races import FORK, PATIENCE, patiently


def taken_back(books, number, told):
    """Reverse a journal, again where the database is busy; tell how it ended."""

    def deed():
        with unit_of_work() as session:
            reverse(session, books.actor, number, ReversalReason.DUPLICATE, told, NOW)

    try:
        patiently(deed)
    except Refused as refused:
        return refused.code
    return "done"


def storm(books, count):
    """Reverse *count* gifts twice each, for two reasons, from twenty threads in any order."""
    numbers = [posted(books, gift(books, f"g{n}", 100 + n)).id for n in range(count)]
    sent = [(number, told) for number in numbers for told in ("第一次", "第二次")]
    random.Random(7).shuffle(sent)
    with ThreadPoolExecutor(20) as threads:
        ended = list(threads.map(lambda one: taken_back(books, *one), sent))
    assert ended.count("done") == ended.count("ledger.reversed_already") == count
    with reading_session() as session:
        assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
        assert session.scalar(select(func.count()).where(Journal.reverses_id.is_not(None))) == count


def test_of_reversals_that_are_sent_twice_exactly_half_succeed(books):
    """Whoever is first: each journal is reversed once.

    Source: reliability.md B7.
    """
    storm(books, 15)


@pytest.mark.long
def test_of_a_thousand_reversals_five_hundred_succeed(books):
    """The same, 2 × 500."""
    storm(books, 500)


def keep_giving(url, books, start, told):
    """Post gift after gift; say of each, once it is committed, that it is there."""
    with bound(url):
        for number in range(start, start + 10_000):
            patiently(lambda number=number: posted(books, gift(books, f"g{number}", 1)))
            os.write(told, f"{number}\n".encode())


def kill_amid(url, books, start, seconds):
    """Let a process post and kill it after a while; give the numbers that it acknowledged."""
    read, write = os.pipe()
    worker = FORK.Process(target=keep_giving, args=(url, books, start, write))
    worker.start()
    os.close(write)
    with os.fdopen(read) as pipe:
        first = pipe.readline()
        time.sleep(seconds)
        os.kill(worker.pid, signal.SIGKILL)
        lines = [first, *pipe]
    worker.join(PATIENCE)
    return [int(line) for line in lines if line.endswith("\n")]


def kill_often(url, times):
    """Kill workers; after each, what was acknowledged is there, nothing is half there, and every check passes."""
    with bound(url):
        books = make_books(0)
    dice, acknowledged = random.Random(11), []
    for _ in range(times):
        start = max(acknowledged, default=0) + 2  # the one after the last may have been committed unsaid
        acknowledged += kill_amid(url, books, start, dice.uniform(0, 0.05))
        with bound(url), reading_session() as session:
            keys = set(session.scalars(select(Journal.key)))
            assert {f"g{number}" for number in acknowledged} <= keys
            assert len(keys) <= len(acknowledged) + times
            assert session.scalar(select(func.count()).select_from(Entry)) == 2 * len(keys)
            assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
    assert len(acknowledged) >= times


def test_a_worker_that_is_killed_loses_nothing_it_acknowledged(database_url):
    """No acknowledged posting is lost, none is half there.

    Source: reliability.md C1.
    """
    kill_often(database_url, 4)


@pytest.mark.long
def test_a_hundred_workers_that_are_killed_lose_nothing(database_url):
    """The same, a hundred times."""
    kill_often(database_url, 100)


@pytest.mark.parametrize(
    "error", [psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable]
)
def test_a_busy_database_is_never_told_as_too_little_money(books, error, monkeypatch):
    """Who meets another at the lock is told 请重试: no refusal of the deed, and nothing is written."""

    def collide(*_args):
        raise OperationalError("SELECT", {}, error("could not serialize access"))

    with monkeypatch.context() as patch:
        patch.setattr("fundapp.ledger.commands.posting.flushed", collide)
        with pytest.raises(Busy):
            posted(books, gift(books, "g", 700))
    assert posted(books, gift(books, "g", 700)).key == "g"
