"""Engines: SQLite as a database that may hold money, PostgreSQL with short waits."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

BUSY_SECONDS = 10


def tuned_engine(url: str, *, synchronous: str = "FULL") -> Engine:
    """Make an engine whose connections are checked to be safe.

    On SQLite: WAL, foreign keys, the given ``synchronous``; a session that writes begins IMMEDIATE (see
    :func:`fundapp.db.work.unit_of_work`). On PostgreSQL: READ COMMITTED, lock and statement time-outs. An error tells
    its statement and never the values: it may be logged.

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
    return create_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_size=8, max_overflow=8, connect_args={"options": options}
    )


def _listen_sqlite(engine: Engine, synchronous: str) -> None:
    @event.listens_for(engine, "connect")
    def tune(raw: Any, _record: object) -> None:
        raw.isolation_level = None
        cursor = raw.cursor()
        for line in (
            "PRAGMA journal_mode=WAL",
            f"PRAGMA synchronous={synchronous}",
            "PRAGMA foreign_keys=ON",
            "PRAGMA recursive_triggers=ON",
            f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
        ):
            cursor.execute(line)
        keys = cursor.execute("PRAGMA foreign_keys").fetchone()[0]
        level = cursor.execute("PRAGMA synchronous").fetchone()[0]
        cursor.close()
        if keys != 1 or level != {"NORMAL": 1, "FULL": 2}[synchronous]:
            raise RuntimeError("this SQLite does not keep foreign_keys and synchronous as set")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        writes, turn = options.get("writes", False), options.get("turn")
        if writes and turn:
            turn.take()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def is_sqlite(bind: Engine | Connection) -> bool:
    """Tell whether *bind* is SQLite."""
    return bind.dialect.name == "sqlite"
