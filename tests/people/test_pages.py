"""The pages of joining, of the register and of household codes."""

import re

import pytest
from sqlalchemy import select

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.people.commands import IssueCodes, issue_codes
from fundapp.people.models import Account
from fundapp.people.queries import actor_of
from fundapp.people.rules import grouped
from fundapp.people.views.account import CODES_PER_ADDRESS
from fundapp.web import pdf
from tests.support.visitor import Visitor
from tests.support.world import NOW, make_account, make_person, make_place_tree


@pytest.fixture
def places(sqlite_app):
    """A compound with six households, a worker, an administrator and workers and administrators of elsewhere."""
    with unit_of_work() as session:
        made, other = make_place_tree(session), make_place_tree(session)
        for login, role, place in (
            ("wang", Role.WORKER, made.community),
            ("zhao", Role.ADMINISTRATOR, made.district),
            ("wai", Role.WORKER, other.community),
            ("waizhao", Role.ADMINISTRATOR, other.district),
        ):
            make_account(session, make_person(session, login, role, place), login)
    return made


def printed(app, places):
    """Issue all codes the way the page does; give them in clear."""
    with unit_of_work() as session:
        number = session.scalar(select(Account.person_id).where(Account.login == "wang"))
        worker = actor_of(session, number, NOW)
        secret = app.extensions["settings"].secret_key
        return issue_codes(session, worker, IssueCodes(places.compound), secret, app.extensions["clock"])


FIELDS = {"name": "李大爷", "login": "lidaye", "password": "tao hua yuan", "again": "tao hua yuan"}


def test_a_resident_joins_with_the_printed_code(sqlite_app, places):
    """From the QR code's address to an account that is signed in and speaks for the household."""
    code = printed(sqlite_app, places)[0]
    visitor = Visitor(sqlite_app)
    assert f'value="{code.code}"' in visitor.text(f"/join?code={code.code}")
    answer = visitor.post("/join", code=grouped(code.code), **FIELDS)
    assert answer.status_code == 303
    assert "1栋101" in visitor.text("/account")
    assert Visitor(sqlite_app).sign_in("lidaye", "tao hua yuan").status_code == 303


def test_looking_at_the_address_does_not_use_the_code_up(sqlite_app, places):
    """Chat programs open every link once before the resident does."""
    code = printed(sqlite_app, places)[0]
    for _ in range(3):
        Visitor(sqlite_app).text(f"/join?code={code.code}")
    assert Visitor(sqlite_app).post("/join", code=code.code, **FIELDS).status_code == 303


def test_what_was_typed_stays_and_the_field_is_marked(sqlite_app, places):
    """A mistake costs one field, not the form."""
    code = printed(sqlite_app, places)[0]
    with unit_of_work() as session:
        make_account(session, make_person(session, "李"), "lidaye")
    answer = Visitor(sqlite_app).post("/join", code=code.code, **FIELDS)
    assert answer.status_code == 422
    assert 'value="李大爷"' in answer.text
    assert "这个登录名已经有人使用" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_signed_in_resident_binds_a_further_household(sqlite_app, places):
    """The page asks for nothing but the code."""
    first, second, *_ = printed(sqlite_app, places)
    visitor = Visitor(sqlite_app)
    visitor.post("/join", code=first.code, **FIELDS)
    assert 'name="password"' not in visitor.text("/join")
    assert visitor.post("/join", code=second.code).status_code == 303
    assert "1栋102" in visitor.text("/account")


def test_guessing_codes_is_slowed_down(sqlite_app, places):
    """After sixty tries in a quarter of an hour an address has to wait."""
    visitor = Visitor(sqlite_app)
    token = visitor.token()
    fields = {**FIELDS, "code": "ABCDEFGH2345", "csrf_token": token}
    statuses = [visitor.client.post("/join", data=fields).status_code for _ in range(CODES_PER_ADDRESS + 1)]
    assert set(statuses[:-1]) == {422}
    assert statuses[-1] == 429


def test_codes_are_shown_only_on_the_sheet(sqlite_app, places, monkeypatch):
    """The answer to the print order holds them, is kept by no cache, and no page shows them again."""
    monkeypatch.setattr(pdf, "missing", lambda: "paper is not what this test is about")
    visitor = Visitor(sqlite_app, "wang")
    answer = visitor.post(f"/codes/{places.compound}", scope="without_code", building="0")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    codes = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", answer.text)
    assert len(set(codes)) == 6
    assert not any(code in visitor.text(f"/codes/{places.compound}") for code in codes)
    again = visitor.post(f"/codes/{places.compound}", scope="without_code", building="0")
    assert again.status_code == 422
    assert "没有需要发码的住户" in again.text


