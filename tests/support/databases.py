"""Databases by copying: the migrations run once per session and backend, each test gets a copy of what they made."""

import importlib
import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from fundapp.db.schema import build
from tests.support.postgres import Cluster

Build = Callable[[str], None]


def build_house(url: str) -> None:
    """Build a database, with every package's tables known, so that tests may use any model afterwards."""
    importlib.import_module("fundapp.tables")
    build(url)


class Once:
    """Builds the template once; when that failed, says so shortly to every later test instead of trying again."""

    def __init__(self, build: Build, url: str) -> None:
        self._build = build
        self._url = url
        self._done = False
        self._fault = ""

    def ready(self) -> None:
        """Build, the first time."""
        if self._fault:
            pytest.fail(f"no database could be built: {self._fault}", pytrace=False)
        if not self._done:
            try:
                self._build(self._url)
            except Exception as error:
                self._fault = str(error)
                raise
            self._done = True


class SqliteSource:
    """SQLite files in one folder."""

    def __init__(self, folder: Path, build: Build) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._template = folder / "template.sqlite3"
        self._once = Once(build, f"sqlite:///{self._template}")

    @contextmanager
    def built(self) -> Iterator[str]:
        """Lend a copy of the template's file."""
        self._once.ready()
        if self._template.with_name(self._template.name + "-wal").exists():
            raise RuntimeError("build() left the template open: a copy would miss its last pages")
        with self.empty() as url:
            shutil.copyfile(self._template, url.removeprefix("sqlite:///"))
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Lend the address of a file that is not there yet, in a folder of its own for what lies beside it."""
        folder = self._folder / f"database-{next(self._numbers)}"
        folder.mkdir()
        yield f"sqlite:///{folder / 'test.sqlite3'}"
        shutil.rmtree(folder)


class PostgresSource:
    """Databases of one cluster."""

    def __init__(self, cluster: Cluster, build: Build) -> None:
        self._cluster = cluster
        self._numbers = itertools.count()
        self._once = Once(self._made(build), cluster.url("house"))
        self._engine = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Let go of the cluster."""
        self._engine.dispose()

    @contextmanager
    def built(self) -> Iterator[str]:
        """Lend a copy of the template."""
        self._once.ready()
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

    def _made(self, build: Build) -> Build:
        def make(url: str) -> None:
            self._do("CREATE DATABASE house TEMPLATE template0")
            build(url)

        return make

    def _do(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)
