"""Build and compare schemas: migrations for every database, models only to compare with."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import make_url

from fundapp.db.base import Base
from fundapp.db.engine import is_sqlite, tuned_engine
from fundapp.db.guards import Guard, guards, routines
from fundapp.db.home import home


def alembic_config() -> Config:
    """Make the migration settings, in a checkout or an installed wheel."""
    config = Config()
    config.set_main_option("script_location", str(home("migrations")))
    return config


def build(url: str) -> None:
    """Bring the database at *url*, empty or older, to the newest migration."""
    engine = tuned_engine(url)
    try:
        migrate(engine)
    finally:
        engine.dispose()


def migrate(engine: Engine) -> None:
    """Bring the database of *engine* to the newest migration, in one transaction."""
    config = alembic_config()
    with engine.execution_options(writes=True).connect() as connection, unlocked_keys(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


@contextmanager
def unlocked_keys(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild tables: foreign keys are off outside the transaction and checked by the caller."""
    if is_sqlite(connection.engine):
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    try:
        yield
    finally:
        if is_sqlite(connection.engine):
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]


def build_from_models(connection: Connection) -> None:
    """Create what the models say, guards and routines included: to compare with what the migrations make."""
    Base.metadata.create_all(connection)
    for guard in guards():
        create_guard(connection, guard)
    for statement in () if is_sqlite(connection.engine) else routines().values():
        connection.exec_driver_sql(statement.replace("%", "%%"))


def create_guard(connection: Connection, guard: Guard) -> None:
    """Create one trigger."""
    statements = guard.sqlite if is_sqlite(connection.engine) else guard.postgresql
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%") if not is_sqlite(connection.engine) else statement)


def drop_guard(connection: Connection, guard: Guard) -> None:
    """Drop one trigger: for the tests that show what it was for."""
    if is_sqlite(connection.engine):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {guard.name}")
    elif guard.postgresql:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}")


def is_empty(engine: Engine) -> bool:
    """Tell whether the database holds no table at all."""
    return not inspect(engine).get_table_names()


def at_head(engine: Engine) -> bool:
    """Tell whether the database stands at the newest migration."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow to import and seldom asked

    if "alembic_version" not in inspect(engine).get_table_names():
        return False
    with engine.connect() as connection:
        stands = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return stands == ScriptDirectory.from_config(alembic_config()).get_current_head()


def file_of(url: str) -> str | None:
    """Give the file of a SQLite address; ``None`` for another database."""
    parsed = make_url(url)
    return parsed.database if parsed.get_backend_name() == "sqlite" else None
