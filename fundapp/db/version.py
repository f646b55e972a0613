"""Tell cheaply whether anything in the database has changed: one statement that no commit leaves unchanged."""

import threading
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from fundapp.db.clock import DatabaseClock
from fundapp.db.engine import is_sqlite
from fundapp.kernel.clock import Clock

SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text), clock_timestamp()")


class DataVersion:
    """Two equal answers mean that nothing was committed between them, by this process or another.

    SQLite's ``data_version`` counts what *other* connections commit, so it is asked on a connection that never writes.
    PostgreSQL's snapshot names every transaction whose rows it sees.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._witness: Any = None
        if is_sqlite(engine):
            event.listen(engine, "engine_disposed", self._close)

    def now(self, session: Session, clock: Clock) -> tuple[object, datetime]:
        """Give the version and the instant; what is read afterwards is at least as new.

        *session* is used on PostgreSQL only, and must read each statement afresh (READ COMMITTED).
        """
        if is_sqlite(self._engine):
            return self._asked(), clock.now(session)
        snapshot, at = session.execute(SNAPSHOT).one()
        return snapshot, at.astimezone(UTC) if isinstance(clock, DatabaseClock) else clock.now(session)

    def _asked(self) -> object:
        with self._lock:
            if self._witness is None:
                self._witness = self._engine.raw_connection()
                self._witness.detach()
            cursor = self._witness.cursor()
            try:
                return cursor.execute("PRAGMA data_version").fetchall()[0][0]
            finally:
                cursor.close()

    def _close(self, _engine: Engine) -> None:
        with self._lock:
            if self._witness is not None:
                self._witness.close()
                self._witness = None
