"""Taking rosters in, and freezing them."""

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DatabaseError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.places.models import Unit, UnitUse
from fundapp.places.queries import units_of_compound
from fundapp.rosters.checks import check_snapshots
from fundapp.rosters.commands import KeepUpload, freeze_roster, import_upload, keep_upload
from fundapp.rosters.models import RosterImport, SnapshotUnit
from fundapp.rosters.queries import snapshot_size, snapshot_units
from tests.rosters.files import excel
from tests.rosters.files import text as csv_text
from tests.support.world import (
    CLOCK,
    NOW,
    administrator,
    later,
    make_compound,
    make_person,
    make_place_tree,
    make_snapshot,
)


@pytest.fixture
def places(app):
    """An empty compound and its worker."""
    with unit_of_work() as session:
        made = make_place_tree(session, 0)
        worker = make_person(session, "王社工", Role.WORKER, made.community)
    return made, worker


def take_in(places, data, name="名册.xlsx", clock=CLOCK):
    """Look at a file and take it in, each in a unit of work of its own as the pages do."""
    made, worker = places
    with unit_of_work() as session:
        kept = keep_upload(session, worker, KeepUpload(made.compound, name, data), clock)
    with unit_of_work() as session:
        return import_upload(session, worker, kept.id, clock)


def doors(places):
    """List what the register holds."""
    with reading_session() as session:
        return [(unit.door, unit.area_cm2, unit.use) for unit in units_of_compound(session, places[0].compound)]


def test_a_file_is_taken_in_with_its_new_buildings(places):
    """Buildings that are not there yet come with the households."""
    done = take_in(places, excel(("1栋", 101, 85.36), ("3栋", 1, None, "商铺"), ("1栋", "102")))
    assert (done.rows_new, done.rows_changed) == (3, 0)
    assert doors(places) == [
        ("1栋101", 853_600, UnitUse.HOME),
        ("1栋102", None, UnitUse.HOME),
        ("3栋1", None, UnitUse.SHOP),
    ]


def test_the_same_file_again_changes_nothing(places):
    """Taking in twice, in another spelling and encoding too, makes no second household."""
    take_in(places, excel(("1栋", 101, 85.36)))
    again = take_in(places, csv_text("１栋,101室,85.36,").encode("gbk"), "again.csv")
    assert (again.rows_new, again.rows_changed) == (0, 0)
    assert len(doors(places)) == 1


def test_a_corrected_area_is_a_change_of_the_same_household(places):
    """The household keeps its number, so codes and answers stay with it."""
    take_in(places, excel(("1栋", 101, 85.36)))
    with reading_session() as session:
        before = session.scalar(select(Unit.id))
    done = take_in(places, excel(("1栋", 101, 90)))
    assert (done.rows_new, done.rows_changed) == (0, 1)
    with reading_session() as session:
        assert session.execute(select(Unit.id, Unit.area_cm2)).all() == [(before, 900_000)]


def test_one_wrong_row_stops_the_whole_file(places):
    """There is no half import: not one of the good rows comes in."""
    with pytest.raises(Refused) as told:
        take_in(places, excel(("1栋", 101), ("1栋", 102, "许多"), ("9栋", 1)))
    assert (told.value.code, told.value.facts["number"]) == ("rosters.wrong_rows", 3)
    assert doors(places) == []


def test_a_file_is_taken_in_once(places):
    """A second click on the button finds the file gone."""
    made, worker = places
    with unit_of_work() as session:
        kept = keep_upload(session, worker, KeepUpload(made.compound, "a.xlsx", excel(("1栋", 101))), CLOCK)
    with unit_of_work() as session:
        import_upload(session, worker, kept.id, CLOCK)
    with pytest.raises(Refused, match="gone"), unit_of_work() as session:
        import_upload(session, worker, kept.id, CLOCK)


def test_what_was_looked_at_yesterday_is_looked_at_again(places):
    """A check is good for a day."""
    made, worker = places
    with unit_of_work() as session:
        kept = keep_upload(session, worker, KeepUpload(made.compound, "a.xlsx", excel(("1栋", 101))), CLOCK)
    with pytest.raises(Refused, match="gone"), unit_of_work() as session:
        import_upload(session, worker, kept.id, later(days=1, seconds=1))


