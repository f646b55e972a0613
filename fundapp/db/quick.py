"""Statements written by hand, without the mapper: for the few deeds whose speed is measured.

A statement has its values as ``?`` on both databases and passes through the session's connection, so that its errors
are SQLAlchemy's and its lock is the unit of work's.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.orm import Session

from fundapp.db.engine import is_sqlite


def run(connection: Connection, statement: str, *values: Any) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement with its values; the caller has flushed what it builds upon."""
    if is_sqlite(connection):
        return connection.exec_driver_sql(statement, values)
    return connection.exec_driver_sql(_for_postgresql(statement), values)


def run_each(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement for each row of values."""
    if not is_sqlite(connection):
        statement = _for_postgresql(statement)
    connection.exec_driver_sql(statement, rows if len(rows) > 1 else rows[0])


@cache
def _for_postgresql(statement: str) -> str:
    return statement.replace("%", "%%").replace("?", "%s")


def flushed(session: Session) -> Connection:
    """Write what the session still holds, and give its connection."""
    session.flush()
    return session.connection()


def lite_instant(at: datetime) -> str:
    """Write an instant as SQLite's column of one holds it.

    >>> lite_instant(datetime(2026, 3, 2, 2, tzinfo=UTC))
    '2026-03-02 02:00:00.000000'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def day_of(value: date | str | None) -> date | None:
    """Give the day that either database holds."""
    return date.fromisoformat(value) if isinstance(value, str) else value
