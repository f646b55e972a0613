"""``fundapp raising end``: carry out what was decided before raising, where the last day is over; for a timer."""

import sys
from typing import Any

import click

from fundapp.cli.output import print_json
from fundapp.kernel.errors import Refused


@click.group()
def command() -> None:
    """筹款: self-raised money."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def end(as_json: bool) -> None:
    """End the raising of every project whose deadline has passed; again and again is harmless.

    What cannot be ended yet is named with the reason and tried again the next time. Exit status 1 if there is any.
    """
    done = _end_all()
    if as_json:
        print_json({"ended": done})
    else:
        for row in done:
            click.echo(f"project {row['project']}: {row['outcome'] or row['refused']}")
    sys.exit(1 if any(row["refused"] for row in done) else 0)


def _end_all() -> list[dict[str, Any]]:
    from fundapp.app import create_app, let_go
    from fundapp.db.work import reading_session
    from fundapp.fundraising.queries import due_to_end
    from fundapp.kernel.clock import local_date
    from fundapp.settings import Settings

    app = create_app(Settings.from_environment())
    clock = app.extensions["clock"]
    try:
        with reading_session() as session:
            due = due_to_end(session, local_date(clock.now(session)))
        with app.test_request_context():
            return [_end(number, clock) for number in due]
    finally:
        let_go(app)


def _end(project_id: int, clock: Any) -> dict[str, Any]:
    from fundapp.db.work import unit_of_work
    from fundapp.fundraising.commands import end_due_raising
    from fundapp.web.refusals import sentence

    told: dict[str, Any] = {"project": project_id, "outcome": None, "refused": None}
    try:
        with unit_of_work() as session:
            told["outcome"] = end_due_raising(session, project_id, clock).outcome.value
    except Refused as refusal:
        told["refused"] = sentence(refusal)
    return told
