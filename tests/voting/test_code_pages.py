"""Voting by code and at a kiosk, as whoever sits there sees it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from fundapp.db.work import bound_engine
from fundapp.people.rules import grouped
from fundapp.voting.views import coded, kiosk
from tests.voting.coding import print_codes, stand_kiosk
from tests.voting.polling import CLOSES, OPENS, cast, make_polled
from tests.voting.sealing import make_sealed
from tests.voting.test_pages import page_of, send
from tests.voting.test_races import stored_ballots

BALLOT, KIOSK, AT_KIOSK = "/votes/code/ballot", "/votes/kiosk", "/votes/kiosk/ballot"


@pytest.fixture
def shown(sqlite_app, stand):
    """An open round, an hour after it opened."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    stand(OPENS + timedelta(hours=1))
    return make_polled()


@pytest.fixture
def slip(shown, sqlite_app):
    """The slip of a household without an account."""
    return print_codes(shown, secret=sqlite_app.extensions["settings"].secret_key)[shown.places.units[4]]


@pytest.fixture
def stood(shown, visit):
    """A browser that its worker made a kiosk."""
    client = visit(shown.worker)
    answer = send(client, "/votes/kiosks", place_id=shown.places.community, seat="服务大厅")
    assert (answer.status_code, answer.location) == (303, KIOSK)
    return client


def test_a_neighbour_scans_ticks_and_has_a_receipt(shown, slip, visit):
    """One page, one button, a receipt once; then the code tells when and how, and votes no more."""
    client = visit()
    scanned = client.get(f"/votes/code/scan/{slip.token}")
    assert (scanned.location, scanned.headers["Referrer-Policy"]) == (BALLOT, "no-referrer")
    page = page_of(client, BALLOT)
    assert "和用手机投的一样保密" in page
    assert slip.door in page
    sent = send(client, BALLOT, unit_id=slip.unit_id, choices=shown.projects[1])
    assert (sent.status_code, sent.headers["Cache-Control"]) == (200, "no-store")
    receipt = re.search(r"<strong>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</strong>", sent.text)[1]
    assert "已收到" in send(visit(), "/votes/receipt", code=receipt).text
    assert client.get(BALLOT).location == "/votes/code"
    assert client.post("/votes/code", data={"code": grouped(slip.typed).lower()}).location == BALLOT
    again = page_of(client, BALLOT)
    assert "投票（打印码）" in again
    assert "投出我的票" not in again
    assert receipt not in again


def test_a_form_that_names_another_household_votes_for_nobody(shown, slip, visit):
    """What counts is the code, not what the form says."""
    client = visit()
    client.get(f"/votes/code/scan/{slip.token}")
    answer = send(client, BALLOT, unit_id=shown.places.units[3], choices=shown.projects[1])
    assert answer.status_code == 422
    assert stored_ballots(shown.round) == 0


def test_wrong_codes_have_one_answer_and_few_tries(shown, slip, visit, caplog):
    """An old code, a mistyped one and one that never was: the same words; after five, nobody types for a while."""
    key = "请对照投票单重新填写"
    for code in ("Z" * 12, "x", slip.token, "Y" * 12, "X" * 12):
        answer = visit().post("/votes/code", data={"code": code})
        assert (answer.status_code, key in answer.text) == (422, True)
    assert "次数过多" in visit().post("/votes/code", data={"code": slip.typed}).text
    assert slip.typed not in caplog.text


def test_a_visit_ends_by_the_clock_and_by_leaving(slip, visit, stand):
    """A phone that was put down shows nothing."""
    client = visit()
    client.get(f"/votes/code/scan/{slip.token}")
    stand(OPENS + timedelta(hours=1) + coded.VISIT)
    assert client.get(BALLOT).location == "/votes/code"
    client.get(f"/votes/code/scan/{slip.token}")
    assert client.post("/votes/code/leave").location == "/votes/code"
    assert client.get(BALLOT).location == "/votes/code"


def test_the_worker_prints_slips_and_their_pdf_is_kept_by_no_cache(shown, visit):
    """A page with numbers, a PDF with the codes, nothing for a stranger."""
    client, path = visit(shown.worker), f"/votes/{shown.round}/slips"
    assert "打印投票单" in page_of(client, path)
    made = send(client, path)
    assert (made.mimetype, made.headers["Cache-Control"]) == ("application/pdf", "no-store")
    assert "6 户" in page_of(client, path)
    assert "没有需要打印的住户" in send(client, path).text
    assert "名册里没有这个门牌" in send(client, path, door="9栋999").text
    assert visit(shown.residents[0]).get(path).status_code == 404
    assert visit(make_polled().worker).get(path).status_code in (403, 404)


def test_a_kiosk_drops_its_workers_sign_in_and_reaches_no_other_page(shown, stood, sqlite_app):
    """Every page of the program sends it back, also by POST; the worker is signed out of this browser."""
    with stood.session_transaction() as kept:
        assert set(kept) <= {"kiosk", "csrf_token", "_flashes"}
    for path in ("/", "/votes/", f"/votes/{shown.round}", "/projects", "/account", "/votes/kiosks", "/nowhere",
                 f"/votes/{shown.round}/slips", "/votes/code", "/sign-in", "/healthz"):  # fmt: skip
        answer = stood.get(path)
        assert (answer.status_code, answer.location) == (303, KIOSK), path
    assert stood.post("/sign-in", data={"login": "x", "password": "y"}).location == KIOSK
    with stood.get("/static/js/fundapp.js") as script:
        assert script.status_code == 200
    page = page_of(stood, KIOSK)
    assert set(re.findall(r'href="(?!/static)([^"]+)"', page)) == {KIOSK}
    open_ones = {rule.endpoint for rule in sqlite_app.url_map.iter_rules()
                 if getattr(sqlite_app.view_functions[rule.endpoint], "at_kiosk", False)}  # fmt: skip
    assert open_ones == {"voting.kiosk", "voting.kiosk_ballot", "voting.leave_kiosk"}


