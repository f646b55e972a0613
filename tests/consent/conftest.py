"""A round on each backend."""

import pytest

from tests.consent.asking import bound, make_asked


@pytest.fixture
def working(database_url):
    """Let this process work on a database of the test's own."""
    with bound(database_url):
        yield database_url


@pytest.fixture
def asked(working):
    """A round over six households, three of them with a phone, four sheets registered."""
    return make_asked()
