"""The 193 households of a lane, from the roster to the final result after its notice, as their worker runs it.

Who acts in each way for the first time does it in a browser, on a phone; the neighbours who only repeat it go through
the same commands without one.
"""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from fundapp.answering.commands import AnswerByCode, PrintSlips, answer_by_code, code_of_typed, print_slips
from fundapp.checking import all_results
from fundapp.consent.commands import AnswerByPhone, KeyPaper, answer_by_phone, key_paper
from fundapp.consent.policy import Choice
from fundapp.consent.queries import bar_of_round
from fundapp.db.work import reading_session, unit_of_work
from fundapp.files.models import Attachment
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock
from fundapp.people.queries import actor_of
from fundapp.people.rules import grouped
from fundapp.places.models import Place
from fundapp.places.queries import units_of_compound
from fundapp.programmes.rules import usual_parts
from fundapp.publicity.models import PublicityNotice, PublicityObjection
from tests.journeys.walker import Walker, photo
from tests.support.world import (
    NOW,
    make_account,
    make_group,
    make_person,
    make_place_tree,
    make_programme,
    make_project,
    make_resident,
)

pytestmark = pytest.mark.browser
HOUSEHOLDS, NEEDED = 193, 129
DOORS = [f"{1 + n // 49}栋{n % 49 // 4 + 1}0{n % 4 + 1}" for n in range(HOUSEHOLDS)]
ROSTER = "楼栋,房号\n" + "".join(door.replace("栋", "栋,") + "\n" for door in DOORS)
PHONE = {"width": 390, "height": 844}


class Lane:
    """The neighbourhood: its phones, its clock, its households and the slips in their hands."""

    def __init__(self, app, address, open_phone) -> None:
        self.app, self.address, self.open_phone = app, address, open_phone
        self.round, self.slips, self.units = 0, {}, []
        self.set(NOW)
        with unit_of_work() as session:
            self.places = make_place_tree(session, units=0)
            self.worker = make_person(session, "王社工", Role.WORKER, self.places.community)
            make_account(session, self.worker, "worker")
        self.office = self.phone("worker")

    def set(self, moment) -> None:
        """Set the clock."""
        self.clock = self.app.extensions["clock"] = SetClock(moment)

    def later(self, **by: int) -> None:
        """Let time pass."""
        self.set(self.clock.at + timedelta(**by))

    def phone(self, login: str = "") -> Walker:
        """Give a phone, signed in where there is a login."""
        walker = Walker(self.open_phone(), self.address)
        return walker.sign_in(login) if login else walker

    def newest(self, table) -> int:
        """Give the number of the row that was made last."""
        with reading_session() as session:
            return session.scalars(select(table.id).order_by(table.id.desc())).first()

    def bar(self):
        """Count the round now."""
        with reading_session() as session:
            return bar_of_round(session, self.round, self.clock.at)


@pytest.fixture
def lane(sqlite_app, live_server, open_page):
    """A lane without a single household yet, and its worker with her phone."""
    return Lane(sqlite_app, live_server, lambda: open_page(PHONE, has_touch=True, is_mobile=True))


def test_a_round_runs_wholly_on_phones(lane):
    """Accounts and slips are enough: no sheet of paper is keyed in, and the result holds after its notice."""
    bring_in_the_roster(lane)
    open_the_round(lane)
    answer_signed_in(lane, 0, "agree")
    answer_with_a_slip(lane, 1, "agree")
    for number in range(2, 42):
        speak_by_phone(lane, number, Choice.AGREE)
    for number in range(42, 172):
        speak_by_slip(lane, number, Choice.AGREE if number < 163 else Choice.OPPOSE)
    assert "21" in lane.office.open(f"/consent/{lane.round}/remind")
    assert lane.bar().agree == 163
    announce(lane)
    object_and_reply(lane)
    finish(lane, {"手机": 41, "表态码": 131, "未表态": 21})


def test_a_round_runs_on_phones_slips_at_doors_and_on_paper(lane):
    """Every way of answering meets in one round; each household counts once, by the way that counted."""
    bring_in_the_roster(lane)
    open_the_round(lane)
    lane.office.send(f"/consent/{lane.round}/papers", press="main form.form button", count=40)
    answer_signed_in(lane, 0, "agree")
    answer_with_a_slip(lane, 1, "oppose")
    be_helped(lane, 2)
    for number in range(3, 40):
        speak_by_phone(lane, number, Choice.AGREE)
    for number in range(60, 115):
        speak_by_slip(lane, number, Choice.AGREE)
    walk_the_doors(lane, (40, 41))
    hand_in_paper(lane, 150)
    assert (lane.bar().agree, lane.bar().oppose) == (97, 1)
    lane.later(days=8)
    for number in range(151, 190):
        speak_on_paper(lane, number - 149, number)
    announce(lane)
    object_and_reply(lane)
    finish(lane, {"手机": 38, "表态码": 56, "社区协助": 1, "纸质意见表": 40, "上门签字": 2, "未表态": 56})


