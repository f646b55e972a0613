"""Make sure that what was deleted from a table cannot be read out of the files of the living database.

A DELETE only takes a row from sight. SQLite overwrites it with zeros (``secure_delete``, see :mod:`fundapp.db.engine`)
and keeps what was written in its ``-wal`` until that is folded in; PostgreSQL keeps the old row in its file until the
table is written anew. Neither reaches a backup or an archived log.
"""

import logging
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.db.engine import BUSY_SECONDS, is_sqlite
from fundapp.db.work import after_commit, bound_engine

LOG = logging.getLogger(__name__)
WAIT_MS = 2_000


def wipe_after_commit(session: Session, table: str) -> None:
    """Wipe what was deleted from *table* once the unit of work has committed.

    Where somebody holds the table for longer than two seconds it is left, with a line in the log, to the next time and
    to the database's own cleaning: the deed that was committed stands.
    """
    asked = session.info.setdefault("wiped", set())
    if table not in asked:
        asked.add(table)
        after_commit(session, partial(_wipe, table))


def _wipe(table: str) -> None:
    try:
        left = _fold_in(bound_engine()) if is_sqlite(bound_engine()) else _write_anew(bound_engine(), table)
    except DBAPIError as error:
        left = str(error.orig).splitlines()[0]
    if left:
        LOG.warning("what was deleted from %s is not wiped yet: %s", table, left)


def _fold_in(engine: Engine) -> str:
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        if raw is None:
            return "no connection"
        raw.execute(f"PRAGMA busy_timeout={WAIT_MS}")
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        raw.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    return "somebody reads" if busy else ""


def _write_anew(engine: Engine, table: str) -> str:
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(f"SET lock_timeout = {WAIT_MS}")
        try:
            connection.exec_driver_sql(f"VACUUM (FULL) {table}")
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return ""
