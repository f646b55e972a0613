"""The pages of questionnaires, as neighbours, the worker and strangers see them."""

import re
from html import unescape

import pytest

from fundapp.db.work import reading_session
from fundapp.people.rules import grouped
from fundapp.questionnaire import queries
from tests.questionnaire.putting import AFTER, door, paper, phone, release, slips
from tests.support.visitor import Visitor

NO = "问卷只了解想法，不算同意"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">|<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)<')
SAID = {"q1": "2", "q2": ["1", "3"], "q3": "4", "q4": "楼道也暗"}


@pytest.fixture
def enter(sqlite_app, shown):
    """A function that lets a person in by her login name."""
    return lambda login=None: Visitor(sqlite_app, login)


def hidden(page, *names):
    """What a page would send again; for fields that occur more than once the list of values."""
    found: dict[str, list[str]] = {}
    for name, value, area, words in HIDDEN.findall(page):
        found.setdefault(name or area, []).append(unescape(value or words))
    return {name: values if len(values) > 1 else values[0] for name, values in found.items() if name != "csrf_token"}


def test_a_household_answers_reads_it_again_and_confirms(enter, shown):
    """Nothing is noted before the second button; afterwards the form shows what was said."""
    resident, address = enter("resident0"), f"/questionnaires/{shown.number}/answer"
    key = re.search(r'name="op_key"[^>]*value="([^"]+)"', resident.text(address))[1]
    unit = str(shown.places.units[0])
    page = resident.post(address, op_key=key, unit_id=unit, **SAID).text
    for words in ("请核对，确认后才算数", "车棚", "六点、十点", "楼道也暗", NO):
        assert words in unescape(page), words
    with reading_session() as session:
        assert queries.last_answer(session, shown.number, shown.places.units[0]) is None
    assert resident.post(address, **hidden(page)).location == address
    again = unescape(resident.text(address))
    assert "已收到，谢谢" in again
    assert "楼道也暗" in again
    assert re.search(r'id="q1-1"[^>]*checked|checked[^>]*id="q1-1"', again)


def test_wrong_answers_stand_at_their_field_and_nothing_typed_is_lost(enter, shown):
    """A text that is too long, and an answer to nothing at all."""
    resident, address = enter("resident0"), f"/questionnaires/{shown.number}/answer"
    key, unit = "3f2a9c41-0000-4000-8000-000000000000", str(shown.places.units[0])
    answer = resident.post(address, op_key=key, unit_id=unit, q1="1", q4="长" * 201)
    assert answer.status_code == 422
    assert "长" * 201 in answer.text
    answer = resident.post(address, op_key=key, unit_id=unit, q1="", q3="", q4=" ", sure="yes")
    assert answer.status_code == 422
    assert "请至少回答一题" in answer.text


def test_every_page_says_that_it_is_no_consent(enter, shown, sqlite_app):
    """Before, during and after; on the page of the project the link is there too."""
    pages = [
        (None, f"/questionnaires/{shown.number}"),
        (None, "/questionnaires/reply"),
        ("resident0", f"/questionnaires/{shown.number}/answer"),
        ("worker", f"/questionnaires/{shown.number}/paper"),
        ("worker", f"/questionnaires/{shown.number}/slips"),
        ("worker", f"/questionnaires/new/{shown.project}"),
        (None, f"/projects/{shown.project}"),
    ]
    sqlite_app.extensions["clock"] = AFTER
    after = [(None, f"/questionnaires/{shown.number}"), ("worker", f"/questionnaires/{shown.number}/texts")]
    for login, address in [*pages, *after]:
        if (login, address) in pages[2:5]:
            continue
        assert NO in unescape(enter(login).text(address)), address
    assert f"/questionnaires/{shown.number}" in enter().text(f"/projects/{shown.project}")


def test_pages_of_an_open_questionnaire_say_so_too(enter, shown):
    """Those on which somebody answers."""
    for login, address in (
        ("resident0", f"/questionnaires/{shown.number}/answer"),
        ("worker", f"/questionnaires/{shown.number}/paper"),
        ("worker", f"/questionnaires/{shown.number}/slips"),
    ):
        assert NO in unescape(enter(login).text(address)), address


def test_nobody_sees_results_before_the_close(enter, shown, sqlite_app):
    """Not even the worker; afterwards everybody, with bars and a file, and no door."""
    for number in range(3, 12):
        paper(shown, door(number))
    phone(shown, 0)
    for login in (None, "worker"):
        page = unescape(enter(login).text(f"/questionnaires/{shown.number}"))
        assert "截止以前谁也看不到结果" in page
        assert "10 户" in page
    assert enter("worker").get(f"/questionnaires/{shown.number}/results.csv").status_code == 404
    assert enter("worker").get(f"/questionnaires/{shown.number}/texts").status_code in (403, 409)
    sqlite_app.extensions["clock"] = AFTER
    page = unescape(enter().text(f"/questionnaires/{shown.number}"))
    assert "少于 5 户的数字与别的合并" in page
    assert "<svg" in page
    assert "楼道也暗" not in page
    for one in range(12):
        assert door(one) not in page


