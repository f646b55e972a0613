"""``fundapp voting tally`` as a person or a check calls it."""

import json
import os
import subprocess
import sys
from fractions import Fraction

import pytest

from fundapp.cli.main import main

TIED = """META
key;value
description;a courtyard
num_projects;4
num_votes;6
budget;120
vote_type;approval
PROJECTS
project_id;cost;name
9;50;lamp
10;50;bench
11;50;ramp
12;10;nobody's
VOTES
voter_id;vote
h1;9,10,11
h2;9,10,11
h3;9,10,11
h4;9,10,11
h5;9,10,11
h6;9,nobody
"""
KEYS = ["rule", "options", "budget", "selected", "cost", "filled", "endowment", "ties", "ballots", "invalid"]


@pytest.fixture
def called(tmp_path, monkeypatch, capsys):
    """Call the command on the text of a file; gives exit status, output, messages."""

    def call(text, *options, lots=None):
        (tmp_path / "round.pb").write_text(text, "utf-8")
        words = [str(tmp_path / "round.pb"), *options]
        if lots is not None:
            (tmp_path / "lots").write_text(lots, "utf-8")
            words += ["--lots", str(tmp_path / "lots")]
        monkeypatch.setattr("sys.argv", ["fundapp", "voting", "tally", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def test_the_result_is_one_json_object(called):
    """With exactly the agreed keys, amounts as strings, ids in order of selection."""
    status, out, err = called(TIED, "--rule", "mes-add1", "--json")
    found = json.loads(out)
    assert (status, err, out.count("\n"), list(found)) == (0, "", 1, KEYS)
    assert found == {
        "rule": "mes-add1",
        "options": {
            "utility": "cost",
            "start": "integral",
            "stop": "overspend",
            "fill": "none",
            "step": "1.00",
            "ties": "lot",
            "lots": "natural order",
        },
        "budget": "120.00",
        "selected": ["9", "10"],
        "cost": "100.00",
        "filled": [],
        "endowment": "29",
        "ties": [
            {"at": 0, "among": ["9", "10", "11"], "chosen": "9"},
            {"at": 1, "among": ["10", "11"], "chosen": "10"},
        ],
        "ballots": 6,
        "invalid": 1,
    }


@pytest.mark.parametrize(
    ("options", "selected", "endowment"),
    [
        (["--rule", "greedy"], ["9", "10"], None),
        (["--rule", "greedy", "--ties", "id"], ["10", "11"], None),
        (["--rule", "greedy-no-skip"], ["9", "10"], None),
        (["--rule", "greedy-threshold", "--threshold", "6"], [], None),
        (["--rule", "phragmen"], ["9", "10"], None),
        (["--rule", "mes"], ["9", "10"], "24"),
        (["--rule", "mes-add1", "--step", "0.5"], ["9", "10"], "59/2"),
        (["--rule", "mes-add1", "--stop", "exhaustive"], ["9", "10"], "24"),
        (["--rule", "mes-add1", "--start", "exact", "--utility", "points"], ["9", "10"], "29"),
    ],
)
def test_rules_and_options_are_taken(called, options, selected, endowment):
    """Each rule with its own options."""
    status, out, _ = called(TIED, *options, "--json")
    found = json.loads(out)
    assert (status, found["selected"], found["endowment"]) == (0, selected, endowment)


def test_drawn_lots_decide(called):
    """The file of lots names each project once, in the order drawn."""
    _, out, _ = called(TIED, "--rule", "greedy", "--json", lots="11\n12\n9\n\n10\n")
    assert json.loads(out)["selected"] == ["11", "9"]


def test_an_explanation_tells_payments_and_why_not(called):
    """Payments of each round sum to the cost; each project that was not selected has its reason."""
    _, out, _ = called(TIED, "--rule", "mes-add1", "--fill", "greedy", "--explain", "--json")
    found = json.loads(out)
    assert list(found) == [*KEYS, "rounds", "why_not"]
    assert [round_["project"] for round_ in found["rounds"]] == found["selected"] == ["9", "10"]
    for round_ in found["rounds"]:
        assert sum(paid["voters"] * Fraction(paid["each"]) for paid in round_["payments"]) == 50
    assert [(each["project"], each["why"]) for each in found["why_not"]] == [("11", "does_not_fit"), ("12", "no_votes")]
    assert found["why_not"][0]["supporters_left"] == "45"
    assert found["why_not"][0]["went_to"] == [{"project": "9", "amount": "50"}, {"project": "10", "amount": "50"}]


def test_without_json_a_table_is_printed(called):
    """For people: project, points, cost and result, ties, invalid ballots."""
    status, out, _ = called(TIED, "--rule", "greedy")
    assert status == 0
    assert "无人投票" in out
    assert "并列：9、10、11，取 9" in out
    assert "其中无效 1 张" in out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--rule", "mes", "--fill", "greedy"], "--fill"),
        (["--rule", "greedy", "--utility", "cost"], "--utility"),
        (["--rule", "greedy", "--threshold", "3"], "--threshold"),
        (["--rule", "greedy-threshold"], "--threshold"),
        (["--rule", "greedy-threshold", "--threshold", "-1"], "--threshold"),
        (["--rule", "mes-add1", "--step", "0"], "--step"),
        (["--rule", "mes-add1", "--step", "1,5"], "--step"),
        (["--rule", "mes-add1", "--step", "0.001"], "--step"),
        (["--rule", "borda"], "--rule"),
        (["--rule", "greedy", "--tie", "id"], "--tie"),
        ([], "--rule"),
    ],
)
def test_an_option_that_means_nothing_here_is_bad_input(called, options, told):
    """Exit status 2, the option named, nothing on standard output, no traceback."""
    status, out, err = called(TIED, *options, "--json")
    assert (status, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize("lots", ["9\n10\n11\n", "9\n10\n11\n12\n12\n", "9\n10\n11\n13\n"])
def test_lots_that_are_not_those_of_the_round_are_bad_input(called, lots):
    """One missing, one twice, one unknown."""
    status, out, err = called(TIED, "--rule", "greedy", "--json", lots=lots)
    assert (status, out) == (2, "")
    assert "--lots" in err


def test_lots_and_ids_exclude_each_other(called):
    """Lots are for the tie rule that uses them."""
    assert called(TIED, "--rule", "greedy", "--ties", "id", lots="9\n10\n11\n12\n")[0] == 2


def test_a_file_that_breaks_the_format_is_named_with_its_line(called):
    """Exit status 2; the message says what was found and what was expected."""
    status, out, err = called(TIED.replace("9;50", "9;5 0"), "--rule", "greedy", "--json")
    assert (status, out) == (2, "")
    assert "round.pb PROJECTS line 10 cost: found '5 0', expected a plain number" in err


def test_remarks_go_to_standard_error(called):
    """A count that differs from META does not spoil the output."""
    status, out, err = called(TIED.replace("num_votes;6", "num_votes;7"), "--rule", "greedy", "--json")
    assert (status, json.loads(out)["ballots"]) == (0, 6)
    assert "num_votes says 7, found 6" in err


@pytest.mark.parametrize("rule", ["greedy", "phragmen", "mes-add1"])
def test_the_seed_of_hashing_changes_nothing(tmp_path, rule):
    """Three seeds, one output, ties and explanation included."""
    (tmp_path / "round.pb").write_text(TIED, "utf-8")
    words = ["voting", "tally", str(tmp_path / "round.pb"), "--rule", rule, "--explain", "--json"]
    command = [sys.executable, "-c", "from fundapp.cli.main import main; main()", *words]
    outputs = {
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(outputs) == 1