def bring_in_the_roster(lane: Lane) -> None:
    """Upload the list, look at the difference, take it in."""
    file = {"name": "名册.csv", "mimeType": "text/csv", "buffer": ROSTER.encode()}
    look = lane.office.send(f"/rosters/{lane.places.compound}", file=file)
    assert "193" in lane.office.page.inner_text("main")
    lane.office.press("main button.main-action", look)
    with reading_session() as session:
        found = {unit.door: unit for unit in units_of_compound(session, lane.places.compound)}
        here = select(Place.id).where(Place.parent_id == lane.places.compound).order_by(Place.id)
        lane.buildings = list(session.scalars(here))
    lane.units = [found[door] for door in DOORS]
    assert len(found) == HOUSEHOLDS


def open_the_round(lane: Lane) -> None:
    """Ask about a project whose policy has a notice of five days; print a slip for every household."""
    consent = usual_parts()["consent"] | {"publicity_days": 5, "reply_days": 3, "second_keying": "none"}
    with unit_of_work() as session:
        programme = make_programme(session, lane.places.street, {"consent": consent})
        proposer = make_resident(session, "李提案", lane.units[0].id)
        make_account(session, proposer, "resident")
        project = make_project(session, lane.places, proposer, programme=programme).id
        make_group(session, lane.places, project)
    lane.round = int(re.findall(r"\d+", lane.office.send(f"/consent/open/{project}"))[-1])
    with unit_of_work() as session:
        worker = actor_of(session, lane.worker.person_id, lane.clock.at)
        made = print_slips(session, worker, PrintSlips(lane.round), secret(lane), lane.clock)
        lane.slips = {slip.unit_id: slip.typed for slip in made}
    assert "193 户" in lane.office.open(f"/consent/{lane.round}/slips")
    lane.later(hours=2)


def secret(lane: Lane) -> str:
    """The key of the slips' hashes."""
    return lane.app.extensions["settings"].secret_key


def answer_signed_in(lane: Lane, number: int, answer: str) -> None:
    """A household with an account: choose, check, confirm, receipt."""
    phone = lane.phone("resident")
    phone.send(f"/consent/{lane.round}/answer", axe=True, answer=answer)
    assert "/receipt/" in phone.press("main button.main-action")
    assert lane.units[number].door in phone.page.inner_text("main")


def answer_with_a_slip(lane: Lane, number: int, answer: str) -> None:
    """A household without an account finds the way from the round's page, types its code and keeps a receipt."""
    phone = lane.phone()
    phone.open(f"/consent/{lane.round}")
    assert phone.page.locator('main a[href="/reply"]').count() == 1
    unit = lane.units[number]
    assert phone.send("/reply", axe=True, code=grouped(lane.slips[unit.id]).lower()) == "/reply/household"
    assert unit.door in phone.page.inner_text("main")
    phone.fill("answer", answer)
    phone.press("main form.form button.main-action")
    assert phone.press("main button.main-action") == "/reply/receipt"
    assert "回执号" in phone.page.inner_text("main")
    phone.press("main button.main-action")


def be_helped(lane: Lane, number: int) -> None:
    """An old neighbour without slip or phone: the worker helps, a witness is there, the frame says so on every page."""
    words = {"reason": "老人眼睛不好", "witness": "隔壁邻居", "door": lane.units[number].door}
    lane.office.send(f"/consent/{lane.round}/help", axe=True, **words)
    assert lane.office.page.locator("body.helped").count() == 1
    lane.office.fill("answer", "agree")
    lane.office.press("main form.form button.main-action")
    lane.office.press("main button.main-action")
    lane.office.press(".helping form button")
    assert lane.office.page.locator("body.helped").count() == 0


