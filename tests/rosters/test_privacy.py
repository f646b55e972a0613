"""Who sees names and phones, what is written down about it, and a change of the key."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from fundapp.db.crypt import WrongKey, bind_data_key
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Forbidden, NotVisible
from fundapp.people.models import Person
from fundapp.places.commands import AssignUnits, GroupKind, MakeGroup, NameHead, assign_units, make_group, name_head
from fundapp.rosters.commands import ChangeHolders, HolderData, HoldingReason, change_holders, rekey
from fundapp.rosters.heads import Purpose
from fundapp.rosters.models import Holder, NameView
from fundapp.rosters.privacy import ListOf, LookAtList, LookAtUnit, look_at_list, look_at_unit
from fundapp.rosters.queries import looks
from tests.support.world import CLOCK, NOW, make_person, make_place_tree

WANG = HolderData("演示·王芳", "13800000001")


@pytest.fixture
def yard(app):
    """A compound with six households, one of them held by a couple; its worker."""
    with unit_of_work() as session:
        made = make_place_tree(session)
        worker = make_person(session, "王社工", Role.WORKER, made.community)
        held = ChangeHolders(made.units[0], (WANG, HolderData("演示·李雷")), local_date(NOW), HoldingReason.FIRST)
        change_holders(session, worker, held, CLOCK)
    return made, worker


def test_a_look_at_names_is_written_down(yard):
    """Who, which household, how many names, when and what for."""
    with unit_of_work() as session:
        seen = look_at_unit(session, yard[1], LookAtUnit(yard[0].units[0], Purpose.CONTACT), CLOCK)
        assert [(one.name, one.phone, one.is_voter) for one in seen] == [
            ("演示·王芳", "13800000001", True),
            ("演示·李雷", "", False),
        ]
    with reading_session() as session:
        (row,) = looks(session, yard[1]).rows
        assert (row.by, row.about, row.names, row.purpose) == ("王社工", "1栋101", 2, Purpose.CONTACT)
        outsider = make_person(session, "外社工", Role.WORKER, make_place_tree(session).community)
        assert not looks(session, outsider).rows


def test_a_list_without_names_is_no_look(yard):
    """Doors and areas are no secret of a worker's; with names the list is a look."""
    with unit_of_work() as session:
        group = make_group(session, yard[1], MakeGroup(yard[0].compound, GroupKind.TEN, "第一组"), CLOCK)
        assign_units(session, yard[1], AssignUnits(group.id, "1栋101，1栋102"), CLOCK)
        name_head(session, yard[1], NameHead(group.id, "演示·十户长", "13900000000"), CLOCK)
    with unit_of_work() as session:
        plain = look_at_list(session, yard[1], LookAtList(yard[0].compound, ListOf.GROUP, group.id, False), CLOCK)
        assert [(line.door, line.holders) for line in plain.lines] == [("1栋101", ()), ("1栋102", ())]
        assert plain.contacts == ("演示·十户长 13900000000",)
        assert session.scalar(select(NameView.id)) is None
        named = look_at_list(
            session, yard[1], LookAtList(yard[0].compound, ListOf.BUILDING, yard[0].buildings[0], True), CLOCK
        )
        assert [len(line.holders) for line in named.lines] == [2, 0, 0]
        assert session.scalars(select(NameView.names)).all() == [2]


def test_names_are_for_the_communitys_worker_only(yard):
    """A refusal leaves no look behind, and a building of elsewhere is not there."""
    with unit_of_work() as session:
        other = make_place_tree(session)
        outsider = make_person(session, "外社工", Role.WORKER, other.community)
    cmd = LookAtUnit(yard[0].units[0], Purpose.CONTACT)
    with pytest.raises(Forbidden), unit_of_work() as session:
        look_at_unit(session, outsider, cmd, CLOCK)
    foreign = LookAtList(yard[0].compound, ListOf.BUILDING, other.buildings[0], True)
    with pytest.raises(NotVisible), unit_of_work() as session:
        look_at_list(session, yard[1], foreign, CLOCK)


ATTACKS = {
    "name_view_keeps_rows": "DELETE FROM name_view",
    "name_view_keeps_values": "UPDATE name_view SET purpose = 'audit'",
}


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_a_look_cannot_be_made_undone(yard, name):
    """The log is kept by the database; without the guard the statement would go through."""
    with unit_of_work() as session:
        look_at_unit(session, yard[1], LookAtUnit(yard[0].units[0], Purpose.CONTACT), CLOCK)
    with pytest.raises(DatabaseError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(ATTACKS[name]))
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == name))
        assert connection.execute(text(ATTACKS[name])).rowcount == 1


@pytest.fixture
def key_put_back():
    """Bind the tests' key again afterwards."""
    yield
    bind_data_key(("only-for-tests",))


def test_the_key_can_be_changed(yard, key_put_back):
    """With both keys everything opens; after the rewriting the old one can go, and holders are found as before."""
    bind_data_key(("another-key", "only-for-tests"))
    with unit_of_work() as session:
        assert rekey(session, CLOCK) >= 4
    bind_data_key(("another-key",))
    with unit_of_work() as session:
        assert "演示·王芳" in session.scalars(select(Holder.name)).all()
        assert "王社工" in session.scalars(select(Person.name)).all()
        same = ChangeHolders(yard[0].units[1], (WANG,), local_date(NOW), HoldingReason.FIRST)
        (held,) = change_holders(session, yard[1], same, CLOCK)
        assert held.holder_id == session.scalar(select(Holder.id).order_by(Holder.id).limit(1))


def test_a_wrong_key_opens_nothing_and_rewrites_nothing(yard, key_put_back):
    """Whoever starts with another key is told so, not shown gibberish."""
    bind_data_key(("another-key",))
    with pytest.raises(WrongKey), unit_of_work() as session:
        rekey(session, CLOCK)


def test_no_key_is_no_start():
    """Names are never written in clear for want of a key."""
    with pytest.raises(ValueError, match="no data key"):
        bind_data_key(())
