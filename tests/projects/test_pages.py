"""The pages of proposals, as the proposer, the head, the worker and strangers see them."""

import io
from html import unescape

import pytest
from PIL import Image
from sqlalchemy import event

from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.money import from_fen
from fundapp.projects import queries
from fundapp.projects.rules import Stage
from tests.projects.life import begin, check, make_street, submit
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, make_account, make_text

TYPED = {
    "title": "门口装两盏路灯",
    "why": "夜里看不见台阶",
    "location": "3 栋门口",
    "kind": "works",
    "theme": "safety",
    "lines-0-name": "灯杆",
    "lines-0-amount": "１,２00元",
    "lines-1-name": "人工",
    "lines-1-amount": "0.08万",
    "payers": "每户 50 元，其余申请配捐",
    "beneficiaries": "40",
    "origin": "楼栋长走访",
    "confirmed": "y",
}


@pytest.fixture
def street(sqlite_app):
    """A street whose people can sign in."""
    sqlite_app.extensions["clock"] = CLOCK
    made = make_street()
    with unit_of_work() as session:
        for login in ("resident", "neighbour", "worker", "head", "stranger"):
            make_account(session, getattr(made, login), login)
    return made


@pytest.fixture
def enter(sqlite_app, street):
    """A function that lets a person in by her login name."""
    return lambda login=None: Visitor(sqlite_app, login)


@pytest.fixture
def draft(street):
    """A draft of the resident's."""
    return begin(street, title="路灯")


def picture():
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    out.seek(0)
    return out, "lamp.png"


def project(project_id):
    with reading_session() as session:
        return queries.get_project(session, project_id)


def shown(page, text):
    """Tell whether a page shows a text."""
    return text in unescape(page)


def test_a_proposal_goes_from_one_sentence_to_the_first_check(enter, street):
    """The whole way by pages: begin, write, hand in."""
    resident = enter("resident")
    answer = resident.post("/proposals/new", title="装路灯", place_id=str(street.places.compound))
    assert answer.status_code == 303
    address = answer.location
    answer = resident.post(address, do="submit", **TYPED)
    assert answer.status_code == 303
    page = resident.text(answer.location)
    assert shown(page, "已提交，等待楼栋长或社区工作者初审。")
    assert shown(page, "¥2,000.00")
    row = project(int(address.split("/")[2]))
    assert (row.stage, row.budget, row.title) == (Stage.SUBMITTED, from_fen(200_000), "门口装两盏路灯")


def test_everything_typed_is_kept_whichever_button_is_pressed(enter, draft):
    """Another line, a saved draft: wrong amounts stay as they were typed."""
    resident = enter("resident")
    typed = TYPED | {"lines-1-amount": "八百块", "beneficiaries": "很多"}
    answer = resident.post(f"/proposals/{draft}/edit", do="add_line", **typed)
    assert (answer.status_code, answer.location) == (303, f"/proposals/{draft}/edit#lines")
    page = resident.text(f"/proposals/{draft}/edit")
    assert 'name="lines-2-name"' in page
    for words in ("１,２00元", "八百块", "很多", "夜里看不见台阶", "每户 50 元"):
        assert shown(page, words), words
    assert shown(page, '现在合计：<strong class="money">¥1,200.00</strong>')
    assert 'class="error"' not in page


def test_a_line_can_be_taken_out(enter, draft):
    """The others move up."""
    resident = enter("resident")
    typed = TYPED | {"lines-2-name": "运费", "lines-2-amount": "30"}
    resident.post(f"/proposals/{draft}/edit", do="drop_line:0", **typed)
    page = resident.text(f"/proposals/{draft}/edit")
    assert "灯杆" not in page
    assert shown(page, "¥830.00")


