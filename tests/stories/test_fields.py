"""Reading a deed's fields, and telling what came out otherwise."""

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import from_fen
from fundapp.stories.fields import Fields
from fundapp.stories.running import run_file

TODAY = date(2026, 3, 10)


KNOWN = ("t", "n", "m", "c", "f", "name")


class Colour(StrEnum):
    """Something to choose from."""

    RED = "red"
    BLUE = "blue"


def fields(**values):
    """Make the fields of the deed at line 7."""
    return Fields("s.toml:7", values, TODAY, {*values, *KNOWN})


def test_each_reader_gives_its_kind():
    """Texts, numbers, yes, lists, tables, amounts, moments and choices are read as what they are."""
    given = fields(t="a", n=3, y=True, l=[1], d={"k": 1}, m="8600.00", i="today", c="blue")
    assert (given.text("t"), given.whole("n"), given.yes("y")) == ("a", 3, True)
    assert (given.listed("l"), given.table("d"), given.money("m")) == ([1], {"k": 1}, from_fen(860000))
    assert given.instant("i") == datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    assert given.choice("c", Colour) is Colour.BLUE
    given.done()


def test_a_default_stands_in_only_for_a_missing_field():
    """Without the field the default is given as it is; with it, what was written."""
    assert (fields().text("t", ""), fields().money("m", None), fields().choice("c", Colour, Colour.RED)) == (
        "",
        None,
        Colour.RED,
    )
    assert fields(n=4).whole("n", 0) == 4


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("text", 3),
        ("whole", "3"),
        ("whole", True),
        ("whole", 3.0),
        ("yes", 1),
        ("listed", "a"),
        ("table", []),
        ("money", 8600),
        ("money", "8600"),
        ("money", "1.234"),
        ("instant", "soon"),
    ],
)
def test_a_field_of_another_kind_is_named(reader, value):
    """The message carries line and field; a number is no text and true is no number."""
    with pytest.raises(BadInput, match=r"s\.toml:7, f"):
        getattr(fields(f=value), reader)("f")


def test_a_choice_outside_the_list_tells_the_list():
    """Who mistypes a choice reads what there is."""
    with pytest.raises(BadInput, match="one of red, blue"):
        fields(c="green").choice("c", Colour)


def test_a_missing_field_is_named():
    """A required field cannot be left out."""
    with pytest.raises(BadInput, match=r"s\.toml:7, name.*nothing"):
        fields().text("name")


def test_an_unknown_field_is_named_before_anything_is_read():
    """A typo is told at once, whatever comes of the deed; a reader of an unregistered field is a mistake of ours."""
    with pytest.raises(BadInput, match=r"s\.toml:7, nmae.*unknown field.*one of name"):
        Fields("s.toml:7", {"nmae": "b"}, TODAY, {"name"})
    with pytest.raises(ValueError, match="not registered"):
        Fields("s.toml:7", {}, TODAY, {"name"}).text("nmae", "")


def test_a_field_that_nobody_reads_is_named():
    """A typo cannot pass unseen."""
    given = fields(name="a", nmae="b")
    given.text("name")
    with pytest.raises(BadInput, match=r"s\.toml:7, nmae.*unknown field"):
        given.done()


STORY = """title = "三步"
[[deed]]
at = "today-2"
by = "-"
do = "people.found"
district = "甲区"
name = "演示·管理员"
login = "admin"
as = "admin"
[[deed]]
at = "today-1"
by = "admin"
do = "places.make"
kind = "district"
name = "甲区"
reuse = true
as = "district"
[[deed]]
at = "today"
by = "-"
do = "people.found"
district = "乙区"
name = "演示·来者"
login = "second"
"""


def play(tmp_path, url, text):
    """Play a story of this text."""
    file = tmp_path / "three.toml"
    file.write_text(text, "utf-8")
    return run_file(file, url, TODAY)


def test_another_outcome_is_told_with_line_deed_expected_and_got(sqlite_url, tmp_path):
    """The third deed is refused where nothing was expected of it."""
    difference, played = play(tmp_path, sqlite_url, STORY)
    assert played == 3
    assert str(difference) == "three.toml:18: people.found: expected ok, got refused:people.already_founded"


def test_another_fact_is_told_with_its_name_and_value(sqlite_url, tmp_path):
    """The first deed makes person 1; the story says 41."""
    difference, _ = play(tmp_path, sqlite_url, STORY.replace('as = "admin"', 'as = "admin"\nthen = { person = 41 }', 1))
    assert (difference.line, difference.deed) == (2, "people.found")
    assert (difference.expected, difference.got) == ("person = 41", "1")


def test_an_expected_refusal_is_no_difference(sqlite_url, tmp_path):
    """The story that expects the refusal passes."""
    assert play(tmp_path, sqlite_url, STORY + 'expect = "refused:people.already_founded"\n') == (None, 3)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ('by = "admin"', 'by = "nobody"', "three.toml:10, by"),
        ("places.make", "places.mkae", "three.toml:10, do"),
        ("reuse = true", "reuse = true\nnmae = 1", "three.toml:10, nmae"),
        ('login = "second"', 'login = "second"\nnmae = 1\nexpect = "refused:people.already_founded"', "toml:18, nmae"),
        ('login = "admin"', 'login = "admin"\nthen = { people = 1 }', r"three.toml:2, then\.people"),
    ],
)
def test_what_cannot_be_played_is_bad_input(sqlite_url, tmp_path, old, new, part):
    """An unknown handle, deed, field or fact stops the play and is named with the line."""
    with pytest.raises(BadInput, match=part):
        play(tmp_path, sqlite_url, STORY.replace(old, new, 1))
