"""The pages of help, reminders and messages."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image

from fundapp.answering.rules import HELP
from fundapp.consent.policy import Channel, Choice
from tests.answering.slips import page_of, send, trail
from tests.consent.asking import OPENS, at, phone

NOW = OPENS.replace(minute=31)


@pytest.fixture
def helping(shown, visit):
    """The worker's browser in the middle of a help, and its page."""
    client = visit(shown.worker)
    grounds = {"door": "2栋102", "code": "", "reason": "老人眼睛不好", "witness": "李楼长"}
    begun = client.post(f"/consent/{shown.round}/help", data=grounds)
    assert begun.status_code == 303
    return client, begun.location


def test_every_page_of_the_worker_is_framed_while_she_helps(helping, sqlite_app):
    """With the door and the minutes that are left by the clock; then it ends by itself."""
    client, path = helping
    for page in (path, "/", "/projects", "/account"):
        assert "社区协助中：2栋102" in page_of(client, page)
        assert "还剩 15 分钟" in page_of(client, page)
    sqlite_app.extensions["clock"] = at(NOW + timedelta(minutes=10, seconds=1))
    assert "还剩 5 分钟" in page_of(client, "/")
    sqlite_app.extensions["clock"] = at(NOW + HELP)
    assert "社区协助中" not in page_of(client, "/")
    assert "这次协助已经结束" in page_of(client, path)


@pytest.mark.pdf
def test_a_helped_household_sees_the_text_confirms_and_gets_a_slip(shown, helping):
    """The slip says what was said, when, by whom it was helped and how to change it."""
    client, path = helping
    assert client.get(f"{path}/slip.pdf").status_code == 404
    assert "14号院东侧空地" in page_of(client, path)
    sure = send(client, path, answer="oppose")
    assert re.search("您代表 2栋102 表示：<strong>反对</strong>", sure.text)
    assert trail(shown, 4) == []
    assert send(client, path, answer="oppose", confirmed="1" * 64).status_code == 303
    assert trail(shown, 4) == [(Choice.OPPOSE, Channel.ASSISTED)]
    assert client.get(f"{path}/slip.pdf").data.startswith(b"%PDF")
    client.post(f"{path}/end")
    assert "社区协助中" not in page_of(client, "/")


def test_a_helper_does_not_see_what_the_household_said_before(shown, visit):
    """Only what was noted in this help."""
    phone(shown, 0, Choice.OPPOSE, at(OPENS))
    client = visit(shown.worker)
    grounds = {"door": "1栋101", "reason": "老人", "witness": "李楼长"}
    path = client.post(f"/consent/{shown.round}/help", data=grounds).location
    assert "已登记" not in page_of(client, path)
    assert "原来的意见" not in send(client, path, answer="agree").text


def test_nothing_begins_without_grounds(shown, visit):
    """The field says what is missing."""
    sent = visit(shown.worker).post(f"/consent/{shown.round}/help", data={"door": "2栋102"})
    assert sent.status_code == 422
    assert "请写明协助的原因" in sent.text


@pytest.mark.pdf
def test_the_worker_reminds_and_takes_the_picture_along(shown, visit):
    """One button, a list of doors, a text and a picture for the group."""
    client, path = visit(shown.worker), f"/consent/{shown.round}/remind"
    assert "还有 6 户没有表态" in page_of(client, path)
    assert client.post(path).status_code == 303
    assert "已提醒 6 户，发出 3 条消息" in page_of(client, path)
    assert client.post(path).status_code == 303
    assert "没有需要提醒的住户" in page_of(client, path)
    assert client.get(f"/consent/{shown.round}/doors.pdf").data.startswith(b"%PDF")
    picture = client.get(f"/consent/{shown.round}/notice.png")
    assert Image.open(io.BytesIO(picture.data)).size == (900, 1200)
    for other in ("remind", "doors.pdf", "notice.png"):
        assert visit(shown.residents[0]).get(f"/consent/{shown.round}/{other}").status_code == 404


def test_messages_are_counted_in_the_head_until_they_are_read(shown, visit):
    """Mine only; opening one leads to its page, and then it is read."""
    visit(shown.worker).post(f"/consent/{shown.round}/remind")
    client = visit(shown.residents[0])
    assert re.search(r'class="unread">1<', page_of(client, "/"))
    seen = page_of(client, "/messages")
    number = re.search(r'action="/messages/(\d+)"', seen)[1]
    assert visit(shown.residents[1]).post(f"/messages/{number}").status_code == 404
    assert client.post(f"/messages/{number}").location == f"/consent/{shown.round}"
    assert 'class="unread"' not in page_of(client, "/")
    assert "已读" in page_of(client, "/messages")
    assert visit().get("/messages").status_code == 303
    assert "消息" not in page_of(visit(), "/").split("<main")[0]


def test_all_messages_are_read_at_once(shown, visit):
    """A button above the list."""
    visit(shown.worker).post(f"/consent/{shown.round}/remind")
    client = visit(shown.residents[0])
    client.post("/messages/read")
    client.post("/messages/read")
    assert 'class="unread"' not in page_of(client, "/")
