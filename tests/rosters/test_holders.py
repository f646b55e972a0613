"""Who holds what from when: changes of holder, heads of snapshots, and what plain SQL may not do to them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.people.models import HouseholdCode
from fundapp.places.models import UnitState
from fundapp.places.queries import units_by_id
from fundapp.rosters.commands import (
    ChangeHolders,
    HolderData,
    HoldingReason,
    NewRoom,
    RebuildUnits,
    change_holders,
    rebuild_units,
)
from fundapp.rosters.heads import HolderKind
from fundapp.rosters.models import Holder, Holding
from fundapp.rosters.queries import snapshot_heads, speaks_for
from tests.support.world import NOW, later, make_person, make_place_tree, make_resident, make_snapshot

TODAY = local_date(NOW)
WANG, LI = HolderData("演示·王芳", "13800000001"), HolderData("演示·李雷", "13800000002")
FIRM = HolderData("演示·开发公司", kind=HolderKind.DEVELOPER)


@pytest.fixture
def yard(app):
    """A compound with six households and its worker."""
    with unit_of_work() as session:
        made = make_place_tree(session)
        worker = make_person(session, "王社工", Role.WORKER, made.community)
    return made, worker


def hold(yard, unit, *holders, reason=HoldingReason.FIRST, clock=None, on=None, same_as=""):
    """Say who holds a unit, on the clock's day if nothing else is said."""
    clock = clock or later(days=0)
    cmd = ChangeHolders(yard[0].units[unit], holders, on or local_date(clock.at), reason, same_as)
    with unit_of_work() as session:
        return change_holders(session, yard[1], cmd, clock)


def heads(yard, at=NOW):
    """Freeze the compound; give the head of each unit in the order of the units."""
    with unit_of_work() as session:
        snapshot = make_snapshot(session, yard[0].compound, at)
        return [line.head_key for line in snapshot_heads(session, snapshot.id)]


def test_a_neighbour_with_two_flats_is_one_head(yard):
    """The same name and phone is the same holder; a flat nobody wrote down stands for itself."""
    hold(yard, 0, WANG)
    hold(yard, 1, HolderData("演示·王 芳", "138 0000 0001"))
    hold(yard, 2, LI)
    first, second, third, *rest = heads(yard)
    assert first == second != third
    assert rest == [f"unit:{number}" for number in yard[0].units[3:]]


def test_an_owner_without_a_phone_is_joined_by_the_door_of_her_other_flat(yard):
    """Two namesakes are two people until the worker says that they are one."""
    hold(yard, 0, HolderData("演示·王芳"))
    hold(yard, 1, HolderData("演示·王芳"))
    assert len(set(heads(yard)[:2])) == 2
    hold(yard, 1, same_as="1#101", reason=HoldingReason.CORRECTION)
    assert len(set(heads(yard)[:2])) == 1


def test_the_developers_unsold_and_undelivered_flats_are_one_head(yard):
    """A flat that is sold but not handed over counts with the developer's."""
    hold(yard, 0, FIRM)
    hold(yard, 1, FIRM)
    hold(yard, 2, WANG)
    with bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE unit SET state = 'undelivered' WHERE id = :id"), {"id": yard[0].units[2]})
    assert len(set(heads(yard)[:3])) == 1


def test_an_undelivered_flat_of_an_unknown_developer_has_no_holder(yard):
    """Under owners' regimes that is a blank holder: it is never counted as its buyer's."""
    hold(yard, 0, WANG)
    with bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE unit SET state = 'undelivered' WHERE id = :id"), {"id": yard[0].units[0]})
    with reading_session() as session:
        assert units_by_id(session, [yard[0].units[0]])[yard[0].units[0]].state is UnitState.UNDELIVERED
    assert heads(yard)[0] == f"unit:{yard[0].units[0]}"


def test_co_holders_have_one_voter(yard):
    """A couple holds a flat together: the first one named speaks for it."""
    made = hold(yard, 0, WANG, LI)
    assert [one.is_voter for one in made] == [True, False]
    with reading_session() as session:
        assert speaks_for(session, yard[0].units[0], NOW).holder_id == made[0].holder_id


