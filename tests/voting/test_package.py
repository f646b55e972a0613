"""A stranger counts a published round again, with the program in the package and with nothing of ours."""

import importlib.util
import io
import json
import subprocess
import sys
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pabulib.checker import Checker

from fundapp.db.home import home
from fundapp.db.work import reading_session
from fundapp.kernel.archive import zipped
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.voting import queries
from fundapp.voting.method import BallotType, method_of, named_options
from fundapp.voting.models import VoteBallot
from fundapp.voting.pabulib import read_pabulib
from fundapp.voting.rounds import count_votes, outcome_record
from fundapp.voting.rules import allocate
from tests.voting.polling import BY_VOTE, CLOSES, cast, make_polled, paper, publish

SCRIPT = home("static") / "recount" / "retally.py"
METHODS = [
    {},
    {"rule": "greedy-no-skip"},
    {"rule": "greedy-threshold", "threshold": 3},
    {"rule": "phragmen"},
    {"rule": "mes"},
    {"rule": "mes", "utility": "points"},
    {"rule": "mes-add1", "step": "2.50"},
    {"rule": "mes-add1", "step": "1.00", "stop": "exhaustive", "fill": "greedy"},
    {"rule": "mes-add1", "step": "1.00", "start": "exact", "utility": "points", "fill": "greedy"},
    {"ballot": "ranking"},
    {"ballot": "points", "points": 6, "each": 3, "rule": "mes-add1", "step": "3.00"},
]


@pytest.fixture(scope="module")
def retally():
    """The program of the package, loaded from its file."""
    spec = importlib.util.spec_from_file_location("retally", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def frozen_of(method, costs, budget, lots, pairs=()):
    """Write what a round freezes, as the package holds it."""
    return {
        "candidates": [[project, 1, cost, "", ""] for project, cost in sorted(costs.items())],
        "budget_fen": budget, "lots": list(lots), "rule": method.options.rule.value,
        "options": named_options(method.options), "ballot": method.ballot.value,
        "rivals": {"rule": "exclude", "pairs": [list(pair) for pair in pairs]},
        "max_choices": method.most, "points": method.points, "most_points": method.each,
    }  # fmt: skip


@settings(deadline=None)
@given(
    st.sampled_from(METHODS),
    st.lists(st.lists(st.integers(1, 5), unique=True, min_size=1, max_size=3), max_size=12),
    st.integers(1, 60),
    st.permutations(range(1, 6)),
    st.lists(st.sampled_from([100, 200, 300, 500, 700, 1200]), min_size=5, max_size=5),
    st.lists(st.sampled_from([(1, 2), (1, 3), (2, 3), (4, 5)]), max_size=3, unique=True),
)
def test_two_programs_that_share_no_line_count_the_same(retally, part, chosen, budget, lots, costs, pairs):
    """Whatever was voted, under every rule and option, with rivals: selected in the same order, filled, cost, share."""
    method = method_of({"max_choices": 3} | part)
    ballots = [
        {project: method.most - at if method.ballot is BallotType.RANKING else 1 for at, project in enumerate(one)}
        for one in chosen
    ]
    prices = dict(enumerate(costs, start=1))
    ours = outcome_record(count_votes(method, sorted(prices.items()), ballots, budget * 100, lots, rivals=pairs))
    written = [{str(project): points for project, points in ballot.items()} for ballot in ballots]
    theirs = retally.tally(frozen_of(method, prices, budget * 100, lots, pairs), written)
    assert theirs == {name: ours[name] for name in ("selected", "filled", "cost_fen", "endowment")}


def voted(part):
    """A published round of thirteen ballots over fourteen households, one of them on paper and invalid."""
    polled = make_polled(units=14, people=12, voting=BY_VOTE | part)
    pointed = part.get("ballot") == "points"
    for number in range(12):
        chosen = ((1, 2), (0,), (2,))[number % 3]
        cast(polled, number, *chosen, points=(3, 2)[: len(chosen)] if pointed else ())
    paper(polled, 1, 12, valid=False)
    publish(polled)
    return polled


def unpacked(polled, folder):
    """Write the package of a round into a folder."""
    with reading_session() as session:
        files = queries.package_of(session, polled.round)
    with zipfile.ZipFile(io.BytesIO(zipped(files, {"round": polled.round}))) as opened:
        opened.extractall(folder)
    return folder


def run_it(folder):
    """Run the program as a stranger would: alone, without our packages."""
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "retally.py")], capture_output=True, text=True, check=False,
        env={"PYTHONUTF8": "1"}, cwd=folder,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("part", [{}, {"rule": "mes-add1", "step": "10.00"}, {"ballot": "points", "points": 6}])
