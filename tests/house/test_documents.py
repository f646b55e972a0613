"""The documents point at what is there."""

import re

import pytest

from tests.house.reading import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
TESTS = "".join(file.read_text("utf-8") for file in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("page", [str(page.relative_to(ROOT)) for page in PAGES])
def test_links_between_documents_lead_somewhere(page):
    """A page or picture that was moved is not linked at its old place."""
    text = (ROOT / page).read_text("utf-8")
    links = [one or other for one, other in re.findall(r'\]\(([^)#\s]+)[^)]*\)|src="([^"]+)"', text)]
    inner = [link for link in links if not link.startswith(("http://", "https://"))]
    assert [link for link in inner if not ((ROOT / page).parent / link).exists()] == []


def test_every_test_that_a_rule_names_is_there():
    """The pages of rules name the test that holds each rule; a renamed test is renamed there too."""
    named = {
        (page.name, test)
        for page in (ROOT / "docs" / "rules").glob("*.md")
        for test in re.findall(r"`(test_\w+)`", page.read_text("utf-8"))
    }
    assert len(named) > 30
    assert sorted(one for one in named if f"def {one[1]}(" not in TESTS) == []


def test_every_setting_is_told_to_operators():
    """A variable that the program reads stands in docs/running.md."""
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "fundapp").rglob("*.py"))
    told = (ROOT / "docs" / "running.md").read_text("utf-8")
    read = set(re.findall(r"\"(FUNDAPP_[A-Z_]+)\"", sources))
    assert read
    assert sorted(name for name in read if f"`{name}`" not in told) == []
