"""Ten households and grids beside the tree."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.places.commands import (
    AssignUnits,
    GroupKind,
    MakeGroup,
    NameHead,
    assign_units,
    close_group,
    make_group,
    name_head,
    release_unit,
)
from fundapp.places.queries import group_page, groups_below, groups_of
from fundapp.rosters.queries import snapshot_heads
from tests.support.world import CLOCK, NOW, later, make_person, make_place_tree, make_snapshot


@pytest.fixture
def yard(app):
    """A compound with six households, its worker, and a group of ten with two of them."""
    with unit_of_work() as session:
        made = make_place_tree(session)
        worker = make_person(session, "王社工", Role.WORKER, made.community)
        group = make_group(session, worker, MakeGroup(made.compound, GroupKind.TEN, "第一组"), CLOCK)
        assign_units(session, worker, AssignUnits(group.id, "1栋101\n1#102"), CLOCK)
        name_head(session, worker, NameHead(group.id, "演示·李十户长", "13800000000"), CLOCK)
    return made, worker, group.id


def members(yard, group_id=None):
    """List the doors of a group."""
    with reading_session() as session:
        return [unit.door for unit in group_page(session, yard[0].compound, group_id or yard[2]).units]


def test_households_are_put_into_a_group_by_their_doors(yard):
    """Any spelling of a door does; the list shows how many came and who keeps in touch."""
    assert members(yard) == ["1栋101", "1栋102"]
    with reading_session() as session:
        (row,) = groups_of(session, yard[0].compound)
        assert (row.name, row.units, row.head_name) == ("第一组", 2, "演示·李十户长")


def test_a_household_is_in_one_group_of_each_kind(yard):
    """Who joins another ten leaves the first; a grid is another kind."""
    with unit_of_work() as session:
        second = make_group(session, yard[1], MakeGroup(yard[0].compound, GroupKind.TEN, "第二组"), CLOCK)
        grid = make_group(session, yard[1], MakeGroup(yard[0].compound, GroupKind.GRID, "第一组"), CLOCK)
        assign_units(session, yard[1], AssignUnits(second.id, "1栋102"), later(days=1))
        assert assign_units(session, yard[1], AssignUnits(grid.id, "1栋101，1栋102"), later(days=1)) == 2
    assert (members(yard), members(yard, second.id), len(members(yard, grid.id))) == (["1栋101"], ["1栋102"], 2)
    with reading_session() as session:
        before = groups_below(session, "/", NOW)
        assert before[yard[0].units[1], GroupKind.TEN] == yard[2]


def test_a_snapshot_keeps_the_groups_of_its_day(yard):
    """What a round counted per group does not move with later groupings."""
    with unit_of_work() as session:
        number = make_snapshot(session, yard[0].compound).id
        close_group(session, yard[1], yard[2], later(days=1))
    with reading_session() as session:
        assert [line.group_id for line in snapshot_heads(session, number)][:3] == [yard[2], yard[2], None]
    with pytest.raises(NotVisible):
        members(yard)


def test_a_closed_groups_name_is_free_again(yard):
    """A group is never opened again; a new one of the name is another."""
    with unit_of_work() as session:
        close_group(session, yard[1], yard[2], later(days=1))
        again = make_group(session, yard[1], MakeGroup(yard[0].compound, GroupKind.TEN, "第一组"), later(days=2))
        assert again.id != yard[2]
    with pytest.raises(NotVisible), unit_of_work() as session:
        assign_units(session, yard[1], AssignUnits(yard[2], "1栋101"), later(days=2))


@pytest.mark.parametrize(("doors", "code"), [("", "places.door_needed"), ("1栋101\n9栋1", "places.door_unknown")])
def test_a_wrong_door_puts_nobody_into_a_group(yard, doors, code):
    """All of them or none."""
    with pytest.raises(Refused) as refusal, unit_of_work() as session:
        assign_units(session, yard[1], AssignUnits(yard[2], doors), CLOCK)
    assert refusal.value.code == code
    assert len(members(yard)) == 2


@pytest.mark.parametrize(("name", "code"), [(" ", "places.name_needed"), ("第 一组", "places.name_taken")])
def test_a_group_has_a_name_of_its_own(yard, name, code):
    """Two groups of one kind and name could not be told apart on paper."""
    with pytest.raises(Refused) as refusal, unit_of_work() as session:
        make_group(session, yard[1], MakeGroup(yard[0].compound, GroupKind.TEN, name), CLOCK)
    assert refusal.value.code == code


def test_groups_are_the_workers_business(yard):
    """Another community's worker changes nothing here."""
    with unit_of_work() as session:
        outsider = make_person(session, "外社工", Role.WORKER, make_place_tree(session).community)
    for deed in (
        lambda session: make_group(session, outsider, MakeGroup(yard[0].compound, GroupKind.TEN, "乙"), CLOCK),
        lambda session: assign_units(session, outsider, AssignUnits(yard[2], "1栋103"), CLOCK),
        lambda session: name_head(session, outsider, NameHead(yard[2], "某人"), CLOCK),
        lambda session: release_unit(session, outsider, yard[2], yard[0].units[0], CLOCK),
        lambda session: close_group(session, outsider, yard[2], CLOCK),
    ):
        with pytest.raises(Forbidden), unit_of_work() as session:
            deed(session)