def test_a_stranger_counts_a_published_round_again(working, tmp_path, part):
    """The package says 一致, and says what differs once a file was touched."""
    folder = unpacked(voted(part), tmp_path)
    assert run_it(folder)[0] == 0, run_it(folder)[1]
    ballots = folder / "ballots.csv"
    lines = ballots.read_text("utf-8").splitlines(keepends=True)
    ballots.write_text("".join(lines[:-2]), "utf-8")
    status, told = run_it(folder)
    assert (status, "ballots.csv: the manifest says" in told, "不一致" in told) == (1, True, True)


def test_every_lie_about_a_round_is_found(working, tmp_path, retally):
    """Another result, another rule, a door twice, a ballot over the limit: each is told though the manifest agrees."""
    folder = unpacked(voted({}), tmp_path)

    def faults(name, change):
        """Change a file and put the manifest right, as a liar would."""
        kept = {one: (folder / one).read_bytes() for one in (name, "manifest.json")}
        (folder / name).write_bytes(change(kept[name]))
        manifest = json.loads(kept["manifest.json"])
        manifest["files"][name] = retally.hashlib.sha256((folder / name).read_bytes()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        found, _counted = retally.main(folder)
        for one, data in kept.items():
            (folder / one).write_bytes(data)
        return "\n".join(found)

    assert retally.main(folder)[0] == []
    assert "cost_fen" in faults("result.json", lambda data: json.dumps(json.loads(data) | {"cost_fen": 1}).encode())
    assert "fingerprint" in faults("round.json", lambda data: data.replace(b'"most_points":1', b'"most_points":2'))
    assert "doors voted" in faults("roll.csv", lambda data: data.replace(b",yes", b",no", 1))
    assert "times" in faults("roll.csv", lambda data: data + data.splitlines(keepends=True)[1])
    assert "limits" in faults("ballots.csv", lambda data: data + b"1,99,1\n")


def test_nothing_in_the_package_says_whose_ballot_is_whose(working, tmp_path):
    """No number of a household, no receipt code, no time; the order of ballots is that of their contents."""
    polled = voted({})
    folder = unpacked(polled, tmp_path)
    with reading_session() as session:
        codes = [row.receipt_code for row in session.query(VoteBallot)]
        at = session.query(VoteBallot).first().at.isoformat()[:16]
    for path in folder.iterdir():
        text = path.read_text("utf-8")
        assert not any(code in text for code in codes)
        assert at not in text
    rows = (folder / "ballots.csv").read_text("utf-8").splitlines()[1:]
    ballots = {}
    for row in rows:
        number, project, points = map(int, row.split(","))
        ballots.setdefault(number, []).append((project, points))
    assert list(ballots) == list(range(1, 13))
    assert list(ballots.values()) == sorted(ballots.values())


@pytest.mark.parametrize(
    "part",
    [{}, {"rule": "mes"}, {"rule": "phragmen"}, {"ballot": "knapsack"}, {"ballot": "ranking"}, {"ballot": "points"}],
)
def test_the_public_format_is_read_by_us_and_accepted_by_its_checker(working, tmp_path, part):
    """The .pb file has no error for the format's own checker, and counts to the published result."""
    polled = voted(part)
    with reading_session() as session:
        text = queries.pb_of(session, polled.round)
        result = queries.result_page(session, polled.round, CLOSES)
    file = tmp_path / "round.pb"
    file.write_text(text, "utf-8")
    found = allocate(read_pabulib(file), method_of({"max_choices": 3} | part).options)
    assert sorted(map(int, found.selected)) == sorted(line.project_id for line in result.selected)
    report = Checker().process_files([str(file)])
    told = report if isinstance(report, dict) else json.loads(report)
    assert told["metadata"]["valid"] == 1, told


def test_before_the_publication_there_is_nothing_to_count(working):
    """Not for anybody."""
    polled = make_polled(units=14, people=12)
    cast(polled, 0, 0)
    for read in (queries.package_of, queries.pb_of, queries.check_recount):
        with reading_session() as session, pytest.raises(NotVisible):
            read(session, polled.round)


def test_fewer_than_ten_ballots_are_not_given_out(polled):
    """They would name people."""
    cast(polled, 0, 0)
    publish(polled)
    with reading_session() as session, pytest.raises(Refused) as refused:
        queries.package_of(session, polled.round)
    assert refused.value.code == "voting.too_few_to_tell"
