"""A round on each backend, and one in the app."""

import pytest

from fundapp.db.work import unit_of_work
from tests.consent.asking import OPENS, at, bound, make_asked
from tests.support.world import make_account


@pytest.fixture
def working(database_url):
    """Let this process work on a database of the test's own."""
    with bound(database_url):
        yield database_url


@pytest.fixture
def asked(working):
    """A round over six households, three of them with a phone, four sheets registered."""
    return make_asked()


@pytest.fixture
def shown(sqlite_app):
    """The same round in the app, one minute after it opened, with accounts."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sqlite_app.extensions["clock"] = at(OPENS.replace(minute=31))
    made = make_asked()
    with unit_of_work() as session:
        make_account(session, made.worker, "worker")
        for number, resident in enumerate(made.residents):
            make_account(session, resident, f"resident{number}")
    return made


@pytest.fixture
def visit(sqlite_app, shown):
    """A function that gives a browser of nobody, or of a person."""

    def entered(actor=None):
        client = sqlite_app.test_client()
        if actor is not None:
            with client.session_transaction() as kept:
                kept["_user_id"] = str(actor.person_id)
        return client

    return entered
