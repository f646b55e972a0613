"""``fundapp check``: recompute everything that can be recomputed, and name what does not fit."""

import sys

import click

from fundapp.cli.output import print_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """Verify ledger, audit chain, ballots, consent counts and match plans of the configured database."""
    from fundapp.checking import run_checks
    from fundapp.settings import Settings

    results = run_checks(Settings.from_environment())
    ok = all(result.first_fault is None for _name, result in results)
    if as_json:
        rows = [
            {"name": name, "rows": r.rows, "ok": r.first_fault is None, "first_fault": r.first_fault}
            for name, r in results
        ]
        print_json({"ok": ok, "checks": rows})
    else:
        for name, result in results:
            click.echo(
                f"{'FAULT' if result.first_fault else 'ok   '} {name:32} {result.rows:8} {result.first_fault or ''}"
            )
    sys.exit(0 if ok else 1)
