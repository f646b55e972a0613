"""Ordinary SQL by the owner of the tables: what the database itself refuses about bank lines and matches.

Line 6 and entry 6.1, both of 5,000.00 yuan, are in no match; line 2 and entry 1.1 are match 1.
"""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from fundapp.db.guards import guards
from fundapp.db.work import bound_engine
from tests.banking.bank import book_money, make_bank, taken
from tests.banking.files import ROWS, two_columns
from tests.banking.test_matching import END, all_known, prepared

MORE = (*ROWS, ("2026-03-28", 500_000, "B0005", "", "又一笔"))
TABLES = (
    "bank_account", "bank_layout", "bank_statement", "bank_line", "bank_match", "bank_match_line", "bank_match_entry",
    "bank_unmatch", "bank_reconciliation", "bank_reconciliation_check",
)  # fmt: skip
MATCH = (
    "INSERT INTO bank_match (op_key, account_id, made_by_id, made_at) "
    "SELECT 'x', account_id, made_by_id, made_at FROM bank_match WHERE id = 1"
)
CHECK = (
    "INSERT INTO bank_reconciliation_check (reconciliation_id, passed, reason, checked_by_id, checked_at) "
    "SELECT id, true, '', prepared_by_id, prepared_at FROM bank_reconciliation"
)
PAPER = (
    "INSERT INTO bank_reconciliation (op_key, account_id, as_of, bank_fen, book_fen, book_in_fen, book_out_fen, "
    "bank_in_fen, bank_out_fen, note, state_hash, prepared_by_id, prepared_at) SELECT 'x', account_id, as_of, "
    "bank_fen + 1, book_fen, 0, 0, 0, 0, '', 'x', prepared_by_id, prepared_at FROM bank_reconciliation"
)


def line(position="l.position + 1", day="l.day", amount=5, balance="l.balance_fen + 5", opening="false"):
    """Write a line behind the last one, unless told otherwise."""
    return (
        "INSERT INTO bank_line (account_id, statement_id, position, opening, day, amount_fen, balance_fen, number) "
        f"SELECT account_id, statement_id, {position}, {opening}, {day}, {amount}, {balance}, '' FROM bank_line l "
        "WHERE position = (SELECT max(position) FROM bank_line)"
    )


def member(number, turn, key="'x'"):
    """Put a line into a match."""
    return f"INSERT INTO bank_match_line (match_key, line_id, turn) VALUES ({key}, {number}, {turn})"


def entry(journal, leg, turn, key="'x'"):
    """Put an entry into a match."""
    return f"INSERT INTO bank_match_entry (match_key, journal_id, leg, turn) VALUES ({key}, {journal}, {leg}, {turn})"


SECOND = "(SELECT op_key FROM bank_match WHERE id = 2)"


@dataclass(frozen=True)
class Attack:
    """Statements of one transaction, and the guard that stands against them (none: a plain constraint)."""

    guard: str | None
    statements: tuple[str, ...]


HONEST = (member(6, 1), entry(6, 1, 1), MATCH)
ATTACKS = {
    "a balance that does not go on": Attack("bank_line_follows", (line(balance="l.balance_fen + 6"),)),
    "a line behind a gap": Attack("bank_line_follows", (line(position="l.position + 2", balance="5"),)),
    "a line of an earlier day": Attack("bank_line_follows", (line(day="'2020-01-01'"),)),
    "an opening in the middle": Attack(None, (line(opening="true"),)),
    "a place that is taken": Attack(None, (line(position="2", balance="1000005"),)),
    "a line in two matches": Attack("bank_match_line_in_one_match", (member(2, 2), entry(6, 1, 1), MATCH)),
    "a line whose turn is left out": Attack("bank_match_line_in_one_match", (member(6, 7), entry(6, 1, 1), MATCH)),
    "an entry in two matches": Attack("bank_match_entry_in_one_match", (member(6, 1), entry(1, 1, 2), MATCH)),
    "a line that joins later": Attack("bank_match_line_in_time", (member(6, 1, SECOND),)),
    "an entry that joins later": Attack("bank_match_entry_in_time", (entry(6, 1, 1, SECOND),)),
    "other sums": Attack("bank_match_balances", (member(6, 1), entry(7, 1, 1), MATCH)),
    "a match of nothing": Attack("bank_match_balances", (MATCH,)),
    "an entry of another account": Attack("bank_match_of_one_account", (entry(6, 1, 1), entry(6, 2, 1), MATCH)),
    "members without a match": Attack(None, (member(6, 1),)),
    "the preparer checks": Attack("bank_reconciliation_check_by_another", (CHECK,)),
    "a paper whose sides differ": Attack(None, (PAPER,)),
}


@pytest.fixture
def victim(app):
    """March with everything matched but one line and two entries, and a paper that nobody has checked."""
    bank = make_bank()
    taken(bank, two_columns(MORE))
    all_known(bank)
    for key, amount in (("free", 500_000), ("other", 700)):
        book_money(bank, key, amount, date(2026, 3, 28), "donation:restricted:1")
    prepared(bank, balance_fen=END + 500_000, note="在途")
    return bank


def succeeds(statements, without=None):
    """Run statements as one transaction up to its commit, with a guard missing; what succeeds is taken back."""
    engine = bound_engine()
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            if without:
                on = "" if engine.dialect.name == "sqlite" else f" ON {_table(without)}"
                connection.execute(text(f"DROP TRIGGER {without}{on}"))
            for statement in statements:
                connection.execute(text(statement))
            if engine.dialect.name == "sqlite":
                faults = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                return not faults
            connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        except DatabaseError:
            return False
        else:
            return True
        finally:
            transaction.rollback()


def _table(guard):
    return next(one.table for one in guards() if one.name == guard)


@pytest.mark.usefixtures("victim")
def test_every_attack_is_refused_and_each_guard_holds_one():
    """What honest SQL may write goes through; each attack is refused, and goes through where its guard is missing."""
    assert succeeds(HONEST)
    assert [name for name, attack in ATTACKS.items() if succeeds(attack.statements)] == []
    guarded = {name: attack for name, attack in ATTACKS.items() if attack.guard}
    assert [name for name, attack in guarded.items() if not succeeds(attack.statements, attack.guard)] == []
    own = {one.name for one in guards() if one.table in TABLES and not one.name.endswith(GENERAL)}
    assert own == {attack.guard for attack in guarded.values()}


GENERAL = ("_keeps_rows", "_keeps_values", "_no_replace", "_no_truncate")


@pytest.mark.usefixtures("victim")
@pytest.mark.parametrize("table", ["bank_account", "bank_statement", "bank_line", "bank_match", "bank_reconciliation"])
def test_nothing_is_changed_or_deleted(table):
    """What the bank said and who did what stays as it was written."""
    assert not succeeds((f"UPDATE {table} SET id = id",))
    assert not succeeds((f"DELETE FROM {table}",))
