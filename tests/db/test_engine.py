"""Connections that break or cannot be had: idle, nobody is told; in use it is 请重试; a wrong file is told at once."""

import sqlite3

import pytest
from sqlalchemy import create_engine, text

from fundapp.db import engine as engines
from fundapp.db.work import Busy, unit_of_work
from tests.ledger.books import bound


def served_by():
    """Give the server process that a deed works with."""
    with unit_of_work() as session:
        return session.execute(text("SELECT pg_backend_pid()")).scalar_one()


@pytest.fixture
def broken(postgres_source):
    """Bind a PostgreSQL database, whose one pooled connection the server has ended meanwhile; gives its process."""
    with postgres_source.built() as url, bound(url):
        first = served_by()
        other = create_engine(url)
        with other.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": first})
        other.dispose()
        yield first


@pytest.mark.pg
def test_a_connection_that_broke_while_it_lay_idle_is_replaced_unseen(broken, monkeypatch):
    """The server was started anew over night: the first person in the morning is not told to try again."""
    monkeypatch.setattr(engines, "IDLE_SECONDS", 0)
    assert served_by() != broken


@pytest.mark.pg
def test_a_connection_that_breaks_between_two_deeds_is_told_as_try_again_once(broken, monkeypatch):
    """It is not asked before each deed, which would cost as much as a deed; nothing was written, and then it works."""
    monkeypatch.setattr(engines, "IDLE_SECONDS", 60)
    with pytest.raises(Busy):
        served_by()
    assert served_by() != broken


class Refusing:
    """A cursor that fails as SQLite does, so many times."""

    def __init__(self, code, times):
        self.code, self.left, self.asked = code, times, 0

    def execute(self, _statement):
        self.asked += 1
        if self.left:
            self.left -= 1
            error = sqlite3.OperationalError("no")
            error.sqlite_errorcode = self.code
            raise error


def test_only_a_busy_file_is_waited_for():
    """Whoever finds it busy asks again; what cannot be written is told at once, not after ten seconds."""
    busy, closed = Refusing(sqlite3.SQLITE_BUSY, 2), Refusing(sqlite3.SQLITE_READONLY, 2)
    engines._write_ahead(busy)
    assert busy.asked == 3
    with pytest.raises(sqlite3.OperationalError):
        engines._write_ahead(closed)
    assert closed.asked == 1