def test_a_sale_ends_one_holding_and_starts_another_on_its_day(yard):
    """Both stay on record; before the day the seller held it, from its first moment on the buyer."""
    hold(yard, 0, WANG, LI)
    sold = later(days=20)
    day = local_date(sold.at - timedelta(days=3))
    hold(yard, 0, HolderData("演示·买家"), reason=HoldingReason.SALE, clock=sold, on=day)
    with reading_session() as session:
        rows = session.scalars(select(Holding).order_by(Holding.id)).all()
        assert [row.ends_at is None for row in rows] == [False, False, True]
        assert rows[0].ends_at == rows[1].ends_at == rows[2].starts_at
        assert local_date(rows[2].starts_at) == day
        unit = yard[0].units[0]
        assert speaks_for(session, unit, rows[2].starts_at).holder_id == rows[2].holder_id
        assert speaks_for(session, unit, rows[2].starts_at - timedelta(seconds=1)).holder_id == rows[0].holder_id


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"holders": ()}, "rosters.holder_needed"),
        ({"holders": (HolderData("", "13800000000"),)}, "rosters.holder_needed"),
        ({"holders": (HolderData("演示·丙", "不详"),)}, "rosters.bad_phone"),
        ({"holders": (LI, LI)}, "rosters.holder_twice"),
        ({"holders": (WANG,)}, "rosters.same_holders"),
        ({"on": TODAY + timedelta(days=1)}, "rosters.day_ahead"),
        ({"on": TODAY - timedelta(days=1)}, "rosters.before_present"),
        ({"holders": (), "same_as": "9栋101"}, "rosters.no_holder_there"),
    ],
)
def test_a_change_that_cannot_be_is_refused_by_name(yard, changed, code):
    """Nothing of it is written."""
    hold(yard, 0, WANG)
    asked = {"holders": (LI,), "on": TODAY, "reason": HoldingReason.SALE} | changed
    with pytest.raises(Refused) as refusal, unit_of_work() as session:
        change_holders(session, yard[1], ChangeHolders(yard[0].units[0], **asked), later(days=0))
    assert refusal.value.code == code
    with reading_session() as session:
        assert session.scalar(select(func.count()).select_from(Holding)) == 1


def test_only_the_communitys_worker_changes_holders(yard):
    """Neither a resident nor another community's worker, and not for a unit that is not there."""
    with unit_of_work() as session:
        other = make_place_tree(session)
        outsider = make_person(session, "外社工", Role.WORKER, other.community)
        resident = make_resident(session, "李居民", yard[0].units[0])
    cmd = ChangeHolders(yard[0].units[0], (WANG,), TODAY, HoldingReason.FIRST)
    for actor in (outsider, resident):
        with pytest.raises(Forbidden), unit_of_work() as session:
            change_holders(session, actor, cmd, later(days=0))
    with pytest.raises(NotVisible), unit_of_work() as session:
        change_holders(session, yard[1], ChangeHolders(10**6, (WANG,), TODAY, HoldingReason.FIRST), later(days=0))


def test_after_a_sale_the_old_household_is_let_go_and_after_a_correction_it_stays(yard):
    """Who moved out cannot answer for the flat any more; a corrected name moves nobody out."""
    unit = yard[0].units[0]
    with unit_of_work() as session:
        seller = make_resident(session, "卖家", unit)
    hold(yard, 0, WANG)
    hold(yard, 0, HolderData("演示·王方"), reason=HoldingReason.CORRECTION, clock=later(days=1))
    with reading_session() as session:
        assert speaks_for(session, unit, NOW + timedelta(days=1)).person_ids == {seller.person_id}
    hold(yard, 0, LI, reason=HoldingReason.SALE, clock=later(days=2))
    with reading_session() as session:
        assert speaks_for(session, unit, NOW + timedelta(days=2)).person_ids == frozenset()
        assert speaks_for(session, unit, NOW + timedelta(days=1)).person_ids == {seller.person_id}
        live = HouseholdCode.revoked_at.is_(None), HouseholdCode.used_at.is_(None), HouseholdCode.unit_id == unit
        assert session.scalar(select(func.count()).select_from(HouseholdCode).where(*live)) == 0


