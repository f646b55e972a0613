"""A round with two buildings, a worker and a building head, on each backend."""

import pytest

from tests.collecting.walking import make_walking
from tests.consent.asking import bound


@pytest.fixture
def working(database_url):
    """Let this process work on a database of the test's own."""
    with bound(database_url):
        yield database_url


@pytest.fixture
def walking(working):
    """The building head of the first building has its doors."""
    return make_walking()
