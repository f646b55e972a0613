"""Votes: what a sealed ballot costs beside a plain one, the count of 5,000, and a crowd that votes on PostgreSQL.

The crowd comes at the rate of 5,000 households in ten minutes, and then for a minute ten times as fast. How much of
those eleven minutes is played says ``FUNDAPP_BENCH_SHARE`` (``1/20`` unless told; ``1`` plays them whole).
"""

import os
import random
import shutil
import statistics
import tempfile
import threading
import time
import uuid
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from fundapp.app import create_app, let_go
from fundapp.db.schema import build
from fundapp.settings import Settings
from fundapp.voting.box import CODE, Slip, method_of_frozen, open_box, pack, plain, room
from fundapp.voting.method import method_of
from fundapp.voting.rounds import LETTERS, rules_hash
from fundapp.voting.seal import join_shares, make_key, seal
from tests.bench import load, world
from tests.support.postgres import Cluster
from tests.voting.polling import OPENS, at, cast, make_polled
from tests.voting.sealing import drop, make_sealed
from tests.voting.test_package import frozen_of

VOTERS = 200
COUNTED = 5_000
CALM, BURST = Fraction(5_000, 600), Fraction(5_000, 60)  # households a second
MINUTES = {"ten minutes": (600, CALM), "a minute ten times as fast": (60, BURST)}
CLIENTS = 32


def seals() -> None:
    """Cast plain and sealed ballots through the commands, and count a box of 5,000 outside."""
    folder = Path(tempfile.mkdtemp())
    url = f"sqlite:///{folder / 'seals.sqlite3'}"
    build(url)
    app = create_app(Settings.for_tests(database_url=url, instance=folder))
    try:
        polled, sealed = make_polled(units=VOTERS, people=VOTERS), make_sealed(people=VOTERS)
        took: dict[str, list[float]] = {"plain": [], "sealed": []}
        for number in range(VOTERS):
            clock = at(OPENS + timedelta(seconds=number))
            for name, deed in (("plain", lambda n, c: cast(polled, n, n % 4, clock=c)),
                               ("sealed", lambda n, c: drop(sealed, n, n % 4, clock=c))):  # fmt: skip
                begun = time.perf_counter()
                deed(number, clock)
                took[name].append((time.perf_counter() - begun) * 1000)
        plain_ms, sealed_ms = (statistics.median(took[name]) for name in ("plain", "sealed"))
        told = f"sealed {sealed_ms:.1f} ms, plain {plain_ms:.1f} ms, {sealed_ms / plain_ms:.2f} x"
        print(f"casting on SQLite, committed: {told}")
    finally:
        let_go(app)
        shutil.rmtree(folder)
    print(f"count of a box of {COUNTED}: {counting():.2f} s")


def counting() -> float:
    """Give the seconds in which a box is opened and counted by two shares."""
    chance, (public, shares) = random.Random(5), make_key()
    costs = dict.fromkeys(range(1, 21), 100_000)
    frozen = frozen_of(method_of({"max_choices": 5}), costs, 500_000, list(costs))
    hash_ = rules_hash(frozen)
    length = room(method_of_frozen(frozen), costs)
    word = seal(b"canary", public, hash_).hex()
    slips = [
        Slip("".join(chance.choices(LETTERS, k=CODE)), "1234", dict.fromkeys(chance.sample(range(1, 21), 5), 1))
        for _ in range(COUNTED)
    ]
    box = pack(frozen, public, word, [seal(plain(slip, length), public, hash_).hex() for slip in slips])
    begun = time.perf_counter()
    count = open_box(box, join_shares(list(shares[:2])))
    took = time.perf_counter() - begun
    if len(count["ballots"]) + count["faulty"] != COUNTED:
        raise RuntimeError("ballots were lost in the count")
    return took


def crowd(serve) -> None:  # type: ignore[no-untyped-def]  # the server's class lies in __main__, which imports this
    """Let a crowd vote through the pages on PostgreSQL with two workers; tell what was lost, and the latency."""
    share = Fraction(os.environ.get("FUNDAPP_BENCH_SHARE", "1/20"))
    wanted = {name: int(seconds * share * rate) for name, (seconds, rate) in MINUTES.items()}
    cluster, folder = Cluster(durable=True), Path(tempfile.mkdtemp())
    cluster.start()
    try:
        url = cluster.url("postgres")
        made = world.build(folder / "instance", 20, sum(wanted.values()), timedelta(days=7), url)
        server = serve(folder / "instance", url)
        try:
            done = 0
            for name, count in wanted.items():
                voters, done = made.voters[done : done + count], done + count
                seen = paced(server.port, [ballot(made, voter) for voter in voters], float(MINUTES[name][1]))
                told = f"p50 {seen.percentile(50):.0f} ms, p95 {seen.percentile(95):.0f} ms, {seen.per_second:.0f}/s"
                print(f"{count} households at the rate of {name}: {told}, not taken {seen.wrong}")
        finally:
            server.stop()
        print(f"ballots in the database {world.ballots_in(url, made.round_id)} of {done}")
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def ballot(made: world.Made, voter: tuple[str, str, int]) -> load.Request:
    """Make the request of one household."""
    cookie, token, unit_id = voter
    body = f"csrf_token={token}&op_key={uuid.uuid4()}&unit_id={unit_id}&choices={made.candidates[0]}"
    headers = {"Cookie": f"fundapp={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    return ("POST", f"/votes/{made.round_id}/ballot", body, headers)


def paced(port: int, requests: list[load.Request], per_second: float) -> load.Seen:
    """Send requests at the moments at which they are due; the latency counts from the moment it was due."""
    seen, lock, turn = load.Seen(), threading.Lock(), iter(enumerate(requests))
    begun = time.perf_counter()

    def one() -> None:
        while True:
            with lock:
                number, request = next(turn, (-1, None))
            if request is None:
                return
            due = begun + number / per_second
            time.sleep(max(0.0, due - time.perf_counter()))
            wrong = load.once(port, request) != 303
            took = (time.perf_counter() - due) * 1000
            with lock:
                seen.latencies.append(took)
                seen.wrong += wrong

    threads = [threading.Thread(target=one) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen.per_second = len(requests) / (time.perf_counter() - begun)
    return seen
