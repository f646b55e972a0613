"""``fundapp check`` on the ledger: every value changed behind the program's back is found by table and key."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.audit.checks import check_sealed_rows
from fundapp.db.base import Base
from fundapp.db.guards import guards
from fundapp.db.schema import create_guard, drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.ledger.checks import CHECKS
from fundapp.ledger.commands import close_account, ensure_account, reverse
from fundapp.ledger.rules import Ledger, ReversalReason
from tests.ledger.attacks import TABLES, keep_months
from tests.ledger.books import NOW, gift, noted, posted

COLUMNS = [(table, column.name) for table in TABLES for column in Base.metadata.tables[table].columns]
OTHER = {
    "ledger": "CASE ledger WHEN 'actual' THEN 'commit' ELSE 'actual' END",
    "holder_kind": "'other'",
    "opened_at": "'2026-03-02 02:00:01.000000'",
    "posted_at": "'2026-03-02 02:00:01.000000'",
    "closed_at": "'2026-03-02 02:00:01.000000'",
    **dict.fromkeys(("event_date", "first_day", "last_day"), "'2026-03-05'"),
    **dict.fromkeys(("adopted_at", "asked_at", "approved_at"), "'2026-03-02 02:00:01.000000'"),
    "reason": "'wrong_amount'",
    "kind": "'bank'",
}
TEXTS = {
    "holder_name", "start_hash", "code", "name", "key", "body_hash", "purpose", "source", "subject", "prev_hash",
    "hash", "canonical", "fund", "content",
}  # fmt: skip


def results(session):
    """Run the ledger's checks and those of the sealed rows."""
    return {**{check.name: check.run(session) for check in CHECKS}, **dict(check_sealed_rows(session))}


def faults_after(statement, run=results):
    """Change rows as an administrator would, with all that guards them switched off; give the faults; take it back."""
    with bound_engine().execution_options(writes=True).connect() as connection:
        (unguard_sqlite if connection.dialect.name == "sqlite" else unguard_postgresql)(connection)
        assert connection.execute(text(statement)).rowcount == 1
        for guard in guards_of(connection):
            create_guard(connection, guard)
        with Session(connection, join_transaction_mode="rollback_only") as session:
            found = [result.first_fault for result in run(session).values()]
        connection.rollback()
        connection.invalidate()
    return [fault for fault in found if fault]


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
    """Two gifts, a reversal, a closed account, closed months of which one was reopened."""
    first = posted(books, gift(books, "gift:1", 700))
    posted(books, gift(books, "gift:2", 300, evidence=("a" * 32,)))
    with unit_of_work() as session:
        reverse(session, books.actor, first.id, ReversalReason.DUPLICATE, "重复登记", NOW)
        closed = ensure_account(session, books.committee, Ledger.ACTUAL, "spend:9", "别的支出", 0, fund="project:1")
        close_account(session, books.actor, closed.id, NOW)
        keep_months(session, books)
        noted(session, books)
    return books


def last_row(table):
    """Say which row of *table* has the highest key."""
    keys = [key.name for key in Base.metadata.tables[table].primary_key.columns]
    order = ", ".join(f"{key} DESC" for key in keys)
    return f"({', '.join(keys)}) = (SELECT {', '.join(keys)} FROM {table} ORDER BY {order} LIMIT 1)"


def named(table, faults):
    """Tell whether some fault names a row of *table*."""
    return any(fault.startswith(f"{table}:") for fault in faults)


def test_an_honest_ledger_has_no_fault(story):
    """What was posted verifies, and the checks say how much they looked at."""
    with reading_session() as session:
        found = results(session)
    assert [result.first_fault for result in found.values() if result.first_fault] == []
    looked = (found["ledger.books"].rows, found["ledger.journals"].rows, found["ledger.balances"].rows)
    assert looked == (2, 8, 9)


def test_any_changed_value_is_found_by_table_and_key(story):
    """Whatever column is changed in whatever table of the ledger, the row is named."""
    missed = []
    for table, column in COLUMNS:
        new = OTHER.get(column) or (
            f"'x' || substr({column}, 2)" if column in TEXTS else f"COALESCE({column}, 0) + 1000"
        )
        faults = faults_after(f"UPDATE {table} SET {column} = {new} WHERE {last_row(table)}")
        missed += [] if named(table, faults) else [(table, column, faults)]
    assert missed == []


def test_a_deleted_row_is_found(story):
    """A row that is gone is missed, from whatever table."""
    found = {table: faults_after(f"DELETE FROM {table} WHERE {last_row(table)}") for table in TABLES}
    assert [(table, faults) for table, faults in found.items() if not named(table, faults)] == []


FORGED = [
    ("UPDATE ledger_journal SET purpose = 'x' WHERE id = 3", "ledger_journal:3 differs from its text in purpose"),
    ("UPDATE ledger_entry SET amount_fen = 1 WHERE journal_id = 3 AND leg = 1", "ledger_journal:3 has other entries"),
    ("UPDATE ledger_entry SET account_id = 3 WHERE journal_id = 3 AND leg = 1", "ledger_journal:3 has other entries"),
    ("DELETE FROM ledger_journal WHERE id = 4", "ledger_journal:4 is missing, its entries are there"),
    ("DELETE FROM ledger_journal WHERE id = 3", "ledger_journal:3 is missing, its entries are there"),
    ("UPDATE ledger_journal SET seq = 9 WHERE id = 3", "ledger_journal:3 does not go on from the journal before it"),
    ("UPDATE ledger_account SET fund = 'x' WHERE id = 1", "ledger_journal:2 does not sum to 0 in each fund"),
    ("UPDATE ledger_month_closing SET end_seq = 0, last_day = '2026-03-31' WHERE id = 4", "ledger_journal:2 was"),
    ("UPDATE ledger_chart SET second_from_fen = 1 WHERE id = 3", "ledger_journal:4 is a payment without two people"),
    ("UPDATE ledger_balance SET balance_fen = -1 WHERE account_id = 7", "ledger_balance:7 holds less than nothing"),
    ("UPDATE ledger_balance SET balance_fen = 1 WHERE account_id = 7", "ledger_account:4 and its pool do not sum to 0"),
    ("DELETE FROM ledger_account WHERE id = 3", "ledger_balance:3 belongs to no account"),
    ("UPDATE ledger_journal SET canonical = canonical || ' ' WHERE id = 3", "ledger_journal:3 differs from its hash"),
    ("UPDATE ledger_balance SET balance_fen = 1 WHERE account_id = 1", "ledger_balance:1 is not the sum"),
    ("UPDATE ledger_balance SET floor_fen = -5 WHERE account_id = 1", "ledger_balance:1 has other limits"),
    ("DELETE FROM ledger_balance WHERE account_id = 1", "ledger_balance:1 is missing"),
    ("UPDATE ledger_entry SET balance_after_fen = 1 WHERE journal_id = 3 AND leg = 1", "ledger_entry:3,1 does not"),
    ("UPDATE book SET place_id = 7 WHERE id = 2", "book:2 is not what its chain starts from"),
]  # fmt: skip


def own_results(session):
    """Run the ledger's checks alone."""
    return {check.name: check.run(session) for check in CHECKS}


def test_the_ledgers_own_checks_find_it_without_the_trail(story):
    """The chain and the sums find a change also where the trail of deeds was forged along with it."""
    found = [(statement, fault, faults_after(statement, own_results)) for statement, fault in FORGED]
    assert [row for row in found if not any(text.startswith(row[1]) for text in row[2])] == []
