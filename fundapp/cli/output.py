"""What every ``--json`` command prints: exactly one JSON object, UTF-8, nothing else on standard output."""

import json

import click


def print_json(result: object) -> None:
    """Write *result* as one JSON object to standard output, as bytes: no locale can spoil them."""
    click.echo(json.dumps(result, ensure_ascii=False).encode())
