"""What a round's page costs the database: the same however many are asked, with notice, paper and shares."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from fundapp.consent.policy import Choice
from fundapp.db.work import bound_engine, unit_of_work
from tests.bench.consenting import answer_everything
from tests.consent.asking import CLOSES, KEYED, OPENS, at, extend, make_asked, paper, phone, publish
from tests.consent.test_announcing import OVER, TERMS, object_to, prove
from tests.support.world import make_account

DAY = timedelta(days=1)
MOST = 12


@pytest.fixture
def town(app):
    """The app on each backend, while a result is on notice."""
    app.extensions["clock"] = at(OVER)
    return app


def asked_of(units, everybody=False):
    """Ask so many households, and bring their round as far as its notice: phone, paper, an extension, an objection."""
    asked = make_asked(units=units, show_doors=True, **TERMS)
    for number, choice in enumerate((Choice.AGREE, Choice.OPPOSE, Choice.ABSTAIN)):
        phone(asked, number, choice)
    paper(asked, 1, 3)
    extend(asked, CLOSES + DAY, clock=at(OPENS + timedelta(hours=5)))
    if everybody:
        answer_everything(asked, first=4)
    publish(asked, at(KEYED + DAY))
    prove(asked, KEYED + 2 * DAY)
    object_to(asked, 0, KEYED + 2 * DAY)
    return asked


def statements(app, path, actor=None):
    """Open a page in a browser that is given no kept one; list what it asked of the database."""
    client = app.test_client()
    client.set_cookie("another", "1")
    if actor is not None:
        with client.session_transaction() as kept:
            kept["_user_id"] = str(actor.person_id)
    said = []

    def listen(conn, cursor, statement, *rest):
        said.append(statement)

    event.listen(bound_engine(), "before_cursor_execute", listen)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(bound_engine(), "before_cursor_execute", listen)
    return [one for one in said if not one.startswith(("BEGIN", "SELECT clock_timestamp"))]


def counts(app, asked):
    """Count the statements of each page of a round: for a visitor, for a household and for the worker."""
    with unit_of_work() as session:
        make_account(session, asked.worker, f"worker{asked.round}")
        make_account(session, asked.residents[0], f"resident{asked.round}")
    page = f"/consent/{asked.round}"
    pages = (page, f"{page}/sheet", "/notices/1")
    told = {path: len(statements(app, path)) for path in pages}
    who = {"household": asked.residents[0], "worker": asked.worker}
    return told | {name: len(statements(app, page, actor)) for name, actor in who.items()}


def test_a_round_on_notice_takes_twelve_statements_at_most(town):
    """With notice, objection, paper, an extension and the doors that took part; who has a part in it asks for more."""
    told = counts(town, asked_of(8))
    household, worker = told.pop("household"), told.pop("worker")
    assert max(told.values()) <= MOST, told
    assert household <= MOST + 9, "who she is, her household and its answers, whether she goes from door to door"
    assert worker <= MOST + 16, "and how all the paper stands"


@pytest.mark.long
def test_a_round_takes_as_many_statements_for_fifty_thousand_as_for_a_hundred_and_ninety_three(town):
    """A town costs its database as many questions as a lane."""
    told = [sorted(counts(town, asked_of(units, everybody=True)).items()) for units in (193, 5_000, 50_000)]
    assert [[number for _, number in one] for one in told[1:]] == [[number for _, number in told[0]]] * 2
