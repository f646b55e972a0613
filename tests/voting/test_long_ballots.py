"""A ballot of more than twenty projects is narrowed by a word; what is chosen stays in sight."""

from datetime import timedelta

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.voting import queries
from tests.support.browser import PHONE
from tests.support.server import served
from tests.support.world import PASSWORD, make_account
from tests.voting.polling import OPENS, make_polled


def make_long(stand, costs=24):
    """Make a round of so many projects, six titles again and again, with a resident who signs in as ``voter``."""
    stand(OPENS + timedelta(hours=1))
    polled = make_polled(costs=(100_000,) * costs)
    with unit_of_work() as session:
        make_account(session, polled.residents[0], "voter")
    return polled


def open_ballot(page, address, polled):
    """Sign in and open the ballot."""
    page.goto(f"{address}/sign-in?next=/votes/{polled.round}/ballot")
    page.fill("[name=login]", "voter")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#choices")


def shown(page):
    """Count the projects that are in sight."""
    return page.locator("#choices > .choice:visible").count()


@pytest.mark.browser
def test_a_long_ballot_is_narrowed_by_a_word(sqlite_app, stand, open_page):
    """The number of matches is spoken, Enter sends nothing, a chosen project stays and is counted and sent."""
    polled = make_long(stand)
    with served(sqlite_app) as address:
        page = open_page(PHONE)
        open_ballot(page, address, polled)
        said = page.locator(".sift output[role=status]")
        assert shown(page) == 24
        page.fill("#sift", "路灯")
        said.get_by_text("符合的有 4 个。").wait_for()
        assert shown(page) == 4
        page.locator("#choices > .choice:visible").first.click()
        page.fill("#sift", "读书 院内")
        page.fill("#sift", "读书")
        page.press("#sift", "Enter")
        said.get_by_text("符合的有 4 个。").wait_for()
        assert shown(page) == 5
        page.fill("#sift", "游泳池")
        said.get_by_text("没有符合的项目").wait_for()
        assert shown(page) == 1
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        page.locator("#choices > .choice:visible").click()
        assert shown(page) == 0
        page.fill("#sift", "")
        said.get_by_text("全部 24 个都显示了。").wait_for()
        assert shown(page) == 24
        page.locator("#choices > .choice", has_text="读书室").first.click()
        page.fill("#sift", "路灯")
        page.click("button.main-action")
        page.wait_for_url("**/receipt/**")
    with reading_session() as session:
        assert queries.turnout(session, polled.round) == {"phone": 1}


@pytest.mark.browser
def test_without_script_a_long_ballot_is_the_plain_list(sqlite_app, stand, open_page):
    """All projects stand there, and no box that would do nothing."""
    polled = make_long(stand)
    with served(sqlite_app) as address:
        page = open_page(PHONE, java_script_enabled=False)
        open_ballot(page, address, polled)
        assert shown(page) == 24
        assert not page.is_visible("#sift")


def test_a_ballot_of_twenty_is_not_narrowed(stand, visit):
    """What is read at a glance has no box to search it."""
    polled = make_long(stand, costs=20)
    assert 'id="sift"' not in visit(polled.residents[0]).get(f"/votes/{polled.round}/ballot").text
