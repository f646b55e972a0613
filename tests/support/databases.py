"""Databases by copying: the migrations run once per session and backend, each test gets a copy of what they made."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from tests.support.postgres import Cluster

Build = Callable[[str], None]


class SqliteSource:
    """SQLite files in one folder."""

    def __init__(self, folder: Path, build: Build) -> None:
        self._folder = folder
        self._build = build
        self._numbers = itertools.count()
        self._template: Path | None = None

    @contextmanager
    def built(self) -> Iterator[str]:
        """Lend a copy of the template's file."""
        with self.empty() as url:
            shutil.copyfile(self._template_file(), url.removeprefix("sqlite:///"))
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Lend the address of a file that is not there yet, in a folder of its own for what lies beside it."""
        folder = self._folder / f"database-{next(self._numbers)}"
        folder.mkdir()
        yield f"sqlite:///{folder / 'test.sqlite3'}"
        shutil.rmtree(folder)

    def _template_file(self) -> Path:
        if self._template is None:
            made = self._folder / "template.sqlite3"
            self._build(f"sqlite:///{made}")
            if made.with_name(made.name + "-wal").exists():
                raise RuntimeError("build() left the template open: a copy would miss its last pages")
            self._template = made
        return self._template


class PostgresSource:
    """Databases of one cluster."""

    def __init__(self, cluster: Cluster, build: Build) -> None:
        self._cluster = cluster
        self._build = build
        self._numbers = itertools.count()
        self._has_template = False
        self._engine = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Let go of the cluster."""
        self._engine.dispose()

    @contextmanager
    def built(self) -> Iterator[str]:
        """Lend a copy of the template."""
        if not self._has_template:
            self._do("CREATE DATABASE house TEMPLATE template0")
            self._build(self._cluster.url("house"))
            self._has_template = True
        with self._lent("house") as url:
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Lend a new database."""
        with self._lent("template0") as url:
            yield url

    @contextmanager
    def _lent(self, template: str) -> Iterator[str]:
        name = f"test_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self._cluster.url(name)
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _do(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)
