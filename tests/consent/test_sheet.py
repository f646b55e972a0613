"""The sheet of a result: every number apart, shares that sum exactly, and what a result is not."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from fundapp.consent.heads import Said, count_said
from fundapp.consent.policy import Choice
from fundapp.consent.rules import Answer, Regime
from fundapp.consent.sheet import lines_of, percents
from fundapp.db.work import bound_engine, unit_of_work
from tests.consent.asking import CLOSES, KEYED, OPENS, at, extend, make_asked, phone, publish
from tests.consent.test_owners import AREAS, HOLDERS
from tests.support.world import make_account


@given(st.lists(st.integers(0, 60_000), min_size=1, max_size=6))
def test_shares_sum_to_a_hundred(parts):
    """Whatever the parts, each share is less than a hundredth away from its exact value and none is lost."""
    told = percents(parts)
    if sum(parts) == 0:
        assert told == [""] * len(parts)
        return
    points = [int(text.removesuffix("%").replace(".", "")) for text in told]
    assert sum(points) == 10_000
    for part, point in zip(parts, points, strict=True):
        assert abs(Fraction(part * 10_000, sum(parts)) - point) < 1


@given(st.tuples(*[st.integers(0, 40)] * 4), st.integers(0, 40), st.booleans())
def test_lines_add_up_to_all_heads(said, silent, of_all):
    """Answers make up those who took part, and with the silent all of them."""
    total = sum(said) + silent
    if not total:
        return
    regime = Regime.of_text("household:2/3" if of_all else "residents-meeting")
    found = count_said(regime, total, None, Said(dict(zip(Answer, said, strict=True)), {}))
    lines = {line.name: line.heads for line in lines_of(found, of_all, with_follow=True)}
    answers = sum(lines[answer.value] for answer in Answer)
    assert answers == lines["participating"]
    assert answers + lines["silent"] == lines["total"] == total


@pytest.fixture
def pages(sqlite_app):
    """A function that opens a round, lets its people answer, and gives a browser for its pages."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sqlite_app.extensions["clock"] = at(OPENS.replace(minute=45))

    def made(**how):
        asked = make_asked(**how)
        with unit_of_work() as session:
            make_account(session, asked.worker, f"worker{asked.round}")
            make_account(session, asked.residents[0], f"resident{asked.round}")

        def page(path, who=None, **form):
            client = sqlite_app.test_client()
            if who is not None:
                with client.session_transaction() as kept:
                    kept["_user_id"] = str(who.person_id)
            answer = client.post(path, data=form) if form else client.get(path)
            return answer.status_code, answer.get_data(as_text=True)

        return asked, page

    return made


def owners(**more):
    """Four flats of three owners."""
    return {"units": 4, "people": 4, "regime": "owners:half", "areas": AREAS, "holders": HOLDERS} | more


def test_the_sheet_of_owners_lists_heads_and_area(pages):
    """甲 agrees with 140 of 330 m², 乙 opposes with 100: both columns, both shares, the law by its article."""
    asked, page = pages(**owners())
    phone(asked, 0)
    phone(asked, 2, Choice.OPPOSE)
    publish(asked, at(KEYED))
    status, sheet = page(f"/consent/{asked.round}/sheet")
    assert status == 200
    for words in ("330.00", "240.00", "72.73%", "140.00", "58.33%", "100.00", "41.67%", "66.67%", "27.27%"):
        assert words in sheet
    assert "第二百七十八条" in sheet
    assert "不能叫作业主的决定" not in sheet


def test_a_household_result_does_not_call_itself_a_decision_of_owners(pages):
    """Practice says that it is practice: on the round, on the sheet, and there is no word of an article."""
    asked, page = pages(people=6)
    for number in range(6):
        phone(asked, number)
    publish(asked, at(KEYED))
    for path in ("", "/sheet"):
        seen = page(f"/consent/{asked.round}{path}")[1]
        assert "不能叫作业主的决定" in seen
        assert "没有法律条文" in seen
        assert "第二百七十八条" not in seen


