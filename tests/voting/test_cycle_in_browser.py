"""A whole vote of the shape of 海口 in a browser: a phone, papers that two people read, buttons, a stranger's zip."""

import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from fundapp.db.work import reading_session, unit_of_work
from fundapp.voting import queries
from fundapp.voting.models import VoteRound
from tests.files.test_pictures import picture
from tests.support.browser import DESKTOP, PHONE
from tests.support.server import served
from tests.support.world import PASSWORD, make_account
from tests.voting.haikou import CLOSES, OPENS, make_haikou, open_haikou, vote

SIDES = "document.documentElement.scrollWidth"


@pytest.fixture
def voting(sqlite_app, stand, tmp_path):
    """15 pools and 136 candidates; all households but the first two have voted; accounts for whoever is left."""
    stand(OPENS + timedelta(hours=2))
    made = make_haikou(households=10)
    open_haikou(made)
    with reading_session() as session:
        found = session.scalars(select(VoteRound.id).where(VoteRound.cycle_id == made.cycle).order_by(VoteRound.id))
        rounds = {pool.name: number for pool, number in zip(made.pools, found, strict=True)}
    homes, made.homes = made.homes, made.homes[2:]
    vote(made, rounds)
    made.homes = homes
    with unit_of_work() as session:
        for login, actor in (
            ("voter", made.residents[homes[0][0]]), ("reader", made.worker), ("other", made.second),
        ):  # fmt: skip
            make_account(session, actor, login)
    return made, rounds


def signed_in(open_page, address, login, path, size):
    """Open a profile of its own and sign in on the way to a page."""
    page = open_page(size)
    page.goto(f"{address}/sign-in?next={path}")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{path}")
    return page


def vote_by_phone(page):
    """From the page of the vote to the street's ballot, on to the community's, and back with nothing left."""
    page.get_by_role("link", name="去投票：演示·海甸街道").click()
    for left in (1, 0):
        for place in range(2):
            page.locator("#choices .choice").nth(place).click()
        page.click("button.main-action")
        page.wait_for_url("**/receipt/**")
        assert page.evaluate(SIDES) == PHONE["width"]
        onward = page.get_by_role("link", name="接着投")
        assert onward.count() == left
        if left:
            onward.click()


def key_paper(page, door, photo, serial):
    """Key a paper with one project: the photo is brought by the first reader."""
    page.fill("[name=serial]", str(serial))
    page.fill("#door", door)
    page.locator("#choices .choice").first.click()
    if photo:
        page.set_input_files("[name=scan]", photo)
    page.click("button.main-action")
    page.wait_for_load_state()
    assert page.locator(".errors, .error").count() == 0


@pytest.mark.browser
def test_a_whole_cycle_is_voted_published_and_counted_again(voting, sqlite_app, stand, open_page, tmp_path):
    """Source: domain.md (b) 5."""
    made, rounds = voting
    photo, cycle, pool = tmp_path / "paper.png", f"/votes/cycles/{made.cycle}", rounds["演示·海甸街道"]
    photo.write_bytes(picture(kind="PNG"))
    with served(sqlite_app) as address:
        vote_by_phone(signed_in(open_page, address, "voter", cycle, PHONE))
        for number, door in ((pool, "椰林小区1栋102"), (rounds["椰林社区"], "1栋102")):
            papers = f"/votes/{number}/papers/new"
            reader = signed_in(open_page, address, "reader", papers, DESKTOP)
            key_paper(reader, door, str(photo), 900)
            other = signed_in(open_page, address, "other", papers, DESKTOP)
            assert other.get_by_text("等您录第二遍的编号：900").count() == 1
            key_paper(other, door, None, 900)
        with reading_session() as session:
            assert queries.turnout(session, pool) == {"phone": 46 + 1, "paper": 12 + 1}
        stand(CLOSES)
        reader.goto(address + cycle)
        reader.get_by_role("button", name="公布全部结果").click()
        reader.get_by_text("结果已公布。").wait_for()
        anybody = open_page(PHONE)
        anybody.goto(address + cycle)
        assert anybody.locator(".figure", has_text="入选项目").first.inner_text().split()[-1] == "74"
        assert anybody.evaluate(SIDES) == PHONE["width"]
        assert anybody.get_by_text("压缩包里没有").count() == 0
        with anybody.expect_download() as given:
            anybody.get_by_role("link", name="下载全部选票").click()
        zipfile.ZipFile(given.value.path()).extractall(tmp_path / "zip")
    done = subprocess.run([sys.executable, "-I", "retally.py"], cwd=tmp_path / "zip", capture_output=True, text=True)
    assert (done.returncode, done.stdout.count("入选 selected")) == (0, 15), done.stdout
