"""``./run bench [PART ...]``: each figure beside its baseline, in one run; without a part, all of them.

The parts are the keys of :data:`PARTS`. Machines are shared and noisy: read the ratios.
"""

import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event

from tests.bench import consenting, ledger, load, matching, rostering, voting, world
from tests.bench.peers import compare as peers

ROUNDS = 5
CLIENTS = 16
EACH = 25
NOT_KEPT = {"Cookie": "another=1"}  # a visitor with any cookie but 大字版 is not given a kept page
HERE = Path(__file__).parent


class Server:
    """One gunicorn with two workers on a loopback port, as docs/running.md starts it."""

    def __init__(self, target: str, port: int, **environ: str) -> None:
        command = [
            sys.executable, "-m", "gunicorn", "--no-control-socket", "--workers", "2", "--bind", f"127.0.0.1:{port}",
            target,
        ]  # fmt: skip
        self.port = port
        log = subprocess.DEVNULL
        self.process = subprocess.Popen(command, env={**os.environ, **environ}, stdout=log, stderr=log)

    def wait(self, path: str) -> "Server":
        """Wait until it answers."""
        for _ in range(150):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5).read()
                return self
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"no answer on port {self.port}")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)


def bare_server(folder: Path) -> Server:
    """Seed and start the bare app."""
    environ = {"BARE_DB": str(folder / "bare.sqlite3")}
    seeding = "from tests.bench import bare; bare.seed()"
    subprocess.run([sys.executable, "-c", seeding], env={**os.environ, **environ}, check=True)
    return Server("tests.bench.bare:app", 18461, **environ).wait("/list")


def our_server(instance: Path) -> Server:
    """Start fundapp on what :mod:`tests.bench.world` made."""
    return Server("fundapp.wsgi:app", 18462, FUNDAPP_INSTANCE=str(instance)).wait("/healthz")


def our_postgres(instance: Path, url: str) -> Server:
    """Start fundapp on a database of PostgreSQL."""
    return Server("fundapp.wsgi:app", 18462, FUNDAPP_INSTANCE=str(instance), FUNDAPP_DATABASE_URL=url).wait("/healthz")


def votes() -> None:
    """Cast under seal, count a box, and let a crowd vote on PostgreSQL."""
    voting.seals()
    voting.crowd(our_postgres)


def pages(path: str, **headers: str) -> object:
    """Make the requests of one client for a page, as a browser packs them."""
    return lambda _client: [("GET", path, None, {"Accept-Encoding": "gzip", **headers})] * EACH


def in_turns(name: str, ours: tuple[Server, object], bare: tuple[Server, object], good: tuple[int, ...]) -> None:
    """Measure both in turns and print the median ratio."""
    ratios, last = [], None
    for _ in range(ROUNDS):
        base = load.run(bare[0].port, bare[1], CLIENTS)
        last = load.run(ours[0].port, ours[1], CLIENTS, good)
        ratios.append(last.per_second / base.per_second)
    report(name, statistics.median(ratios), last, base)


def report(name: str, ratio: float, ours: load.Seen, bare: load.Seen) -> None:
    """Print one line."""
    told = f"ours {ours.per_second:7.0f}/s p95 {ours.percentile(95):6.1f} ms   bare {bare.per_second:7.0f}/s"
    print(f"{name:34} {ratio:6.2f} x bare   {told}   wrong answers {ours.wrong}")