def walk_the_doors(lane: Lane, numbers: tuple[int, ...]) -> None:
    """A building head is picked from the list, loads the doors, loses the signal, and sends when it is back."""
    with unit_of_work() as session:
        head = make_person(session, "周楼长", Role.BUILDING_HEAD, lane.buildings[0])
        make_account(session, head, "head")
    lane.office.send(f"/collect/{lane.round}/walks", axe=True, building_id=lane.buildings[0], login="head")
    phone = lane.phone("head")
    phone.page.clock.set_system_time(lane.clock.at)
    phone.open(f"/collect/{lane.round}", axe=True)
    phone.page.locator("#prepare").click()
    phone.page.locator("#doors li").first.wait_for()
    phone.page.context.set_offline(True)
    for number in numbers:
        phone.page.locator("#doors a", has_text=lane.units[number].door).first.click()
        phone.page.locator("#note input[value=agree]").check()
        phone.page.locator("#photo").set_input_files(photo(number))
        phone.page.locator("#note button.main-action").click()
        phone.page.locator("#walk").wait_for()
    phone.page.context.set_offline(False)
    phone.page.evaluate("document.getElementById('send').click()")  # it may have sent by itself meanwhile
    phone.page.locator("#send").wait_for(state="hidden")
    assert phone.page.locator("#doors .done").count() == 42  # 40 that had answered in this building, and these two


def hand_in_paper(lane: Lane, number: int) -> None:
    """The worker keys in one sheet with its photo."""
    sheet = {"serial": 1, "door": lane.units[number].door, "answer": "agree", "scan": photo(number)}
    lane.office.send(f"/consent/{lane.round}/papers/new", **sheet)


def announce(lane: Lane) -> None:
    """Publish the preliminary result once the round has closed, and prove that the paper hangs."""
    if lane.bar().state == "open":
        lane.later(days=8)
    lane.office.send(f"/consent/{lane.round}/result", axe=True, keying_complete=True)
    assert "初步结果公示中" in lane.phone().open(f"/consent/{lane.round}")
    lane.notice = lane.newest(PublicityNotice)
    spot = {"spot": "1栋门口公告栏", "photo": photo(3)}
    lane.office.send(f"/notices/{lane.notice}/postings/new", **spot)


def object_and_reply(lane: Lane) -> None:
    """A household objects on its phone; the answer is public, the words are not."""
    lane.later(days=1)
    phone = lane.phone("resident")
    phone.send(f"/notices/{lane.notice}/objections/new", axe=True, text="我家门口不想堆材料。")
    reply = {"verdict": "rejected", "summary": "一户担心施工时门口堆材料。", "reason": "材料放在院门外，不影响结果。"}
    lane.office.send(f"/notices/objections/{lane.newest(PublicityObjection)}/reply", axe=True, **reply)
    told = lane.phone().open(f"/notices/{lane.notice}", axe=True)
    assert "材料放在院门外" in told
    assert "我家门口不想堆材料" not in told


def finish(lane: Lane, channels: dict[str, int]) -> None:
    """Publish the final result after the notice; everybody reads the same numbers, and no check finds a fault."""
    lane.later(days=6)
    lane.office.send(f"/consent/{lane.round}/final", axe=True)
    stranger = lane.phone()
    told = stranger.open(f"/consent/{lane.round}", axe=True)
    assert "结果已公布：通过" in told
    table = " ".join(stranger.page.locator("main details table").first.text_content().split())
    for channel, number in channels.items():
        assert f"{channel}{number} 户" in table, f"{channel} in {table}"
    assert f"门槛：{NEEDED} 户" in told
    stranger.open(f"/consent/{lane.round}/sheet")
    with reading_session() as session:
        faults = [f"{name}: {result.first_fault}" for name, result in all_results(session) if result.first_fault]
    assert faults == []


def speak_by_phone(lane: Lane, number: int, answer: Choice) -> None:
    """One more household answers with its account."""
    unit = lane.units[number].id
    with unit_of_work() as session:
        resident = make_resident(session, f"住户{number}", unit)
        answer_by_phone(session, resident, AnswerByPhone(lane.round, unit, answer, str(uuid4())), lane.clock)


def speak_by_slip(lane: Lane, number: int, answer: Choice) -> None:
    """One more household answers with its slip."""
    with unit_of_work() as session:
        code = code_of_typed(session, lane.slips[lane.units[number].id], secret(lane))
        answer_by_code(session, AnswerByCode(code, answer, str(uuid4())), lane.clock)


def speak_on_paper(lane: Lane, serial: int, number: int) -> None:
    """One more sheet is keyed in."""
    with unit_of_work() as session:
        worker = actor_of(session, lane.worker.person_id, lane.clock.at)
        scan = session.scalars(select(Attachment.id).order_by(Attachment.id.desc())).first()
        cmd = KeyPaper(lane.round, serial, lane.units[number].id, Choice.AGREE, scan, str(uuid4()))
        key_paper(session, worker, cmd, lane.clock)
