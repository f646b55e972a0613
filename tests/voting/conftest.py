"""A round on each backend."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.voting.polling import bound, make_polled


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
