"""The stories of the demonstration come out as they say, on each database."""

import pytest

from fundapp.stories.running import LIBRARY, run_file
from tests.stories.printed import HERE, PRINTED, TODAY, printed

QUICK = (
    "2-mingtong-toilet",
    "3-gulouwan-cameras",
    "5-shimen-stairwell",
    "7-shuian-lift",
    "8-banshan-shares",
    "9-banpo-two-levels",
    "9-haitang-pools",
    "9-songshu-notice",
    "9-taoyuan-sealed",
)
FIRST = "1-dongfeng-rest-kiosk"
EVERY = sorted(path.stem for path in LIBRARY.glob("*.toml"))


def plays(name, url):
    """Tell what the story's play came to: no difference after all of its deeds, nor in the books that it leaves."""
    difference, deeds = run_file(LIBRARY / f"{name}.toml", url, TODAY)
    assert difference is None, str(difference)
    assert deeds > 10
    if name in PRINTED:
        assert printed(url) == (HERE / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", QUICK)
def test_a_quick_story_comes_out_as_told(name, database_url):
    """From the first idea to the last receipt, every outcome and every figure is the expected one."""
    plays(name, database_url)


def test_the_first_story_comes_out_as_told(sqlite_url):
    """The 193 households of the lane: the story with the most refusals."""
    plays(FIRST, sqlite_url)


@pytest.mark.long
@pytest.mark.parametrize("name", EVERY)
def test_every_story_comes_out_as_told(name, database_url):
    """The whole library on both databases."""
    plays(name, database_url)
