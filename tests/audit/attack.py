"""An administrator of the database who silences the guards, changes rows by plain SQL and lets the guards speak again.

SQLite's guards are dropped and made again; PostgreSQL's are triggers that no replica runs, which is a word instead of a
thousand statements for each attack.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Enum, Table, select, text, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.checking import all_results
from fundapp.db.base import Base
from fundapp.db.engine import is_sqlite, tuned_engine
from fundapp.db.guards import guards
from fundapp.db.schema import create_guard, drop_guard
from fundapp.db.types import CanonicalJson, Instant, MoneyInFen
from fundapp.kernel.money import fen, from_fen

FAR = 1_000_003
FILLED = {int: FAR, str: "x", bool: True, datetime: datetime(2026, 1, 1, tzinfo=UTC), date: date(2026, 1, 1)}


def watched(mark: str) -> list[Table]:
    """List the tables that say of themselves that they are sealed, or recomputed by a check."""
    return [table for table in Base.metadata.sorted_tables if table.info.get(mark)]


def changed(column, value):
    """Give another value of the column's own kind."""
    kind = column.type
    if isinstance(kind, Enum):
        return next(one for one in kind.enum_class if one != value)
    if isinstance(kind, CanonicalJson):
        return {"changed": [value]}
    if isinstance(kind, MoneyInFen):
        return from_fen(1 if value is None else fen(value) + 1)
    if isinstance(kind, Instant):
        return FILLED[datetime] if value is None else value + timedelta(microseconds=1)
    if value is None:
        return FILLED[kind.python_type]
    return _other(value)


def _other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + FAR
    if isinstance(value, date):
        return value + timedelta(days=1)
    return value[:-1] + ("y" if value.endswith("x") else "x")


def key_of(table, row):
    """Give a row's key."""
    return tuple(row[column.name] for column in table.primary_key.columns)


def at(table, key):
    """Say where a row stands."""
    return tuple_(*table.primary_key.columns) == tuple_(*key)


def names(fault, table, *keys):
    """Tell whether a fault names one of these rows.

    Households of a snapshot are named by their snapshot, loose choices by their ballot.
    """
    known = [key[:1] if table.name in ("snapshot_unit", "vote_loose") else key for key in keys] + list(keys)
    wanted = "|".join(re.escape(f"{table.name}:{','.join(str(part) for part in key)}") for key in known)
    return re.search(rf"(?<!\w)({wanted})(?![\w,])", fault) is not None


class Attacker:
    """Works on one connection; nothing is ever committed."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.on_sqlite = is_sqlite(connection.engine)

    def rows(self, table):
        """Read a table by key."""
        found = self.connection.execute(select(table).order_by(*table.primary_key.columns)).mappings().all()
        return [dict(row) for row in found]

    @contextmanager
    def unguarded(self, *tables) -> Iterator[None]:
        """Silence what keeps these tables' values; on SQLite the triggers are made again afterwards."""
        if not self.on_sqlite:
            self.connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield
            return
        mine = [guard for guard in guards() if guard.table in {table.name for table in tables}]
        for guard in mine:
            drop_guard(self.connection, guard)
        yield
        for guard in mine:
            create_guard(self.connection, guard)

    def drop_checks(self, *tables):
        """Drop what PostgreSQL would refuse of any value; SQLite is told to look away when the connection is opened."""
        if self.on_sqlite:
            return
        found = text("SELECT conname FROM pg_constraint WHERE conrelid = CAST(:name AS regclass) AND contype = 'c'")
        for table in tables:
            if checks := self.connection.scalars(found, {"name": table.name}).all():
                said = ", ".join(f'DROP CONSTRAINT "{name}"' for name in checks)
                self.connection.exec_driver_sql(f"ALTER TABLE {table.name} {said}")

    def write(self, statement):
        """Run a statement; tell whether the unique keys let it pass."""
        with suppress(IntegrityError), self.connection.begin_nested():
            self.connection.execute(statement)
            return True
        return False

    def faults(self):
        """Run every check, in this connection's transaction."""
        with Session(self.connection, join_transaction_mode="create_savepoint") as session:
            return [result.first_fault for _, result in all_results(session) if result.first_fault]

    def undo(self):
        """Leave no trace."""
        self.connection.rollback()


@contextmanager
def attacker(url) -> Iterator[Attacker]:
    """Open a connection whose foreign keys and checks are silent."""
    engine = tuned_engine(url)
    try:
        with engine.execution_options(writes=True).connect() as connection:
            if is_sqlite(engine):
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
                connection.connection.driver_connection.execute("PRAGMA ignore_check_constraints=ON")
            connection.rollback()
            yield Attacker(connection)
            connection.rollback()
    finally:
        engine.dispose()


def is_evidence(column) -> bool:
    """Tell whether a column may carry money, a vote, an answer, an award, an approval or a proof: by its kind and name.

    Yes-or-no and a choice among words are answers and approvals; keys and hashes are proofs.
    """
    kinds = (MoneyInFen, Enum, CanonicalJson)
    said = isinstance(column.type, kinds) or column.type.python_type is bool
    return said or column.name.endswith(("_fen", "hash", "op_key", "serial", "sha256"))
