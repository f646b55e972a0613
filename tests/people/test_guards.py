"""The database itself keeps codes, roles and bindings as they were written."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from fundapp.db.work import bound_engine, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.people.commands import IssueCodes, Scope, issue_codes
from tests.support.world import CLOCK, make_account, make_person, make_place_tree, make_resident

ATTACKS = {
    "a live code beside a live code": "INSERT INTO household_code "
    "(unit_id, code_hash, issued_at, issued_by_id, expires_at) "
    "SELECT unit_id, 'x', issued_at, issued_by_id, expires_at FROM household_code WHERE revoked_at IS NULL LIMIT 1",
    "a code revived": "UPDATE household_code SET revoked_at = NULL WHERE revoked_at IS NOT NULL",
    "a code for another door": "UPDATE household_code SET unit_id = unit_id + 1",
    "a longer life": "UPDATE household_code SET expires_at = '2099-01-01 00:00:00'",
    "used by nobody": "UPDATE household_code SET used_at = issued_at WHERE revoked_at IS NULL",
    "a code removed": "DELETE FROM household_code",
    "another role": "UPDATE role_grant SET role = 'administrator'",
    "an unknown role": "INSERT INTO role_grant (person_id, role, place_id, starts_at) "
    "SELECT person_id, 'emperor', place_id, starts_at FROM role_grant LIMIT 1",
    "a role removed": "DELETE FROM role_grant",
    "a role moved": "UPDATE role_grant SET place_id = 1",
    "a household moved": "UPDATE unit_binding SET unit_id = unit_id + 1",
    "a binding removed": "DELETE FROM unit_binding",
    "a role that ends before it began": "UPDATE role_grant SET ends_at = '1999-01-01 00:00:00'",
    "two accounts of one name": "INSERT INTO account (person_id, login, password_hash, active) "
    "SELECT 1, login, password_hash, active FROM account LIMIT 1",
}


@pytest.fixture
def _people(app):
    """A worker, a resident, and codes, one of them replaced."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        make_account(session, worker, "wang")
        make_resident(session, "李大爷", places.units[0])
        cmd = IssueCodes(places.compound, Scope.ONE, places.units[1])
        for _ in range(2):
            issue_codes(session, worker, cmd, "secret", CLOCK)


@pytest.mark.usefixtures("_people")
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_plain_sql_is_refused(attack):
    """What the program would never do, the database does not let anybody do."""
    with pytest.raises(DatabaseError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(attack))
