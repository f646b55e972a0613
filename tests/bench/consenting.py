"""Rounds over 193, 5,000 and 50,000 households: how long a count takes, and the page with its statements."""

import statistics
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import event, insert

from fundapp.app import create_app, let_go
from fundapp.consent import queries
from fundapp.consent.models import ConsentAnswer, ConsentRound
from fundapp.consent.paper_views import print_book
from fundapp.db.guards import guards
from fundapp.db.schema import build, drop_guard
from fundapp.db.work import bound_engine, reading_session
from fundapp.settings import Settings
from tests.consent.asking import OPENS, Asked, at, make_asked
from tests.consent.test_books import page_of_book, register

SAID = ("agree", "oppose", "abstain")
TIMES = 9
SIZES = (193, 5_000, 50_000)


def measure(units: int) -> dict[str, float]:
    """Give the median milliseconds of a count and of the round's page, made anew and kept, and its statements."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'consent.sqlite3'}"
        build(url)
        app = create_app(Settings.for_tests(database_url=url, instance=Path(folder)))
        app.extensions["clock"] = at(OPENS + timedelta(days=1))
        try:
            asked = make_asked(units=units, people=1, sheets=0, regime="residents-meeting")
            answer_everything(asked)
            with reading_session() as session:
                round_ = session.get_one(ConsentRound, asked.round)
                counted = [_clocked(lambda: queries.count_round(session, round_)) for _ in range(TIMES)]
            told: list[str] = []
            event.listen(bound_engine(), "before_cursor_execute", lambda *args: told.append(args[2]))
            made = [_clocked(lambda: _page(app, asked, another="1")) for _ in range(TIMES)]
            statements = len([one for one in told if not one.startswith("BEGIN")]) // TIMES
            _page(app, asked)
            kept = [_clocked(lambda: _page(app, asked)) for _ in range(TIMES)]
        finally:
            let_go(app)
    return {
        "count": statistics.median(wall for wall, _ in counted),
        "count, processor": statistics.median(busy for _, busy in counted),
        "page": statistics.median(wall for wall, _ in made),
        "page, processor": statistics.median(busy for _, busy in made),
        "page, kept": statistics.median(wall for wall, _ in kept),
        "page, kept, processor": statistics.median(busy for _, busy in kept),
        "statements": statements,
    }


def book() -> tuple[float, float]:
    """Give the milliseconds, on the wall and of the processor, in which the second book of 193 doors is printed."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'book.sqlite3'}"
        build(url)
        app = create_app(Settings.for_tests(database_url=url, instance=Path(folder)))
        try:
            asked = make_asked(units=193, people=0, sheets=0)
            page_book = page_of_book(asked, register(asked))
            with app.test_request_context("/"):
                with reading_session() as session:
                    page = queries.round_page(session, asked.round, asked.worker, OPENS)
                print_book(page, page_book)  # fonts are found once
                return _clocked(lambda: print_book(page, page_book))
        finally:
            let_go(app)


def _page(app, asked: Asked, **cookies: str) -> None:
    client = app.test_client()
    for name, value in cookies.items():
        client.set_cookie(name, value)
    assert client.get(f"/consent/{asked.round}").status_code == 200


def _clocked(work) -> tuple[float, float]:
    """Give the milliseconds on the wall and of the processor."""
    wall, busy = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - busy) * 1000


def answer_everything(asked: Asked, first: int = 0) -> None:
    """Write an answer of every household from *first* on, without the guards, which would take minutes."""
    rows = [
        {
            "round_id": asked.round, "snapshot_id": asked.round, "unit_id": unit, "voice": unit, "revision": 1,
            "answer": SAID[number % 3], "channel": "phone", "op_key": str(uuid4()), "person_id": 1,
            "at": OPENS + timedelta(hours=1), "reason": "",
        }
        for number, unit in enumerate(asked.places.units[first:])
    ]  # fmt: skip
    with bound_engine().execution_options(writes=True).begin() as connection:
        for guard in guards():
            if guard.table == "consent_answer":
                drop_guard(connection, guard)
        for start in range(0, len(rows), 2000):
            connection.execute(insert(ConsentAnswer.__table__), rows[start : start + 2000])
        connection.exec_driver_sql("ANALYZE")
