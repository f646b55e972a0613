"""Guessing codes: with many processes of the site one has no more tries than with one."""

import logging
from datetime import timedelta

import pytest

from fundapp.answering.rules import TRIES
from fundapp.app import create_app, let_go
from fundapp.db.work import unit_of_work
from fundapp.kernel.errors import Refused
from fundapp.settings import Settings
from fundapp.web.limits import allow, visitor
from tests.answering.slips import print_slips
from tests.consent.asking import OPENS, at, make_asked
from tests.support.races import at_once
from tests.support.world import make_account

WORKERS, EACH = 4, 6
WRONG = "ABCDEFGHJK"


class Told(logging.Handler):
    """Keeps what the log says."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def guesser(url, instance, number, path, address="127.0.0.1"):
    """Make one process of the site, and try codes in it; give what each try came to and what the log said."""

    def tries():
        app = create_app(Settings.for_tests(database_url=url, instance=instance))
        app.config["WTF_CSRF_ENABLED"] = False
        app.extensions["clock"] = at(OPENS)
        told = Told()
        app.logger.addHandler(told)
        client = app.test_client()
        ended = []
        for turn in range(EACH):
            code = f"{WRONG}{number + 2}{turn + 2}"
            answer = client.post(path, data={"code": code}, environ_base={"REMOTE_ADDR": address})
            ended.append("waits" if "尝试次数过多" in answer.text else "wrong")
            assert code not in " ".join(told.lines)
        let_go(app)
        return ended, told.lines

    return tries


@pytest.fixture
def coded(app):
    """A round with slips: there is something to guess."""
    asked = make_asked(units=2, people=1)
    print_slips(asked)
    return asked


def test_four_processes_give_a_guesser_no_more_tries_than_one(coded, app, database_url, tmp_path):
    """Of twenty-four tries that come at once, exactly as many are looked at as one process would look at."""
    fields = [guesser(database_url, tmp_path, number, "/reply") for number in range(WORKERS)]
    ended = at_once(fields)
    assert [kind for kind, _ in ended] == ["done"] * WORKERS, ended
    outcomes = [one for _, (tried, _lines) in ended for one in tried]
    assert outcomes.count("wrong") == TRIES
    lines = [line for _, (_tried, lines) in ended for line in lines]
    assert sum("too many tries of" in line for line in lines) == outcomes.count("waits")


def test_a_worker_who_guesses_a_households_code_waits_too(app, coded):
    """The form in which she types a household's code counts her tries, whichever way she comes."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions["clock"] = at(OPENS)
    with unit_of_work() as session:
        make_account(session, coded.worker, "worker")
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = str(coded.worker.person_id)
    told = []
    for turn in range(TRIES + 1):
        values = {"door": "1栋101", "code": f"{WRONG}2{turn + 2}"}
        base = {"REMOTE_ADDR": f"10.0.0.{turn + 1}"}
        told.append(client.post(f"/consent/{coded.round}/help", data=values, environ_base=base).text)
    assert ["尝试次数过多" in one for one in told] == [False] * TRIES + [True]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("unknown", "unknown"),
    ],
)
def test_a_line_of_ipv6_is_one_visitor(sqlite_app, address, name):
    """Its owner has as many addresses as she likes, and no more tries for it."""
    with sqlite_app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert visitor() == name


def test_the_log_names_neither_login_nor_code(sqlite_app, caplog):
    """Login names are often phone numbers."""
    with sqlite_app.test_request_context():
        allow("sign-in:login:13800000001", 1, timedelta(minutes=1))
        with pytest.raises(Refused, match="too_often"):
            allow("sign-in:login:13800000001", 1, timedelta(minutes=1))
    assert "too many tries of sign-in:login" in caplog.text
    assert "13800000001" not in caplog.text
