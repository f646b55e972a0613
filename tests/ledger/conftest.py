"""Books on each backend."""

import pytest

from tests.ledger.books import bound, make_books


@pytest.fixture
def books(database_url):
    """The two books of :func:`make_books`."""
    with bound(database_url):
        yield make_books()
