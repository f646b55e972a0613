"""A questionnaire on each backend, and one in the app."""

import pytest

from fundapp.db.work import unit_of_work
from fundapp.kernel.clock import SetClock
from tests.questionnaire.putting import HOUR, make_put
from tests.support.world import make_account


@pytest.fixture
def made(app):
    """A questionnaire to twelve households, three of them with a phone."""
    return make_put()


@pytest.fixture
def shown(sqlite_app):
    """The same in the app, an hour after it opened, with accounts."""
    sqlite_app.extensions["clock"] = SetClock(HOUR.now(None))
    put = make_put()
    with unit_of_work() as session:
        make_account(session, put.worker, "worker")
        for number, resident in enumerate(put.residents):
            make_account(session, resident, f"resident{number}")
    return put
