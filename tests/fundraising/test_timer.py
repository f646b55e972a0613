"""The deadline by a timer, and terms that come before the first money."""

import json
from datetime import timedelta

import pytest

from fundapp.cli.main import main
from fundapp.db import work
from fundapp.db.work import reading_session, unit_of_work
from fundapp.fundraising.commands import (
    NewPledge,
    NewTerms,
    decide_contribution,
    make_pledge,
    record_contribution,
    set_terms,
)
from fundapp.fundraising.queries import due_to_end, outcome_of, refunds_of
from fundapp.fundraising.rules import Source
from fundapp.fundraising.terms import IfMissed, Need
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import from_fen
from fundapp.projects.rules import Stage, Task
from tests.db.town import gift, make_town
from tests.support.world import CLOCK, NOW, later

LAST = local_date(NOW + timedelta(days=10))


def agree(town):
    """Decide as the lead: both lines are needed, everything goes back if too little comes."""
    with unit_of_work() as session:
        cmd = NewTerms(town.projects[0], (Need.REQUIRED, Need.REQUIRED), LAST, IfMissed.RETURN)
        set_terms(session, town.groups[0][Task.LEAD], cmd, CLOCK)


def give(town, confirm=True):
    """Record a gift, and confirm it where asked."""
    group = town.groups[0]
    with unit_of_work() as session:
        made = record_contribution(session, group[Task.TREASURER], gift(town, "g"), CLOCK).id
        if confirm:
            decide_contribution(session, group[Task.MEMBER], made, True, "", CLOCK)
    return made


@pytest.fixture
def timer(app, database_url, tmp_path, monkeypatch, capsys):
    """Run the command as a timer would; gives exit status and what it printed."""
    monkeypatch.setenv("FUNDAPP_DATABASE_URL", database_url)
    monkeypatch.setenv("FUNDAPP_SECRET_KEY", "a-secret-for-tests-only-0123456789")
    monkeypatch.setenv("FUNDAPP_DATA_KEY", "only-for-tests")
    monkeypatch.setenv("FUNDAPP_INSTANCE", str(tmp_path / "timer"))

    monkeypatch.setattr("fundapp.app.DatabaseClock", lambda: later(days=20))

    def run():
        monkeypatch.setattr("sys.argv", ["fundapp", "raising", "end", "--json"])
        mine = work._bound.engine, work._bound.writer  # the command makes an app of its own, and lets go of it
        with pytest.raises(SystemExit) as ended:
            main()
        work._bound.engine, work._bound.writer = mine
        return ended.value.code, json.loads(capsys.readouterr().out)["ended"]

    return run


def test_the_timer_ends_what_is_due_and_again_is_harmless(timer):
    """Unconfirmed money keeps it waiting and is named; then every gift is prepared to go back, once."""
    town = make_town(Stage.CONSENTED)
    agree(town)
    waiting = give(town, confirm=False)
    status, rows = timer()
    assert (status, rows[0]["project"], rows[0]["outcome"]) == (1, town.projects[0], None)
    assert "没有核对" in rows[0]["refused"]
    with unit_of_work() as session:
        decide_contribution(session, town.groups[0][Task.MEMBER], waiting, True, "", CLOCK)
    assert timer() == (0, [{"project": town.projects[0], "outcome": "returned", "refused": None}])
    assert timer() == (0, [])
    with reading_session() as session:
        assert outcome_of(session, town.projects[0]).outcome.value == "returned"
        assert len(refunds_of(session, town.projects[0])) == 1


def test_the_timer_leaves_alone_what_is_not_due(app):
    """The last day is still in time; a project without terms is never ended."""
    town = make_town(Stage.CONSENTED)
    with reading_session() as session:
        assert due_to_end(session, LAST + timedelta(days=99)) == []
    agree(town)
    with reading_session() as session:
        assert due_to_end(session, LAST) == []
        assert due_to_end(session, LAST + timedelta(days=1)) == [town.projects[0]]


def test_nothing_is_pledged_or_given_before_the_terms_where_the_programme_says_so(app):
    """Neither a gift nor a pledge; once the lead has decided, both."""
    town = make_town(Stage.CONSENTED, parts={"raising": {"terms": "first"}})

    def promise():
        said = NewPledge(
            town.projects[0], "p", Source.RESIDENTS, town.places.units[1], "住户", False, from_fen(900), LAST
        )
        with unit_of_work() as session:
            return make_pledge(session, town.groups[0][Task.TREASURER], said, CLOCK).id

    for deed in (lambda: give(town), promise):
        with pytest.raises(Refused) as refusal:
            deed()
        assert refusal.value.code == "fundraising.terms_first"
    agree(town)
    assert give(town)
    assert promise()
