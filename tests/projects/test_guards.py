"""What plain SQL tries against projects, the database refuses; what slips past its guards, the check finds."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from fundapp.checking import all_results
from fundapp.db.guards import guards
from fundapp.db.schema import create_guard, drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from tests.projects.life import begin, check, make_street, submit
from tests.support.world import make_group

VERSION = "title, why, location, kind, theme, beneficiaries, origin, payers, budget_fen, content_hash, material"
MOVE = "INSERT INTO stage_change (project_id, from_stage, to_stage, person_id, at, reason) SELECT id,"
ATTACKS = {
    "a line more": "INSERT INTO cost_line (version_id, position, name, amount_fen) VALUES (1, 9, '小费', 1)",
    "a line for nothing": "INSERT INTO cost_line (version_id, position, name, amount_fen) VALUES (1, 9, '小费', 0)",
    "a negative line": "INSERT INTO cost_line (version_id, position, name, amount_fen) VALUES (1, 9, '折扣', -100)",
    "a dearer line": "UPDATE cost_line SET amount_fen = amount_fen + 1",
    "no line": "DELETE FROM cost_line",
    "another budget": "UPDATE project_version SET budget_fen = budget_fen * 2",
    "another text": "UPDATE project_version SET why = '别的理由'",
    "no version": "DELETE FROM project_version",
    "a second first version": f"INSERT INTO project_version (project_id, number, {VERSION}, made_by_id, made_at) "
    f"SELECT project_id, number, {VERSION}, made_by_id, made_at FROM project_version",
    "a free project": f"INSERT INTO project_version (project_id, number, {VERSION}, made_by_id, made_at) SELECT "
    f"project_id, 7, {VERSION.replace('budget_fen', '0')}, made_by_id, made_at FROM project_version",
    "a stage without history": "UPDATE project SET stage = 'consenting'",
    "a jump": f"{MOVE} stage, 'closed', proposer_id, created_at, '' FROM project",
    "from where it does not stand": f"{MOVE} 'consented', 'selected', proposer_id, created_at, '' FROM project",
    "another history": "UPDATE stage_change SET reason = '改写'",
    "no history": "DELETE FROM stage_change",
    "a return without reason": f"{MOVE} stage, 'returned', 1, created_at, '  ' FROM project",
    "another proposer": "UPDATE project SET proposer_id = 1",
    "another programme": "UPDATE project SET programme_id = programme_id + 1",
    "not on behalf": "UPDATE project SET on_behalf = NOT on_behalf",
    "no project": "DELETE FROM project",
    "an unknown stage": "UPDATE project SET stage = 'golden'",
    "no version in sight": "UPDATE project SET version = 0",
    "a second task": "INSERT INTO project_member SELECT project_id, person_id, 'lead', joined_at FROM project_member "
    "WHERE task = 'supervisor'",
    "an unknown task": "UPDATE project_member SET task = 'king'",
}


def run(statement):
    with bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(statement))


@pytest.fixture
def street(app):
    """A street with one project that was passed on and has a group."""
    made = make_street()
    project_id = begin(made)
    submit(made, project_id)
    check(made, project_id)
    with unit_of_work() as session:
        make_group(session, made.places, project_id)
    return made


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_the_database_refuses(street, attack):
    """Budgets, texts, stages and groups hold without the program."""
    with pytest.raises(DatabaseError):
        run(attack)


def test_the_proposer_cannot_pass_her_own_proposal_in_the_database(street):
    """Maker is never checker, in a trigger too."""
    own = begin(street)
    submit(street, own)
    move = f"{MOVE} stage, 'feasible', %s, created_at, '' FROM project WHERE id = {own}"
    with pytest.raises(DatabaseError):
        run(move % "proposer_id")
    run(move % street.worker.person_id)


def without(name):
    """Take a guard away, as somebody with the keys to the database could."""
    guard = next(guard for guard in guards() if guard.name == name)
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, guard)
    return guard


BEHIND = {
    "a dearer line": ("cost_line_keeps_values", "UPDATE cost_line SET amount_fen = amount_fen + 1", "project versions"),
    "another text": ("project_version_keeps_values", "UPDATE project_version SET why = 'x'", "project versions"),
    "a stage": ("project_stage_is_told", "UPDATE project SET stage = 'selected'", "project stages"),
    "a line more": (
        "cost_line_within_budget",
        "INSERT INTO cost_line (version_id, position, name, amount_fen) VALUES (1, 9, 'x', 1)",
        "project versions",
    ),
    "a jump": (
        "stage_change_takes_a_road",
        f"{MOVE} stage, 'closed', proposer_id, created_at, '' FROM project",
        "project stages",
    ),
}


@pytest.mark.parametrize(("name", "attack", "finder"), BEHIND.values(), ids=BEHIND.keys())
def test_without_its_guard_the_attack_succeeds_and_the_check_finds_it(street, name, attack, finder):
    """Each guard is what stands in the way, and the check is what stands behind it."""
    with reading_session() as session:
        assert [told for told, result in all_results(session) if result.first_fault] == []
    guard = without(name)
    run(attack)
    if bound_engine().dialect.name == "sqlite":
        with bound_engine().execution_options(writes=True).begin() as connection:
            create_guard(connection, guard)
    with reading_session() as session:
        faults = {told: result.first_fault for told, result in all_results(session) if result.first_fault}
    assert finder in faults
