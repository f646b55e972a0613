"""The page about stories tells all of them."""

import re
from datetime import date
from pathlib import Path

import pytest

from fundapp.stories.engine import FIELDS, HANDLERS
from fundapp.stories.running import load_deeds, run_file

PAGE = Path(__file__).parents[2] / "docs" / "stories.md"
load_deeds()


def section(name):
    """Give what the page says of a deed, from its name to the next deed's."""
    found = re.search(rf"^\*\*`{re.escape(name)}`\*\*:(.*?)(?=^\*\*`|^## |\Z)", PAGE.read_text("utf-8"), re.M | re.S)
    assert found, f"docs/stories.md does not tell of {name}"
    return found[1]


def told_fields(handler):
    """Give the field names of a docstring's "Fields: …" (what stands in brackets explains them)."""
    told = re.search(r"Fields: (.*?)\.(?:\s|$)", re.sub(r"\s+", " ", handler.__doc__) + " ")
    assert told, handler.__doc__
    names = re.sub(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", "", told[1])
    return [name.strip() for name in names.split(",") if re.fullmatch(r"[a-z_]+", name.strip())]


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_a_deed_is_told_with_all_its_fields(name):
    """Every registered deed has a paragraph, and each field of its docstring stands in it."""
    text, fields = section(name), told_fields(HANDLERS[name])
    assert fields
    assert [field for field in sorted({*fields, *FIELDS[name]}) if f"`{field}`" not in text] == []
    assert set(fields) <= FIELDS[name]


def test_no_deed_is_told_that_is_not_there():
    """A deed that was renamed does not live on in the page."""
    assert set(re.findall(r"^\*\*`([a-z._]+)`\*\*:", PAGE.read_text("utf-8"), re.M)) == set(HANDLERS)


def test_the_example_of_the_page_plays(sqlite_url, tmp_path):
    """The complete example is complete."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    file = tmp_path / "example.toml"
    file.write_text(blocks[-1], "utf-8")
    assert run_file(file, sqlite_url, date(2026, 11, 20)) == (None, 8)
