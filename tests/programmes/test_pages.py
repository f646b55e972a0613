"""The pages of programmes: everybody reads, the foundation writes."""

import re
from html import unescape

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.programmes.queries import list_programmes, policy_versions
from fundapp.programmes.rules import offered_parts, usual_parts
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, make_account, make_person, make_place_tree, make_programme

FIELD = re.compile(r'<input[^>]*name="([^"]+)"[^>]*>')
VALUE = re.compile(r'value="([^"]*)"')
SELECT = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
CHOSEN = re.compile(r'<option selected value="([^"]*)"')


@pytest.fixture
def officer(sqlite_app):
    """A foundation officer of a street, signed in."""
    sqlite_app.extensions["clock"] = CLOCK
    with unit_of_work() as session:
        places = make_place_tree(session, name="东风")
        make_account(session, make_person(session, "陈经办", Role.FOUNDATION_OFFICER, places.street), "chen")
        make_account(session, make_person(session, "王社工", Role.WORKER, places.community), "wang")
        make_programme(session, places.street)
    return Visitor(sqlite_app, "chen")


def filled_in(page):
    """Read a form off its page, with what it shows."""
    fields = {}
    for found in FIELD.finditer(page):
        if not re.search(r'type="(checkbox|radio)"', found[0]) or "checked" in found[0]:
            value = VALUE.search(found[0])
            fields.setdefault(found[1], []).append(unescape(value[1]) if value else "")
    for name, options in SELECT.findall(page):
        chosen = CHOSEN.search(options) or re.search(r'value="([^"]*)"', options)
        fields[name] = [unescape(chosen[1])]
    return {name: value if len(value) > 1 else value[0] for name, value in fields.items() if name != "csrf_token"}


def versions():
    with reading_session() as session:
        return policy_versions(session, 1)


def test_the_form_as_it_stands_is_the_offered_policy(officer):
    """Who changes nothing gets what the documents say, to the letter."""
    fields = filled_in(officer.text("/programmes/new"))
    fields |= {"name": "明年的小实事", "foundation_name": "社区基金会", "funding": "8万"}
    answer = officer.post("/programmes/new", **fields)
    assert answer.status_code == 303
    with reading_session() as session:
        made = next(row for row in list_programmes(session) if row.name == "明年的小实事")
        assert policy_versions(session, made.id)[0].parts == offered_parts()


def test_every_field_of_the_policy_says_what_it_means(officer):
    """No number without a sentence."""
    page = officer.text("/programmes/new")
    explained = len(re.findall(r'class="hint"', page))
    assert explained >= 22


def test_no_number_of_a_policy_stands_without_its_unit(officer):
    """Days, projects, suppliers and shares of what: a neighbour need not guess."""
    said = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", officer.text("/programmes/1"))
    assert ("征求意见天数", "7 天") in said
    assert ("最少询价家数", "3 家") in said
    assert ("自筹最低占比", "预算的 1/10") in said
    assert [name for name, words in said if re.fullmatch(r"\d+(/\d+)?", words.strip())] == []


