"""The pages of the 议事厅: the secretary's way through a session, and what the public reads."""

import re

import pytest
from sqlalchemy import select

from fundapp.council.models import CouncilSession
from fundapp.council.views.floor import _key
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.clock import SetClock
from fundapp.people.models import Account
from tests.council.conftest import BEGUN, NAMES, attend, decide, hold, make_called, write
from tests.council.test_floor import PASSED, move, with_chair
from tests.support.world import NOW, make_account
from tests.voting.polling import BY_VOTE


@pytest.fixture
def called(sqlite_app):
    """A session in the app, an hour after it began."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sqlite_app.extensions["clock"] = BEGUN
    return make_called(BY_VOTE | {"choose_by_vote": False})


@pytest.fixture
def visit(sqlite_app):
    """A function that gives a browser of nobody, or of a person."""

    def entered(actor=None):
        client = sqlite_app.test_client()
        if actor is not None:
            with unit_of_work() as session:
                if session.scalar(select(Account.id).where(Account.person_id == actor.person_id)) is None:
                    make_account(session, actor, f"person{actor.person_id}")
            with client.session_transaction() as kept:
                kept["_user_id"] = str(actor.person_id)
        return client

    return entered


def page_of(client, path, status=200):
    """The text of a page that answers as expected."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.get_data(as_text=True)


def big(page):
    """The words on the one large button of a page."""
    return re.search(r'class="(?:button )?main-action"[^>]*>([^<]+)<', page)[1]


def test_the_secretary_goes_through_a_session_by_pages(called, visit):
    """Attendance, two outcomes, minutes, close; then the project is confirmed."""
    client, path = visit(called.worker), f"/council/{called.session}"
    assert big(page_of(client, path)) == "登记到会"
    assert "还没有登记到会情况" in page_of(client, f"{path}/close")
    assert client.post(f"{path}/attendance", data={"present": list(called.members[:5]), "guests": 2}).status_code == 303
    first, second = (f"/council/items/{item}" for item in called.items)
    wrong = client.post(first, data={"outcome": "passed", "votes_for": 2, "votes_against": 3})
    assert wrong.status_code == 422
    assert "没有达到通过的票数" in wrong.get_data(as_text=True)
    assert client.post(first, data={"outcome": "passed", "votes_for": 4, "votes_against": 1}).status_code == 303
    assert client.post(second, data={"outcome": "rejected", "votes_against": 4}).status_code == 303
    assert client.post(f"{path}/minutes", data={"minutes": "王淑芬主持。"}).status_code == 303
    assert client.post(f"{path}/close", data={}).status_code == 422
    assert client.post(f"{path}/close", data={"sure": "y"}).status_code == 303
    assert client.post(f"{first}/confirm").status_code == 303
    assert "项目已入选。" in page_of(client, path)
    client.post(f"{second}/confirm")
    assert "这项议题没有对应的项目。" in page_of(client, path)


def test_the_public_reads_outcomes_and_no_names(called, visit):
    """List, page and PDF hold counts and minutes; no member's name stands in any of them."""
    path = f"/council/{called.session}"
    open_page = page_of(visit(), path)
    assert "会议办结后，这里公布结果和会议记录。" in open_page
    page_of(visit(), f"{path}/minutes.pdf", 404)
    hold(called)
    texts = [page_of(visit(), "/council/"), page_of(visit(), path)]
    assert "赞成 4，反对 1，弃权 0" in texts[1]
    assert "王某主持" in texts[1]
    assert not [name for name in NAMES for text in (open_page, *texts) if name in text]


@pytest.mark.pdf
def test_the_minutes_are_printed(called, visit):
    """A PDF for everybody once the session is closed, for the secretary before."""
    path = f"/council/{called.session}/minutes.pdf"
    assert visit(called.worker).get(path).data.startswith(b"%PDF")
    hold(called)
    assert visit().get(path).data.startswith(b"%PDF")