def ballots(made: "world.Made", server: Server) -> None:
    """Cast each household's ballot once, against the bare app's vote."""
    lists = {n: [] for n in range(CLIENTS)}
    for number, (cookie, token, unit_id) in enumerate(made.voters):
        body = f"csrf_token={token}&op_key={uuid.uuid4()}&unit_id={unit_id}&choices={made.candidates[0]}"
        headers = {"Cookie": f"fundapp={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        lists[number % CLIENTS].append(("POST", f"/votes/{made.round_id}/ballot", body, headers))
    bare = bare_voters(len(made.voters))
    base = load.run(18461, lambda n: bare[n], CLIENTS, (201,))
    seen = load.run(server.port, lambda n: lists[n], CLIENTS, (303,))
    report("casting a ballot (POST)", seen.per_second / base.per_second, seen, base)


def answers(made: "world.Made", server: Server) -> None:
    """Give each household's answer, and change it in every further turn, against the bare app's vote."""
    bare, ratios = bare_voters(len(made.voters)), []
    for _ in range(ROUNDS):
        ours = answers_once(made)
        base = load.run(18461, lambda n: bare[n], CLIENTS, (201,))
        seen = load.run(server.port, lambda n, ours=ours: ours[n], CLIENTS, (303,))
        ratios.append(seen.per_second / base.per_second)
    report("giving an answer (POST)", statistics.median(ratios), seen, base)


def answers_once(made: "world.Made") -> dict[int, list[load.Request]]:
    """Make the requests of each client: one answer of each household."""
    round_id, confirmed = made.asked
    lists: dict[int, list[load.Request]] = {n: [] for n in range(CLIENTS)}
    for number, (cookie, token, unit_id) in enumerate(made.voters):
        said = f"unit_id={unit_id}&answer=agree&confirmed={confirmed}"
        body = f"csrf_token={token}&op_key={uuid.uuid4()}&{said}"
        headers = {"Cookie": f"fundapp={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        lists[number % CLIENTS].append(("POST", f"/consent/{round_id}/answer", body, headers))
    return lists


def bare_voters(count: int) -> dict[int, list[load.Request]]:
    """Sign voters in to the bare app."""
    lists: dict[int, list[load.Request]] = {n: [] for n in range(CLIENTS)}
    for number in range(count):
        with urllib.request.urlopen(f"http://127.0.0.1:18461/login/{number + 1}") as answer:
            token, cookie = answer.read().decode(), answer.headers["Set-Cookie"].split(";")[0]
        headers = {"Cookie": cookie, "X-CSRF-Token": token, "Content-Type": "application/json"}
        lists[number % CLIENTS].append(("POST", f"/vote/{number % 300 + 1}", '{"value": 1}', headers))
    return lists


def statements(instance: Path, made: "world.Made") -> None:
    """Count the statements of the public pages."""
    from fundapp.app import create_app
    from fundapp.settings import Settings
    from fundapp.web.database import database

    app = create_app(Settings.from_environment({"FUNDAPP_INSTANCE": str(instance)}))
    told: list[str] = []
    with app.app_context():
        event.listen(database.engine, "before_cursor_execute", lambda *args: told.append(args[2]))
    for path in ("/", "/projects", f"/projects/{made.project_id}", "/ledger", "/pools"):
        told.clear()
        answer = app.test_client().get(path, base_url="http://localhost")
        print(f"{path:34} {len(told):6} statements, {len(gzip.compress(answer.data, 5)) / 1000:.1f} kB gzipped")


def rosters() -> None:
    """Read in a roster."""
    seconds = rostering.measure()
    print("roster of 5000 rows: " + ", ".join(f"{name} {took:.1f} s" for name, took in seconds.items()))


def consents() -> None:
    """Count consent, and print its book."""
    for units in consenting.SIZES:
        counting = consenting.measure(units)
        statements = counting.pop("statements")
        took = ", ".join(f"{name} {milliseconds:.1f} ms" for name, milliseconds in counting.items())
        print(f"consent of {units} households: {took}, {statements:.0f} statements")
    wall, busy = consenting.book()
    print(f"consent book of 193 doors: {wall:.0f} ms, {busy:.0f} ms of the processor")


def plans() -> None:
    """Plan a queue of claims."""
    planning = matching.measure()
    told = f"plan {planning['plan']:.0f} ms of processor time, {planning['ratio']:.1f} x adding the gifts up"
    print(f"match of {matching.CLAIMS} claims: {told}")


def served() -> None:
    """Serve pages, ballots and answers beside the bare app."""
    for projects in (20, 2000):
        folder = Path(tempfile.mkdtemp())
        instance = folder / "instance"
        made = world.build(instance, projects, voters=400 if projects == 2000 else 0, until=timedelta(days=7))
        print(f"--- {projects} projects")
        statements(instance, made)
        if projects == 2000:
            servers = [bare_server(folder), our_server(instance)]
            try:
                bare, ours = servers
                page = f"/projects/{made.project_id}"
                for name, path in (("project list", "/projects"), ("project page", page)):
                    in_turns(name, (ours, pages(path)), (bare, pages("/list")), (200,))
                    in_turns(f"{name}, made each time", (ours, pages(path, **NOT_KEPT)), (bare, pages("/list")), (200,))
                ballots(made, ours)
                answers(made, ours)
            finally:
                for server in servers:
                    server.stop()
        shutil.rmtree(folder)


PARTS: dict[str, Callable[[], None]] = {
    "rosters": rosters, "consents": consents, "plans": plans, "ledger": ledger.main, "served": served,
    "peers": peers.main, "votes": votes,
}  # fmt: skip


def main(named: list[str]) -> None:
    """Measure the named parts, or all."""
    unknown = [name for name in named if name not in PARTS]
    if unknown:
        sys.exit(f"no part {unknown[0]}: expected some of {', '.join(PARTS)}")
    print(json.dumps({"at": datetime.now(UTC).isoformat(timespec="minutes"), "cores": os.cpu_count()}))
    for name, measure in PARTS.items():
        if not named or name in named:
            measure()


if __name__ == "__main__":
    main(sys.argv[1:])