def test_a_split_or_sold_flat_stays_in_the_snapshot_of_an_open_round(yard):
    """Whatever happens to the roster meanwhile, a round keeps the households it opened with."""
    hold(yard, 0, WANG)
    with unit_of_work() as session:
        snapshot = make_snapshot(session, yard[0].compound)
        before = snapshot_heads(session, snapshot.id)
    hold(yard, 0, LI, reason=HoldingReason.SALE, clock=later(days=1))
    rooms = (NewRoom("101A", 400_000), NewRoom("101B", 450_000))
    with unit_of_work() as session:
        made = rebuild_units(session, yard[1], RebuildUnits(yard[0].units[0], (), rooms), later(days=2))
    with reading_session() as session:
        assert snapshot_heads(session, snapshot.id) == before
        assert len({speaks_for(session, number, later(days=2).at).holder_id for number in made}) == 1
    doors = heads(yard, later(days=2).at)
    assert len(doors) == 7
    assert len(set(doors[:2] + doors[-2:])) == 3


def test_two_flats_become_one(yard):
    """The former doors are free for nobody else's count: one household is left of two."""
    hold(yard, 0, WANG)
    hold(yard, 1, WANG)
    cmd = RebuildUnits(yard[0].units[0], ("1栋102",), (NewRoom("101-102", 1_700_000),))
    with unit_of_work() as session:
        made = rebuild_units(session, yard[1], cmd, later(days=1))
    assert len(made) == 1
    assert len(heads(yard, later(days=1).at)) == 5
    with pytest.raises(NotVisible), unit_of_work() as session:
        rebuild_units(session, yard[1], cmd, later(days=2))


@pytest.mark.parametrize(
    ("doors", "rooms", "code"),
    [
        ((), (NewRoom("101"),), "rosters.nothing_rebuilt"),
        ((), (), "rosters.room_needed"),
        ((), (NewRoom("102"), NewRoom("101A")), "rosters.room_taken"),
        ((), (NewRoom("7"), NewRoom("7室")), "rosters.room_taken"),
        (("9栋9",), (NewRoom("7"),), "rosters.door_unknown"),
    ],
)
def test_a_rebuilding_that_cannot_be_is_refused(yard, doors, rooms, code):
    """No unit ends for it."""
    with pytest.raises(Refused) as refusal, unit_of_work() as session:
        rebuild_units(session, yard[1], RebuildUnits(yard[0].units[0], doors, rooms), later(days=1))
    assert refusal.value.code == code
    assert len(heads(yard)) == 6


def test_names_and_phones_lie_encrypted_in_the_database(yard):
    """Who copies the file reads no name and no number."""
    hold(yard, 0, WANG)
    with bound_engine().connect() as connection:
        name, phone = connection.execute(text("SELECT name, phone FROM holder")).one()
    assert "王" not in name
    assert "138" not in phone
    with reading_session() as session:
        assert session.scalars(select(Holder.name)).one() == WANG.name


def test_an_encrypted_column_cannot_be_searched_by_mistake():
    """A comparison in the database would silently find nobody: it fails loudly."""
    for wrong in (lambda: Holder.name == "王", lambda: Holder.name.contains("王"), lambda: Holder.name.desc()):
        with pytest.raises(TypeError):
            wrong()


