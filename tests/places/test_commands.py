"""How the tree of places grows."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from fundapp.db.work import bound_engine, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.places.commands import AddBuildings, MakePlace, UnitData, add_buildings, add_units, make_place
from fundapp.places.models import PlaceKind
from fundapp.places.queries import children_of, get_place, tree, units_of_compound
from fundapp.places.rules import split_names
from tests.support.world import CLOCK, administrator, make_households, make_person, make_place_tree


@pytest.fixture
def session(app):
    """A unit of work on each database."""
    with unit_of_work() as opened:
        yield opened


@pytest.fixture
def places(session):
    """A tree without households."""
    return make_place_tree(session, 0, name="桃花苑")


def test_a_path_leads_from_the_top_to_the_place(session, places):
    """What a role covers is read off the path: its own place and all below."""
    compound = get_place(session, places.compound)
    assert compound.path == f"/{places.district}/{places.street}/{places.community}/{places.compound}/"
    assert compound.full_name == "桃花苑街道桃花苑社区桃花苑小区"


@pytest.mark.parametrize("kind", [PlaceKind.COMPOUND, PlaceKind.DISTRICT, PlaceKind.STREET, PlaceKind.BUILDING])
def test_only_a_community_lies_under_a_street(session, places, kind):
    """No level is left out, repeated or turned round."""
    with pytest.raises(Refused, match="wrong_level"):
        make_place(session, administrator(session), MakePlace(kind, "别处", places.street), CLOCK)


def test_a_name_is_free_where_it_is_given(session, places):
    """The same name in another spelling is the same name; elsewhere it is free."""
    who = administrator(session)
    with pytest.raises(Refused, match="name_taken"):
        add_buildings(session, who, AddBuildings(places.compound, ("３栋", "１ 栋")), CLOCK)
    with pytest.raises(Refused, match="name_taken"):
        make_place(session, who, MakePlace(PlaceKind.DISTRICT, "桃花苑区"), CLOCK)
    with pytest.raises(Refused, match="name_needed"):
        make_place(session, who, MakePlace(PlaceKind.DISTRICT, " 　"), CLOCK)
    assert make_place(session, who, MakePlace(PlaceKind.STREET, "桃花苑街道2", places.district), CLOCK).id


def test_several_buildings_come_at_once(session, places):
    """Ranges and lists make each building once, in the order in which people count."""
    names = tuple(split_names("3-11栋\n东楼、3栋"))
    assert len(add_buildings(session, administrator(session), AddBuildings(places.compound, names), CLOCK)) == 10
    shown = [row.name for row in children_of(session, get_place(session, places.compound))]
    assert shown[:4] == ["1栋", "2栋", "3栋", "4栋"]
    assert shown[-2:] == ["11栋", "东楼"]


def test_units_are_listed_as_doors_are_counted(session, places):
    """Building 2 comes before building 10, room 9 before room 10."""
    make = AddBuildings(places.compound, ("10栋",))
    tenth = add_buildings(session, administrator(session), make, CLOCK)[0]
    rooms = [UnitData(tenth.id, "9"), UnitData(places.buildings[1], "10"), UnitData(places.buildings[1], "9室")]
    add_units(session, places.compound, rooms)
    assert [unit.door for unit in units_of_compound(session, places.compound)] == ["2栋9", "2栋10", "10栋9"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_make_places(session, places, role):
    """Every other role is refused, above and below."""
    other = make_person(session, "钱", role, places.district)
    for cmd in (MakePlace(PlaceKind.DISTRICT, "新区"), MakePlace(PlaceKind.STREET, "新街道", places.district)):
        with pytest.raises(Forbidden, match="not_administrator"):
            make_place(session, other, cmd, CLOCK)


def test_an_administrator_stays_in_her_place(session, places):
    """Beside and above it she makes nothing, below it she does."""
    there = make_place_tree(session, 0)
    zhao = make_person(session, "赵", Role.ADMINISTRATOR, places.street)
    assert make_place(session, zhao, MakePlace(PlaceKind.COMMUNITY, "新社区", places.street), CLOCK).id
    for parent, kind in ((places.district, PlaceKind.STREET), (there.street, PlaceKind.COMMUNITY)):
        with pytest.raises(Forbidden):
            make_place(session, zhao, MakePlace(kind, "新", parent), CLOCK)
    with pytest.raises(NotVisible):
        make_place(session, zhao, MakePlace(PlaceKind.STREET, "新", 99999), CLOCK)


def test_the_tree_shows_ones_own_places_with_counts(session, places):
    """Places of other districts are not in it."""
    make_place_tree(session, 4)
    zhao = make_person(session, "赵", Role.ADMINISTRATOR, places.street)
    roots = tree(session, [grant.path for grant in zhao.grants])
    assert [node.place.id for node in roots] == [places.street]
    compound = roots[0].children[0].children[0]
    assert (compound.place.id, compound.buildings, compound.units) == (places.compound, 2, 0)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE place SET kind = 'street' WHERE kind = 'community'",
        "UPDATE place SET parent_id = NULL, kind = 'district' WHERE kind = 'street'",
        "UPDATE place SET path = '/'",
        "UPDATE place SET name = ' '",
        "INSERT INTO place (kind, name, parent_id, path, created_at) "
        "SELECT kind, name, parent_id, path, created_at FROM place WHERE kind = 'district'",
        "INSERT INTO place (kind, name, parent_id, path, created_at) "
        "SELECT 'planet', 'x', id, '/9/', created_at FROM place WHERE kind = 'district'",
    ],
)
def test_plain_sql_does_not_bend_the_tree(app, attack):
    """Rights follow paths, so the database keeps them."""
    with unit_of_work() as opened:
        make_place_tree(opened, 1)
    with pytest.raises(DatabaseError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(attack))


def test_households_are_half_in_each_building(session, places):
    """The builder that other tests stand on does what it says."""
    other = make_place_tree(session, 0)
    make = make_place(session, administrator(session), MakePlace(PlaceKind.COMPOUND, "梅园", other.community), CLOCK)
    buildings, units = make_households(session, make.id, 5)
    assert (len(buildings), len(units)) == (2, 5)
