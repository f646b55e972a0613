"""The vote of the shape of 海口 to look at: one that is open and one whose results are published, on a server.

``python -m tests.voting.looked_at DIR [PORT]`` builds both in a new folder and serves them on the loopback.
Sign in as ``resident`` (has not voted), ``worker`` or ``officer``; the password is printed.
"""

import dataclasses
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from waitress import serve

from fundapp.app import create_app
from fundapp.db.schema import build
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.clock import SetClock
from fundapp.settings import Settings
from fundapp.voting import commands
from fundapp.voting.models import VoteRound
from tests.support.world import PASSWORD, make_account
from tests.voting.haikou import Haikou, make_haikou, open_haikou, vote

DAY = timedelta(days=1)


def voted(closes: datetime, now: datetime) -> Haikou:
    """Make a vote that opened ten days ago, in which every household but the first has voted."""
    made = make_haikou(households=10)
    open_haikou(made, opens=now - 10 * DAY, closes=closes, at=now - 11 * DAY)
    with reading_session() as session:
        found = session.scalars(select(VoteRound.id).where(VoteRound.cycle_id == made.cycle).order_by(VoteRound.id))
        rounds = {pool.name: number for pool, number in zip(made.pools, found, strict=True)}
    homes, made.homes = made.homes, made.homes[1:]
    vote(made, rounds, at=now - 9 * DAY)
    made.homes = homes
    return made


def build_both(settings: Settings, now: datetime) -> tuple[int, int]:
    """Build the open vote and the published one; give their numbers."""
    build(settings.database_url)
    create_app(settings)
    still_open, counted = voted(now + 4 * DAY, now), voted(now - DAY, now)
    assert still_open.worker
    assert still_open.second
    assert counted.worker
    with unit_of_work() as session:
        commands.publish_cycle(session, counted.worker, counted.cycle, SetClock(now))
        for login, actor in (
            ("resident", still_open.residents[still_open.homes[0][0]]),
            ("worker", still_open.worker), ("officer", still_open.second),
        ):  # fmt: skip
            make_account(session, actor, login)
    return still_open.cycle, counted.cycle


def main(folder: str, port: str = "8000") -> None:
    """Build in a folder that does not exist yet, tell where to look, and serve.

    Raises:
        FileExistsError: the folder is there already.

    """
    Path(folder).mkdir(parents=True)
    settings = Settings.from_environment({"FUNDAPP_INSTANCE": folder})
    settings = dataclasses.replace(settings, public_url=f"http://127.0.0.1:{port}")
    numbers = build_both(settings, datetime.now(UTC).replace(microsecond=0))
    for what, number in zip(("open", "published"), numbers, strict=True):
        print(f"{what}: {settings.public_url}/votes/cycles/{number}", flush=True)
    print(f"sign in as resident, worker or officer with {PASSWORD}", flush=True)
    serve(create_app(settings), host="127.0.0.1", port=int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
