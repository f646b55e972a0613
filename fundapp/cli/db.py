"""``fundapp db``: bring the database up to date, or say where it stands."""

import sys

import click

from fundapp.db.engine import tuned_engine
from fundapp.settings import Settings


@click.group()
def command() -> None:
    """Look after the database's migrations."""


@command.command()
def upgrade() -> None:
    """Bring the configured database to the newest migration."""
    from fundapp.db.schema import build  # noqa: PLC0415

    settings = Settings.from_environment()
    build(settings.database_url)
    click.echo("the database is up to date")


@command.command()
def status() -> None:
    """Say whether the configured database stands at the newest migration; exit status 1 if not."""
    from fundapp.db.schema import at_head  # noqa: PLC0415

    engine = tuned_engine(Settings.from_environment().database_url)
    ready = at_head(engine)
    click.echo("up to date" if ready else "not up to date: run `fundapp db upgrade`")
    sys.exit(0 if ready else 1)
