"""``fundapp check`` on the ledger: every value changed behind the program's back is found by table and key."""

import pytest
from sqlalchemy import text

from fundapp.audit.checks import check_sealed_rows
from fundapp.db.base import Base
from fundapp.db.guards import guards
from fundapp.db.schema import create_guard, drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.ledger.checks import CHECKS
from fundapp.ledger.commands import close_account, ensure_account, reverse
from fundapp.ledger.rules import Ledger
from tests.ledger.books import NOW, gift, noted, posted

TABLES = ("book", "ledger_account", "ledger_balance", "ledger_closing", "ledger_journal", "ledger_entry")
COLUMNS = [(table, column.name) for table in TABLES for column in Base.metadata.tables[table].columns]
OTHER = {
    "ledger": "CASE ledger WHEN 'actual' THEN 'commit' ELSE 'actual' END",
    "holder_kind": "'other'",
    "opened_at": "'2026-03-02 02:00:01.000000'",
    "posted_at": "'2026-03-02 02:00:01.000000'",
    "closed_at": "'2026-03-02 02:00:01.000000'",
    "event_date": "'2026-03-05'",
}
TEXTS = {
    "holder_name", "start_hash", "code", "name", "key", "body_hash", "purpose", "source", "subject", "prev_hash",
    "hash", "canonical",
}  # fmt: skip


def results():
    """Run the ledger's checks and those of the sealed rows."""
    with reading_session() as session:
        return {**{check.name: check.run(session) for check in CHECKS}, **dict(check_sealed_rows(session))}


def faults():
    """Give what was found, by check."""
    return {name: result.first_fault for name, result in results().items() if result.first_fault}


def change(statement):
    """Change rows as an administrator of the database would: with all that guards them switched off."""
    with bound_engine().execution_options(writes=True).connect() as connection:
        unguard = unguard_sqlite if connection.dialect.name == "sqlite" else unguard_postgresql
        unguard(connection)
        assert connection.execute(text(statement)).rowcount == 1
        for guard in guards_of(connection):
            create_guard(connection, guard)
        connection.commit()
        connection.invalidate()


def guards_of(connection):
    """List the guards that an administrator has to drop first; PostgreSQL has a setting for it."""
    return [guard for guard in guards() if guard.table in TABLES] if connection.dialect.name == "sqlite" else []


def unguard_sqlite(connection):
    """Drop the triggers, ignore foreign keys and checks."""
    raw = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("PRAGMA ignore_check_constraints=ON")
    for guard in guards_of(connection):
        drop_guard(connection, guard)


def unguard_postgresql(connection):
    """Fire no trigger (foreign keys are triggers there), drop the checks."""
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    checks = "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
    for table, name in connection.exec_driver_sql(checks).all():
        if table in TABLES:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


@pytest.fixture
def story(books):
    """Two gifts, a reversal, an expense, a closed account."""
    first = posted(books, gift(books, "gift:1", 700))
    posted(books, gift(books, "gift:2", 300, evidence=("a" * 32,)))
    with unit_of_work() as session:
        reverse(session, books.actor, first.id, "重复登记", NOW)
        closed = ensure_account(session, books.committee, Ledger.ACTUAL, "spend:9", "别的支出", 0)
        close_account(session, books.actor, closed.id, NOW)
        noted(session, books)
    return books


def test_an_honest_ledger_has_no_fault(story):
    """What was posted verifies, and the checks say how much they looked at."""
    assert faults() == {}
    looked = {name: result.rows for name, result in results().items()}
    assert (looked["ledger.books"], looked["ledger.journals"], looked["ledger.balances"]) == (2, 4, 9)


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[".".join(pair) for pair in COLUMNS])
def test_any_changed_value_is_found_by_table_and_key(story, table, column):
    """Whatever column is changed in whatever table of the ledger, the row is named."""
    keys = [key.name for key in Base.metadata.tables[table].primary_key.columns]
    order = ", ".join(f"{key} DESC" for key in keys)
    key = ", ".join(keys)
    new = OTHER.get(column) or (f"'x' || substr({column}, 2)" if column in TEXTS else f"COALESCE({column}, 0) + 1000")
    change(f"UPDATE {table} SET {column} = {new} WHERE ({key}) = (SELECT {key} FROM {table} ORDER BY {order} LIMIT 1)")
    assert any(fault.startswith(f"{table}:") for fault in faults().values()), faults()


@pytest.mark.parametrize("table", TABLES)
def test_a_deleted_row_is_found(story, table):
    """A row that is gone is missed."""
    keys = ", ".join(key.name for key in Base.metadata.tables[table].primary_key.columns)
    order = ", ".join(f"{key} DESC" for key in keys.split(", "))
    change(f"DELETE FROM {table} WHERE ({keys}) = (SELECT {keys} FROM {table} ORDER BY {order} LIMIT 1)")
    assert any(fault.startswith(f"{table}:") for fault in faults().values()), faults()


FORGED = [
    ("UPDATE ledger_journal SET purpose = 'x' WHERE id = 3", "ledger_journal:3 differs from its text in purpose"),
    ("UPDATE ledger_entry SET amount_fen = 1 WHERE journal_id = 3 AND leg = 1", "ledger_journal:3 has other entries"),
    ("UPDATE ledger_entry SET account_id = 3 WHERE journal_id = 3 AND leg = 1", "ledger_journal:3 has other entries"),
    ("DELETE FROM ledger_journal WHERE id = 4", "ledger_journal:4 is missing, its entries are there"),
    ("DELETE FROM ledger_journal WHERE id = 3", "ledger_journal:4 does not go on"),
    ("UPDATE ledger_journal SET canonical = canonical || ' ' WHERE id = 3", "ledger_journal:3 differs from its hash"),
    ("UPDATE ledger_balance SET balance_fen = 1 WHERE account_id = 1", "ledger_balance:1 is not the sum"),
    ("UPDATE ledger_balance SET floor_fen = -5 WHERE account_id = 1", "ledger_balance:1 has other limits"),
    ("DELETE FROM ledger_balance WHERE account_id = 1", "ledger_balance:1 is missing"),
    ("UPDATE ledger_entry SET balance_after_fen = 1 WHERE journal_id = 3 AND leg = 1", "ledger_entry:3,1 does not"),
    ("UPDATE book SET place_id = 7 WHERE id = 2", "book:2 is not what its chain starts from"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "fault"), FORGED, ids=[row[1] for row in FORGED])
def test_the_ledgers_own_checks_find_it_without_the_trail(story, statement, fault):
    """The chain and the sums find a change also where the trail of deeds was forged along with it."""
    change(statement)
    with reading_session() as session:
        found = [check.run(session).first_fault for check in CHECKS]
    assert any(text and text.startswith(fault) for text in found), found