ATTACKS = {
    "unit_group_keeps_rows": "DELETE FROM unit_group WHERE id NOT IN (SELECT group_id FROM group_member)",
    "unit_group_keeps_values": "UPDATE unit_group SET made_at = '2020-01-01 00:00:00' WHERE closed_at IS NULL",
    "unit_group_closed_once": "UPDATE unit_group SET closed_at = NULL WHERE closed_at IS NOT NULL",
    "group_member_keeps_rows": "DELETE FROM group_member",
    "group_member_keeps_values": "UPDATE group_member SET group_id = (SELECT max(id) FROM unit_group "
    "WHERE kind = 'ten_households') WHERE ends_at IS NULL",
    "group_member_ends_once": "UPDATE group_member SET ends_at = starts_at WHERE ends_at IS NOT NULL",
    "group_head_keeps_rows": "DELETE FROM group_head",
    "group_head_keeps_values": "UPDATE group_head SET starts_at = '2020-01-01 00:00:00'",
}
CONSTRAINTS = [
    "UPDATE group_head SET name = '李四'",
    "UPDATE group_member SET ends_at = '2020-01-01 00:00:00' WHERE ends_at IS NULL",
    "INSERT INTO group_member (group_id, kind, unit_id, starts_at) SELECT group_id, 'grid', unit_id, starts_at "
    "FROM group_member",
    "INSERT INTO group_member (group_id, kind, unit_id, starts_at) SELECT group_id, kind, unit_id, starts_at "
    "FROM group_member WHERE ends_at IS NULL",
    "INSERT INTO unit_group (kind, name, place_id, made_by_id, made_at) SELECT kind, name, place_id, made_by_id, "
    "made_at FROM unit_group WHERE closed_at IS NULL",
]


@pytest.fixture
def grouped(yard):
    """A household that left, and a group that was closed."""
    with unit_of_work() as session:
        release_unit(session, yard[1], yard[2], yard[0].units[0], later(days=1))
        other = make_group(session, yard[1], MakeGroup(yard[0].compound, GroupKind.TEN, "丙组"), CLOCK)
        close_group(session, yard[1], other.id, later(days=2))
    return yard


def attack(statement):
    """Run a statement as plain SQL."""
    with bound_engine().execution_options(writes=True).begin() as connection:
        return connection.execute(text(statement)).rowcount


@pytest.mark.parametrize("statement", [*ATTACKS.values(), *CONSTRAINTS])
def test_plain_sql_does_not_rewrite_who_was_in_which_group(grouped, statement):
    """Groups, their members and their heads are kept by the database itself."""
    with pytest.raises(DatabaseError):
        attack(statement)


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_each_guard_of_groups_holds_its_attack(grouped, name):
    """With the guard away the same statement goes through."""
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == name))
    assert attack(ATTACKS[name]) > 0
