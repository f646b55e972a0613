"""Real city votes and known traps: the same winners as the cities, and as other software with exact fractions."""

import json
import os
from pathlib import Path

import pytest

from fundapp.voting.pabulib import read_pabulib
from fundapp.voting.rules import Rule, Start, Stop, Ties, Utility, allocate, choose

ROOT = os.environ.get("FUNDAPP_REFERENCE_DATA")
DATA = Path(ROOT or ".") / "data" / "pabulib"
pytestmark = pytest.mark.skipif(ROOT is None, reason="FUNDAPP_REFERENCE_DATA names no folder with data/pabulib")
FILES = sorted(DATA.glob("*.pb*")) if ROOT else []
SMALL = ("Assen", "Wieliczka", "Gdansk", "Cambridge")
ADD1 = {"start": "exact", "stop": "exhaustive"}
NAMES = {
    "greedy_points": {"rule": "greedy"},
    "phragmen": {"rule": "phragmen"},
    "mes_cost": {"rule": "mes"},
    "mes_card": {"rule": "mes", "utility": "points"},
    "mes_cost_add1": {"rule": "mes-add1", **ADD1},
    "mes_card_add1": {"rule": "mes-add1", "utility": "points", **ADD1},
    "mes_cost_add1u": {"rule": "mes-add1", "fill": "greedy", **ADD1},
    "mes_card_add1u": {"rule": "mes-add1", "utility": "points", "fill": "greedy", **ADD1},
    "mes_cost_add1_integral_noexh": {"rule": "mes-add1"},
    "mes_card_add1_integral_noexh": {"rule": "mes-add1", "utility": "points"},
    "mes_cost_tie_mincost_maxvotes_lexico": {"rule": "mes", "ties": "lot"},
    "mes_cost_add1_tie_mincost_maxvotes_lexico": {"rule": "mes-add1", "ties": "lot", **ADD1},
}
WORDS = {"rule": Rule, "utility": Utility, "start": Start, "stop": Stop, "ties": Ties}


def count(election, name):
    """Count by a setting that the reference names."""
    said = {"ties": "id", **NAMES[name]}
    given = {key: WORDS[key](value) if key in WORDS else value for key, value in said.items()}
    if said["ties"] == "lot":
        given["lots"] = tuple(sorted(project.id for project in election.projects))
    return allocate(election, choose(given.pop("rule"), **given))


def expected_of(file):
    """Read what the reference says of one file."""
    return json.loads((DATA / "expected" / f"{file.name.split('.pb')[0]}.json").read_text("utf-8"))


def test_the_reference_data_is_there():
    """Nine cities; were the folder wrong, the other tests would have nothing to do."""
    assert len(FILES) >= 9


def marked(file):
    """Keep the large files for the long run."""
    small = any(name in file.name for name in SMALL)
    return pytest.param(file, id=file.name.split(".pb")[0], marks=() if small else pytest.mark.long)


@pytest.mark.parametrize("file", [marked(file) for file in FILES])
def test_every_rule_gives_the_known_winners(file):
    """Winners, cost and final endowment are those of the reference for each of its settings."""
    election = read_pabulib(file)
    known = expected_of(file)["rules"]
    for name in NAMES.keys() & known.keys():
        found = count(election, name)
        assert sorted(found.selected + found.filled) == sorted(known[name]["winners"]), name
        assert found.cost == int(known[name]["cost"]) * 100, name
        assert known[name].get("x") in (None, str((found.endowment or 0) / 100)), name


@pytest.mark.parametrize("file", [pytest.param(file, id=file.name.split(".pb")[0]) for file in FILES])
def test_counting_points_gives_the_known_winners_of_large_cities_too(file):
    """Most points first, skipping what does not fit."""
    known = expected_of(file)["rules"]["greedy_points"]
    assert sorted(count(read_pabulib(file), "greedy_points").selected) == sorted(known["winners"])


@pytest.mark.parametrize(
    "file", [marked(file) if "Wieliczka" in file.name else pytest.param(file, id=file.name) for file in FILES]
)
def test_official_winners_are_reproduced(file):
    """What the city published comes out of its own rule, its own threshold and its own ballots."""
    official = expected_of(file)["official"]
    if official is None:
        return
    election = read_pabulib(file)
    if official["rule"].startswith("equalshares"):
        found = allocate(election, choose(Rule.MES_ADD1))
        assert str(found.endowment / 100) == official["x"]
    else:
        threshold = Rule.GREEDY_THRESHOLD if official["threshold"] else Rule.GREEDY
        found = allocate(election, choose(threshold))
    assert sorted(found.selected) == sorted(official["winners"])


@pytest.mark.parametrize("file", sorted((DATA / "synthetic").glob("*.pb")), ids=lambda file: file.stem)
def test_traps_and_small_rounds_give_the_known_winners(file):
    """Elections in which rounded numbers, ties or cheap unwanted projects mislead."""
    known = json.loads((DATA / "expected" / "synthetic.json").read_text("utf-8"))[file.stem]
    election = read_pabulib(file)
    for name in NAMES.keys() & known.keys():
        found = count(election, name)
        assert sorted(found.selected + found.filled) == sorted(known[name]), name
