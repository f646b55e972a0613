"""Scanning a slip or typing its code, as somebody without an account sees it."""

import re
from datetime import timedelta

import pytest

from fundapp.answering.rules import TRIES, VISIT, SlipScope
from fundapp.consent.policy import Channel, Choice
from fundapp.people.rules import grouped
from tests.answering.slips import page_of, print_slips, send, trail
from tests.consent.asking import CLOSES, OPENS, at

HOME = "/reply/household"


@pytest.fixture
def slip(shown):
    """The slip of 2栋102, whose household has no account."""
    return print_slips(shown)[shown.places.units[4]]


def test_a_neighbour_scans_chooses_confirms_and_has_a_receipt(shown, slip, visit):
    """The exact text, the choice once more in large letters, one button, a number."""
    client = visit()
    assert client.get(f"/reply/scan/{slip.token}").location == HOME
    seen = page_of(client, HOME)
    assert "14号院东侧空地" in seen
    assert "第 1 版" in seen
    sure = send(client, HOME, answer="agree")
    assert re.search("您代表 2栋102 表示：<strong>同意</strong>", sure.text)
    assert trail(shown, 4) == []
    key = re.search(r'name="op_key" value="([^"]+)"', sure.text)[1]
    sent = client.post(HOME, data={"answer": "agree", "op_key": key, "confirmed": "1" * 64})
    assert sent.location == "/reply/receipt"
    assert re.search(r"YJ-[0-9A-F]{4}-[0-9A-F]{4}", page_of(client, sent.location))
    assert trail(shown, 4) == [(Choice.AGREE, Channel.CODE)]


def test_the_typed_code_opens_the_same_page_however_it_is_written(slip, visit):
    """Small letters and dashes do not matter."""
    client = visit()
    assert client.post("/reply", data={"code": grouped(slip.typed).lower()}).location == HOME
    assert "2栋102" in page_of(client, HOME)


def test_no_address_after_the_scan_says_who_it_is(slip, visit):
    """Nothing is kept by caches, the scanned address is told to no other page, and leaving ends the visit."""
    client = visit()
    scanned = client.get(f"/reply/scan/{slip.token}")
    assert scanned.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(HOME, headers={"Accept-Encoding": "gzip"}).headers["Cache-Control"] == "no-store"
    assert slip.token not in page_of(client, HOME)
    assert client.post("/reply/leave").location == "/reply"
    assert client.get(HOME).location == "/reply"


def test_a_visit_ends_by_the_clock(slip, visit, sqlite_app):
    """A phone that was put down shows nothing after twenty minutes."""
    client = visit()
    client.get(f"/reply/scan/{slip.token}")
    sqlite_app.extensions["clock"] = at(OPENS.replace(minute=31) + VISIT)
    assert client.get(HOME).location == "/reply"
    assert "超时" in page_of(client, "/reply")


def test_unknown_replaced_and_malformed_codes_have_one_answer(shown, slip, visit, caplog):
    """Nobody learns from the answer that a code was once good; each try is noted without the code."""
    print_slips(shown, SlipScope.ONE, "2栋102")
    said = {
        visit().post("/reply", data={"code": code}).text.split("<main")[1].split("<form")[0]
        for code in ("x", "Z" * 12, slip.typed)
    }
    errors = [visit().post("/reply", data={"code": code}) for code in ("Z" * 12, slip.typed)]
    assert len(said) == 1
    assert {answer.status_code for answer in errors} == {422}
    assert all("这个表态码不能使用" in answer.text for answer in errors)
    assert caplog.text.count("a try of an answer code from 127.0.0.1 failed: answering.code_unknown") == 5
    assert slip.typed not in caplog.text


def test_after_five_wrong_tries_even_a_good_code_waits(slip, visit):
    """The tries are counted for all workers in one place; good ones cost nothing."""
    for _ in range(TRIES + 2):
        assert visit().get(f"/reply/scan/{slip.token}").location == HOME
    for _ in range(TRIES):
        assert visit().post("/reply", data={"code": "Z" * 12}).status_code == 422
    refused = visit().post("/reply", data={"code": slip.typed})
    assert "15 分钟" in refused.text
    assert visit().get(f"/reply/scan/{slip.token}").location == "/reply"


def test_the_code_of_a_visit_dies_with_the_slip(shown, slip, visit):
    """Somebody has it open while the worker replaces it: the form is not taken."""
    client = visit()
    client.get(f"/reply/scan/{slip.token}")
    form = page_of(client, HOME)
    key = re.search(r'name="op_key"[^>]*value="([^"]+)"', form)[1]
    print_slips(shown, SlipScope.ONE, "2栋102")
    sent = client.post(HOME, data={"answer": "agree", "op_key": key, "confirmed": "1" * 64})
    assert sent.location == "/reply"
    assert trail(shown, 4) == []


def test_after_the_close_the_page_says_why_one_cannot_answer(shown, slip, visit, sqlite_app):
    """The reason stands beside the button."""
    sqlite_app.extensions["clock"] = at(CLOSES - timedelta(minutes=1))
    client = visit()
    client.get(f"/reply/scan/{slip.token}")
    sqlite_app.extensions["clock"] = at(CLOSES + timedelta(minutes=1))
    assert "截止" in page_of(client, HOME)


@pytest.mark.pdf
def test_slips_are_printed_for_the_worker_only(shown, visit):
    """The sheet is the only place with the codes in clear; nobody keeps a copy."""
    path = f"/consent/{shown.round}/slips"
    sheet = visit(shown.worker).post(path, data={"scope": "without_code", "door": ""})
    assert sheet.data.startswith(b"%PDF")
    assert sheet.headers["Cache-Control"] == "no-store"
    assert "6 户" in page_of(visit(shown.worker), path)
    again = visit(shown.worker).post(path, data={"scope": "without_code", "door": ""})
    assert "没有需要打印的住户" in again.text
    wrong = visit(shown.worker).post(path, data={"scope": "one", "door": "9栋9"})
    assert "名册里没有这个门牌" in wrong.text
    assert visit(shown.residents[0]).get(path).status_code == 404


@pytest.mark.pdf
def test_a_receipt_is_printed(slip, visit):
    """A sheet for who wants it in the hand."""
    client = visit()
    client.get(f"/reply/scan/{slip.token}")
    assert client.get("/reply/receipt").status_code == 404
    key = re.search(r'name="op_key"[^>]*value="([^"]+)"', page_of(client, HOME))[1]
    client.post(HOME, data={"answer": "agree", "op_key": key, "confirmed": "1" * 64})
    assert client.get("/reply/receipt.pdf").data.startswith(b"%PDF")