COLUMNS = "unit_id, holder_id, is_voter, starts_at, ends_at, reason, recorded_by_id, recorded_at, ended_by_id"
ATTACKS = {
    "holding_keeps_rows": "DELETE FROM holding",
    "holding_keeps_values": "UPDATE holding SET holder_id = (SELECT max(id) FROM holder) "
    "WHERE is_voter AND ends_at IS NULL",
    "holding_ends_once": "UPDATE holding SET ends_at = starts_at WHERE ends_at IS NOT NULL",
    "holding_voter_leaves_last": "UPDATE holding SET ends_at = starts_at, ended_by_id = recorded_by_id "
    "WHERE is_voter AND ends_at IS NULL",
    "holding_voters_follow": f"INSERT INTO holding ({COLUMNS}) SELECT unit_id, (SELECT max(id) FROM holder), is_voter, "
    "'2026-02-01 00:00:00', recorded_at, reason, recorded_by_id, recorded_at, recorded_by_id FROM holding "
    "WHERE is_voter AND ends_at IS NOT NULL AND recorded_at < ends_at",
    "holding_beside_voter": f"INSERT INTO holding ({COLUMNS}) SELECT (SELECT max(id) FROM unit), holder_id, is_voter, "
    "starts_at, NULL, reason, recorded_by_id, recorded_at, NULL FROM holding WHERE NOT is_voter AND ends_at IS NULL",
    "holder_keeps_rows": "DELETE FROM holder WHERE id NOT IN (SELECT holder_id FROM holding)",
    "holder_keeps_values": "UPDATE holder SET kind = 'firm' WHERE identity_hash IS NOT NULL",
}
CONSTRAINTS = [
    "UPDATE holder SET name = '王芳'",
    "UPDATE holder SET phone = '13800000000'",
    "UPDATE holder SET identity_hash = NULL, kind = 'developer'",
    "UPDATE holding SET ends_at = '2020-01-01 00:00:00' WHERE NOT is_voter AND ends_at IS NULL",
    "UPDATE snapshot_unit SET head_key = 'holder:1'",
    f"INSERT INTO holding ({COLUMNS}) SELECT unit_id, holder_id, is_voter, starts_at, NULL, reason, recorded_by_id, "
    "recorded_at, NULL FROM holding WHERE ends_at IS NULL",
]


def attack(statement):
    """Run a statement as plain SQL."""
    with bound_engine().execution_options(writes=True).begin() as connection:
        if bound_engine().dialect.name == "postgresql":
            statement = statement.replace("'2026-02-01 00:00:00'", "timestamptz '2026-02-01 00:00:00+00'")
        return connection.execute(text(statement)).rowcount


@pytest.fixture
def held(yard):
    """A unit that was sold, and one with two holders; a holder who holds nothing any more."""
    hold(yard, 0, WANG)
    hold(yard, 0, LI, reason=HoldingReason.SALE, clock=later(days=5))
    hold(yard, 1, HolderData("演示·甲"), HolderData("演示·乙"))
    with unit_of_work() as session:
        make_snapshot(session, yard[0].compound)
        session.add(
            Holder(community_id=yard[0].community, kind=HolderKind.PERSON, name="演示·丙", made_by_id=1, made_at=NOW)
        )
    return yard


@pytest.mark.parametrize("statement", [*ATTACKS.values(), *CONSTRAINTS])
def test_plain_sql_does_not_rewrite_who_held_what(held, statement):
    """Holders and holdings are kept by the database itself."""
    with pytest.raises(DatabaseError):
        attack(statement)


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_each_guard_of_holdings_holds_its_attack(held, name):
    """With the guard away the same statement goes through: the test above is not held by something else."""
    guard = next(one for one in guards() if one.name == name)
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, guard)
    assert attack(ATTACKS[name]) > 0


def test_a_holder_of_another_community_cannot_hold_here(held):
    """A head is counted within its community; the database keeps holders apart."""
    with unit_of_work() as session:
        other = make_place_tree(session)
    with pytest.raises(DatabaseError):
        attack(
            f"INSERT INTO holding ({COLUMNS}) SELECT {other.units[0]}, holder_id, is_voter, starts_at, NULL, reason, "
            "recorded_by_id, recorded_at, NULL FROM holding WHERE is_voter AND ends_at IS NULL"
        )