def test_a_kiosk_forgets_a_voter_with_her_ballot(shown, slip, stood):
    """The receipt is on one answer; the page before shows nothing, the code is in no address, nothing is kept."""
    sent = send(stood, KIOSK, code=slip.typed)
    assert sent.location == AT_KIOSK
    assert slip.door in page_of(stood, AT_KIOSK)
    given = send(stood, AT_KIOSK, unit_id=slip.unit_id, choices=shown.projects[0])
    assert "您的票已经投出" in given.text
    for answer in (sent, given, stood.get(KIOSK)):
        assert answer.headers["Cache-Control"] == "no-store"
    assert stood.get(AT_KIOSK).location == KIOSK
    assert slip.door not in page_of(stood, KIOSK)
    with stood.session_transaction() as kept:
        assert set(kept) <= {"kiosk", "csrf_token", "_flashes"}
    send(stood, KIOSK, code=slip.typed)
    assert "自助机，在服务大厅" in page_of(stood, AT_KIOSK)
    with bound_engine().connect() as connection:
        assert connection.execute(text("SELECT channel, seat FROM vote_ballot")).all() == [("kiosk", "服务大厅")]


def test_whoever_comes_to_a_kiosk_ends_the_visit_before(slip, stood, stand):
    """By the first page, by leaving, and by the clock."""
    for leave in (lambda: stood.get(KIOSK), lambda: stood.post("/votes/kiosk/leave")):
        send(stood, KIOSK, code=slip.typed)
        leave()
        assert stood.get(AT_KIOSK).location == KIOSK
    send(stood, KIOSK, code=slip.typed)
    stand(OPENS + timedelta(hours=1) + kiosk.VISIT)
    assert stood.get(AT_KIOSK).location == KIOSK


def test_a_kiosk_is_ended_by_the_worker_from_elsewhere(shown, slip, stood, visit):
    """Its browser is free with its next page; no other worker ends it; without one there is no kiosk page."""
    number = 1
    assert visit().get(KIOSK).status_code == 404
    assert visit(make_polled().worker).post(f"/votes/kiosks/{number}/end").status_code in (403, 404)
    worker = visit(shown.worker)
    assert "服务大厅" in page_of(worker, "/votes/kiosks")
    send(stood, KIOSK, code=slip.typed)
    assert worker.post(f"/votes/kiosks/{number}/end").status_code == 303
    late = send(stood, AT_KIOSK, unit_id=slip.unit_id, choices=shown.projects[0])
    assert "这台自助机已经结束" in late.text
    assert stood.get(KIOSK).location == "/sign-in"
    assert stood.get("/").status_code == 200


def test_a_sealed_ballot_at_a_kiosk_shows_its_code_once(sqlite_app, stand, visit):
    """Nothing else than the phone shows, and never again."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    stand(OPENS + timedelta(hours=1))
    sealed = make_sealed(people=12)
    slip = print_codes(sealed.polled, secret=sqlite_app.extensions["settings"].secret_key)[
        sealed.polled.places.units[0]
    ]
    client = visit()
    stand_kiosk(sealed.polled)
    with client.session_transaction() as kept:
        kept["kiosk"] = 1
    send(client, KIOSK, code=slip.typed)
    assert "四个数字" in send(client, AT_KIOSK, unit_id=slip.unit_id, choices=sealed.polled.projects[0]).text
    given = send(client, AT_KIOSK, unit_id=slip.unit_id, choices=sealed.polled.projects[0], digits="1357")
    code = re.search(r"<strong>(\w{5}-\w{5})</strong>", given.text)[1]
    send(client, KIOSK, code=slip.typed)
    again = page_of(client, AT_KIOSK)
    assert "再投一次会把上一张换掉" in again
    assert code not in again


def test_a_household_with_an_account_sees_its_vote_by_code(shown, sqlite_app, visit):
    """And the other way round: the code tells of the vote by account."""
    slips = print_codes(shown, secret=sqlite_app.extensions["settings"].secret_key)
    cast(shown, 1, 0)
    client = visit()
    client.get(f"/votes/code/scan/{slips[shown.places.units[1]].token}")
    assert "投票（网上）" in page_of(client, BALLOT)
    client.get(f"/votes/code/scan/{slips[shown.places.units[0]].token}")
    send(client, BALLOT, unit_id=shown.places.units[0], choices=shown.projects[0])
    page = page_of(visit(shown.residents[0]), f"/votes/{shown.round}/ballot")
    assert "投票（打印码）" in page
    assert "投出我的票</button>" not in page


def test_turnout_by_channel_is_open_data_once_a_round_has_closed(shown, visit, stand):
    """One line for each channel, those under ten together; nothing before the close."""
    cast(shown, 0, 0)
    assert "第一轮表决" not in page_of(visit(), "/open/turnout.csv")
    stand(CLOSES)
    lines = page_of(visit(), "/open/turnout.csv").splitlines()
    assert lines[1].split(",")[1:2] + lines[1].split(",")[-3:] == ["第一轮表决", "6", "merged", "1"]
