"""The database refuses every attack by itself, and each guard is there for one of them."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
from sqlalchemy.engine import make_url

from fundapp.db.guards import guards
from fundapp.db.work import reading_session
from fundapp.ledger.checks import CHECKS
from fundapp.ledger.seal import CONDITIONS, sealing
from tests.ledger.attacks import ATTACKS, HONEST, TABLES, Attack, victim
from tests.ledger.books import bound

NO_TRUNCATE = tuple(f"{table}_no_truncate" for table in TABLES)
ALSO = {
    "book_keeps_rows": ("ledger_chart_keeps_rows",),
    "ledger_reopening_no_replace": ("ledger_month_reopened_last_first",),
    "ledger_account_keeps_rows": ("ledger_balance_keeps_rows",),
    "ledger_journal_keeps_rows": ("ledger_entry_keeps_rows",),
    "ledger_account_no_replace": ("ledger_balance_no_replace",),
    **{name: NO_TRUNCATE for name in NO_TRUNCATE},
}
"""Guards whose attack another one holds as well: they are dropped together."""


class Sqlite:
    """Attacks on copies in memory. A stranger's connection: foreign keys on, no recursive triggers."""

    kind = "sqlite"

    def __init__(self, url):
        with closing(sqlite3.connect(make_url(url).database)) as file:
            self.source = sqlite3.connect(":memory:")
            file.backup(self.source)

    def close(self):
        """Let go of the copy."""
        self.source.close()

    def first_through(self, attacks, names=()):
        """Give the name of the first attack that is let through where the guards *names* are missing."""
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            self.source.backup(copy)
            copy.execute("PRAGMA foreign_keys=ON")
            for name in names:
                copy.execute(f"DROP TRIGGER {name}")
            return next((attack.name for attack in attacks if self.succeeds(copy, attack)), None)

    def succeeds(self, connection, attack):
        """Run an attack as one transaction, to its commit or to the refusal."""
        try:
            for statement in ("BEGIN", *attack.statements, "COMMIT"):
                connection.execute(statement)
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK")
            return False
        return True


class Postgresql:
    """Attacks in transactions that are taken back once their deferred constraints have been checked."""

    kind = "postgresql"

    def __init__(self, url):
        self.connection = psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))

    def close(self):
        """Let go of the connection."""
        self.connection.close()

    def first_through(self, attacks, names=(), constraints=()):
        """Give the name of the first attack that is let through where guards and constraints are missing."""
        tables = {guard.name: guard.table for guard in guards() if guard.postgresql}
        with self.connection.transaction(force_rollback=True):
            for name in names:
                self.connection.execute(f"DROP TRIGGER {name} ON {tables[name]}" if name in tables else sealing(name))
            for table, name in constraints:
                self.connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
            return next((attack.name for attack in attacks if self.succeeds(attack)), None)

    def succeeds(self, attack):
        """Run an attack to its deferred constraints, and take it back."""
        try:
            with self.connection.transaction(force_rollback=True):
                for statement in (*attack.statements, "SET CONSTRAINTS ALL IMMEDIATE"):
                    self.connection.execute(statement)
        except psycopg.IntegrityError:
            return False
        return True


@pytest.fixture
def target(database_url):
    """The books of :func:`victim`, open to attack."""
    with bound(database_url):
        victim()
        with reading_session() as session:
            assert {check.run(session).first_fault for check in CHECKS} == {None}
    attacked = (Sqlite if database_url.startswith("sqlite") else Postgresql)(database_url)
    yield attacked
    attacked.close()


def attacks_on(target):
    """List the attacks that this database understands."""
    return [attack for attack in ATTACKS if target.kind in attack.on]


def test_an_honest_posting_in_plain_sql_is_accepted(target):
    """What the attacks are built from is right: they fail for what they do, not for how they are written."""
    assert target.first_through([Attack("honest", HONEST)]) == "honest"


def test_every_attack_is_refused(target):
    """Ordinary SQL, by whoever may write to the tables, changes nothing that was posted and posts nothing wrong."""
    assert target.first_through(attacks_on(target)) is None


def test_each_guard_holds_some_attack(target):
    """Without a guard at least one attack is let through: none is there for nothing, and no attack is vacuous."""
    there = [guard.name for guard in guards() if guard.table in TABLES and getattr(guard, target.kind)]
    if target.kind == "postgresql":  # where one trigger holds many conditions: it is made anew without each of them
        there += [condition.name for condition in CONDITIONS]
    idle = [name for name in there if target.first_through(attacks_on(target), {name, *ALSO.get(name, ())}) is None]
    assert idle == []


CONSTRAINTS = (
    ("ledger_balance", "ck_ledger_balance_floor"),
    ("ledger_balance", "ck_ledger_balance_ceiling"),
    ("ledger_entry", "ck_ledger_entry_leg_slot"),
    ("ledger_entry", "ck_ledger_entry_whole_fen"),
    ("ledger_entry", "fk_ledger_entry_journal"),
    ("ledger_account", "ck_ledger_account_kind_of_ledger"),
    ("ledger_account", "ck_ledger_account_of_a_fund"),
    ("ledger_journal", "ck_ledger_journal_another_approves"),
    ("ledger_journal", "ck_ledger_journal_reason_of_reversal"),
    ("ledger_reopening", "ck_ledger_reopening_another_opens"),
    ("ledger_reopening", "fk_ledger_reopening_request"),
    ("ledger_journal", "ck_ledger_journal_two_legs"),
    ("ledger_journal", "uq_ledger_journal_key"),
    ("ledger_journal", "uq_ledger_journal_reverses_id"),
)


@pytest.mark.pg
@pytest.mark.parametrize("database_source", ["postgresql"], indirect=True)
def test_each_constraint_holds_some_attack(target):
    """The same for the named constraints, where a database lets them be dropped."""
    idle = [
        name for table, name in CONSTRAINTS if target.first_through(attacks_on(target), (), [(table, name)]) is None
    ]
    assert idle == []
