"""Fixtures for every test. What a test needs of the machine it says with a mark: ``pg``, ``browser``, ``pdf``."""

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from fundapp.cli.doctor import KINDS
from tests.support.needs import need
from tests.support.quick import Templates, hash_cheaply, leave_standing, remember_rules, remember_statements

collect_ignore = ["bench"]  # measured by ./run bench, and its bare app tunes every engine of its process

BACKENDS = [pytest.param("sqlite", id="sqlite"), pytest.param("postgresql", id="pg", marks=pytest.mark.pg)]


def pytest_configure() -> None:
    """Bind a data key, so that names can be kept also where a test makes no app."""
    from fundapp.db.crypt import bind_data_key

    bind_data_key(("only-for-tests",))
    remember_rules()
    remember_statements()
    hash_cheaply()
    # How long a machine takes for an example is no property of the example: slow machines test the same.
    settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage while modules and tests are read, and later not among them."""
    gc.disable()
    try:
        return (yield)
    finally:
        leave_standing()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail, what this machine cannot run."""
    for kind in KINDS:
        if item.get_closest_marker(kind):
            need(kind)


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    """Undo what making an app does to this process, so that no test depends on another: wiring and bound database."""
    from fundapp.db import wiring, work

    for name in ("_reactions", "_providers"):
        monkeypatch.setattr(wiring, name, dict(getattr(wiring, name)))
    for name in ("engine", "writer", "before_commit"):
        monkeypatch.setattr(work._bound, name, getattr(work._bound, name))


# --- databases -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_source():
    """Lends SQLite databases."""
    from tests.support.databases import SqliteSource, build_house
    from tests.support.memory import quick_folder

    folder = quick_folder("fundapp-sqlite-")
    yield SqliteSource(folder, build_house)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_source():
    """Lends PostgreSQL databases; each worker has a cluster of its own."""
    need("pg")
    from tests.support.databases import PostgresSource, build_house
    from tests.support.postgres import Cluster

    cluster = Cluster()
    try:
        cluster.start()
        source = PostgresSource(cluster, build_house)
        yield source
        source.close()
    finally:
        cluster.stop()


@pytest.fixture(params=BACKENDS)
def database_source(request):
    """Lends databases of each backend in turn."""
    return request.getfixturevalue("sqlite_source" if request.param == "sqlite" else "postgres_source")


@pytest.fixture
def database_url(database_source) -> Iterator[str]:
    """The address of a database of this test's own, at the newest migration, on each backend in turn."""
    with database_source.built() as url:
        yield url


@pytest.fixture
def empty_database_url(database_source) -> Iterator[str]:
    """The address of a database without tables, on each backend in turn."""
    with database_source.empty() as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_source) -> Iterator[str]:
    """The address of a built SQLite database: for what has nothing to do with the backend."""
    with sqlite_source.built() as url:
        yield url


# --- the app -------------------------------------------------------------------------------------------------------


@contextmanager
def running_app(url: str, instance: Path) -> Iterator[Flask]:
    """Make the app and let go of its connections afterwards."""
    from fundapp.app import create_app
    from fundapp.settings import Settings
    from fundapp.web.database import database

    app = create_app(Settings.for_tests(database_url=url, instance=instance))
    app.jinja_env.bytecode_cache = Templates()
    try:
        yield app
    finally:
        with app.app_context():
            database.session.remove()
            database.engine.dispose()
        app.extensions["side_engine"].dispose()


@pytest.fixture
def app(database_url, tmp_path) -> Iterator[Flask]:
    """The app on a database of this test's own, on each backend in turn."""
    with running_app(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def client(app) -> FlaskClient:
    """A visitor without a browser."""
    return app.test_client()


@pytest.fixture
def sqlite_app(sqlite_url, tmp_path) -> Iterator[Flask]:
    """The app on SQLite only: for pages whose behaviour has nothing to do with the backend."""
    with running_app(sqlite_url, tmp_path) as made:
        yield made


# --- the browser ---------------------------------------------------------------------------------------------------


@pytest.fixture
def live_server(sqlite_app) -> Iterator[str]:
    """The address of ``sqlite_app`` on a real server. A module that wants another app overrides ``sqlite_app``."""
    from tests.support.server import served

    with served(sqlite_app) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium; mark the test ``browser``."""
    need("browser")
    from playwright.sync_api import sync_playwright

    from tests.support.browser import launch

    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser) -> Iterator[Callable]:
    """A function that opens a page in a browser profile of its own: ``open_page(PHONE)``; one call, one person."""
    contexts = []

    def opened(size, **options):
        contexts.append(browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", **options))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def phone_page(open_page):
    """A page on a phone of 390×844."""
    from tests.support.browser import PHONE

    return open_page(PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def desktop_page(open_page):
    """A page on a screen of 1280×800."""
    from tests.support.browser import DESKTOP

    return open_page(DESKTOP)
