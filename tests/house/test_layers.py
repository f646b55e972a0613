"""The layers hold, and the contracts that say so break when they are violated."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.reading import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")
VIOLATIONS = [
    pytest.param("fundapp/kernel/planted.py", "import fundapp.db.base", "An import only points down", id="layers"),
    pytest.param("fundapp/kernel/planted.py", "import sqlalchemy", "The kernel knows neither", id="kernel"),
    pytest.param("fundapp/db/planted.py", "import flask", "The database layer knows no pages", id="ground"),
    pytest.param("fundapp/unlisted/__init__.py", "", "An import only points down", id="a package without a layer"),
]


def lint(folder):
    """Run the contracts on the house in *folder*."""
    done = subprocess.run([LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the house, to plant things in."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "fundapp", folder / "fundapp", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_import_points_down(copy):
    """No package knows of one that stands on it."""
    code, told = lint(copy)
    assert code == 0, told


@pytest.mark.parametrize(("file", "line", "contract"), VIOLATIONS)
def test_a_contract_breaks_when_it_is_violated(copy, file, line, contract):
    """Each contract finds an import planted against it."""
    planted = copy / file
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(f'"""Planted."""\n{line}\n')
    try:
        code, told = lint(copy)
    finally:
        planted.unlink()
        if planted.name == "__init__.py":
            shutil.rmtree(planted.parent)
    assert code != 0
    assert [line for line in told.splitlines() if line.startswith(contract) and line.endswith("BROKEN")]


def test_every_contract_has_a_violation_above():
    """A contract that nobody has seen breaking is not known to hold."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    names = [contract["name"] for contract in told["tool"]["importlinter"]["contracts"]]
    assert all(any(name.startswith(violation.values[2]) for violation in VIOLATIONS) for name in names)
