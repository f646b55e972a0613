"""A round on each backend."""

import pytest

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
