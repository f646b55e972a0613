"""The pages of paper, as two workers, a building head and a resident see them."""

import re

import pytest
from markupsafe import escape

from fundapp.consent import commands
from fundapp.consent.paper_forms import BookPrintForm, page_of_lines, second_form
from fundapp.consent.papers import BookForm, BookScope, SheetState
from fundapp.consent.policy import Choice
from fundapp.consent.queries import ScopeRow, SheetRow
from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from tests.consent.asking import OPENS, at, make_asked, phone
from tests.consent.test_pages import page_of, picture, trail
from tests.support.world import make_account, make_person

HANDS = {"signed_on": "2026-03-01", "collector": "0", "collector_name": "演示·楼长", "witness": "0"}
MINUTE = OPENS.replace(minute=31)


@pytest.fixture
def asked(sqlite_app):
    """A round with a book of six doors, in which everything is keyed in twice."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sqlite_app.extensions["clock"] = at(MINUTE)
    made = make_asked(sheets=0, second_keying="all")
    with unit_of_work() as session:
        book = commands.RegisterBook(made.round, BookForm.LIST, BookScope.ALL)
        commands.register_book(session, made.worker, book, at(OPENS))
        make_account(session, made.worker, "worker")
        make_account(session, made.residents[0], "resident")
    return made


@pytest.fixture
def other(asked):
    """Another worker of the community."""
    with unit_of_work() as session:
        made = make_person(session, "李社工", Role.WORKER, asked.places.community)
        make_account(session, made, "other")
        return made


@pytest.fixture
def head(asked):
    """The head of the first building."""
    with unit_of_work() as session:
        made = make_person(session, "赵楼长", Role.BUILDING_HEAD, asked.places.buildings[0])
        make_account(session, made, "head")
        return made


@pytest.fixture
def visit(sqlite_app):
    """A function that gives a browser of a person."""

    def entered(actor):
        client = sqlite_app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"] = str(actor.person_id)
        return client

    return entered


def key_page(client, asked, *, with_scan=True, **lines):
    """Send a page as it was filled in, on a fresh form."""
    path = f"/consent/{asked.round}/keys"
    key = re.search(r'name="op_key"[^>]*value="([^"]+)"', page_of(client, path))
    data = {
        "op_key": key[1],
        "signed_on": "2026-03-01",
        "collector": "0",
        "collector_name": "演示·楼长",
        "witness": "0",
    }
    data |= {f"line-{n}": lines.get(f"n{n}", "") for n in range(1, 7)}
    return client.post(path, data=data | ({"scan": picture()} if with_scan else {}), content_type="multipart/form-data")


def checked(page, name):
    """The values that are ticked in a field."""
    boxes = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return [re.search(r'value="([^"]*)"', box)[1] for box in boxes if "checked" in box]


def test_what_was_typed_of_a_page_survives_a_mistake(asked, visit):
    """Without a photo everything else is still there, the mistake on its field; then the next page is ready."""
    client = visit(asked.worker)
    without = key_page(client, asked, with_scan=False, n1="agree", n2="oppose")
    told = without.get_data(as_text=True)
    assert without.status_code == 422
    assert "请拍照或选择扫描件。" in told
    assert (checked(told, "line-1"), checked(told, "line-2"), checked(told, "line-3")) == (["agree"], ["oppose"], [""])
    assert "演示·楼长" in told
    late = key_page(client, asked, n1="agree", n2="oppose")
    assert late.status_code == 303
    assert late.location.endswith("after=6")
    assert "编号 3 到 6" in page_of(client, f"/consent/{asked.round}/keys")


def test_a_line_that_was_keyed_in_meanwhile_is_told_on_its_line(asked, visit):
    """Two who key the same page: the second is told where, nothing is kept twice, and what she typed is still there."""
    stale = page_of(visit(asked.worker), f"/consent/{asked.round}/keys")
    key = re.search(r'name="op_key"[^>]*value="([^"]+)"', stale)[1]
    shown = re.search(r'name="page" value="([^"]+)"', stale)[1]
    assert shown == "1-6"
    key_page(visit(asked.worker), asked, n2="agree")
    data = HANDS | {"op_key": key, "page": shown, "line-1": "agree", "line-2": "oppose", "scan": picture()}
    answer = visit(asked.worker).post(f"/consent/{asked.round}/keys", data=data, content_type="multipart/form-data")
    told = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "编号 2 已经录入过" in told
    assert (checked(told, "line-1"), checked(told, "line-2")) == (["agree"], ["oppose"])
    assert [row.answer for row in trail(asked, 0)] == []


def test_the_second_reader_does_not_see_the_first_reading(asked, visit, other):
    """The form is empty, her own sheets are not offered to the first, and the difference is shown to the third look."""
    key_page(visit(asked.worker), asked, n1="agree", n2="agree")
    own = page_of(visit(asked.worker), f"/consent/{asked.round}/second")
    assert "其中 2 张是您自己录入的" in own
    client, path = visit(other), f"/consent/{asked.round}/second"
    blind = page_of(client, path)
    register = page_of(client, f"/consent/{asked.round}/papers")
    assert (register.count("等待复录，先不显示"), register.count("<span>同意</span>")) == (2, 0)
    assert (checked(blind, "line-1"), checked(blind, "line-2")) == ([], [])
    half = client.post(path, data={"line-1": "oppose"})
    assert half.status_code == 422
    assert checked(half.get_data(as_text=True), "line-1") == ["oppose"]
    assert client.post(path, data={"line-1": "oppose", "line-2": "agree"}).status_code == 303
    third = page_of(client, f"/consent/{asked.round}/third/1")
    assert "李社工" in third
    assert f"/consent/{asked.round}/third/1" in page_of(client, f"/consent/{asked.round}/papers")


def test_a_household_reads_from_which_sheet_its_answer_came(asked, visit):
    """Number, day of the signature and time stand in its own record; nobody else sees them."""
    key_page(visit(asked.worker), asked, n1="agree")
    told = page_of(visit(asked.residents[0]), f"/consent/{asked.round}")
    assert "编号 1" in told
    assert "签字" in told
    assert "编号 1" not in page_of(visit(asked.residents[1]), f"/consent/{asked.round}")


def test_the_code_of_a_line_leads_the_worker_to_its_form_and_a_neighbour_to_the_round(asked, visit):
    """What is printed for a door opens with that door filled in."""
    led = visit(asked.worker).get(f"/consent/{asked.round}/s/4")
    assert led.location.endswith("papers/new?serial=4")
    assert "2栋101" in page_of(visit(asked.worker), led.location)
    assert visit(asked.residents[0]).get(f"/consent/{asked.round}/s/4").location.endswith(f"/consent/{asked.round}")


def test_a_name_with_angle_brackets_is_only_a_name(asked, visit, other):
    """Doors and places stand in labels of forms, too: nothing of them becomes part of the page."""
    row = SheetRow(1, "<zz9>", asked.places.units[0], True, SheetState.OUT, False, "", None)
    with visit(asked.worker).application.test_request_context("/"):
        for form in (page_of_lines([row], follow=False), second_form([row], follow=False)):
            assert "<zz9>" not in str(escape(form["line-1"].label.text))
        book = BookPrintForm()
        book.offer([ScopeRow(BookScope.ALL, None, "<zz9>", 6)], "")
        assert "<zz9>" not in str(book.scope())


@pytest.mark.pdf
def test_a_building_head_prints_who_has_not_answered_in_her_building(asked, visit, head):
    """Her doors only, as a page and on paper; the pages of paper itself are not there for her."""
    phone(asked, 0, Choice.OPPOSE, clock=at(OPENS))
    client = visit(head)
    told = page_of(client, f"/consent/{asked.round}/doors")
    assert "3 户，2 户还没有表态" in told
    assert "2栋" not in told
    assert client.get(f"/consent/{asked.round}/silent.pdf").data.startswith(b"%PDF")
    for path in ("books", "keys", "second", "third/1", "ends", "books/1.pdf"):
        assert client.get(f"/consent/{asked.round}/{path}").status_code == 404
