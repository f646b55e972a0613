"""``fundapp ledger check``: every audit of the money, and the result kept for the staff's pages."""

import sys

import click

from fundapp.cli.output import print_json


@click.group()
def command() -> None:
    """总账: the books."""


@command.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check_command(as_json: bool) -> None:
    """Audit the money of the configured database; keep the result. Exit status 1 where something fails.

    Zero sums in each fund, kept balances, numbers without a gap, chains and hashes, payments by two, closed months,
    holds and pools, bank statements, rows without what they belong to.
    """
    from fundapp.checking import audit_ledger
    from fundapp.settings import Settings

    results = audit_ledger(Settings.from_environment())
    failing = [(name, result) for name, result in results if result.first_fault]
    if as_json:
        rows = [
            {"name": name, "rows": r.rows, "ok": r.first_fault is None, "first_fault": r.first_fault}
            for name, r in results
        ]
        print_json({"ok": not failing, "checks": rows})
    else:
        for name, result in results:
            click.echo(f"{'FAULT' if result.first_fault else 'ok   '} {name:24} {result.rows:9}")
        for name, result in failing:
            click.echo(f"{name}: {result.first_fault}", err=True)
    sys.exit(1 if failing else 0)
