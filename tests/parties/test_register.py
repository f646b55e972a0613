"""The register: who writes in it, who reads it, what it takes."""

import pytest

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.parties.queries import get_entry
from fundapp.parties.rules import Bond
from fundapp.projects.rules import Task
from tests.parties.relating import FIRMS, make_relating
from tests.support.visitor import Visitor
from tests.support.world import make_account, make_person, make_place_tree, make_resident


@pytest.fixture
def relating(app):
    """A project with three quotes."""
    return make_relating()


def refused(deed, *args, **more):
    """Give the code with which a deed is refused."""
    with pytest.raises((Refused, Forbidden)) as found:
        deed(*args, **more)
    return found.value.code


def test_the_register_is_of_its_foundation_alone(relating, app):
    """Staff of the place read and end; another district's, the group and a resident do not."""
    entry = relating.declare(relating.group[Task.LEAD], name=FIRMS[0])
    with unit_of_work() as session:
        there = make_place_tree(session, units=2)
        other = make_person(session, "别处", Role.FOUNDATION_OFFICER, there.district)
        resident = make_resident(session, "住户", there.units[0])
        login = make_account(session, other, "elsewhere")
    assert [row.declared for row in relating.entries()] == [True]
    assert list(relating.entries(other)) == []
    assert refused(relating.end, entry, other) == "parties.not_your_register"
    with unit_of_work() as session, pytest.raises(NotVisible):
        get_entry(session, entry, other)
    for who in (relating.group[Task.LEAD], resident):
        assert refused(relating.enter, relating.logins["lead"], name=FIRMS[0], who=who) == "parties.not_your_register"
    assert refused(relating.declare, resident, name=FIRMS[0]) == "parties.not_your_register"
    assert Visitor(app, login).get(f"/parties/{entry}/end").status_code == 404
    assert Visitor(app, relating.logins["lead"]).get("/parties/").status_code == 404


def test_what_makes_no_sense_is_not_taken(relating):
    """A firm without its code, a wrong name, oneself, a second time, nobody, two at once."""
    lead, street = relating.group[Task.LEAD], relating.logins["street_officer"]
    assert refused(relating.declare, lead, name="丁建筑公司") == "parties.code_needed"
    assert refused(relating.declare, lead, name=FIRMS[0], other=street) == "parties.one_of_two"
    assert refused(relating.declare, lead) == "parties.one_of_two"
    assert refused(relating.declare, lead, Bond.OWNER, other=street) == "parties.people_are_near"
    assert refused(relating.declare, lead, Bond.RELATIVE, other=relating.logins["lead"]) == "parties.nobody_to_herself"
    assert refused(relating.declare, lead, Bond.RELATIVE, other="nobody-here") == "parties.no_such_login"
    relating.declare(lead, Bond.RELATIVE, other=street)
    again = (relating.officer(role=Role.STREET_OFFICER), Bond.RELATIVE)
    assert refused(relating.declare, *again, other=relating.logins["lead"]) == "parties.known"


def test_both_people_of_an_entry_and_no_others_may_not_end_it(relating):
    """An officer who is near to the lead leaves it to the other officer."""
    officer, other = relating.officer(), relating.officer(1)
    tie = relating.declare(relating.group[Task.LEAD], Bond.HOUSEHOLD, other=relating.logins["foundation_officer"])
    assert refused(relating.end, tie, officer) == "parties.not_ones_own"
    relating.end(tie, other)


def test_pages_take_an_entry_and_tell_what_is_wrong(relating, app):
    """Declared by the treasurer, seen by the officer; a wrong code is told on its field, and what was typed stays."""
    treasurer, officer = (Visitor(app, relating.logins[one]) for one in ("treasurer", "foundation_officer"))
    key = "3f2a9c41-0000-4000-8000-000000000001"
    form = {"op_key": key, "kind": "owner", "name": "戊建筑公司", "starts_on": "2026-02-01", "note": "小股东"}
    wrong = treasurer.post("/parties/mine", **form, code="91530103MA6K1X2Y39")
    assert wrong.status_code == 422
    assert "统一社会信用代码不对" in wrong.text
    assert "戊建筑公司" in wrong.text
    assert treasurer.post("/parties/mine", **form, code="91530103MA6K1X2Y38").status_code == 303
    mine = treasurer.text("/parties/mine")
    assert "戊建筑公司" in mine
    assert "小股东" not in mine
    page = officer.text("/parties/")
    for words in ("戊建筑公司", "91530103MA6K1X2Y38", "小股东", "本人申报", "所有人或股东"):
        assert words in page
    number = relating.entries()[0].id
    assert officer.post(f"/parties/{number}/end", reason="").status_code == 422
    assert officer.post(f"/parties/{number}/end", reason="已转让").status_code == 303
    assert "已转让" in officer.text("/parties/?ended=1")