def test_enter_in_a_field_saves_the_draft_and_hands_nothing_in(enter, draft):
    """The first button of the form is the harmless one."""
    page = enter("resident").text(f"/proposals/{draft}/edit")
    assert page.index('name="do" value="save"') < page.index('name="do" value="add_line"')
    enter("resident").post(f"/proposals/{draft}/edit", **TYPED)
    assert project(draft).stage is Stage.DRAFT


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"title": ""}, "这一项必须填写"),
        ({"kind": ""}, "这一项必须填写"),
        ({"theme": ""}, "这一项必须填写"),
        ({"lines-0-amount": "一千二"}, "请填写金额"),
        ({"lines-0-amount": ""}, "请填写这一行的金额"),
        ({"lines-0-name": ""}, "请填写这一行的名称"),
        ({"lines-0-name": "", "lines-0-amount": "", "lines-1-name": "", "lines-1-amount": ""}, "请至少填写一行费用"),
        ({"lines-0-amount": "50万"}, "超过这一类项目的上限 ¥500,000.00"),
        ({"beneficiaries": "0"}, "errors"),
        ({"confirmed": ""}, "请先勾选确认"),
    ],
)
def test_what_cannot_be_handed_in_is_shown_again_and_kept(enter, draft, change, told):
    """The field is marked, the rest stays, and the draft is saved all the same."""
    typed = {name: value for name, value in (TYPED | change).items() if value or name != "confirmed"}
    resident = enter("resident")
    answer = resident.post(f"/proposals/{draft}/edit", do="submit", **typed)
    assert answer.status_code == 422
    assert shown(answer.text, told)
    assert shown(answer.text, "夜里看不见台阶")
    assert project(draft).stage is Stage.DRAFT
    assert shown(resident.text(f"/proposals/{draft}/edit"), "夜里看不见台阶")


def test_photos_come_and_go_with_the_draft(enter, draft):
    """They are public, so the page says not to show faces."""
    resident = enter("resident")
    resident.post(f"/proposals/{draft}/edit", do="add_photo", photos=[picture(), picture()], **TYPED)
    with reading_session() as session:
        photos = queries.photos_of(session, [draft])[draft]
    assert len(photos) == 2
    page = resident.text(f"/proposals/{draft}/edit")
    assert "请不要拍到人脸" in page
    assert enter().get(f"/files/{photos[0].public_id}").status_code == 200
    resident.post(f"/proposals/{draft}/edit", do=f"drop_photo:{photos[0].attachment_id}", **TYPED)
    with reading_session() as session:
        assert queries.photos_of(session, [draft])[draft] == photos[1:]


def test_a_photo_too_many_or_no_photo_at_all_does_not_cost_the_text(enter, draft):
    """The text is kept, the reason stands at the photos, and nothing is handed in."""
    resident = enter("resident")
    for photos, told in (([picture()] * 7, "照片最多 6 张"), ([(io.BytesIO(b"no"), "a.png")], "这不是可以使用的照片")):
        fresh = [(io.BytesIO(one[0].getvalue()), one[1]) for one in photos]
        answer = resident.post(f"/proposals/{draft}/edit", do="submit", photos=fresh, **TYPED)
        assert answer.status_code == 422
        assert shown(answer.text, told)
        assert project(draft).stage is Stage.DRAFT
    with reading_session() as session:
        assert queries.draft_of(session, draft)["why"] == TYPED["why"]


def test_a_head_returns_with_a_reason_that_the_proposer_reads(enter, street, draft):
    """And the proposer goes on from where she stood."""
    submit(street, draft)
    head = enter("head")
    page = head.text(f"/proposals/{draft}/check")
    assert 'value="reject"' not in page
    assert head.post(f"/proposals/{draft}/check", finding="return").status_code == 422
    answer = head.post(f"/proposals/{draft}/check", finding="return", reason="请写清楚是几栋")
    assert answer.status_code == 303
    resident = enter("resident")
    assert "退回的原因：请写清楚是几栋" in resident.text(f"/proposals/{draft}")
    assert "退回的原因：请写清楚是几栋" in resident.text(f"/proposals/{draft}/edit")


def test_a_worker_may_reject_on_the_same_page(enter, street, draft):
    """She is offered all three findings."""
    submit(street, draft)
    worker = enter("worker")
    assert 'value="reject"' in worker.text(f"/proposals/{draft}/check")
    worker.post(f"/proposals/{draft}/check", finding="reject", reason="物业公司应当维修")
    assert project(draft).stage is Stage.REJECTED
    assert "未通过的原因：物业公司应当维修" in enter("resident").text(f"/proposals/{draft}")