def test_a_new_version_shows_what_it_changed(officer):
    """The page tells the difference in words, and both versions keep their hash."""
    fields = filled_in(officer.text("/programmes/1/policy/new"))
    fields |= {"tiers-0-rate": "40%", "max_choices": "5", "unlock": ""}
    assert officer.post("/programmes/1/policy/new", **fields).status_code == 303
    page = officer.text("/programmes/1")
    assert "与上一版不同的地方" in page
    assert "每 1 元配 2/5 元" in page
    newest, oldest = versions()
    assert newest.parts_hash in page
    assert oldest.parts_hash in page
    assert "unlock" not in newest.parts["matching"]["base"]
    assert oldest.parts == usual_parts()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"tiers-1-start": "0"}, "一档比一档高"),
        ({"tiers-1-rate": "0.1"}, "后一档的比例不能比前一档低"),
        ({"tiers-0-start": "5"}, "第一档从 0 元开始"),
        ({"tiers-2-rate": ""}, "每一档都要填写起点和比例"),
        ({"tiers-2-rate": "一半"}, "请填写分数"),
        ({"rules": ["linear"]}, "选了固定比例"),
        ({"rules": ["household_tiers"]}, "每一档都要填写户数占比和比例"),
        ({"rules": ["household_tiers"], "household_tiers-0-share": "2", "household_tiers-0-rate": "1"}, "最高到 1"),
        ({"rules": []}, "这一项必须填写"),
        ({"consent_days": "61"}, "errors"),
        ({"effective_from": "2020-01-01"}, "最早从"),
        ({"base": "9"}, "请照新版本重新起草"),
        ({}, "与上一个版本或者正在等签的草稿相同"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_shown_again(officer, typed, told):
    """What was typed stays, and the reason stands on the page."""
    fields = filled_in(officer.text("/programmes/1/policy/new")) | typed
    answer = officer.post("/programmes/1/policy/new", **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert len(versions()) == 1


def test_the_seldom_used_formulas_can_be_used(officer):
    """A fixed rate and tiers by households are kept when they are chosen."""
    fields = filled_in(officer.text("/programmes/1/policy/new"))
    fields |= {"rules": ["linear", "household_tiers"], "linear": "1", "household_tiers-0-share": "1/2"}
    fields |= {"household_tiers-0-rate": "50%", "household_tiers-1-share": "4/5", "household_tiers-1-rate": "1.5"}
    assert officer.post("/programmes/1/policy/new", **fields).status_code == 303
    formulas = versions()[0].parts["matching"]["entitlement"]
    assert formulas["rules"] == ["linear", "household_tiers"]
    assert formulas["linear"] == {"rate": "1/1"}
    assert formulas["household_tiers"]["tiers"][1] == {"share": "4/5", "rate": "3/2"}


def test_everybody_reads_the_rules_and_only_keepers_see_the_button(officer, sqlite_app):
    """How money is given is public; who may change it is told by no button."""
    page = Visitor(sqlite_app).text("/programmes/1")
    assert "全体住户三分之二以上同意" in page
    assert "修订政策" not in page
    assert "修订政策" in officer.text("/programmes/1")


def test_a_worker_finds_no_form_of_policy(officer, sqlite_app):
    """Pages that are not hers are not there."""
    worker = Visitor(sqlite_app, "wang")
    assert worker.get("/programmes/new").status_code == 404
    assert worker.get("/programmes/1/policy/new").status_code == 404
    assert worker.get("/programmes/99").status_code == 404


def test_an_officer_of_another_street_is_turned_away(officer, sqlite_app):
    """The form of another place's policy is refused with the reason."""
    with unit_of_work() as session:
        other = make_place_tree(session, name="西风")
        make_account(session, make_person(session, "外街", Role.FOUNDATION_OFFICER, other.street), "waijie")
    answer = Visitor(sqlite_app, "waijie").get("/programmes/1/policy/new")
    assert answer.status_code == 403
    assert "只有本地区" in answer.text


def test_each_rule_of_consent_is_explained_where_it_is_chosen(officer):
    """Words for people who are no lawyers stand beside every choice; advice needs the vote that decides."""
    page = officer.text("/programmes/new")
    for words in ("居民会议", "《民法典》第 278 条", "只供参考", "没有法律条文", "从众"):
        assert words in page
    fields = filled_in(page) | {
        "name": "只听意见",
        "foundation_name": "社区基金会",
        "funding": "8万",
        "regime": "council",
    }
    fields.pop("choose_by_vote", None)
    answer = officer.post("/programmes/new", **fields)
    assert answer.status_code == 422
    assert "议事意见只供参考" in answer.get_data(as_text=True)
    assert officer.post("/programmes/new", **fields, choose_by_vote="y", follow="y").status_code == 303
    with reading_session() as session:
        made = next(row for row in list_programmes(session) if row.name == "只听意见")
        consent = policy_versions(session, made.id)[0].parts["consent"]
    assert (consent["regime"], consent["follow"]) == ("council", True)
