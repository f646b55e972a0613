"""The lock files: exact, hashed, without an address, and complete."""

import re
import tomllib

import pytest

from tests.house.reading import ROOT

SHIPPED, PEERS = ("requirements.lock", "requirements-dev.lock"), "requirements-peers.lock"
LOCKS = (*SHIPPED, PEERS)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def locked(name):
    """Read a lock file as {package: (version, number of hashes)}."""
    entries = re.findall(
        r"^([a-z0-9-]+)(?:\[[a-z,-]+\])?==(\S+)((?:.|\n)*?)(?=^\S|\Z)", (ROOT / name).read_text(), re.M
    )
    return {package: (version, rest.count("--hash=sha256:")) for package, version, rest in entries}


def named(requirement):
    """Give the package that a requirement names, as lock files spell it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement)[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_carries_no_address(name):
    """Packages come from wherever pip is configured to look."""
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index-url" not in text.replace("--no-emit-index-url", "")
    assert " @ " not in text


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_an_exact_version_and_hashes(name):
    """A package that was changed after it was locked is refused."""
    pinned = locked(name)
    lines = [line for line in (ROOT / name).read_text().splitlines() if re.match(r"[A-Za-z]", line)]
    assert {named(line) for line in lines} == set(pinned)
    assert len(pinned) > 20
    assert all("==" in line for line in lines)
    assert [package for package, (_, hashes) in pinned.items() if hashes == 0] == []


def test_every_dependency_is_locked():
    """Whoever adds a dependency renews the lock files."""
    build = PROJECT["build-system"]["requires"]
    wanted = {named(line) for line in [*PROJECT["project"]["dependencies"], *build]}
    groups = PROJECT["dependency-groups"]
    tools, peers = ({named(line) for line in groups[name] if isinstance(line, str)} for name in ("dev", "peers"))
    assert wanted - set(locked("requirements.lock")) == set()
    assert wanted | tools <= set(locked("requirements-dev.lock"))
    assert peers <= set(locked(PEERS))


def test_the_tests_run_on_the_versions_that_are_shipped():
    """What is in both lock files is the same in both."""
    shipped, tested = (locked(name) for name in SHIPPED)
    assert {package: tested.get(package) for package in shipped} == shipped