def test_the_group_is_named_on_its_page(enter, street, draft):
    """By login names; a supervisor with a second task is marked at her field."""
    submit(street, draft)
    check(street, draft)
    resident = enter("resident")
    names = {"lead": "resident", "treasurer": "neighbour", "members": "", "supervisors": "resident"}
    answer = resident.post(f"/proposals/{draft}/group", **names)
    assert answer.status_code == 422
    assert "监督员不能同时担任" in answer.text
    answer = resident.post(f"/proposals/{draft}/group", **(names | {"supervisors": "head", "members": "worker"}))
    assert answer.status_code == 303
    assert "监督员" in resident.text(f"/proposals/{draft}")
    assert 'value="neighbour"' in resident.text(f"/proposals/{draft}/group")


def test_a_proposal_is_taken_back_on_its_page(enter, street, draft):
    """Only with the box ticked."""
    resident = enter("resident")
    assert resident.post(f"/proposals/{draft}/withdraw").status_code == 422
    assert resident.post(f"/proposals/{draft}/withdraw", sure="y").status_code == 303
    assert project(draft).stage is Stage.WITHDRAWN
    answer = resident.get(f"/proposals/{draft}/edit")
    assert answer.status_code == 403


def test_who_has_no_household_is_told_why_she_cannot_propose(enter, street):
    """The button is there, disabled, with the reason."""
    head = enter("head")
    for address in ("/proposals/", "/proposals/new"):
        assert "只有本小区的住户可以提案" in head.text(address)
    assert head.post("/proposals/new", title="x", place_id=str(street.places.compound)).status_code == 200
    with reading_session() as session:
        assert queries.my_proposals(session, street.head) == []


@pytest.mark.parametrize(
    ("login", "drafted", "handed_in", "passed_on"),
    [
        (None, 303, 303, 303),
        ("resident", 200, 200, 200),
        ("neighbour", 404, 404, 404),
        ("head", 404, 200, 200),
        ("worker", 404, 200, 200),
        ("stranger", 404, 404, 404),
    ],
)
def test_a_proposal_is_shown_to_whom_it_concerns(enter, street, login, drafted, handed_in, passed_on):
    """404, not 403: a stranger does not learn that it is there. What is passed on has a public page of its own."""
    number = begin(street)
    visitor = enter(login)
    seen = [visitor.get(f"/proposals/{number}").status_code]
    submit(street, number)
    seen.append(visitor.get(f"/proposals/{number}").status_code)
    check(street, number)
    seen.append(visitor.get(f"/proposals/{number}").status_code)
    assert seen == [drafted, handed_in, passed_on]


def test_deeds_of_others_are_refused_on_their_pages(enter, street, draft):
    """Every page asks the same rule as its deed."""
    submit(street, draft)
    assert enter("neighbour").get(f"/proposals/{draft}/check").status_code == 404
    assert enter("worker").get(f"/proposals/{draft}/edit").status_code == 403
    assert enter("worker").get(f"/proposals/{draft}/withdraw").status_code == 403
    assert enter("resident").get(f"/proposals/{draft}/group").status_code == 403
    assert enter("stranger").get(f"/proposals/{draft}/check").status_code == 404


def test_a_form_without_its_token_is_refused(enter, draft):
    """And nothing of it is kept."""
    resident = enter("resident")
    assert resident.client.post(f"/proposals/{draft}/edit", data=TYPED).status_code == 400
    assert project(draft).title == "路灯"


def statements(visit):
    """Count the statements of a page."""
    seen = []

    def note(connection, cursor, statement, *rest):
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(bound_engine(), "before_cursor_execute", note)
    try:
        visit()
    finally:
        event.remove(bound_engine(), "before_cursor_execute", note)
    return len(seen)


def test_the_pages_read_little_however_much_there_is(enter, street):
    """A page's statements do not grow with the number of proposals."""
    resident, head = enter("resident"), enter("head")
    number = begin(street)
    submit(street, number)
    few = statements(lambda: head.text("/proposals/")), statements(lambda: resident.text(f"/proposals/{number}"))
    for other in range(5):
        submit(street, begin(street), make_text(f"又一件{other}"))
    submit(street, number, make_text("改过的"))
    many = statements(lambda: head.text("/proposals/")), statements(lambda: resident.text(f"/proposals/{number}"))
    assert few == many
    assert many[0] <= 6 + 1  # who has signed in sees how many messages are new
    assert many[1] <= 12 + 1
