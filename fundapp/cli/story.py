"""``fundapp story run FILE``: play a scripted history and stop at the first outcome that differs."""

import sys
import tempfile
from datetime import date
from pathlib import Path

import click

from fundapp.cli.output import print_json
from fundapp.kernel.errors import BadInput


@click.group()
def command() -> None:
    """Scripted histories."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--database", "url", help="Where to play; the default is a fresh SQLite database that is thrown away.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="What relative dates count from.")
@click.option("--json", "as_json", is_flag=True)
def run(file: Path, url: str | None, today: object, as_json: bool) -> None:
    """Play FILE; exit status 1 at the first deed whose outcome differs."""
    from fundapp.settings import Settings
    from fundapp.stories.running import run_file

    if not file.is_file():
        raise BadInput(str(file), "no such file", "a story in TOML")
    keys = Settings.from_environment().data_keys if url else ()
    on = today.date() if today is not None else None  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        place = url or f"sqlite:///{Path(folder) / 'story.sqlite3'}"
        difference, played = run_file(file, place, on or _today(), keys)
    if as_json:
        print_json(
            {"ok": difference is None, "deeds": played, "difference": None if difference is None else vars(difference)}
        )
    else:
        click.echo(str(difference) if difference else f"{file.name}: {played} deeds, all as expected")
    sys.exit(1 if difference else 0)


def _today() -> date:
    from datetime import UTC, datetime

    from fundapp.kernel.clock import local_date

    return local_date(datetime.now(UTC))
