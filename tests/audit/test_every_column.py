"""Every column of every table that proves something: changed by plain SQL it is found, and named by table and key.

Tables and columns are taken from the models, so that a new one is attacked without being listed here.
"""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import UniqueConstraint, insert, update
from sqlalchemy.orm import Session

from fundapp.audit.commands import record, seal, touch
from fundapp.db import wiring, work
from fundapp.db.base import Base
from fundapp.db.guards import guards
from fundapp.kernel.actor import NOBODY
from fundapp.stories.running import LIBRARY, run_file
from tests.audit.attack import at, attacker, changed, is_evidence, key_of, names, watched
from tests.conftest import BACKENDS, running_app

STORIES = (
    LIBRARY / "1-dongfeng-rest-kiosk.toml",  # from the first idea to the return of the rest, with a vote
    LIBRARY / "8-banshan-shares.toml",  # pools that are shared at once, and the street's share
    LIBRARY / "8-panlong-month.toml",  # a bank file, and a month that is closed
)
NO_PROOF = {
    "account": "passwords: secrets of their owners, no evidence",
    "bank_upload": "a file that waits to be taken in",
    "consent_helper": "encrypted names of who carried paper; what they brought is sealed",
    "group_member": "who is cared for by which grid; what counts lies in the snapshots",
    "holder": "encrypted names, which their owners may have erased",
    "holding": "what counts lies in the snapshots",
    "household_code": "spent codes; the binding that they made is sealed",
    "answer_code": "spent codes; the answers that they gave are sealed",
    "questionnaire_code": "spent codes; the answers that they gave are sealed",
    "vote_code": "spent codes; the ballots that they gave are sealed",
    "name_view": "a log of who looked at names",
    "place": "names on the map",
    "project_draft": "nothing was said yet",
    "roster_import": "a note of a file; what counts lies in the snapshots",
    "roster_upload": "a file that waits to be taken in",
    "unit": "what counts lies in the snapshots",
    "unit_group": "what counts lies in the snapshots",
}


def fill_up(who):
    """Write a row, by a recorded deed, into each sealed table that the story leaves empty."""
    empty = [table for table in watched("sealed") if not who.rows(table)]
    with who.unguarded(*empty), Session(who.connection, join_transaction_mode="create_savepoint") as session:
        for table, _what, key in forge(who, empty):
            touch(session, table, key)
        record(session, NOBODY, "tests.fill_up", "tests:1", datetime(2026, 11, 20, tzinfo=UTC))
        seal(session)
        session.commit()
    who.connection.commit()


@pytest.fixture(scope="module", params=BACKENDS)
def played(request):
    """The address of a database in which a project had its whole life; nobody commits anything to it afterwards."""
    source = request.getfixturevalue("sqlite_source" if request.param == "sqlite" else "postgres_source")
    with source.built() as url:
        with pytest.MonkeyPatch.context() as patch:  # playing binds this process to the database
            for name in ("_reactions", "_providers"):
                patch.setattr(wiring, name, dict(getattr(wiring, name)))
            for name in ("engine", "writer", "before_commit"):
                patch.setattr(work._bound, name, getattr(work._bound, name))
            for story in STORIES:
                difference, _deeds = run_file(story, url, date(2026, 11, 20))
                assert difference is None, str(difference)
        with attacker(url) as who:
            who.drop_checks(*watched("sealed"), *watched("recomputed_by"))
            fill_up(who)
        yield url


@pytest.fixture
def attacked(played, tmp_path):
    """Somebody who may write anything into that database."""
    with running_app(played, tmp_path), attacker(played) as who:
        # Rows that fill empty tables have nothing above them, which SQLite's own check of foreign keys says.
        assert [one for one in who.faults() if not one.endswith("refers to a row that is not there")] == []
        yield who


def change(who, number, tables):
    """Change the column of this number in a row of each table; give what was done as table, column, keys.

    A value that a unique key refuses is tried on the next row.
    """
    done = []
    for table in tables:
        rows = who.rows(table)
        if number >= len(table.columns) or not rows:
            continue
        column, middle = list(table.columns)[number], len(rows) // 2
        for row in rows[middle:] + rows[:middle]:
            other = row | {column.name: changed(column, row[column.name])}
            if who.write(update(table).where(at(table, key_of(table, row))).values({column.name: other[column.name]})):
                done.append((table, column.name, key_of(table, row), key_of(table, other)))
                break
    return done


def not_named(who, done):
    """Say which of the changes no check names."""
    faults = who.faults()
    who.undo()
    return [(table.name, what) for table, what, *keys in done if not any(names(one, table, *keys) for one in faults)]


def attack(who, tables, deed):
    """Do something to all these tables while their guards are away; say what was not named."""
    with who.unguarded(*tables):
        done = deed()
    return not_named(who, done), len(done)


def test_any_changed_value_of_a_sealed_row_is_named(attacked):
    """One column after the other, in a row of each sealed table."""
    tables, missed, attacks = watched("sealed"), [], 0
    for number in range(max(len(table.columns) for table in tables)):
        unnamed, done = attack(attacked, tables, lambda number=number: change(attacked, number, tables))
        missed, attacks = missed + unnamed, attacks + done
    assert missed == []
    asked = sum(len(table.columns) for table in tables)
    assert asked - 3 <= attacks <= asked  # a few values are refused by unique keys in every row


