"""Guards: triggers that hold what constraints cannot say, written for both databases.

A package's ``models.py`` calls :func:`guard` or one of its short forms; the migration creates them all, and a
test compares what the database has with what was declared here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from fundapp.db.base import Base


@dataclass(frozen=True)
class Guard:
    """One named trigger (and, on PostgreSQL, its function) on one table.

    ``sqlite`` and ``postgresql`` are tuples of whole statements.
    """

    name: str
    table: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]


def guards(metadata: MetaData = Base.metadata) -> list[Guard]:
    """List the declared guards in the order they were declared."""
    listed: list[Guard] = metadata.info.setdefault("guards", [])
    return listed


def guard(name: str, table: str, sqlite: str | Sequence[str], postgresql: str | Sequence[str]) -> None:
    """Declare a guard by its statements for each database."""
    made = Guard(
        name,
        table,
        (sqlite,) if isinstance(sqlite, str) else tuple(sqlite),
        (postgresql,) if isinstance(postgresql, str) else tuple(postgresql),
    )
    if any(other.name == name for other in guards()):
        raise ValueError(f"guard {name} is declared twice")
    guards().append(made)


def routine(name: str, create: str) -> None:
    """Declare a function of PostgreSQL's that the program calls: SQLite has none, there the program does it."""
    listed: dict[str, str] = Base.metadata.info.setdefault("routines", {})
    if name in listed:
        raise ValueError(f"routine {name} is declared twice")
    listed[name] = create


def routines(metadata: MetaData = Base.metadata) -> dict[str, str]:
    """Give the statements that create the declared functions, by name."""
    listed: dict[str, str] = metadata.info.setdefault("routines", {})
    return listed


def refuse(name: str, table: str, on: str, when: str | None, because: str, pg_when: str | None = None) -> None:
    """Refuse an INSERT, UPDATE [OF columns] or DELETE with the message *because*.

    ``when`` is an SQL condition over NEW and OLD that both databases read, sub-selects included (``pg_when``
    where PostgreSQL needs other words); ``None`` means always.
    """
    plain, because = when or "1=1", because.replace("'", "''")
    guard(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE {on} ON {table} FOR EACH ROW WHEN {plain} "
        f"BEGIN SELECT RAISE(ABORT, '{because}'); END",
        (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
            f"IF {pg_when or plain} THEN RAISE EXCEPTION '{because}' USING ERRCODE = 'check_violation'; END IF; "
            f"RETURN COALESCE(NEW, OLD); END $body$",
            f"CREATE TRIGGER {name} BEFORE {on} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )


def append_only(table: str) -> None:
    """Refuse UPDATE, DELETE, TRUNCATE and (SQLite) INSERT OR REPLACE on *table*."""
    refuse(f"{table}_keeps_rows", table, "DELETE", None, f"{table} is append-only")
    refuse(f"{table}_keeps_values", table, "UPDATE", None, f"{table} is append-only")
    no_replace(table)
    no_truncate(table)


def frozen(table: str, columns: Sequence[str]) -> None:
    """Refuse any change of *columns* once a row stands, and its deletion."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    lite = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
    refuse(f"{table}_keeps_rows", table, "DELETE", None, f"{table} keeps its rows")
    refuse(f"{table}_keeps_values", table, "UPDATE", lite, f"{table} keeps its values", pg_when=changed)
    no_replace(table)
    no_truncate(table)


def no_replace(table: str) -> None:
    """Close SQLite's INSERT OR REPLACE, which deletes without firing a delete trigger, over each unique key.

    The keys are those of the model, which stands before its guards.
    """
    same = " OR ".join(_same_row(Base.metadata.tables[table]))
    guard(
        f"{table}_no_replace",
        table,
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} FOR EACH ROW "  # noqa: S608 - our own names
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} keeps its rows'); END",
        (),
    )


def stands_already(error: IntegrityError, table: str) -> bool:
    """Tell whether SQLite refused a new row of *table* because of :func:`no_replace`."""
    return str(error.orig) == f"{table} keeps its rows"


def _same_row(table: Table) -> Iterator[str]:
    """Say for each unique key when a standing row is in the way of a new one; a key may hold for some rows only."""
    yield _equal(table.primary_key.columns)
    keys = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    for columns in sorted(keys, key=lambda one: one.keys()):
        if not set(table.primary_key.columns) <= set(columns):
            yield _equal(columns)
    for index in sorted((one for one in table.indexes if one.unique), key=lambda one: str(one.name)):
        some = index.dialect_options["sqlite"]["where"]
        yield _equal(index.columns) + ("" if some is None else f" AND {some} AND {_of_new(table, some)}")


def _equal(columns: Iterable[Any]) -> str:
    return "(" + " AND ".join(f"{column.name} = NEW.{column.name}" for column in columns) + ")"


def _of_new(table: Table, condition: object) -> str:
    """Write a condition on a standing row for the new one."""
    return re.sub(rf"\b({'|'.join(table.columns.keys())})\b", r"NEW.\1", str(condition))


def no_truncate(table: str) -> None:
    """Close PostgreSQL's TRUNCATE."""
    guard(
        f"{table}_no_truncate",
        table,
        (),
        (
            f"CREATE FUNCTION {table}_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
            f"RAISE EXCEPTION '{table} keeps its rows' USING ERRCODE = 'check_violation'; END $body$",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_truncate()",
        ),
    )
