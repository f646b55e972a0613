"""The pages of a round, as a visitor, a resident and the worker see them."""

import io
import re
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import event

from fundapp.consent import queries
from fundapp.consent.policy import Choice
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.projects.rules import Stage
from tests.consent.asking import CLOSES, KEYED, OPENS, at, make_asked, make_project, paper, phone
from tests.support.world import make_account


@pytest.fixture
def asked(sqlite_app):
    """A round in the app, one minute after it opened."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sqlite_app.extensions["clock"] = at(OPENS.replace(minute=31))
    made = make_asked()
    with unit_of_work() as session:
        make_account(session, made.worker, "worker")
        for number, resident in enumerate(made.residents):
            make_account(session, resident, f"resident{number}")
    return made


@pytest.fixture
def visit(sqlite_app, asked):
    """A function that gives a browser of nobody, or of a person."""

    def entered(actor=None):
        client = sqlite_app.test_client()
        if actor is not None:
            with client.session_transaction() as kept:
                kept["_user_id"] = str(actor.person_id)
        return client

    return entered


def picture():
    """A photo of a sheet."""
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(out, "PNG")
    out.seek(0)
    return out, "sheet.png"


def trail(asked, number):
    """What stands for a household."""
    with reading_session() as session:
        return queries.trail_of(session, asked.round, [asked.places.units[number]])


def page_of(client, path):
    """The text of a page that is there."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def key_in(client, path, **values):
    """Send a form with a key of its own."""
    form = page_of(client, path)
    key = re.search(r'name="op_key"[^>]*value="([^"]+)"', form)
    usual = {"op_key": key[1]}
    if path.endswith("papers/new"):
        usual |= {"signed_on": "2026-03-01", "collector": "0", "collector_name": "演示·邻居", "witness": "0"}
    return client.post(path, data=usual | values, content_type="multipart/form-data")


def test_everybody_sees_counts_and_nobody_a_door(asked, visit):
    """Public pages hold numbers; doors stand on the worker's page only, which has those that are silent."""
    phone(asked, 0)
    seen = page_of(visit(), f"/consent/{asked.round}")
    assert "门槛：4 户" in seen
    assert "1栋" not in seen
    assert "居民0" not in seen
    theirs = page_of(visit(asked.worker), f"/consent/{asked.round}")
    assert "2栋102" in theirs
    assert "1栋101" not in theirs.split("还没有表态的")[1]


def test_a_resident_answers_and_is_given_a_receipt(asked, visit):
    """The page shows the exact text; after one button there is a receipt with number, door and choice."""
    client, path = visit(asked.residents[0]), f"/consent/{asked.round}/answer"
    form = page_of(client, path)
    assert "14号院东侧空地" in form
    assert "第 1 版" in form
    assert form.count('type="radio"') == 3
    values = {"unit_id": asked.places.units[0], "answer": "agree"}
    sure = key_in(client, path, **values)
    assert sure.status_code == 200
    assert re.search("您代表 1栋101 表示：<strong>同意</strong>", sure.text)
    assert trail(asked, 0) == [], "nothing counts before it is confirmed"
    sent = key_in(client, path, **values, confirmed="1" * 64)
    assert sent.status_code == 303
    receipt = page_of(client, sent.location)
    assert re.search(r"YJ-[0-9A-F]{4}-[0-9A-F]{4}", receipt)
    assert "1栋101" in receipt
    assert visit(asked.residents[1]).get(sent.location).status_code == 404
    assert visit(asked.worker).get(sent.location).status_code == 404


def test_a_confirmation_of_another_text_is_asked_again(asked, visit):
    """What counts is the confirmation of this very version."""
    values = {"unit_id": asked.places.units[0], "answer": "agree", "confirmed": "0" * 64}
    sent = key_in(visit(asked.residents[0]), f"/consent/{asked.round}/answer", **values)
    assert "确认后才算数" in sent.text
    assert "和您核对过的不是同一份" in sent.text
    assert trail(asked, 0) == []


def test_nobody_answers_to_a_project_that_is_hidden(asked, visit, monkeypatch):
    """A checked answer that comes after the project was taken away meets nothing, as the page does."""
    monkeypatch.setattr("fundapp.consent.commands.answers.PUBLIC_STAGES", frozenset())
    monkeypatch.setattr("fundapp.projects.queries.PUBLIC_STAGES", frozenset())
    values = {"unit_id": asked.places.units[0], "answer": "agree", "confirmed": "1" * 64, "op_key": str(uuid4())}
    path = f"/consent/{asked.round}/answer"
    assert visit(asked.residents[0]).post(path, data=values).status_code == 404
    assert trail(asked, 0) == []


def test_a_household_that_is_not_asked_is_not_heard(asked, visit):
    """Another's household is no choice of the form; one's own that the roster lacks is turned away."""
    values = {"unit_id": asked.places.units[1], "answer": "agree", "confirmed": "1" * 64, "op_key": str(uuid4())}
    assert visit(asked.residents[0]).post(f"/consent/{asked.round}/answer", data=values).status_code == 422
    assert trail(asked, 1) == []


def test_without_a_choice_the_form_comes_back_with_the_mistake_marked(asked, visit):
    """Nothing is taken that was not chosen."""
    sent = key_in(visit(asked.residents[0]), f"/consent/{asked.round}/answer", unit_id=asked.places.units[0])
    assert sent.status_code == 422, sent
    assert "请选择一个意见。" in sent.get_data(as_text=True)


def test_a_household_is_told_when_and_how_it_answered(asked, visit):
    """What came on paper is shown to the household with its channel, and the phone may still change it."""
    paper(asked, 1, 0, Choice.OPPOSE)
    seen = page_of(visit(asked.residents[0]), f"/consent/{asked.round}/answer")
    assert "反对" in seen
    assert "纸质意见表" in seen


