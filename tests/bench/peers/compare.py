"""Ours and theirs in turns, in one run: the same file counted, the same posting on the same PostgreSQL."""

import gzip
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from fundapp.db.crypt import bind_data_key
from tests.bench import posting
from tests.ledger.books import bound, make_books
from tests.support.databases import PostgresSource, build_house
from tests.support.needs import need
from tests.support.postgres import Cluster

HERE = Path(__file__).parent
THEIRS = Path(".venv-peers/bin/python")
FILE = Path("data/pabulib/Poland_Warszawa_2026.pb.gz")
SAMPLES = tuple(int(part) for part in os.environ.get("PEERS_VOTES", "2000,4000,8000").split(","))
TURNS = 3


def _seconds(command: list[str | Path]) -> tuple[float, str]:
    """Run a program; give the processor seconds it took from its start, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, printed


def sample(file: Path, votes: int, folder: Path) -> tuple[Path, int]:
    """Cut a .pb file to its first *votes* ballots; gives also the step that keeps the number of steps alike.

    The budget stays, so that each voter has more; a step is larger in the same measure.
    """
    head, _, rest = gzip.decompress(file.read_bytes()).decode("utf-8-sig").partition("VOTES\n")
    lines = rest.splitlines()
    kept = lines[: votes + 1]
    path = folder / f"first-{votes}.pb"
    path.write_text(re.sub(r"num_votes;\d+", f"num_votes;{votes}", head) + "VOTES\n" + "\n".join(kept) + "\n")
    return path, max(1, (len(lines) - 1) // votes)


def ours_counts(file: Path, step: int) -> tuple[float, set[str]]:
    """Count with ``fundapp voting tally``, from file to JSON."""
    rule = ("--rule", "mes-add1", "--ties", "id", "--start", "exact", "--stop", "overspend", "--step", str(step))
    seconds, printed = _seconds([Path(sys.executable).with_name("fundapp"), "voting", "tally", file, *rule, "--json"])
    return seconds, set(json.loads(printed)["selected"])


def theirs_count(file: Path, step: int) -> tuple[float, set[str]]:
    """Count with pabutools, from file to JSON."""
    seconds, printed = _seconds([THEIRS, HERE / "pabutools_side.py", file, str(step)])
    return seconds, set(json.loads(printed)["selected"])


def counting() -> None:
    """Equal shares with Add1 on a city's votes: whole for ours, parts of it for both."""
    root = os.environ.get("FUNDAPP_REFERENCE_DATA")
    if root is None:
        print("pabutools: not measured, FUNDAPP_REFERENCE_DATA names no folder with data/pabulib")
        return
    file = Path(root) / FILE
    with tempfile.TemporaryDirectory() as folder:
        for votes in SAMPLES:
            part, step = sample(file, votes, Path(folder))
            ours, won = ours_counts(part, step)
            theirs, their_won = theirs_count(part, step)
            same = "the same winners" if won == their_won else f"winners differ: {sorted(won ^ their_won)}"
            words = f"ours {ours:.2f} s, pabutools {theirs:.2f} s, {theirs / ours:.0f} x, {same}"
            print(f"mes-add1 of {votes} ballots of Warszawa 2026, processor time: {words}", flush=True)
    seconds, _ = ours_counts(file, 1)
    print(f"mes-add1 of all its ballots, processor time: ours {seconds:.2f} s")


def posting_beside(url: str, address: str) -> None:
    """Post in turns with ours and with django-hordak on one server: with one client and with eight."""
    with bound(url):
        books = make_books()
    for clients in (1, posting.CLIENTS):
        rates: dict[str, list[float]] = {"whole": [], "alone": [], "hordak": []}
        for turn in range(TURNS):
            each = [str(clients), str(posting.EACH)]
            printed = subprocess.run(
                [THEIRS, HERE / "hordak_side.py", address, *each], check=True, capture_output=True, text=True
            ).stdout
            rates["hordak"].append(json.loads(printed)["rate"])
            for name, way in (("whole", posting.ours), ("alone", posting.alone)):
                rates[name].append(posting.per_second(url, books, way, f"{name}:{clients}:{turn}", clients))
        middle = {name: statistics.median(many) for name, many in rates.items()}
        told = ", ".join(f"{name} {middle[name] / middle['hordak']:.2f} x" for name in ("whole", "alone"))
        print(
            f"posting, {clients} clients on one book: hordak {middle['hordak']:.0f} a second; ours {told}", flush=True
        )


def main() -> None:
    """Measure both."""
    counting()
    bind_data_key(("only-for-benches",))
    need("pg")
    cluster = Cluster(durable=True)
    try:
        cluster.start()
        source = PostgresSource(cluster, build_house)
        with source.built() as url:
            engine = create_engine(url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("CREATE DATABASE peer"))
            engine.dispose()
            address = make_url(url).set(database="peer", drivername="postgresql").render_as_string(False)
            subprocess.run([THEIRS, HERE / "hordak_side.py", address, "1", "0"], check=True)
            posting_beside(url, address)
        source.close()
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
