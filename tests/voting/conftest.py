"""A round on each backend."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from fundapp.db.work import unit_of_work
from fundapp.people.models import Account
from tests.support.world import make_account
from tests.voting.polling import at, bound, make_polled


@pytest.fixture
def working(database_url):
    """Let this process work on a database of the test's own."""
    with bound(database_url):
        yield database_url


@pytest.fixture
def polled(working):
    """An open round over six households, three of them with a phone, among four projects (1000 to 4000 yuan)."""
    return make_polled()


@pytest.fixture
def count_statements():
    """A context that collects the statements of a session."""

    @contextmanager
    def counting(session):
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            if not statement.startswith("BEGIN"):
                seen.append(statement)

        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def visit(sqlite_app):
    """A function that gives a browser of nobody, or of a person."""

    def entered(actor=None):
        client = sqlite_app.test_client()
        if actor is not None:
            with unit_of_work() as session:
                if session.scalar(select(Account.id).where(Account.person_id == actor.person_id)) is None:
                    make_account(session, actor, f"person{actor.person_id}")
            with client.session_transaction() as kept:
                kept["_user_id"] = str(actor.person_id)
        return client

    return entered


@pytest.fixture
def stand(sqlite_app):
    """A function that sets the app's clock."""

    def set_to(moment):
        sqlite_app.extensions["clock"] = at(moment)

    return set_to