def test_the_page_says_why_one_cannot_answer(asked, visit, sqlite_app):
    """A neighbour of another household, and everybody after the close, reads the reason beside the button."""
    path = f"/consent/{asked.round}/answer"
    assert "您的账号没有绑定这一户" in page_of(visit(asked.worker), path)
    sqlite_app.extensions["clock"] = at(CLOSES)
    assert "截止" in page_of(visit(asked.residents[0]), path)


def test_a_visitor_is_asked_to_sign_in_before_answering(asked, visit):
    """The answer belongs to a household."""
    assert visit().get(f"/consent/{asked.round}/answer").status_code == 303


def test_the_worker_keys_in_sheet_after_sheet(asked, visit):
    """The next number is ready; the door is found however blanks were typed; a wrong door is marked."""
    client, path = visit(asked.worker), f"/consent/{asked.round}/papers/new"
    wrong = key_in(client, path, serial="1", door="9栋999", answer="agree", scan=picture())
    assert wrong.status_code == 422
    assert "名册里没有这个门牌" in wrong.get_data(as_text=True)
    without = key_in(client, path, serial="1", door="2栋101", answer="agree")
    assert "请拍照或选择扫描件。" in without.get_data(as_text=True)
    done = key_in(client, path, serial="1", door=" 2栋 101 ", answer="agree", scan=picture())
    assert done.status_code == 303
    assert done.location.endswith("serial=2")
    fixed = key_in(
        client, f"/consent/{asked.round}/papers/1/correct", serial="1", door="2栋101", answer="oppose", reason="看错"
    )
    assert fixed.status_code == 303
    assert "反对" in page_of(client, f"/consent/{asked.round}/papers")


def test_the_worker_registers_sheets_and_opens_a_round(asked, visit, sqlite_app):
    """Both deeds go through the pages."""
    client = visit(asked.worker)
    assert client.post(f"/consent/{asked.round}/papers", data={"count": "5"}).status_code == 303
    assert client.post(f"/consent/{asked.round}/papers", data={"count": "0"}).status_code == 422
    with unit_of_work() as session:
        project = make_project(session, asked.worker, asked.places.compound, stage=Stage.FEASIBLE)
    seen = page_of(client, f"/consent/open/{project}")
    assert "2/3" in seen
    window = {"opens_at": "2026-03-02T09:00", "closes_at": "2026-03-02T20:00"}
    assert "至少要开放 1 天" in client.post(f"/consent/open/{project}", data=window).get_data(as_text=True)
    assert client.post(f"/consent/open/{project}", data=window | {"closes_at": "2026-03-09T20:00"}).status_code == 303
    assert client.post(f"/consent/open/{project}", data=window).status_code == 409


def test_the_worker_publishes_after_the_close(asked, visit, sqlite_app):
    """Before, the page says why not; then it asks for the word that no paper is outstanding."""
    client, path = visit(asked.worker), f"/consent/{asked.round}/result"
    assert "之前不能公布结果" in page_of(client, path)
    sqlite_app.extensions["clock"] = at(CLOSES)
    assert "还有 4 张纸没有着落" in page_of(client, path)
    ended = {"serials": "1-3、4", "how": "missing"}
    assert client.post(f"/consent/{asked.round}/ends", data=ended).status_code == 303
    assert client.post(path, data={}).status_code == 422
    assert client.post(path, data={"keying_complete": "y"}).status_code == 303
    assert "未通过" in page_of(visit(), f"/consent/{asked.round}")


def test_the_worker_is_told_when_a_sheet_replaces_an_earlier_answer(asked, visit):
    """A household that answered by phone and then on paper is not changed silently."""
    phone(asked, 0, Choice.AGREE)
    client, path = visit(asked.worker), f"/consent/{asked.round}/papers/new"
    assert key_in(client, path, serial="1", door="2栋101", answer="agree", scan=picture()).status_code == 303
    assert "以前表过态" not in page_of(client, path)
    assert key_in(client, path, serial="2", door="1栋101", answer="oppose", scan=picture()).status_code == 303
    assert "这一户以前表过态，现在以这张纸为准" in page_of(client, path)


@pytest.mark.parametrize("path", ["papers", "papers/new", "papers/1/correct", "result", "sheets.pdf"])
def test_a_resident_finds_no_page_of_the_worker(asked, visit, path):
    """They are not there for her."""
    assert visit(asked.residents[0]).get(f"/consent/{asked.round}/{path}").status_code == 404


@pytest.mark.pdf
def test_notice_and_sheets_are_printed(asked, visit):
    """The notice is for everybody, the numbered sheets for the worker."""
    for client, path in ((visit(), "notice.pdf"), (visit(asked.worker), "sheets.pdf")):
        answer = client.get(f"/consent/{asked.round}/{path}")
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF")


def test_the_public_page_takes_few_statements(asked, visit, sqlite_app):
    """At most twelve, whoever has answered."""
    for number in range(3):
        phone(asked, number, clock=at(OPENS))
    sqlite_app.extensions["clock"] = at(KEYED)
    said = []
    listen = lambda conn, cursor, statement, *rest: said.append(statement)  # noqa: E731
    event.listen(bound_engine(), "before_cursor_execute", listen)
    page_of(visit(), f"/consent/{asked.round}")
    event.remove(bound_engine(), "before_cursor_execute", listen)
    assert len([one for one in said if one.startswith("SELECT")]) <= 12


def test_a_round_that_there_is_not_is_not_found(visit):
    """404, whoever asks."""
    assert visit().get("/consent/999").status_code == 404
