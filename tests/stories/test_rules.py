"""Reading a story, before anything is played."""

from datetime import UTC, date, datetime

import pytest

from fundapp.kernel.errors import BadInput
from fundapp.stories.rules import instant, parse

TODAY = date(2026, 3, 10)
HEAD = 'title = "一则"\n'
DEED = '[[deed]]\nat = "today"\nby = "-"\ndo = "x.y"\n'


def refused(text):
    """Give the message for a story that cannot be read."""
    with pytest.raises(BadInput) as caught:
        parse(text, "s.toml", TODAY)
    return str(caught.value)


def test_a_story_gives_its_deeds_with_their_lines():
    """Keys common to all deeds are taken out; what is left are the deed's own fields."""
    story = parse(HEAD + DEED + 'as = "it"\nexpect = "refused:a.b"\nthen = { n = 1 }\nname = "n"\n', "s.toml", TODAY)
    step = story.deeds[0]
    assert (story.title, story.source, story.invented) == ("一则", "", True)
    assert (step.line, step.by, step.do, step.handle, step.expect) == (2, "-", "x.y", "it", "refused:a.b")
    assert (step.fields, step.then) == ({"name": "n"}, {"n": 1})


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, 1, 0, tzinfo=UTC)),
        ("2026-03-01 18:30", datetime(2026, 3, 1, 10, 30, tzinfo=UTC)),
        ("today", datetime(2026, 3, 10, 1, 0, tzinfo=UTC)),
        ("today-10", datetime(2026, 2, 28, 1, 0, tzinfo=UTC)),
        ("today+2 08:30", datetime(2026, 3, 12, 0, 30, tzinfo=UTC)),
    ],
)
def test_dates_are_chinese_time_and_may_count_from_today(text, moment):
    """A day without a time is nine o'clock; months and offsets are counted by the calendar."""
    assert instant(text, TODAY, "at") == moment


@pytest.mark.parametrize("text", ["", "gestern", "2026-02-30", "today 25:00", "today-", "2026-3-1", "today+99999999"])
def test_what_is_no_date_is_named(text):
    """A wrong date is told with the line and the key."""
    assert "s.toml:2, at" in refused(HEAD + DEED.replace('"today"', f'"{text}"'))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("title = ", "s.toml"),
        (DEED, "no title or no deed"),
        (HEAD, "no title or no deed"),
        (HEAD + 'auther = "x"\n' + DEED, "auther"),
        (HEAD + DEED.replace('by = "-"\n', ""), "s.toml:2, by"),
        (HEAD + DEED.replace('do = "x.y"', "do = 3"), "s.toml:2, do"),
        (HEAD + DEED + 'expect = "refused"\n', "s.toml:2, expect"),
        (HEAD + DEED + "then = 3\n", "then"),
        (HEAD + DEED + "as = 3\n", "as"),
        (HEAD + 'deed = [{ at = "today", by = "-", do = "x.y" }]\n', "[[deed]]"),
    ],
)
def test_what_is_no_story_is_named(text, part):
    """Broken TOML, unknown keys and missing or wrong common keys are bad input that says where."""
    assert part in refused(text)


def test_deeds_stand_in_the_order_of_their_moments():
    """A deed may stand at the moment of the one above, not before it."""
    assert len(parse(HEAD + DEED + DEED, "s.toml", TODAY).deeds) == 2
    assert "s.toml:6, at" in refused(HEAD + DEED + DEED.replace('"today"', '"today 08:59"'))
