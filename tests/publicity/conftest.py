"""A notice on each backend."""

import pytest

from fundapp.db import wiring
from tests.consent.asking import bound
from tests.publicity.posting import make_posted


@pytest.fixture
def posted(database_url, monkeypatch):
    """A notice of five days that is to hang on the board; its source has two things that may fall."""
    monkeypatch.setitem(wiring._providers, "publicity.nameable", lambda *_: [(1, "1栋101"), (2, "1栋102")])
    monkeypatch.setitem(wiring._providers, "publicity.may_see", lambda *_: True)
    monkeypatch.setitem(wiring._providers, "publicity.parties", lambda *_: frozenset())
    with bound(database_url):
        yield make_posted()