def test_the_public_page_shows_both_bars_with_what_is_needed(pages):
    """Heads and area, quorum and bar; exactly half of the area is told as not reached, for it must be exceeded."""
    asked, page = pages(**owners(areas=(50 * 10_000, 50 * 10_000, 100 * 10_000, 100 * 10_000)))
    phone(asked, 0)
    phone(asked, 2, Choice.OPPOSE)
    seen = page(f"/consent/{asked.round}")[1]
    for words in ("按人数", "按面积：参与", "按面积：同意", "至少要 2 人参与", "门槛：2 人", "门槛：200.00 平方米"):
        assert words in seen
    assert "门槛：超过 100.00 平方米" in seen
    assert "还没达到" in seen.split("按面积：同意")[1]


def test_following_is_offered_only_where_the_policy_names_it(pages):
    """Four choices with 从众, three without, on the phone and on the keyed sheet."""
    asked, page = pages(regime="residents-meeting", follow=True)
    assert page(f"/consent/{asked.round}/answer", asked.residents[0])[1].count('type="radio"') == 4
    assert "从众" in page(f"/consent/{asked.round}/papers/new", asked.worker)[1]
    phone(asked, 0, Choice.FOLLOW)
    assert "从众" in page(f"/consent/{asked.round}")[1]


def test_an_owner_reads_that_one_answer_speaks_for_all_her_flats(pages):
    """And that the answer which came through the other flat is the one that counts."""
    asked, page = pages(**owners())
    phone(asked, 1, Choice.OPPOSE)
    seen = page(f"/consent/{asked.round}/answer", asked.residents[0])[1]
    assert "在本次名册里有 2 套，一个意见代表全部" in seen
    assert "反对" in seen
    assert "1栋102" not in seen


def test_a_worker_extends_and_everybody_reads_why(pages):
    """A wrong date keeps what was typed; the reason stands on the public page with the old and the new close."""
    asked, page = pages()
    path = f"/consent/{asked.round}/extend"
    assert page(path, asked.residents[0])[0] == 404
    status, seen = page(path, asked.worker, closes_at="2026-03-05T10:00", reason="在家的业主太少")
    assert status == 422
    assert "在家的业主太少" in seen
    assert "要晚于现在的截止时间" in seen
    assert page(path, asked.worker, closes_at="2026-03-20T18:00", reason="在家的业主太少")[0] == 303
    seen = page(f"/consent/{asked.round}")[1]
    assert "在家的业主太少" in seen
    assert "2026年3月20日 18:00" in seen


def test_the_page_says_why_a_round_cannot_end_early(pages):
    """A household round never; an owners' round once the silent cannot turn it."""
    asked, page = pages()
    assert "没有提前结束的规定" in page(f"/consent/{asked.round}/end", asked.worker)[1]


def test_a_worker_ends_a_round_that_is_won(pages, sqlite_app):
    """Not before; then the round is closed for phones at once and the history says so."""
    asked, page = pages(**owners())
    path = f"/consent/{asked.round}/end"
    assert "没有到提前结束的时候" in page(path, asked.worker)[1]
    for number in (0, 2):
        phone(asked, number, clock=at(OPENS.replace(minute=40)))
    assert page(path, asked.worker, sent="1")[0] == 303
    assert "提前结束" in page(f"/consent/{asked.round}")[1]
    assert "截止" in page(f"/consent/{asked.round}/answer", asked.residents[0])[1]


def test_the_page_takes_as_many_statements_for_many_households_as_for_few(pages):
    """Twelve at most for a visitor, the same for eight households and for eight hundred."""
    counts = []
    for units in (8, 800):
        asked, page = pages(units=units, people=3, regime="residents-meeting", areas=AREAS)
        for number in range(3):
            phone(asked, number)
        extend(asked, CLOSES.replace(day=20), clock=at(OPENS.replace(minute=50)))
        said = []

        def listen(conn, cursor, statement, *rest, said=said):
            said.append(statement)

        event.listen(bound_engine(), "before_cursor_execute", listen)
        assert page(f"/consent/{asked.round}")[0] == 200
        event.remove(bound_engine(), "before_cursor_execute", listen)
        counts.append(len([one for one in said if one.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 12
