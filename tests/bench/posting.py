"""Posting, as a deed with its trail and its commit, beside the limit of the same database in the same run.

The limit is what no ledger can beat: the bare rows of a posting of two legs (a journal, two entries, two balances
moved), with no guard, no chain and no trail, sent by the driver itself; on PostgreSQL one statement in one round trip.
Both databases write to the disk as in service.
"""

import multiprocessing
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from fundapp.db.work import unit_of_work
from fundapp.ledger.commands import post
from fundapp.ledger.commands.inserting import insert_by_function
from fundapp.ledger.commands.posting import draft_of
from tests.ledger.books import NOW, Books, bound, gift

ROUNDS, WARM, EACH, CLIENTS = 5, 100, 200, 8
TABLES = (
    "CREATE TABLE bare_balance (id INTEGER PRIMARY KEY, fen BIGINT, version BIGINT)",
    "CREATE TABLE bare_journal (id {number}, key TEXT UNIQUE, told TEXT)",
    "CREATE TABLE bare_entry (journal BIGINT, leg INTEGER, account INTEGER, fen BIGINT, after BIGINT, version BIGINT, "
    "PRIMARY KEY (journal, leg))",
    "INSERT INTO bare_balance VALUES (1, 0, 0), (2, 0, 0)",
)
ONE_STATEMENT = """
WITH said AS (INSERT INTO bare_journal (key, told) VALUES (%s, %s) RETURNING id),
held AS (SELECT id FROM bare_balance WHERE id IN (1, 2) ORDER BY id FOR NO KEY UPDATE),
moved AS (UPDATE bare_balance b SET fen = fen + 3 - 2 * b.id, version = version + 1 FROM held WHERE b.id = held.id
          RETURNING b.id, fen, version)
INSERT INTO bare_entry SELECT said.id, moved.id, moved.id, 3 - 2 * moved.id, moved.fen, moved.version FROM said, moved
"""
IN_ONE_COMMIT = (
    "UPDATE bare_balance SET fen = fen + 3 - 2 * id, version = version + 1",
    "INSERT INTO bare_entry SELECT (SELECT max(id) FROM bare_journal), id, id, 3 - 2 * id, fen, version "
    "FROM bare_balance",
)
TOLD = "x" * 600  # as long as a journal's text
FORK = multiprocessing.get_context("fork")
Deed = Callable[[str], object]


def lay_out(url: str) -> None:
    """Make the bare tables."""
    on_sqlite = url.startswith("sqlite")
    with _driver(url) as connection:
        for statement in TABLES:
            number = "INTEGER PRIMARY KEY" if on_sqlite else "BIGSERIAL PRIMARY KEY"
            connection.execute(statement.replace("{number}", number))


@contextmanager
def _driver(url: str) -> Iterator[Any]:
    parsed = make_url(url)
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(str(parsed.database), isolation_level=None, timeout=30)
        connection.execute("PRAGMA synchronous=FULL")
    else:
        connection = psycopg.connect(parsed.set(drivername="postgresql").render_as_string(False), autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def limit(url: str, _books: Books) -> Iterator[Deed]:
    """Give the deed of the limit, on a connection of its own."""
    with _driver(url) as connection:

        def on_sqlite(key: str) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO bare_journal (key, told) VALUES (?, ?)", (key, TOLD))
            for statement in IN_ONE_COMMIT:
                connection.execute(statement)
            connection.execute("COMMIT")

        def on_postgresql(key: str) -> None:
            connection.execute(ONE_STATEMENT, (key, TOLD))

        yield on_sqlite if url.startswith("sqlite") else on_postgresql


@contextmanager
def ours(url: str, books: Books) -> Iterator[Deed]:
    """Give the deed of a posting, in a unit of work of its own."""
    with bound(url):

        def posted(key: str) -> None:
            with unit_of_work() as session:
                post(session, books.actor, gift(books, key, 1), NOW)

        yield posted


@contextmanager
def alone(url: str, books: Books) -> Iterator[Deed]:
    """Give the deed of the ledger's own part: lock, chain, legs, balances and guards, committed, without the trail.

    Neither the limit nor other ledgers keep a trail of deeds over the whole house. PostgreSQL only.
    """
    with bound(url) as engine:

        def posted(key: str) -> None:
            with Session(engine) as session:
                insert_by_function(session.connection(), draft_of(gift(books, key, 1), books.actor, NOW))
                session.commit()

        yield posted


def _client(url: str, books: Books, way: Any, name: str, gate: Any, times: Any) -> None:
    with way(url, books) as deed:
        for number in range(WARM):  # a worker in service is warm: plans, texts and its own memory after the fork
            deed(f"{name}:warm:{number}")
        gate.wait(60)
        began = time.monotonic()
        for number in range(EACH):
            deed(f"{name}:{number}")
        times.put((began, time.monotonic()))


def per_second(url: str, books: Books, way: Any, name: str, clients: int) -> float:
    """Let so many processes do a deed at once, all on the same two accounts; give how many a second in all."""
    gate, times = FORK.Barrier(clients), FORK.Queue()
    runners = [
        FORK.Process(target=_client, args=(url, books, way, f"{name}:{one}", gate, times)) for one in range(clients)
    ]
    for runner in runners:
        runner.start()
    seen = [times.get(timeout=300) for _ in runners]
    for runner in runners:
        runner.join()
    return clients * EACH / (max(end for _, end in seen) - min(began for began, _ in seen))


def measure(url: str, books: Books) -> Iterator[tuple[str, int, float, float]]:
    """Give, by way and by how many clients, the median postings a second and their median share of the limit."""
    lay_out(url)
    ways = {"whole": ours} if url.startswith("sqlite") else {"whole": ours, "alone": alone}
    for clients in (1, CLIENTS):
        rates: dict[str, list[float]] = {name: [] for name in ways}
        shares: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(ROUNDS):
            most = per_second(url, books, limit, f"limit:{clients}:{turn}", clients)
            for name, way in ways.items():
                rates[name].append(per_second(url, books, way, f"{name}:{clients}:{turn}", clients))
                shares[name].append(rates[name][-1] / most)
        for name in ways:
            yield name, clients, statistics.median(rates[name]), statistics.median(shares[name])
