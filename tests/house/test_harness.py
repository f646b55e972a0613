"""The harness keeps its word: databases apart from each other, a server that answers, a browser that stays at home."""

import pytest
from sqlalchemy import inspect, text

from fundapp.db.engine import tuned_engine
from tests.support import needs


def tables(url):
    engine = tuned_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_a_test_gets_a_built_database(database_url):
    """Every table of the migrations is there before the test's first line."""
    assert "audit_entry" in tables(database_url)


def test_an_empty_database_is_empty(empty_database_url):
    """A test of the migrations starts from nothing."""
    assert tables(empty_database_url) == []


@pytest.mark.parametrize("turn", [1, 2])
def test_no_test_sees_what_another_wrote(database_source, turn):
    """Two databases lent one after the other share nothing."""
    for _ in range(turn):
        with database_source.built() as url:
            engine = tuned_engine(url)
            with engine.execution_options(writes=True).begin() as connection:
                connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
            engine.dispose()


@pytest.mark.browser
def test_the_browser_sees_the_live_server_and_nobody_else(live_server, phone_page):
    """A page of ours opens; an address elsewhere cannot even be looked up."""
    answer = phone_page.goto(f"{live_server}/healthz")
    assert answer.status == 200
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        phone_page.goto("http://elsewhere.example/")


def test_what_the_machine_lacks_is_named_in_the_skip(monkeypatch):
    """A skip says what is missing."""
    monkeypatch.setitem(needs._reasons, "pg", "this machine lacks initdb")
    monkeypatch.delenv("FUNDAPP_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="lacks initdb"):
        needs.need("pg")


def test_a_required_kind_fails_where_it_would_be_skipped(monkeypatch):
    """Where nothing may be skipped, a missing package is a failure that names it."""
    monkeypatch.setitem(needs._reasons, "pg", "this machine lacks initdb")
    monkeypatch.setenv("FUNDAPP_REQUIRE", "pdf, pg")
    with pytest.raises(pytest.fail.Exception, match="lacks initdb"):
        needs.need("pg")


def test_a_misspelt_requirement_is_not_ignored():
    """``FUNDAPP_REQUIRE=postgres`` would require nothing, so it is an error."""
    with pytest.raises(ValueError, match="postgres"):
        needs.required_kinds("postgres")