@pytest.mark.pdf
def test_the_sheet_is_paper_with_eight_households_to_a_page(sqlite_app, places):
    """A PDF comes out whose first page names the doors."""
    answer = Visitor(sqlite_app, "wang").post(f"/codes/{places.compound}", scope="without_code", building="0")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_one_household_gets_a_new_code(sqlite_app, places, monkeypatch):
    """The sheet names its door only, and the old code is dead."""
    lost = printed(sqlite_app, places)[0]
    monkeypatch.setattr(pdf, "missing", lambda: "paper is not what this test is about")
    visitor = Visitor(sqlite_app, "wang")
    answer = visitor.post(f"/codes/{places.compound}/{lost.unit_id}")
    assert ("1栋101" in answer.text, "1栋102" in answer.text) == (True, False)
    refused = Visitor(sqlite_app).post("/join", code=lost.code, **FIELDS)
    assert "换新" in refused.text
    assert refused.status_code == 422


@pytest.mark.parametrize(("login", "status"), [("wai", 404), ("zhao", 404), (None, 303)])
def test_codes_are_nobody_elses_business(sqlite_app, places, login, status):
    """Neither another community's worker nor an administrator gets at a household's way in."""
    visitor = Visitor(sqlite_app, login)
    assert visitor.get(f"/codes/{places.compound}").status_code == status
    assert visitor.post(f"/codes/{places.compound}", scope="not_joined", building="0").status_code == status
    assert visitor.post(f"/codes/{places.compound}/{places.units[0]}").status_code == status


def test_an_administrator_adds_a_person_and_gives_her_a_role(sqlite_app, places):
    """The first password is shown once; with it the person signs in, with the role she enters her pages."""
    zhao = Visitor(sqlite_app, "zhao")
    answer = zhao.post("/setup/people/new", name="孙社工", login="sun")
    password = re.search(r"[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}", answer.text)[0]
    number = re.search(r"/setup/people/(\d+)", answer.text)[1]
    page = f"/setup/people/{number}"
    assert password not in zhao.text(page)
    assert zhao.post(page, role="worker", place=str(places.community)).status_code == 303
    assert "孙社工" in zhao.text("/setup/people?q=sun")
    sun = Visitor(sqlite_app, "sun", password)
    assert sun.get("/rosters").status_code == 200
    grant = re.search(r"/setup/roles/(\d+)/end", zhao.text(page))[1]
    assert zhao.post(f"/setup/roles/{grant}/end").status_code == 303
    assert "已结束" in zhao.text(page)
    assert Visitor(sqlite_app, "sun", password).get("/rosters").status_code == 404


def test_a_lost_password_is_replaced(sqlite_app, places):
    """The old one is dead, the new one is shown once."""
    zhao = Visitor(sqlite_app, "zhao")
    number = re.search(r"/setup/people/(\d+)\">wang", zhao.text("/setup/people"))[1]
    answer = zhao.post(f"/setup/people/{number}/password")
    password = re.search(r"[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}", answer.text)[0]
    assert Visitor(sqlite_app).sign_in("wang").status_code == 422
    assert Visitor(sqlite_app).sign_in("wang", password).status_code == 303


def test_an_administrator_of_elsewhere_sees_nobody_here(sqlite_app, places):
    """Her list does not hold them, their pages are not there, and her forms change nothing."""
    zhao, other = Visitor(sqlite_app, "zhao"), Visitor(sqlite_app, "waizhao")
    number = re.search(r"/setup/people/(\d+)\">wang", zhao.text("/setup/people"))[1]
    grant = re.search(r"/setup/roles/(\d+)/end", zhao.text(f"/setup/people/{number}"))[1]
    assert ">wang<" not in other.text("/setup/people")
    assert other.get(f"/setup/people/{number}").status_code == 404
    assert other.post(f"/setup/people/{number}/password").status_code == 403
    assert other.post(f"/setup/roles/{grant}/end").status_code == 403


@pytest.mark.parametrize("login", ["wang", None])
def test_the_register_is_for_administrators(sqlite_app, places, login):
    """To a worker there is no such page."""
    visitor = Visitor(sqlite_app, login)
    for address in ("", "/people", "/people/new", "/people/1", f"/places/{places.street}"):
        assert visitor.get(f"/setup{address}").status_code == (404 if login else 303)