def test_a_body_is_founded_and_called_by_pages(called, visit, sqlite_app):
    """Members line by line, one more, one who leaves, and a session with a project and a free item."""
    sqlite_app.extensions["clock"] = SetClock(NOW)
    client = visit(called.worker)
    place = called.places.compound
    assert "三级议事会" in page_of(client, "/council/bodies/new")
    new = "/council/bodies/new?kind=group"
    assert '<option selected value="2/3">' in page_of(client, new)
    bars = {"quorum": "2/3", "passing": ">1/2", "passing_of": "present", "notice_days": "3", "parent_id": called.body}
    named = {"place_id": place, "name": "院落议事会", "chair": "甲", "members": "乙\n\n丙", "origin": "elected"}
    made = client.post(new, data=named | bars)
    body = made.headers["Location"]
    assert (
        client.post(f"{body}/members", data={"name": "丁", "seat": "observer", "origin": "elected"}).status_code == 303
    )
    page = page_of(client, body)
    assert [word in page for word in ("3 位，观察员 1 位", "丁 · 观察员", "居民议事会")] == [True] * 3
    assert "丁" not in page_of(visit(), body)
    low = bars | {"notice_days": "40", "reason": "x"}
    assert client.post(f"{body}/charter", data=low).status_code == 422
    changed = bars | {"passing": "2/3", "passing_of": "members", "reason": "大家要求"}
    assert client.post(f"{body}/charter", data=changed).status_code == 303
    assert "全体成员 2/3 以上赞成" in page_of(visit(), body)
    assert client.post(f"/council/members/{called.members[0]}/end").status_code == 303
    late = {"title": "院落会", "held_at": "2026-03-02T18:00", "projects": called.project, "items": "停车\n晾晒"}
    answer = client.post(f"{body}/call", data=late)
    assert answer.status_code == 422
    assert "至少要提前 3 天" in answer.get_data(as_text=True)
    answer = client.post(f"{body}/call", data=late | {"held_at": "2026-03-08T18:00"})
    notice = page_of(visit(), answer.headers["Location"])
    assert [word in notice for word in ("装路灯", "停车", "晾晒", "2026年3月8日 18:00")] == [True] * 4
    with reading_session() as session:
        assert session.scalars(select(CouncilSession.members).order_by(CouncilSession.id.desc())).first() == 3


def test_other_people_do_not_find_the_papers(called, visit):
    """The secretary's pages do not exist for strangers and residents."""
    for path in ("attendance", "minutes", "close"):
        assert visit().get(f"/council/{called.session}/{path}").status_code == 303
    page_of(visit(called.worker), "/council/999", 404)
    page_of(visit(called.worker), "/council/bodies/999", 404)
    page_of(visit(called.worker), "/council/items/999", 404)


