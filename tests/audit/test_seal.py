"""The trail of deeds: nothing sealed without a deed, nothing changed without a trace."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from fundapp.audit.checks import check_chain, check_sealed_rows
from fundapp.audit.commands import record
from fundapp.audit.models import AuditEntry
from fundapp.db.guards import guards
from fundapp.db.schema import create_guard, drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Actor
from fundapp.programmes.models import PolicyVersion, Programme
from tests.support.world import make_person, make_place_tree

NOW = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def programme_id(app):
    """A programme and its first policy, made by hand."""
    with unit_of_work() as session:
        street = make_place_tree(session).street
        admin = make_person(session, "演示·管理员")
    with unit_of_work() as session:
        programme = Programme(
            place_id=street, year=2026, name="民生小实事", foundation_name="演示基金会", opened_by_id=admin.person_id,
            opened_at=NOW,
        )  # fmt: skip
        session.add(programme)
        session.flush()
        session.add(
            PolicyVersion(
                programme_id=programme.id, number=1, signers=2, effective_from=NOW,
                parts={"consent": {"days": 7}}, parts_hash="0" * 64, made_by_id=admin.person_id, made_at=NOW,
            )
        )  # fmt: skip
        record(session, Actor(admin.person_id), "test.open", f"programme:{programme.id}", NOW)
    return programme.id


def _writing():
    return bound_engine().execution_options(writes=True).begin()


def faults():
    """Run the trail's checks."""
    with reading_session() as session:
        results = [("audit.chain", check_chain(session)), *check_sealed_rows(session)]
    return [f"{result.first_fault}" for _, result in results if result.first_fault]


def change(statement, table):
    """Change rows as an administrator of the database would: guards dropped and made again."""
    mine = [guard for guard in guards() if guard.table == table]
    with bound_engine().execution_options(writes=True).begin() as connection:
        for guard in mine:
            drop_guard(connection, guard)
        connection.exec_driver_sql(statement)
        for guard in mine:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {guard.name}")
            create_guard(connection, guard)


def test_an_untouched_trail_has_no_fault(programme_id):
    """What was written through deeds verifies."""
    assert faults() == []


def test_thousands_of_deeds_lie_in_one_unit_of_work(app):
    """A roster or a round of a whole district notes as many: in order, one chain."""
    with unit_of_work() as session:
        for number in range(2_001):
            record(session, Actor(None), "test.note", f"test:{number}", NOW)
    with reading_session() as session:
        assert check_chain(session).first_fault is None
        about = session.scalars(select(AuditEntry.about).where(AuditEntry.deed == "test.note").order_by(AuditEntry.seq))
        assert list(about) == [f"test:{number}" for number in range(2_001)]


def test_sealed_rows_need_a_deed(programme_id):
    """A unit of work that writes a sealed row and records no deed does not commit."""
    with pytest.raises(RuntimeError, match="without a recorded deed"), unit_of_work() as session:
        session.add(
            PolicyVersion(
                programme_id=programme_id, number=2, base_id=1, signers=2, sign_by=NOW, effective_from=NOW, parts={},
                parts_hash="1" * 64, made_by_id=1, made_at=NOW,
            )
        )  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "table", "named"),
    [
        ('UPDATE policy_version SET parts = \'{"consent":{"days":8}}\'', "policy_version", "policy_version:1"),
        ("UPDATE policy_version SET parts_hash = 'other'", "policy_version", "policy_version:1"),
        ("UPDATE programme SET year = 2027", "programme", "programme:1"),
        ("DELETE FROM policy_version", "policy_version", "policy_version:1"),
        ("UPDATE audit_entry SET deed = 'test.other' WHERE deed = 'test.open'", "audit_entry", "audit_entry:"),
        ("UPDATE audit_entry SET details = details || ' ' WHERE deed = 'test.open'", "audit_entry", "audit_entry:"),
    ],
)
def test_a_row_changed_by_plain_sql_is_named(programme_id, statement, table, named):
    """Whoever drops the triggers, changes a value and makes them again is found by table and key."""
    change(statement, table)
    assert any(fault.startswith(named) for fault in faults())


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET deed = 'x'", "DELETE FROM audit_entry"])
def test_the_trail_refuses_plain_sql(programme_id, statement):
    """The database itself keeps the trail append-only."""
    with pytest.raises(Exception, match="append-only"), bound_engine().execution_options(writes=True).begin() as c:
        c.exec_driver_sql(statement)
    assert faults() == []


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_head SET seq = seq - 1", "UPDATE audit_head SET hash = 'x'", "DELETE FROM audit_head"]
)
def test_the_end_of_the_trail_only_goes_on(programme_id, statement):
    """Nobody moves the head back, rewrites it or takes it away."""
    with pytest.raises(Exception, match=r"audit_head keeps|only goes on"), _writing() as connection:
        connection.exec_driver_sql(statement)
    assert faults() == []


def test_an_entry_taken_off_the_end_is_named(programme_id):
    """Nothing follows the last entry; that it was there, the head says."""
    with reading_session() as session:
        last = session.scalar(select(func.max(AuditEntry.seq)))
    change(f"DELETE FROM audit_entry WHERE seq = {last}", "audit_entry")
    assert faults()[0] == f"audit_entry:{last} is gone, audit_head:1 names it as the last"


def test_an_entry_that_cannot_be_read_does_not_stop_the_check(programme_id):
    """Broken text is a fault of its row, not of the program."""
    change("UPDATE audit_entry SET rows = '{' WHERE deed = 'test.open'", "audit_entry")
    assert any(fault.startswith("audit_entry:") for fault in faults())
