"""The doctor names what is lacking and the line that mends it."""

import json

import pytest
from click.testing import CliRunner

from fundapp.cli import doctor


@pytest.fixture
def without_font(monkeypatch):
    """A machine that has everything but a Chinese font and Chromium."""
    gone = {"fonts-noto-cjk", "chromium"}
    needs = tuple(
        doctor.Need(
            need.name,
            need.package,
            need.kind,
            need.purpose,
            need.demo,
            lambda package=need.package: package not in gone,
        )
        for need in doctor.NEEDS
    )
    monkeypatch.setattr(doctor, "NEEDS", needs)
    monkeypatch.setattr(doctor, "_is_ubuntu", lambda: False)


def told(*arguments):
    """What the command prints."""
    result = CliRunner().invoke(doctor.command, arguments)
    assert result.exit_code == 0
    return result.output


@pytest.mark.usefixtures("without_font")
def test_the_reason_names_what_is_lacking_and_how_to_get_it():
    """A skip says what to type."""
    reason = doctor.reason_against("pdf")
    assert "a Chinese font" in reason
    assert reason.endswith("apt-get install --no-install-recommends fonts-noto-cjk")
    assert doctor.reason_against("pg") is None


@pytest.mark.usefixtures("without_font")
def test_the_demonstration_asks_for_less_than_the_tests():
    """Nobody needs Chromium's package or PostgreSQL to look at the demonstration."""
    assert told("--packages", "demo") == "fonts-noto-cjk\n"
    assert told("--packages", "test") == "fonts-noto-cjk chromium\n"


@pytest.mark.usefixtures("without_font")
def test_ubuntu_is_not_asked_for_a_package_that_it_has_not(monkeypatch):
    """Chromium is a snap there, which no test can drive."""
    monkeypatch.setattr(doctor, "_is_ubuntu", lambda: True)
    assert told("--packages", "test") == "fonts-noto-cjk\n"


@pytest.mark.usefixtures("without_font")
def test_the_list_marks_what_is_lacking():
    """A person sees what there is and what not."""
    lines = told().splitlines()
    assert sum(line.startswith("lacks") for line in lines) == 2
    assert lines[-1].endswith("fonts-noto-cjk chromium")


@pytest.mark.usefixtures("without_font")
def test_json_is_one_object():
    """A program sees the same."""
    answer = json.loads(told("--json"))
    assert {need["package"] for need in answer["needs"] if not need["present"]} == {"fonts-noto-cjk", "chromium"}
    assert answer["apt"].endswith("fonts-noto-cjk chromium")


def test_a_library_that_is_not_there_is_not_found():
    """The doctor does not call a lack a having."""
    assert not doctor.has_library("libno-such-thing.so.9")
