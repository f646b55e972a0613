"""An installed wheel brings everything that a checkout has."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fundapp import __version__
from tests.house.reading import ROOT

KINDS = ("templates", "static", "migrations")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which a wheel of a copy of this checkout was installed, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    checkout = folder / "checkout"
    for name in ("fundapp", *KINDS):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, checkout)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, cwd=checkout, check=True, capture_output=True)
    (wheel,) = folder.glob("fundapp-*.whl")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--no-compile", "--target", folder / "site", wheel], check=True)
    return folder / "site"


def ask(site, code, folder):
    """Run *code* away from the checkout; *site* comes first on the path, so that the wheel's fundapp is taken."""
    lines = f"import sys; sys.path.insert(0, {str(site)!r})\n{code}"
    done = subprocess.run([sys.executable, "-I", "-c", lines], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def files_below(folder):
    """Name the files below *folder*, compiled ones left out."""
    return sorted(
        str(file.relative_to(folder))
        for file in Path(folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_wheel_carries_what_lies_beside_the_package(installed, tmp_path, kind):
    """Templates, static files and migrations are found inside the installed package, all of them."""
    place = ask(installed, f"from fundapp.web.files import home; print(home({kind!r}))", tmp_path)
    assert place == str(installed / "fundapp" / "_shipped" / kind)
    assert files_below(place) == files_below(installed.parent / "checkout" / kind) != []


def test_the_wheel_carries_every_file_of_the_package(installed):
    """Also what is not Python, such as stories."""
    ours = files_below(installed.parent / "checkout" / "fundapp")
    assert [name for name in files_below(installed / "fundapp") if not name.startswith("_shipped")] == ours


def test_the_wheel_brings_the_command(installed):
    """``fundapp`` can be typed after the installation."""
    assert (installed / "bin" / "fundapp").exists()


def test_the_wheel_has_the_version_that_the_package_says(installed, tmp_path):
    """The version stands in two places that agree."""
    assert ask(installed, "from importlib.metadata import version; print(version('fundapp'))", tmp_path) == __version__