def test_where_households_vote_the_button_says_why_the_council_does_not_choose(sqlite_app, visit):
    """The policy chooses by vote: the reason stands beside the button; nothing stands there once it is chosen."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sqlite_app.extensions["clock"] = BEGUN
    voting = make_called(BY_VOTE)
    hold(voting)
    page = page_of(visit(voting.worker), f"/council/{voting.session}")
    assert "按本项目的政策，入选要经过各户表决。" in page
    assert "/confirm" not in page
    assert "按议事会结果确认入选" not in page_of(visit(), f"/council/{voting.session}")


def test_the_room_is_kept_by_pages(called, visit):
    """Motion, amendment, speakers and the screen; the draft of the minutes tells of them."""
    client, path, item = visit(called.worker), f"/council/{called.session}", f"/council/items/{called.items[0]}"
    client.post(f"{path}/attendance", data={"present": list(called.members[:5]), "guests": 2})
    one = {"text": "楼顶做防水", "budget": "30000", "mover_id": called.members[0], "seconder_id": called.members[1]}
    same = client.post(f"{item}/motion", data=one | {"seconder_id": called.members[0]})
    assert "动议人和附议人不能是同一位" in same.get_data(as_text=True)
    assert client.post(f"{item}/motion", data=one).status_code == 303
    assert client.post(f"{item}/motion", data=one | {"text": "改为三层"}).status_code == 303
    for member, side in ((0, "for"), (1, "against")):
        client.post(f"{item}/speakers", data={"member_id": called.members[member], "side": side})
    shown = re.search(r'name="after" value="(\d+)"', page_of(client, f"{item}/floor"))[1]
    for _tap in range(2):
        client.post(f"{item}/next", data={"after": shown})
    assert client.post(f"{item}/speakers", data={"member_id": 999, "side": "for"}).status_code == 422
    floor, screen = page_of(client, f"{item}/floor"), page_of(client, f"{path}/screen")
    assert "正在发言：王淑芬（赞成方）" in floor
    assert [
        word in screen for word in ("楼顶做防水", "改为三层", '李明 <span class="badge stop">', "data-began", NAMES[5])
    ] == [True] * 4 + [False]
    assert client.post(f"{item}/motions/2", data={"outcome": "rejected", "votes_against": 4}).status_code == 303
    page_of(client, f"{item}/motions/1", 404)
    assert "动议：楼顶做防水（动议人 王淑芬，附议人 李明）" in page_of(client, f"{path}/minutes")
    assert "楼顶做防水" not in page_of(visit(), path)


def test_what_is_wrong_with_a_speaker_stands_at_her_field(called, visit):
    """Nobody picked, no side, on the list already: the form comes back with what was ticked, nobody is put on it."""
    client, item = visit(called.worker), f"/council/items/{called.items[0]}"
    attend(called, 5)
    empty = client.post(f"{item}/speakers", data={"member_id": "", "side": "against"}).get_data(as_text=True)
    assert 'id="member_id-error"' in empty
    assert re.search(r'<input checked[^>]*value="against"', empty)
    no_side = client.post(f"{item}/speakers", data={"member_id": called.members[1]}).get_data(as_text=True)
    assert 'id="side-error"' in no_side
    assert f'<option selected value="{called.members[1]}">' in no_side
    assert client.post(f"{item}/speakers", data={"member_id": called.members[1], "side": "for"}).status_code == 303
    twice = client.post(f"{item}/speakers", data={"member_id": called.members[1], "side": "for"})
    assert twice.status_code == 422
    assert "这位成员已经在等待发言" in twice.get_data(as_text=True).split('id="member_id-error"')[1]
    assert page_of(client, f"{item}/floor").count("李明（赞成方）") == 1


def test_nobody_moves_seconds_or_steps_aside_by_oversight(called, visit):
    """No name is picked before somebody picks it; what was typed comes back."""
    client, item = visit(called.worker), f"/council/items/{called.items[0]}"
    attend(called, 5)
    answer = client.post(f"{item}/motion", data={"text": "楼顶做防水", "mover_id": "", "seconder_id": ""})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "楼顶做防水</textarea>" in page) == (422, True)
    assert ['id="mover_id-error"' in page, 'id="seconder_id-error"' in page] == [True, True]
    aside = client.post(f"{item}/recuse", data={"member_id": "", "reason": "亲属施工"})
    assert aside.status_code == 422
    assert 'value="亲属施工"' in aside.get_data(as_text=True)


def test_one_large_button_tells_what_comes_next(called, visit):
    """On the floor and at the session, from the first who came to the close."""
    client, path = visit(called.worker), f"/council/{called.session}"
    first, second = (f"/council/items/{item}" for item in called.items)

    def floor():
        return big(page_of(client, f"{first}/floor"))

    def show():
        return big(page_of(client, path))

    assert floor() == "登记到会"
    attend(called, 3)
    assert (floor(), show()) == ("登记到会", "登记到会")
    assert "到会 3 人，不足 4 人" in page_of(client, f"{first}/floor")
    assert "到会 3 人，不足 4 人" in page_of(client, f"{path}/screen")
    attend(called, 5)
    assert (floor(), show()) == ("登记动议", "现场：第 1 项")
    move(called)
    assert floor() == "登记结果"
    change = move(called, 1, 2, "改为三层")
    assert floor() == "表决修正案 1"
    client.post(f"{first}/speakers", data={"member_id": called.members[1], "side": "for"})
    assert floor() == "请下一位发言：李明"
    client.post(f"{first}/next", data={"after": 0})
    assert floor() == "发言结束"
    client.post(f"{first}/next", data={"after": 1})
    client.post(f"{first}/motions/{change}", data={"outcome": "rejected", "votes_against": 4})
    assert floor() == "登记结果"
    decide(called, 0, PASSED, 4, 1, 0)
    assert (floor(), show()) == ("下一项：楼顶防水", "现场：第 2 项")
    assert client.post(second, data={"outcome": "rejected", "votes_against": 4}).status_code == 303
    assert (floor(), show()) == ("各项都有结果，回到会议页", "写会议记录")
    write(called)
    assert show() == "办结会议"


def test_a_code_that_is_not_on_the_screen_signs_nobody_in(called, visit):
    """The address holds a key of this session; whoever is no member is told so."""
    client = visit(called.worker)
    page_of(client, f"/council/{called.session}/sign-in/x", 404)
    assert page_of(visit(), f"/council/{called.session}/calendar.ics").startswith("BEGIN:VCALENDAR")


@pytest.mark.pdf
def test_the_invitation_is_printed_for_the_secretary_only(called, visit):
    """It holds names."""
    path = f"/council/{called.session}/invitation.pdf"
    assert visit(called.worker).get(path).data.startswith(b"%PDF")
    assert visit().get(path).status_code == 303


def test_the_chair_signs_in_and_confirms_by_her_own_phone(sqlite_app, visit):
    """A member with an account: the code leads to one button, then she confirms what the secretary wrote."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sqlite_app.extensions["clock"] = BEGUN
    called, chair = with_chair(make_called())
    with sqlite_app.test_request_context():
        address = f"/council/{called.session}/sign-in/{_key(called.session)}"
    hers, path = visit(chair), f"/council/{called.session}"
    assert "我到了" in page_of(hers, address)
    assert hers.post(address).status_code == 303
    assert "不是这次会议的成员" in visit(called.worker).post(address).get_data(as_text=True)
    attend(called, 4)
    decide(called, 0, PASSED, 3, 1, 0)
    decide(called, 1, PASSED, 3, 1, 0)
    write(called)
    office = visit(called.worker)
    assert office.post(f"{path}/close", data={"sure": "y"}).status_code == 422
    assert office.post(f"{path}/confirm", data={"sure": "y"}).status_code == 422
    assert hers.post(f"{path}/confirm", data={"sure": "y"}).status_code == 303
    assert office.post(f"{path}/close", data={"sure": "y"}).status_code == 303
