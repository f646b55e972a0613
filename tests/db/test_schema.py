"""The migrations make what the models say: columns, constraints, indexes and triggers, by name and by text."""

import re

import pytest
from sqlalchemy import create_engine, text

from fundapp import tables  # noqa: F401 - fills the metadata
from fundapp.app import check_list
from fundapp.db.base import Base
from fundapp.db.engine import tuned_engine
from fundapp.db.guards import guards
from fundapp.db.schema import build, build_from_models

SQLITE = "SELECT type || ' ' || name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND sql IS NOT NULL"
POSTGRESQL = """
SELECT 'column ' || table_name || '.' || column_name,
       concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default, generation_expression)
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'constraint ' || conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function ' || proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def body(sql):
    """Give what stands between the outer brackets of a CREATE TABLE."""
    return sql[sql.index("(") + 1 : sql.rindex(")")]


def described(engine):
    """Give everything in the database by name, white space and the order of a table's lines ignored."""
    with engine.connect() as connection:
        rows = connection.execute(text(SQLITE if engine.dialect.name == "sqlite" else POSTGRESQL)).all()
    told = {name: re.sub(r"[\s\"]+", " ", sql or "").strip() for name, sql in rows if "alembic_version" not in name}
    return {
        name: sorted(part.strip() for part in body(sql).split(",")) if name.startswith("table") else sql
        for name, sql in told.items()
    }


@pytest.fixture
def two_databases(database_source):
    """Two empty databases of one kind."""
    with database_source.empty() as first, database_source.empty() as second:
        engines = [tuned_engine(first), tuned_engine(second)]
        yield engines, (first, second)
        for engine in engines:
            engine.dispose()


def test_migrations_make_what_the_models_say(two_databases):
    """A column, constraint or trigger in one and not in the other would show here by name."""
    (migrated, modelled), (url, _) = two_databases
    build(url)
    with modelled.execution_options(writes=True).begin() as connection:
        build_from_models(connection)
    left, right = described(migrated), described(modelled)
    assert sorted(left) == sorted(right)
    assert left == right


def test_every_guard_is_in_the_database(two_databases):
    """Batch migrations on SQLite drop triggers silently; none may be missing."""
    (migrated, _), (url, _) = two_databases
    build(url)
    there = described(migrated)
    kind = migrated.dialect.name
    wanted = {g.name for g in guards() if any("CREATE" in s and "TRIGGER" in s for s in getattr(g, kind))}
    assert wanted <= {name.removeprefix("trigger ") for name in there if name.startswith("trigger ")}


def test_every_table_with_money_is_watched():
    """A table with an amount is sealed, or names the check that recomputes every value of it."""
    checks = {check.name for check in check_list()}
    for table in Base.metadata.sorted_tables:
        if any(column.name.endswith("_fen") for column in table.columns):
            assert table.info.get("sealed") or table.info.get("recomputed_by") in checks, table.name


def test_sqlite_connections_are_checked(tmp_path):
    """A connection on which foreign keys are off would let orphans in: ours are on, and read back."""
    engine = tuned_engine(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    plain = create_engine("sqlite://")
    with plain.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
    plain.dispose()
    engine.dispose()
