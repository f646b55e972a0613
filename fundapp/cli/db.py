"""``fundapp db``: bring the database up to date, say where it stands, found an empty one."""

import os
import sys

import click

from fundapp.db.engine import tuned_engine
from fundapp.kernel.errors import BadInput, Refused
from fundapp.settings import Settings


@click.group()
def command() -> None:
    """Look after the database: its migrations and its first administrator."""


@command.command()
def upgrade() -> None:
    """Bring the configured database to the newest migration."""
    from fundapp.db.schema import build

    settings = Settings.from_environment()
    build(settings.database_url)
    click.echo("the database is up to date")


@command.command()
def status() -> None:
    """Say whether the configured database stands at the newest migration; exit status 1 if not."""
    ready = _at_head(Settings.from_environment())
    click.echo("up to date" if ready else "not up to date: run `fundapp db upgrade`")
    sys.exit(0 if ready else 1)


@command.command()
@click.option("--district", required=True, help="The first district's name.")
@click.option("--name", required=True, help="The administrator's name.")
@click.option("--login", required=True, help="The administrator's login name.")
def found(district: str, name: str, login: str) -> None:
    """Open an empty installation: its first district and administrator.

    The password is taken from FUNDAPP_PASSWORD, else asked for twice.

    Raises:
        BadInput: the database is not up to date, somebody is there already, or a name or the password is not good.
    """
    settings = Settings.from_environment()
    if not _at_head(settings):
        raise BadInput("FUNDAPP_DATABASE_URL", "no up-to-date fundapp database", "one made by `fundapp db upgrade`")
    password = os.environ.get("FUNDAPP_PASSWORD") or click.prompt(
        "password", hide_input=True, confirmation_prompt=True, err=True
    )
    _found(settings, district, name, login, password)
    click.echo(f"founded: {login} may sign in")


@command.command()
def rekey() -> None:
    """Write all names and phones again with the newest key of FUNDAPP_DATA_KEY; older keys must still stand behind it.

    Raises:
        BadInput: the database is not up to date, or a name opens with none of the keys.
    """
    from fundapp.app import create_app, let_go
    from fundapp.banking.commands import rekey_lines
    from fundapp.consent.commands import rekey_helpers
    from fundapp.db.clock import DatabaseClock
    from fundapp.db.crypt import WrongKey
    from fundapp.db.work import unit_of_work
    from fundapp.rosters.commands import rekey as rekey_house

    settings = Settings.from_environment()
    if not _at_head(settings):
        raise BadInput("FUNDAPP_DATABASE_URL", "no up-to-date fundapp database", "one made by `fundapp db upgrade`")
    app = create_app(settings)
    try:
        with unit_of_work() as session:
            rows = rekey_helpers(session) + rekey_lines(session) + rekey_house(session, DatabaseClock())
    except WrongKey:
        raise BadInput(
            "FUNDAPP_DATA_KEY", "a name that none of the keys opens", "the former key behind the new"
        ) from None
    finally:
        let_go(app)
    click.echo(f"{rows} rows are written with the newest key")


def _at_head(settings: Settings) -> bool:
    from fundapp.db.schema import at_head

    engine = tuned_engine(settings.database_url)
    try:
        return at_head(engine)
    finally:
        engine.dispose()


def _found(settings: Settings, district: str, name: str, login: str, password: str) -> None:
    from fundapp.app import create_app, let_go
    from fundapp.db.clock import DatabaseClock
    from fundapp.db.work import unit_of_work
    from fundapp.people.commands import Found
    from fundapp.people.commands import found as found_house
    from fundapp.web.refusals import sentence

    app = create_app(settings)
    try:
        with unit_of_work() as session:
            found_house(session, Found(district, name, login, password), DatabaseClock())
    except Refused as refusal:
        with app.test_request_context():
            told = sentence(refusal)
        raise BadInput("db found", told, "an empty database, good names and a good password") from None
    finally:
        let_go(app)