def test_texts_are_shown_once_the_worker_released_them(enter, shown, sqlite_app):
    """She reads them without knowing whose they are; one button each."""
    for number in range(3, 9):
        paper(shown, door(number))
    phone(shown, 0, {4: queries.results.Said(text="=1+1 暗")})
    sqlite_app.extensions["clock"] = AFTER
    worker, address = enter("worker"), f"/questionnaires/{shown.number}/texts"
    page = unescape(worker.text(address))
    assert "=1+1 暗" in page
    assert door(0) not in page
    with reading_session() as session:
        said = next(one.said_id for one in queries.texts_of(session, shown.number) if one.words.startswith("="))
    assert worker.post(address, said=str(said), shown="yes").status_code == 303
    assert "=1+1 暗" in unescape(enter().text(f"/questionnaires/{shown.number}"))
    table = enter().get(f"/questionnaires/{shown.number}/results.csv").data.decode("utf-8-sig")
    assert "'=1+1 暗" in table
    assert NO in table
    assert release(shown, said, shown=False) == 2
    assert "=1+1 暗" not in unescape(enter().text(f"/questionnaires/{shown.number}"))


def test_a_household_without_a_phone_types_its_code(enter, shown):
    """The same questions, the same second look, and no address that says who it is."""
    slip = slips(shown)[shown.places.units[7]]
    visitor = enter()
    assert visitor.get("/questionnaires/reply/household").location == "/questionnaires/reply"
    home = visitor.post("/questionnaires/reply", code=grouped(slip.typed).lower()).location
    assert home == "/questionnaires/reply/household"
    page = visitor.text(home)
    assert door(7) in page
    key = re.search(r'name="op_key"[^>]*value="([^"]+)"', page)[1]
    sure = visitor.post(home, op_key=key, **SAID).text
    assert visitor.post(home, **hidden(sure)).location == home
    assert "已收到，谢谢" in visitor.text(home)
    assert visitor.post("/questionnaires/reply/leave").location == "/questionnaires/reply"
    assert visitor.get(home).location == "/questionnaires/reply"
    scanned = enter().get(f"/questionnaires/reply/scan/{slip.token}")
    assert (scanned.location, scanned.headers["Referrer-Policy"]) == (home, "no-referrer")
    assert enter().get("/questionnaires/reply/scan/wrong").location == "/questionnaires/reply"


def test_the_worker_writes_a_questionnaire_looks_at_it_and_sends_it(enter, shown, sqlite_app):
    """Another question, one taken out again, the whole as households will see it, then one button."""
    sqlite_app.extensions["clock"] = AFTER
    worker, address = enter("worker"), f"/questionnaires/new/{shown.project}"
    typed = {
        "title": "花园种什么",
        "questions-0-words": "种什么",
        "questions-0-kind": "one",
        "questions-0-choices": "月季\r\n桂花",
    }
    page = worker.post(address, do="add", **typed).text
    assert 'name="questions-1-words"' in page
    assert "月季" in page
    typed |= {"questions-1-words": "还有呢", "questions-1-kind": "text", "questions-1-choices": ""}
    assert 'name="questions-1-words"' not in worker.post(address, do="drop:0", **typed).text
    wrong = worker.post(address, do="check", **(typed | {"questions-0-choices": "月季"}))
    assert wrong.status_code == 422
    assert "2 到 10 个不同的选项" in wrong.text
    sure = unescape(worker.post(address, do="check", **typed).text)
    for words in ("请核对，确认后发出", "月季", "桂花", "还有呢", NO):
        assert words in sure, words
    made = worker.post(address, do="ask", **hidden(sure)).location
    page = unescape(enter().text(made))
    assert "花园种什么" in page
    assert "桂花" in page


def test_who_may_not_ask_is_told_why(enter, shown):
    """A resident, and nobody at all."""
    assert enter("resident0").get(f"/questionnaires/new/{shown.project}").status_code in (403, 409)
    assert enter().get(f"/questionnaires/new/{shown.project}").location.startswith("/sign-in")


@pytest.mark.pdf
def test_the_form_and_the_slips_are_printed(enter, shown):
    """For those without a phone: a form for everybody, a slip with a code for each household, kept by no cache."""
    assert enter().get(f"/questionnaires/{shown.number}/form.pdf").data.startswith(b"%PDF")
    answer = enter("worker").post(f"/questionnaires/{shown.number}/slips", door=door(3))
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Cache-Control"] == "no-store"
