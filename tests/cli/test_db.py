"""Founding an empty installation from the command line."""

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from fundapp.cli.db import command
from fundapp.db.crypt import bind_data_key
from fundapp.kernel.errors import BadInput

WORDS = ["found", "--district", "盘龙区", "--name", "管理员", "--login", "admin"]
PASSWORD = "tao hua yuan ji"


@pytest.fixture
def configured(monkeypatch, tmp_path):
    """A function that configures a database for the command."""
    monkeypatch.setenv("FUNDAPP_INSTANCE", str(tmp_path))
    monkeypatch.delenv("FUNDAPP_ENV", raising=False)
    monkeypatch.delenv("FUNDAPP_PASSWORD", raising=False)
    return lambda url: monkeypatch.setenv("FUNDAPP_DATABASE_URL", url)


def run(**options):
    """Run the command; bad input comes out as an exception."""
    return CliRunner().invoke(command, WORDS, catch_exceptions=False, **options)


def grants(url):
    """Read who holds which role where."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT account.login, role_grant.role, place.name FROM role_grant"
                " JOIN account ON account.person_id = role_grant.person_id"
                " JOIN place ON place.id = role_grant.place_id"
            )
        ).all()
    engine.dispose()
    return [tuple(row) for row in rows]


def test_an_empty_database_gets_its_district_and_administrator(configured, database_url):
    """The password may come from the environment; nothing of it is printed."""
    configured(database_url)
    result = run(env={"FUNDAPP_PASSWORD": PASSWORD})
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert grants(database_url) == [("admin", "administrator", "盘龙区")]


def test_without_the_variable_the_password_is_asked_for_twice(configured, sqlite_url):
    """A mistyped repetition is asked for again."""
    configured(sqlite_url)
    result = run(input=f"{PASSWORD}\nother\n{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert grants(sqlite_url) == [("admin", "administrator", "盘龙区")]


def test_a_house_is_founded_once(configured, sqlite_url):
    """The second time is refused in the words of the pages and changes nothing."""
    configured(sqlite_url)
    run(env={"FUNDAPP_PASSWORD": PASSWORD})
    with pytest.raises(BadInput, match="已经有人员资料"):
        run(env={"FUNDAPP_PASSWORD": PASSWORD})
    assert len(grants(sqlite_url)) == 1


def test_a_weak_password_founds_nothing(configured, sqlite_url):
    """The rule of the pages holds here too."""
    configured(sqlite_url)
    with pytest.raises(BadInput, match="密码至少"):
        run(env={"FUNDAPP_PASSWORD": "1234"})
    assert grants(sqlite_url) == []


def test_an_empty_file_is_to_be_upgraded_first(configured, tmp_path):
    """Founding does not migrate by the way."""
    configured(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    with pytest.raises(BadInput, match="fundapp db upgrade"):
        run(env={"FUNDAPP_PASSWORD": PASSWORD})


def test_the_data_key_is_changed_from_the_command_line(configured, database_url, monkeypatch):
    """New key in front, rewrite, old key away; with the old one still needed and gone, the command says so."""
    configured(database_url)
    old, new = "a" * 32, "b" * 32
    monkeypatch.setenv("FUNDAPP_DATA_KEY", old)
    run(env={"FUNDAPP_PASSWORD": PASSWORD})
    monkeypatch.setenv("FUNDAPP_DATA_KEY", new)
    with pytest.raises(BadInput, match="FUNDAPP_DATA_KEY"):
        CliRunner().invoke(command, ["rekey"], catch_exceptions=False)
    monkeypatch.setenv("FUNDAPP_DATA_KEY", f"{new},{old}")
    assert "1 rows" in CliRunner().invoke(command, ["rekey"], catch_exceptions=False).output
    monkeypatch.setenv("FUNDAPP_DATA_KEY", new)
    assert "1 rows" in CliRunner().invoke(command, ["rekey"], catch_exceptions=False).output
    bind_data_key(("only-for-tests",))
