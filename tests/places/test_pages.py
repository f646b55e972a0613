"""The set-up pages of places."""

import pytest

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from tests.support.visitor import Visitor
from tests.support.world import make_account, make_person, make_place_tree


@pytest.fixture
def places(sqlite_app):
    """Two trees, each with its administrator."""
    with unit_of_work() as session:
        made, other = make_place_tree(session, name="桃花苑"), make_place_tree(session, name="竹园")
        make_account(session, make_person(session, "赵", Role.ADMINISTRATOR, made.district), "zhao")
        make_account(session, make_person(session, "外", Role.ADMINISTRATOR, other.district), "wai")
    return made


def test_an_administrator_builds_a_district_down_to_its_buildings(sqlite_app, places):
    """Level by level by pages; she administers the new district at once."""
    zhao = Visitor(sqlite_app, "zhao")
    at = zhao.post("/setup/districts/new", name="官渡区").headers["Location"]
    for name in ("关上街道", "关上社区", "双桥小区"):
        answer = zhao.post(f"{at}/new", name=name)
        assert answer.status_code == 303
        at = answer.headers["Location"]
    assert zhao.get(f"{at}/new").headers["Location"] == f"{at}/buildings"
    assert zhao.post(f"{at}/buildings", names="1-6栋").status_code == 303
    page = zhao.text(at)
    assert "关上街道关上社区双桥小区" in page
    assert "6栋" in page
    assert "6 栋 0 户" in zhao.text("/setup")


def test_a_taken_name_is_told_at_its_field(sqlite_app, places):
    """What was typed stays."""
    answer = Visitor(sqlite_app, "zhao").post(f"/setup/places/{places.district}/new", name="桃花苑街道")
    assert answer.status_code == 422
    assert "已经有了" in answer.text
    assert 'value="桃花苑街道"' in answer.text


def test_a_place_names_who_works_there(sqlite_app, places):
    """Roles held exactly here are listed in words."""
    assert "管理员" in Visitor(sqlite_app, "zhao").text(f"/setup/places/{places.district}")


def test_another_districts_places_are_not_there(sqlite_app, places):
    """An administrator of elsewhere gets 404 and sees nothing of it in her tree."""
    other = Visitor(sqlite_app, "wai")
    assert "桃花苑" not in other.text("/setup")
    for address in ("", "/new", "/buildings"):
        assert other.get(f"/setup/places/{places.compound}{address}").status_code == 404
    assert other.post(f"/setup/places/{places.district}/new", name="新街道").status_code == 404


def test_a_building_has_nothing_below(sqlite_app, places):
    """The page of a building offers nothing to add, and the address is not there."""
    zhao = Visitor(sqlite_app, "zhao")
    assert "在这里添加" not in zhao.text(f"/setup/places/{places.buildings[0]}")
    assert zhao.get(f"/setup/places/{places.buildings[0]}/new").status_code == 404