def test_any_changed_value_of_a_recomputed_row_is_named(attacked):
    """The trail, its head, kept balances and the households of snapshots, one value at a time."""
    missed = []
    for table in watched("recomputed_by"):
        for number in range(len(table.columns)):
            missed += attack(attacked, [table], lambda number=number, table=table: change(attacked, number, [table]))[0]
    assert missed == []


def remove(who, tables, place):
    """Delete the first (0) or the last (-1) row of each table."""
    done = []
    for table in tables:
        if rows := who.rows(table):
            key = key_of(table, rows[place])
            who.connection.execute(table.delete().where(at(table, key)))
            done.append((table, "deleted", key))
    return done


@pytest.mark.parametrize("place", [0, -1])
def test_a_row_that_was_taken_away_is_named(attacked, place):
    """The first and the last row of every table; of the trail, too, whose last entry nothing follows."""
    sealed = watched("sealed")
    missed = attack(attacked, sealed, lambda: remove(attacked, sealed, place))[0]
    for table in watched("recomputed_by"):
        missed += attack(attacked, [table], lambda table=table: remove(attacked, [table], place))[0]
    assert missed == []


def forge(who, tables):
    """Add a row to each table that looks like its last one, with other values."""
    done = []
    for table in tables:
        rows = who.rows(table)
        like = rows[-1] if rows else dict.fromkeys(table.columns.keys())
        row = {column.name: changed(column, like[column.name]) for column in table.columns}
        who.connection.execute(insert(table).values(row))
        done.append((table, "forged", key_of(table, row)))
    return done


def test_a_forged_row_is_noticed(attacked):
    """Also in tables where nothing stood so far."""
    sealed = watched("sealed")
    missed, done = attack(attacked, sealed, lambda: forge(attacked, sealed))
    for table in watched("recomputed_by"):
        missed += attack(attacked, [table], lambda table=table: forge(attacked, [table]))[0]
    assert missed == []
    assert done == len(sealed)


def swap(who, tables):
    """Exchange what the first and the last row of each table say."""
    done = []
    for table in tables:
        rows, keys = who.rows(table), [column.name for column in table.primary_key.columns]
        first, last = rows[:1], rows[-1:]
        says = [{name: value for name, value in row.items() if name not in keys} for row in first + last]
        if len(rows) < 2 or says[0] == says[1]:
            continue
        who.connection.execute(table.delete().where(at(table, key_of(table, last[0]))))
        who.connection.execute(update(table).where(at(table, key_of(table, first[0]))).values(says[1]))
        who.connection.execute(insert(table).values(last[0] | says[0]))
        done.append((table, "swapped", key_of(table, first[0]), key_of(table, last[0])))
    return done


def test_two_rows_that_changed_places_are_noticed(attacked):
    """Sums and counts stay the same, the rows do not."""
    sealed = watched("sealed")
    missed, done = attack(attacked, sealed, lambda: swap(attacked, sealed))
    assert missed == []
    assert done > len(sealed) // 3  # the others have one row in this story


def unique_keys(table):
    """List the sets of columns over which SQLite could replace a row of a table."""
    keys = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    indexes = [one.columns for one in table.indexes if one.unique]
    return [[column.name for column in columns] for columns in (table.primary_key.columns, *keys, *indexes)]


def replaced(who, table, key):
    """Write a row with the same values in *key*, and others in all other keys, over each row; give those that went."""
    others = {name for names in unique_keys(table) for name in names} - set(key)
    gone = []
    for row in who.rows(table)[-20:]:
        new = row | {name: changed(table.columns[name], row[name]) for name in others}
        done = who.write(insert(table).prefix_with("OR REPLACE").values(new))
        if done and row not in who.rows(table):
            gone.append((table.name, key))
        who.undo()
    return gone[:1]


@pytest.mark.parametrize("played", ["sqlite"], indirect=True)
def test_no_unique_key_lets_a_row_be_replaced(attacked):
    """SQLite's INSERT OR REPLACE deletes without a delete trigger: every key of every kept table is closed.

    PostgreSQL has no such statement.
    """
    kept = {guard.table for guard in guards() if guard.name.endswith("_no_replace")}
    tables = [table for table in Base.metadata.sorted_tables if table.name in kept]
    watched_ones = {table.name for table in watched("sealed") + watched("recomputed_by")}
    assert watched_ones - kept == {"project_member"}  # the task of a member may change; its deed is recorded
    assert [one for table in tables for key in unique_keys(table) for one in replaced(attacked, table, key)] == []


def test_every_table_that_proves_something_is_watched():
    """Chosen by the kinds and names of columns: who adds such a table seals it, or says why it proves nothing."""
    proving = {table.name for table in Base.metadata.sorted_tables if any(map(is_evidence, table.columns))}
    watched_ones = {table.name for table in watched("sealed") + watched("recomputed_by")}
    assert proving - watched_ones == set(NO_PROOF)
