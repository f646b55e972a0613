"""Deeds on sheets: what is frozen, who scores when, what is attacked."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.projects.models import Project, StageChange
from fundapp.projects.rules import Stage
from fundapp.scoring import commands, queries
from fundapp.scoring.checks import CHECKS
from fundapp.scoring.commands import MemberLine
from tests.support.world import NOW
from tests.voting.polling import CLOSES, FUNDING, JUST, OPENS, at, make_programme


def stages(scored):
    """Where the projects stand."""
    with reading_session() as session:
        found = dict(session.execute(select(Project.id, Project.stage)).all())
        return [found[one] for one in scored.projects]


def faults():
    """What the checks find."""
    with reading_session() as session:
        return [(one.name, found) for one in CHECKS if (found := one.run(session).first_fault)]


def seen(scored, actor, moment):
    """The page of the sheet."""
    with reading_session() as session:
        return queries.sheet_page(session, scored.sheet, actor, moment)


def everybody(scored):
    """All four hand in; the first steps aside at her own project."""
    scored.give(0, 0, 7, 8, recused={0: "是我提的"})
    for number in (1, 2, 3):
        scored.give(number, 9, 7, 8)


def test_a_sheet_goes_from_draft_to_chosen_projects(scored):
    """3000 and 2000 yuan of 5000 are chosen, the second in rank is too dear and heads the reserve list."""
    assert stages(scored) == [Stage.IN_ROUND] * 3
    everybody(scored)
    outcome = scored.publish()
    assert [(line["project"], line["why"]) for line in outcome["lines"]] == [
        (scored.projects[0], "chosen"), (scored.projects[2], "budget"), (scored.projects[1], "chosen"),
    ]  # fmt: skip
    assert stages(scored) == [Stage.SELECTED, Stage.SELECTED, Stage.RESERVED]
    with reading_session() as session:
        told = session.scalars(select(StageChange.reason).where(StageChange.project_id == scored.projects[2])).all()
    assert "备选库第 1 位" in told[-1]
    assert faults() == []


def test_nobody_sees_a_point_before_the_close(scored):
    """Not the member who gave it, not the worker: only how many have handed in."""
    everybody(scored)
    for actor in (*scored.members, scored.worker, scored.stranger):
        page = seen(scored, actor, CLOSES - JUST)
        assert (page.outcome, page.papers, page.handed_in) == (None, (), 4)
    page = seen(scored, scored.stranger, CLOSES)
    assert page.outcome is not None
    assert [paper.name for paper in page.papers] == [f"演示·评委{n}" for n in range(4)]
    assert page.papers[0].reasons == {scored.projects[0]: "是我提的"}
    assert len(queries.rows_of_papers(page)) == 4 * 3 * 5


@pytest.mark.parametrize(
    ("otherwise", "code"),
    [
        ({"clock": at(OPENS - JUST)}, "scoring.not_open_yet"),
        ({"clock": at(CLOSES)}, "scoring.closed"),
    ],
)
def test_a_paper_outside_the_window_is_refused(scored, otherwise, code):
    """The start belongs to it, the end does not."""
    with pytest.raises(Refused, match=code):
        scored.give(1, 5, 5, 5, **otherwise)
    scored.give(1, 5, 5, 5, clock=at(CLOSES - JUST))


def test_only_members_score_and_each_once(scored):
    """Worker and neighbour do not; the same form twice is one paper, another is refused."""
    for who in (scored.worker, scored.stranger):
        with pytest.raises(Forbidden, match="not_member"):
            scored.give(0, 5, 5, 5, who=who)
    key = str(uuid4())
    assert scored.give(1, 5, 5, 5, key=key) == scored.give(1, 5, 5, 5, key=key)
    with pytest.raises(Refused, match="used_key"):
        scored.give(1, 6, 5, 5, key=key)
    with pytest.raises(Refused, match="handed_in"):
        scored.give(1, 6, 6, 6)


def test_what_is_given_fits_the_sheet(scored):
    """Points from 0 to 10, all projects, a reason for what is left out, and nobody scores her own proposal."""
    with pytest.raises(Refused, match="own_project"):
        scored.give(0, 10, 1, 1)
    with pytest.raises(Refused, match="points_range"):
        scored.give(1, 11, 5, 5)
    with pytest.raises(Refused, match="points_range"):
        scored.give(1, -1, 5, 5)
    with pytest.raises(Refused, match="reason_needed"):
        scored.give(1, 5, 5, 5, recused={1: "  "})
    short = commands.HandIn(scored.sheet, {scored.projects[0]: (5,) * 5}, {}, str(uuid4()))
    with unit_of_work() as session, pytest.raises(Refused, match="incomplete"):
        commands.hand_in(session, scored.members[1], short, at(OPENS))


def test_a_result_comes_once_after_the_close_from_the_worker(scored):
    """Neither early, nor by a member, nor twice."""
    everybody(scored)
    with pytest.raises(Refused, match="still_open"):
        scored.publish(clock=at(CLOSES - JUST))
    with pytest.raises(Forbidden, match="not_worker"):
        scored.publish(who=scored.members[0])
    scored.publish()
    with pytest.raises(Refused, match="published"):
        scored.publish()


def test_without_a_quorum_all_go_to_the_reserve(scored):
    """Two of four members are less than two thirds."""
    scored.give(1, 9, 9, 9)
    scored.give(2, 9, 9, 9)
    assert {line["why"] for line in scored.publish()["lines"]} == {"quorum"}
    assert stages(scored) == [Stage.RESERVED] * 3


@pytest.mark.parametrize(
    ("otherwise", "code"),
    [
        ({"closes_at": OPENS}, "scoring.window"),
        ({"criteria": "惠及面广 99"}, "scoring.weights"),
        ({"most": 0}, "scoring.points"),
        ({"least": 101}, "scoring.points"),
        ({"project_ids": (999,)}, "scoring.cannot_stand"),
        ({"budget": from_fen(FUNDING + 1)}, "scoring.over_pool"),
        ({"members": (MemberLine("nobody", "谁", "谁"),)}, "scoring.no_such_login"),
        ({"members": (MemberLine("pingwei1", "甲", "甲"),) * 2}, "scoring.member_twice"),
    ],
)
def test_a_draft_that_cannot_be_is_told(drafted, otherwise, code):
    """Each mistake has its sentence, and the draft stays as it was."""
    made, wish = drafted
    with pytest.raises(Refused, match=code), unit_of_work() as session:
        commands.change_sheet(session, made.worker, made.sheet, wish(**otherwise), at(NOW))
    with reading_session() as session:
        assert len(queries.members_of(session, made.sheet)) == 4


def test_where_households_vote_nothing_is_scored(drafted):
    """A programme whose policy chooses by vote has no sheet, and one of nowhere has none either."""
    made, wish = drafted
    with unit_of_work() as session:
        voting = make_programme(session, made.places.street, made.worker)[0]
    for number, code in ((voting, "by_vote"), (voting + 1000, "other_programme")):
        with pytest.raises(Refused, match=code), unit_of_work() as session:
            commands.draft_sheet(session, made.worker, wish(programme_id=number), at(NOW))


def test_a_draft_that_has_closed_is_not_opened(drafted):
    """The last moment before the close is early enough, the close is not."""
    made, _wish = drafted
    with pytest.raises(Refused, match="window"), unit_of_work() as session:
        commands.open_sheet(session, made.worker, made.sheet, at(CLOSES))
    with unit_of_work() as session:
        commands.open_sheet(session, made.worker, made.sheet, at(CLOSES - JUST))


def test_a_draft_is_its_workers_and_is_opened_with_three_members(drafted):
    """Nobody else sees, changes or opens it; with two members it stays a draft."""
    made, wish = drafted
    with reading_session() as session, pytest.raises(NotVisible):
        queries.sheet_page(session, made.sheet, made.members[0], NOW)
    for deed in (
        lambda s: commands.change_sheet(s, made.members[0], made.sheet, wish(), at(NOW)),
        lambda s: commands.open_sheet(s, made.members[0], made.sheet, at(NOW)),
        lambda s: commands.draft_sheet(s, made.members[0], wish(), at(NOW)),
    ):
        with pytest.raises(Forbidden, match="not_worker"), unit_of_work() as session:
            deed(session)
    with pytest.raises(NotVisible):
        made.give(1, 5, 5, 5)
    with unit_of_work() as session:
        commands.change_sheet(session, made.worker, made.sheet, wish(members=made.wish.members[:2]), at(NOW))
    with pytest.raises(Refused, match="few_members"), unit_of_work() as session:
        commands.open_sheet(session, made.worker, made.sheet, at(NOW))


_PAPER = "INSERT INTO score_paper (sheet_id, member_id, op_key, points, recused, by_id, at) "
_OTHER = (
    "FROM score_paper p JOIN score_sheet s ON s.id = p.sheet_id JOIN score_member m ON m.sheet_id = p.sheet_id "
    "WHERE m.id <> p.member_id LIMIT 1"
)
ATTACKS = (
    "UPDATE score_sheet SET least = 0",
    "UPDATE score_sheet SET budget_fen = budget_fen * 2",
    "DELETE FROM score_sheet",
    "UPDATE score_candidate SET cost_fen = 1",
    "DELETE FROM score_candidate",
    "INSERT INTO score_candidate (sheet_id, project_id, version_id, title, gives, cost_fen) "
    "SELECT sheet_id, (SELECT max(id) FROM project), version_id, title, gives, cost_fen FROM score_candidate LIMIT 1",
    "UPDATE score_member SET name = '另一个'",
    "DELETE FROM score_member",
    "INSERT INTO score_member (sheet_id, person_id, name, office) "
    "SELECT sheet_id, 1, 'x', 'x' FROM score_member LIMIT 1",
    "UPDATE score_opening SET lots = '[]'",
    "UPDATE score_paper SET points = '{}'",
    "DELETE FROM score_paper",
    f"{_PAPER} SELECT p.sheet_id, m.id, 'other', p.points, p.recused, p.by_id, p.at {_OTHER}",
    f"{_PAPER} SELECT p.sheet_id, m.id, 'late', p.points, p.recused, m.person_id, s.closes_at {_OTHER}",
    "INSERT INTO score_result (sheet_id, outcome, published_by_id, at) "
    "SELECT sheet_id, '{}', by_id, at FROM score_paper",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_plain_sql_changes_nothing_of_an_opened_sheet(scored, attack):
    """What the rules forbid the database refuses, whoever writes."""
    scored.give(1, 5, 5, 5)
    with pytest.raises(DatabaseError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(attack))


def without_guards(connection):
    """Take the guards of these tables away."""
    for guard in guards():
        if guard.table.startswith("score_"):
            drop_guard(connection, guard)


def test_without_the_guards_each_attack_would_do(scored):
    """So that it is the guards that refuse, and not a slip in the attack."""
    scored.give(1, 5, 5, 5)
    with bound_engine().execution_options(writes=True).connect() as connection:
        without_guards(connection)
        for attack in ATTACKS:
            point = connection.begin_nested()
            if "DELETE FROM score_sheet" not in attack and "DELETE FROM score_member" not in attack:
                assert connection.execute(text(attack)).rowcount > 0, attack
            point.rollback()
        connection.rollback()


@pytest.mark.parametrize(
    ("forgery", "check"),
    [
        ("UPDATE score_paper SET points = replace(points, '9', '11')", "scoring.papers"),
        ("UPDATE score_sheet SET least = 0", "scoring.sheets"),
        ("UPDATE score_result SET outcome = '{}'", "scoring.results"),
    ],
)
def test_what_was_forged_around_the_guards_is_named_by_the_checks(scored, forgery, check):
    """A changed paper, a changed sheet, a changed result."""
    everybody(scored)
    scored.publish()
    assert faults() == []
    with bound_engine().execution_options(writes=True).begin() as connection:
        without_guards(connection)
        connection.execute(text(forgery))
    assert check in [name for name, _fault in faults()]
