"""A round over 50,000 households: how long its count takes, and its page."""

import statistics
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import insert

from fundapp.consent import queries
from fundapp.consent.models import ConsentAnswer, ConsentRound
from fundapp.db.crypt import bind_data_key
from fundapp.db.guards import guards
from fundapp.db.schema import build, drop_guard
from fundapp.db.work import bound_engine, reading_session
from fundapp.kernel.actor import NOBODY
from tests.consent.asking import OPENS, Asked, bound, make_asked

SAID = ("agree", "oppose", "abstain")
TIMES = 9


def measure(units: int = 50_000) -> dict[str, float]:
    """Give the median milliseconds of a count and of what the round's page reads, and of the processor for a count."""
    bind_data_key(("only-for-the-bench",))
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'consent.sqlite3'}"
        build(url)
        with bound(url):
            asked = make_asked(units=units, people=1, sheets=0, regime="residents-meeting")
            _answer(asked)
            with reading_session() as session:
                round_ = session.get_one(ConsentRound, asked.round)
                counted = [_clocked(lambda: queries.count_round(session, round_)) for _ in range(TIMES)]
                moment = OPENS + timedelta(days=1)
                read = [_clocked(lambda: queries.round_page(session, asked.round, NOBODY, moment)) for _ in range(3)]
    return {
        "count": statistics.median(wall for wall, _ in counted),
        "count, processor": statistics.median(busy for _, busy in counted),
        "page": statistics.median(wall for wall, _ in read),
    }


def _clocked(work) -> tuple[float, float]:
    """Give the milliseconds on the wall and of the processor."""
    wall, busy = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - busy) * 1000


def _answer(asked: Asked) -> None:
    """Write an answer of every household, without the guards, which would take minutes."""
    rows = [
        {
            "round_id": asked.round, "snapshot_id": 1, "unit_id": unit, "voice": unit, "revision": 1,
            "answer": SAID[number % 3], "channel": "phone", "op_key": str(uuid4()), "person_id": 1,
            "at": OPENS + timedelta(hours=1), "reason": "",
        }
        for number, unit in enumerate(asked.places.units)
    ]  # fmt: skip
    with bound_engine().execution_options(writes=True).begin() as connection:
        for guard in guards():
            if guard.table == "consent_answer":
                drop_guard(connection, guard)
        for start in range(0, len(rows), 2000):
            connection.execute(insert(ConsentAnswer.__table__), rows[start : start + 2000])
        connection.exec_driver_sql("ANALYZE")
