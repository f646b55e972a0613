"""A collector without a signal, in a real browser: all of it waits on the phone, is sent once, is gone at sign-out."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import text

from fundapp.collecting import commands
from fundapp.consent import commands as consent
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock
from tests.consent.asking import make_project
from tests.journeys.walker import Walker
from tests.support.world import make_account, make_person, make_place_tree

pytestmark = pytest.mark.browser
STORED = """async () => {
  const names = (await indexedDB.databases()).map(one => one.name);
  const shelves = await caches.keys();
  return JSON.stringify([names, shelves]);
}"""
LOSE_ONE_REPLY = """() => {
  const real = window.fetch;
  window.fetch = (...given) => real(...given).then(answer => {
    window.fetch = real;
    window.lost = answer.status;
    throw new TypeError("the reply was lost");
  });
}"""
NO_SIGNAL = "() => { window.fetch = () => Promise.reject(new TypeError('no signal')); }"
KEPT = """async () => await new Promise(resolve => {
  const asked = indexedDB.open("fundapp-collect", 1);
  asked.onsuccess = () => {
    if (!asked.result.objectStoreNames.contains("outbox")) { resolve(0); return; }
    const all = asked.result.transaction("outbox").objectStore("outbox").getAll();
    all.onsuccess = () => resolve(all.result.length);
  };
})"""


@pytest.fixture
def round_id(sqlite_app):
    """A round that is open now, with a building head who has its first building to walk."""
    now = datetime.now(UTC)
    clock = SetClock(now)
    with unit_of_work() as session:
        places = make_place_tree(session, units=6)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        head = make_person(session, "周楼长", Role.BUILDING_HEAD, places.buildings[0])
        make_account(session, head, "head")
        project = make_project(session, worker, places.compound)
        asked = consent.open_round(session, worker, consent.OpenRound(project, now, now + timedelta(days=7)), clock)
        commands.give_walk(session, worker, commands.GiveWalk(asked.id, places.buildings[0], head.person_id), clock)
        return asked.id


def signature():
    """A picture as large as phones make them."""
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), (200, 190, 170)).save(out, "JPEG")
    return {"name": "sign.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def note(page, door, answer):
    """Open a door, choose, take the photo, note."""
    page.locator("#doors a", has_text=door).click()
    page.locator(f"#note input[value={answer}]").check()
    page.locator("#photo").set_input_files(signature())
    page.locator("#note button.main-action").click()
    page.locator("#walk").wait_for()


def answers():
    """Give the channels and answers that the database holds."""
    with reading_session() as session:
        return session.execute(text("SELECT channel, answer FROM consent_answer ORDER BY id")).all()


def test_a_whole_walk_without_a_signal(round_id, live_server, phone_page, sqlite_app):
    """Prepare, lose the signal, note two doors, reload, find the signal, send once, sign out: the phone is empty."""
    walker = Walker(phone_page, live_server).sign_in("head")
    page, context = walker.page, walker.page.context
    walker.open("/collect/", axe=True)
    walker.open(f"/collect/{round_id}", axe=True)
    page.locator("#prepare").click()
    page.locator("#doors li").first.wait_for()
    assert page.locator("#doors li").count() == 3
    page.evaluate("async () => (await navigator.serviceWorker.ready).active.state")

    context.set_offline(True)
    note(page, "101", "agree")
    note(page, "102", "oppose")
    assert "2" in page.inner_text("#unsent")
    page.reload()
    page.locator("#doors li").first.wait_for()
    assert page.evaluate(KEPT) == 2
    assert answers() == []

    context.set_offline(False)  # the page sends by itself when the signal is back
    page.locator("#send").wait_for(state="hidden")
    page.locator("#doors", has_text="已收到").wait_for()
    assert answers() == [("door", "agree"), ("door", "oppose")]
    assert page.evaluate(KEPT) == 0
    assert "已收到" in page.inner_text("#doors")
    walker.said.clear()  # a browser without a signal says so in its console

    page.locator("footer button", has_text="退出登录").click()
    page.wait_for_url(f"{live_server}/")
    assert page.evaluate(STORED) == "[[],[]]"
    assert page.evaluate(KEPT) == 0


def test_nobody_at_home_is_noted_without_a_signal_and_is_no_answer(round_id, live_server, phone_page):
    """A visit needs no photo, waits like an answer, and leaves the household silent."""
    walker = Walker(phone_page, live_server).sign_in("head")
    page, context = walker.page, walker.page.context
    walker.open(f"/collect/{round_id}")
    page.locator("#prepare").click()
    page.locator("#doors li").first.wait_for()
    context.set_offline(True)
    page.locator("#doors a", has_text="101").click()
    page.locator("#note input[value=absent]").check()
    page.locator("#note button.main-action").click()
    page.locator("#walk").wait_for()
    assert page.evaluate(KEPT) == 1
    context.set_offline(False)  # the page sends by itself when the signal is back
    page.locator("#send").wait_for(state="hidden")
    page.locator("#doors", has_text="记了一次上门").wait_for()
    assert "记了一次上门" in page.inner_text("#doors")
    assert answers() == []
    with reading_session() as session:
        assert session.scalars(text("SELECT result FROM consent_visit")).all() == ["absent"]


def test_a_reply_that_is_lost_does_not_count_twice(round_id, live_server, phone_page):
    """The server has it, the phone did not hear: it sends again and hears the same."""
    walker = Walker(phone_page, live_server).sign_in("head")
    page = walker.page
    walker.open(f"/collect/{round_id}")
    page.locator("#prepare").click()
    page.locator("#doors li").first.wait_for()
    page.evaluate(LOSE_ONE_REPLY)
    note(page, "101", "agree")
    page.locator("#send").wait_for()
    page.locator("#send").click()
    page.locator("#send").wait_for(state="hidden")
    assert answers() == [("door", "agree")]
    assert page.evaluate("() => window.lost") == 200


def test_leaving_with_unsent_doors_is_asked_twice(round_id, live_server, phone_page):
    """The first press says how many would be lost; the second clears the phone."""
    walker = Walker(phone_page, live_server).sign_in("head")
    page = walker.page
    walker.open(f"/collect/{round_id}")
    page.locator("#prepare").click()
    page.locator("#doors li").first.wait_for()
    page.evaluate(NO_SIGNAL)
    note(page, "101", "agree")
    leave = page.locator("footer button", has_text="退出登录")
    leave.click()
    page.locator("#told.notice", has_text="1").wait_for()
    assert page.evaluate(KEPT) == 1
    leave.click()
    page.wait_for_url(f"{live_server}/")
    assert page.evaluate(KEPT) == 0
    assert answers() == []


def test_another_persons_walk_is_not_on_this_phone(round_id, live_server, phone_page):
    """Who has no walk in the round is told that there is nothing there."""
    with unit_of_work() as session:
        other = make_person(session, "别的楼长", Role.BUILDING_HEAD, make_place_tree(session).buildings[0])
        make_account(session, other, "other")
    walker = Walker(phone_page, live_server).sign_in("other")
    answer = walker.page.goto(f"{live_server}/collect/{round_id}")
    assert answer.status == 404
