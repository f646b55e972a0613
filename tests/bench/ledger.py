"""Posting against the limit of the same database (:mod:`.posting`); reading and auditing as the ledger grows.

``python -m tests.bench.ledger`` measures alone; ``LEDGER_SIZES`` names other sizes than 10,000 and 100,000 entries.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.engine import make_url

from fundapp.db.crypt import bind_data_key
from fundapp.db.schema import build
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.money import from_fen
from fundapp.ledger.checks import CHECKS
from fundapp.ledger.models import Entry, Journal
from fundapp.ledger.queries import account_states, balance, public_lines
from fundapp.ledger.rules import Ledger, People, body_hash, body_of, digest, journal_text
from tests.bench import posting
from tests.ledger.books import NOW, Books, bound, gift, make_books
from tests.support.databases import PostgresSource, build_house
from tests.support.needs import need
from tests.support.postgres import Cluster

SIZES = tuple(int(size) for size in os.environ.get("LEDGER_SIZES", "10000,100000").split(","))
BATCH = 400


def grow(books: Books, entries: int) -> None:
    """Bring the committee's book to that many entries, gift after gift, through every guard; without the trail.

    Some hundred at a time are committed, as a busy day would: in one transaction PostgreSQL would have to keep every
    version of the two balances until its end.
    """
    with reading_session() as session:
        have = session.execute(text("SELECT count(*), coalesce(max(id), 0) FROM ledger_journal")).one()
        states = account_states(session, books.committee, Ledger.ACTUAL, gift(books, "x", 1).legs)
        last = session.execute(
            text("SELECT seq, hash FROM ledger_journal WHERE book_id = 1 ORDER BY seq DESC LIMIT 1")
        ).first()
        start = session.execute(text("SELECT start_hash FROM book WHERE id = 1")).scalar_one()
    seq, prev = (last.seq, last.hash) if last else (0, start)
    kept = {code: [state.account_id, state.balance_fen, state.version] for code, state in states.items()}
    for first in range(have[0] * 2, entries, BATCH):
        rows: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
        for number in range(first // 2 + 1, min(entries, first + BATCH) // 2 + 1):
            seq, prev = _row(books, have[1] - have[0] + number, seq + 1, prev, kept, rows)
        with unit_of_work() as session:
            for kind, written in zip((Entry, Journal), rows, strict=True):
                session.execute(insert(kind), written)
    with unit_of_work() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT setval(pg_get_serial_sequence('ledger_journal', 'id'), max(id)) "
                                 "FROM ledger_journal"))  # fmt: skip
            session.execute(text("ANALYZE"))  # as autovacuum does within minutes of so many changes


def _row(
    books: Books, number: int, seq: int, prev: str, kept: dict[str, list[int]], rows: tuple[list[Any], list[Any]]
) -> tuple[int, str]:
    posting = gift(books, f"grown:{number}", 1 + number % 900)
    for place, leg in enumerate(posting.legs, start=1):
        account = kept[leg.account_code]
        account[1:] = [account[1] + leg.amount_fen, account[2] + 1]
        rows[0].append({
            "journal_id": number, "leg": place, "leg_count": 2, "account_id": account[0],
            "amount_fen": from_fen(leg.amount_fen), "balance_after_fen": from_fen(account[1]),
            "account_version": account[2],
        })  # fmt: skip
    body = body_of(posting)
    told = journal_text(body, seq, prev, NOW, People(None))
    rows[1].append({
        "id": number, "book_id": books.committee, "ledger": Ledger.ACTUAL, "key": posting.key,
        "body_hash": body_hash(body), "seq": seq, "leg_count": 2, "purpose": posting.purpose,
        "source": posting.source, "subject": posting.subject, "event_date": posting.event_date, "posted_at": NOW,
        "prev_hash": prev, "hash": digest(told), "canonical": told,
    })  # fmt: skip
    return seq, digest(told)


def reading(books: Books) -> dict[str, float]:
    """Give the median milliseconds of a kept balance and of the last fifty journals of a book."""
    found = {}
    with reading_session() as session:
        deeds: dict[str, Callable[[], object]] = {
            "balance": lambda: balance(session, books.committee, Ledger.ACTUAL, "cash:1"),
            "last 50": lambda: public_lines(session, None, 50, book_id=books.committee),
        }
        for name, deed in deeds.items():
            took = []
            for _ in range(30):
                began = time.perf_counter()
                deed()
                took.append((time.perf_counter() - began) * 1000)
            found[name] = statistics.median(took)
    return found


def auditing(entries: int) -> tuple[float, float]:
    """Give how many entries all audits look through in a second of the clock, and of this program's processor time."""
    with reading_session() as session:
        clock, busy = time.perf_counter(), time.process_time()
        faults = [fault for check in CHECKS if (fault := check.run(session).first_fault)]
        clock, busy = time.perf_counter() - clock, time.process_time() - busy
    if faults:
        raise RuntimeError(f"the grown ledger is not sound: {faults}")
    return entries / clock, entries / busy


def measure(url: str) -> None:
    """Print the figures of one database."""
    with bound(url) as engine:
        books = make_books()
    for way, clients, rate, share in posting.measure(url, books):
        words = f"{way}: {rate:.0f} postings/s, {share:.2f} of the limit"
        print(f"{make_url(url).get_backend_name()}, {clients} clients on one book, {words}", flush=True)
    with bound(url) as engine:
        first: dict[str, float] = {}
        for size in SIZES:
            grow(books, size)
            took, (clock, busy) = reading(books), auditing(size)
            first = first or took
            words = ", ".join(f"{name} {ms:.2f} ms ({ms / first[name]:.2f} x)" for name, ms in took.items())
            audit = f"audit {clock:.0f} entries/s, {busy:.0f} a second of our processor time"
            print(f"{engine.dialect.name}, {size} entries: {words}, {audit}")


def main() -> None:
    """Measure both databases."""
    bind_data_key(("only-for-benches",))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ledger.sqlite3'}"
        build(url)
        measure(url)
    need("pg")
    cluster = Cluster(durable=True)
    try:
        cluster.start()
        source = PostgresSource(cluster, build_house)
        with source.built() as url:
            measure(url)
        source.close()
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
