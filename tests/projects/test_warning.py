"""What a proposer is shown before a change that asks the households again, and what they read of it afterwards."""

import re
from html import unescape

import pytest

from fundapp.consent.commands import AnswerByPhone, OpenRound, answer_by_phone, open_round
from fundapp.consent.policy import Choice
from fundapp.db.work import reading_session, unit_of_work
from fundapp.projects import queries
from fundapp.projects.rules import Stage, typed_of
from tests.projects.life import begin, check, make_street, submit
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, make_account, make_group, make_text

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def asked(sqlite_app):
    """A street of six households that are being asked; one of them, a neighbour, has agreed."""
    sqlite_app.extensions["clock"] = CLOCK
    street = make_street()
    with unit_of_work() as session:
        for login in ("resident", "neighbour", "worker"):
            make_account(session, getattr(street, login), login)
    number = begin(street)
    submit(street, number)
    check(street, number)
    with unit_of_work() as session:
        make_group(session, street.places, number)
        round_ = open_round(session, street.worker, OpenRound(number), CLOCK)
        said = AnswerByPhone(round_.id, street.places.units[1], Choice.AGREE, "3f2a9c41-0000-4000-8000-000000000000")
        answer_by_phone(session, street.neighbour, said, CLOCK)
        return street, number, round_.id


def typed(**change):
    """What the proposer types: the text as it stands, with a change."""
    return typed_of(make_text()) | {"confirmed": "y", "do": "submit"} | change


def page_of(visitor, address, **fields):
    """Send the form; give the page that comes back."""
    return unescape(visitor.post(address, **fields).text)


def stage(number):
    with reading_session() as session:
        row = queries.get_project(session, number)
        return row.stage, row.version


def test_a_material_change_is_shown_before_it_is_saved(sqlite_app, asked):
    """Old and new, the bar, how many have answered; nothing is saved until it is confirmed, and then at once."""
    _street, number, round_id = asked
    resident, address = Visitor(sqlite_app, "resident"), f"/proposals/{number}/edit"
    page = page_of(resident, address, **typed(**{"lines-0-amount": "2.3万", "location": "别处"}))
    for words in ("这次修改要重新征求意见", "¥30,000.00", "¥33,000.00", "别处", "已有 1 户表态（共 6 户）", "超过 10%"):
        assert words in page, words
    assert stage(number) == (Stage.CONSENTING, 1)
    assert "2.3万" in unescape(resident.text(address)), "what was typed is a draft"
    sent = {name: value for name, value in HIDDEN.findall(page) if name != "csrf_token"}
    assert resident.post(address, **sent).status_code == 303
    assert stage(number) == (Stage.FEASIBLE, 2)
    why = "内容有重大修改，须重新征求意见：改了具体地点。"
    for who, where in ((None, f"/projects/{number}"), (None, f"/consent/{round_id}"), ("neighbour", "/messages")):
        assert why in unescape(Visitor(sqlite_app, who).text(where)), where
    desk = unescape(Visitor(sqlite_app, "worker").text("/desk/"))
    assert "重新征求意见：睦邻驿站" in desk
    assert why in desk


def test_a_warning_of_another_text_is_shown_again(sqlite_app, asked):
    """A confirmation that was made for other words saves nothing."""
    _street, number, _round = asked
    page = page_of(
        Visitor(sqlite_app, "resident"), f"/proposals/{number}/edit", **typed(title="别的事", warned="0" * 64)
    )
    assert "这次修改要重新征求意见" in page
    assert stage(number) == (Stage.CONSENTING, 1)


def test_a_change_that_asks_nobody_again_is_saved_without_a_warning(sqlite_app, asked):
    """Exactly a tenth more, and clearer words."""
    _street, number, _round = asked
    answer = Visitor(sqlite_app, "resident").post(f"/proposals/{number}/edit", **typed(**{"lines-0-amount": "23000"}))
    assert answer.status_code == 303
    assert stage(number) == (Stage.CONSENTING, 2)
    page = unescape(Visitor(sqlite_app).text(f"/projects/{number}"))
    assert "征求意见以后内容有修改，看改了什么" in page


def test_the_project_page_tells_every_round_and_what_was_changed_between(sqlite_app, asked):
    """Both rounds with version, dates, numbers and reason; the two texts side by side."""
    street, number, round_id = asked
    submit(street, number, make_text("别的事"))
    with unit_of_work() as session:
        again = open_round(session, street.worker, OpenRound(number), CLOCK).id
    page = unescape(Visitor(sqlite_app).text(f"/projects/{number}"))
    for words in (
        "第 2 轮",
        "第 1 轮",
        "2026年3月1日 作废：内容有重大修改",
        "同意 1，反对 0",
        f"/consent/{again}/sheet",
    ):
        assert words in page, words
    assert f'href="/consent/{round_id}/changes"' in page
    compared = unescape(Visitor(sqlite_app).text(f"/consent/{round_id}/changes"))
    assert "<del>睦邻驿站</del>" in compared
    assert "<ins>别的事</ins>" in compared
    assert "两版内容完全相同" in unescape(Visitor(sqlite_app).text(f"/consent/{again}/changes"))
    desk = unescape(Visitor(sqlite_app, "neighbour").text("/desk/"))
    assert "重新登记本户意见：别的事" in desk
