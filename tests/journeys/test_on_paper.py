"""A round of 193 households wholly on paper: printed, carried, keyed in page by page, read again, told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from fundapp.consent import commands, queries
from fundapp.consent.bundle import verify
from fundapp.consent.models import ConsentPreliminary, ConsentRound
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock
from tests.consent.asking import CLOSES, OPENS, at, make_project
from tests.consent.reading_codes import codes_of_pages
from tests.journeys.walker import Walker, photo
from tests.support.world import NOW, make_account, make_person, make_place_tree

pytestmark = [pytest.mark.browser, pytest.mark.pdf]
DOORS, SILENT, AGREED = 193, 20, 163
POLICY = {"second_keying": "sample", "publicity_days": 5}


@pytest.fixture
def round_id(sqlite_app):
    """A round over 193 households that no phone takes part in, and two workers."""
    sqlite_app.extensions["clock"] = SetClock(NOW)
    with unit_of_work() as session:
        places = make_place_tree(session, units=DOORS)
        for login in ("first", "second"):
            make_account(session, make_person(session, f"演示·{login}", Role.WORKER, places.community), login)
        worker = make_person(session, "演示·主任", Role.WORKER, places.community)
        project = make_project(session, worker, places.compound, **POLICY)
        return commands.open_round(session, worker, commands.OpenRound(project, OPENS, CLOSES), at(NOW)).id


@pytest.fixture
def office(sqlite_app, live_server, open_page):
    """Two desks in the office, and what moves the clock."""

    def desk(login):
        return Walker(open_page({"width": 390, "height": 844}, has_touch=True, is_mobile=True), live_server).sign_in(
            login
        )

    def turn(moment):
        sqlite_app.extensions["clock"] = SetClock(moment)

    return desk("first"), desk("second"), turn


def said(serial):
    """What stands on a sheet: 163 agree, 10 oppose, 20 doors gave nothing."""
    if serial % 10 == 0 or serial == 1:
        return ""
    return "oppose" if serial % 19 == 3 else "agree"


def stand(round_id):
    """How the paper stands."""
    with reading_session() as session:
        return queries.paper_stand(session, session.get_one(ConsentRound, round_id))


def fetch(desk, path):
    """Download a file as the person at this desk; a busy machine may take its time over a whole book."""
    answer = desk.page.context.request.get(desk.address + path, timeout=120_000)
    assert answer.status == 200
    return answer.body()


def why_not(desk, path):
    """Open a page whose deed is not possible now; give all its words, the reasons beside the button too."""
    desk.open(path)
    return desk.page.inner_text("body")


def key_the_page(desk, number):
    """Fill in the page that is open as it lies on the desk: a photo, who watched, an answer for each line."""
    page = desk.page
    desk.fill("scan", photo(number))
    desk.fill("witness_name", "演示·见证人")
    for line in page.locator("main fieldset:has(input[name^=line-])").all():
        name = line.locator("input").first.get_attribute("name")
        page.locator(f'main [name="{name}"][value="{said(int(name.removeprefix("line-")))}"]').check()
    return desk.press("main button.main-action", page.url)


def test_a_round_of_193_households_wholly_on_paper(round_id, office):
    """Print a book, key fourteen pages, say what became of the rest, let another read the sample, tell the result."""
    first, second, turn = office
    here = f"/consent/{round_id}"
    first.send(f"{here}/books", axe=True, kind="list")
    link = first.page.locator("main table a").first.get_attribute("href")
    codes, pages = codes_of_pages(fetch(first, link))
    assert (len(set(codes)), pages) == (DOORS, 15)

    turn(OPENS + timedelta(days=3))
    first.open(f"{here}/keys", axe=True)
    for number in range(14):
        key_the_page(first, number)
    count = stand(round_id).count
    assert (count.printed, count.entered, count.out) == (DOORS, DOORS - SILENT, SILENT)

    turn(CLOSES + timedelta(hours=1))
    assert "还有 20 张纸没有着落" in why_not(first, f"{here}/result")
    blank = "、".join(str(n) for n in range(1, DOORS + 1) if not said(n))
    first.send(f"{here}/ends", axe=True, serials="1", how="missing")
    first.send(f"{here}/ends", serials=blank.removeprefix("1、"), how="void", reason="上门时没有填，交回空白")
    assert "由另一位工作者" in first.open(f"{here}/second", axe=True)

    wrong = read_the_sample(second, round_id)
    assert f"编号 {wrong} 两次录入不一致" in why_not(first, f"{here}/result")
    settled = {"answer": said(wrong), "reason": "原件勾的是这个"}
    second.send(f"{here}/third/{wrong}", axe=True, **settled)
    first.send(f"{here}/result", axe=True, keying_complete=True)
    with reading_session() as session:
        told = session.scalars(select(ConsentPreliminary)).one()
        numbers, outcome = dict(told.numbers), told.outcome
    assert [numbers[name] for name in ("agree", "oppose", "silent", "needed")] == [AGREED, 10, SILENT, 129]
    assert outcome == "passed"
    assert str(AGREED) in first.open(here, axe=True)
    assert verify(fetch(first, f"{here}/bundle.zip")).faults == []


def read_the_sample(desk, round_id):
    """Key the drawn sheets in a second time, scan by scan; one is read wrongly. Give its serial."""
    wrong = min(stand(round_id).waiting)
    while stand(round_id).waiting:
        desk.open(f"/consent/{round_id}/second")
        for line in desk.page.locator("main fieldset:has(input[name^=line-])").all():
            name = line.locator("input").first.get_attribute("name")
            serial = int(name.removeprefix("line-"))
            read = ("oppose" if said(serial) == "agree" else "agree") if serial == wrong else said(serial)
            desk.page.locator(f'main [name="{name}"][value="{read}"]').check()
        desk.press("main button.main-action", "second")
    return wrong
