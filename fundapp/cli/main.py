"""The ``fundapp`` command. Nouns are loaded when they are called, so that a pure count starts fast."""

import importlib
import sys

import click

from fundapp.kernel.errors import BadInput

NOUNS = ("check", "consent", "db", "demo", "doctor", "ledger", "matching", "raising", "serve", "story", "voting")


class Nouns(click.Group):
    """Loads ``fundapp.cli.<noun>`` and takes its ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the nouns, sorted."""
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one noun."""
        if cmd_name not in NOUNS:
            return None
        command: click.Command = importlib.import_module(f"fundapp.cli.{cmd_name}").command
        return command


@click.command(cls=Nouns)
@click.version_option(package_name="fundapp")
def fundapp() -> None:
    """民生小实事: consent, vote, matched money and a public ledger."""


def main() -> None:
    """Run, turning bad input into one line on standard error and exit status 2."""
    try:
        fundapp(prog_name="fundapp")
    except BadInput as bad:
        click.echo(f"fundapp: {bad}", err=True)
        sys.exit(2)
