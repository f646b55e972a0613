"""Engines: SQLite as a database that may hold money, PostgreSQL with short waits."""

import sqlite3
import time
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError

BUSY_SECONDS = 10
IDLE_SECONDS = 1
AGAIN = timedelta(milliseconds=10)


def tuned_engine(url: str, *, synchronous: str = "FULL") -> Engine:
    """Make an engine whose connections are checked to be safe.

    On SQLite: WAL, foreign keys, deleted rows overwritten, the given ``synchronous``; a session that writes begins
    IMMEDIATE (see :func:`fundapp.db.work.unit_of_work`). On PostgreSQL: READ COMMITTED, lock and statement time-outs,
    and a connection that lay idle is asked whether it still stands. An error tells its statement and never the values:
    it may be logged.

    Raises:
        RuntimeError: a SQLite connection that does not read back what was set.

    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(
            url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
        )
        _listen_sqlite(engine, synchronous)
        return engine
    options = "-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=30s"
    engine = create_engine(
        url, hide_parameters=True, pool_size=8, max_overflow=8, connect_args={"options": options}
    )  # fmt: skip
    _listen_postgresql(engine)
    return engine


def _listen_sqlite(engine: Engine, synchronous: str) -> None:
    @event.listens_for(engine, "connect")
    def tune(raw: Any, _record: object) -> None:
        raw.isolation_level = None
        cursor = raw.cursor()
        _write_ahead(cursor)
        for line in (
            f"PRAGMA synchronous={synchronous}",
            "PRAGMA foreign_keys=ON",
            "PRAGMA recursive_triggers=ON",
            "PRAGMA secure_delete=ON",
            f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
        ):
            cursor.execute(line)
        keys = cursor.execute("PRAGMA foreign_keys").fetchone()[0]
        level = cursor.execute("PRAGMA synchronous").fetchone()[0]
        wiped = cursor.execute("PRAGMA secure_delete").fetchone()[0]
        cursor.close()
        if keys != 1 or wiped != 1 or level != {"NORMAL": 1, "FULL": 2}[synchronous]:
            raise RuntimeError("this SQLite does not keep foreign_keys, secure_delete and synchronous as set")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        writes, turn = options.get("writes", False), options.get("turn")
        if writes and turn:
            turn.take()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Set the journal; where several open a new file at once, SQLite refuses this instead of waiting."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(AGAIN.total_seconds())
        else:
            return


def _listen_postgresql(engine: Engine) -> None:
    """Ask a connection whether it stands, where it lay idle for :data:`IDLE_SECONDS`; a broken one is replaced.

    To ask at each use costs three round trips; what breaks while it is in use is told as 请重试.
    """

    @event.listens_for(engine, "checkin")
    def leave(_raw: object, record: Any) -> None:
        record.info["left"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(raw: Any, record: Any, _fairy: object) -> None:
        if time.monotonic() - record.info.get("left", time.monotonic()) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(raw)
        except engine.dialect.loaded_dbapi.OperationalError as error:
            raise InvalidatePoolError from error


def is_sqlite(bind: Engine | Connection) -> bool:
    """Tell whether *bind* is SQLite."""
    return bind.dialect.name == "sqlite"