def test_an_empty_list_is_refused(places):
    """A file with headings and nothing under them changes nothing and says so."""
    with pytest.raises(Refused, match="no_rows"):
        take_in(places, excel())


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.BUILDING_HEAD, Role.SUPERVISOR])
def test_only_the_community_keeps_its_roster(places, role):
    """Other roles there, and the workers of other communities, change nothing."""
    made, _worker = places
    with unit_of_work() as session:
        other = make_place_tree(session, 0)
        people = [
            make_person(session, "甲", role, made.district),
            make_person(session, "乙", Role.WORKER, other.street),
        ]
    for person in people:
        with pytest.raises(Forbidden, match="not_worker"), unit_of_work() as session:
            keep_upload(session, person, KeepUpload(made.compound, "a.xlsx", excel(("1栋", 101))), CLOCK)
    with pytest.raises(NotVisible), unit_of_work() as session:
        keep_upload(session, people[0], KeepUpload(made.community, "a.xlsx", excel(("1栋", 101))), CLOCK)


def test_five_thousand_households_come_in_at_once(places):
    """A large compound is one upload; how long it takes is told by the benchmark."""
    data = excel(*[(f"{n // 100 + 1}栋", n % 100 + 1, "85.36") for n in range(5000)])
    assert take_in(places, data).rows_new == 5000


def test_a_snapshot_holds_homes_and_shops(places):
    """Parking spaces are no households."""
    take_in(places, excel(("1栋", 101, 85.36), ("1栋", 102, None, "商铺"), ("车库", 7, 12, "车位")))
    with unit_of_work() as session:
        snapshot = make_snapshot(session, places[0].compound)
        assert [door for _, door, _ in snapshot_units(session, snapshot.id)] == ["1栋101", "1栋102"]
        assert snapshot_size(session, snapshot.id) == 2


def test_a_snapshot_does_not_change_with_the_register(places):
    """What was frozen stays as it was when areas are corrected and households are added."""
    take_in(places, excel(("1栋", 101, 85.36)))
    with unit_of_work() as session:
        snapshot = make_snapshot(session, places[0].compound)
    take_in(places, excel(("1栋", 101, 99), ("1栋", 102)))
    with reading_session() as session:
        assert [row[1:] for row in snapshot_units(session, snapshot.id)] == [("1栋101", 853_600)]
        assert check_snapshots(session).first_fault is None


def test_doors_of_several_compounds_carry_their_names(places):
    """1栋101 of one compound and of another are two doors on one list."""
    take_in(places, excel(("1栋", 101)))
    with unit_of_work() as session:
        make_compound(session, places[0].community, "竹园", 1)
        snapshot = make_snapshot(session, places[0].community)
        printed = [door for _, door, _ in snapshot_units(session, snapshot.id)]
    assert printed[1] == "竹园1栋101"
    assert printed[0].endswith("小区1栋101")


def test_nothing_is_frozen_where_nobody_lives(places):
    """A round over an empty roster would always pass or never: it is refused."""
    with pytest.raises(Refused, match="empty"), unit_of_work() as session:
        freeze_roster(session, administrator(session), places[0].compound, NOW)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE snapshot_unit SET area_cm2 = 1",
        "DELETE FROM snapshot_unit",
        "UPDATE roster_snapshot SET households = 1",
        "DELETE FROM roster_snapshot",
        "DELETE FROM roster_import",
        "UPDATE unit SET room = '999'",
        "DELETE FROM unit",
        "UPDATE unit SET area_cm2 = 0",
        "UPDATE place SET path = '/1/' WHERE path <> '/1/'",
        "DELETE FROM place",
        "INSERT INTO unit (building_id, compound_id, room, door_key, use, state) "
        "SELECT building_id, compound_id, room, door_key, use, state FROM unit",
    ],
)
def test_plain_sql_does_not_rewrite_what_rounds_stand_on(places, attack):
    """Snapshots, doors and paths are kept by the database itself."""
    take_in(places, excel(("1栋", 101)))
    with unit_of_work() as session:
        make_snapshot(session, places[0].compound)
    with pytest.raises(DatabaseError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(attack))


def test_a_changed_snapshot_is_found(places):
    """Who takes the guard away, changes a row and puts the guard back is found by the hash."""
    take_in(places, excel(("1栋", 101), ("1栋", 102)))
    with unit_of_work() as session:
        snapshot = make_snapshot(session, places[0].compound)
    guard = next(one for one in guards() if one.name == "snapshot_unit_keeps_values")
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, guard)
        connection.execute(update(SnapshotUnit).where(SnapshotUnit.door == "1栋102").values(area_cm2=5))
    with reading_session() as session:
        assert f"roster_snapshot:{snapshot.id}" in (check_snapshots(session).first_fault or "")


def test_every_import_is_on_record(places):
    """Which file came in, when and by whom is kept with its hash."""
    take_in(places, excel(("1栋", 101)))
    with reading_session() as session:
        assert session.scalar(select(func.count()).select_from(RosterImport)) == 1
        assert len(session.scalar(select(RosterImport.file_hash))) == 64
