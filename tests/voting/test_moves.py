"""After an outcome binds: a project falls out by two people, and the next of the reserve list comes in by rank."""

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import IntegrityError

from fundapp.council.models import CouncilItem
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.types import Instant
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.opendata.queries import VOTE_HEAD, votes
from fundapp.voting import checks, commands, queries
from fundapp.voting.queries import package
from tests.voting.noticing import DAY, bind, make_noticed, stages
from tests.voting.polling import CLOSES, at, run
from tests.voting.test_pages import page_of, send
from tests.voting.test_races import at_once, patiently

assert CouncilItem  # the guards of a move name its tables

LATER = at(CLOSES + 8 * DAY)
WHY = "项目小组书面提出不做了"


def make_bound(also=(2, 3), **more):
    """Let an outcome bind: 1,000 and 2,000 yuan of 5,000 are in, 3,000 and 4,000 wait, one vote each."""
    polled, street = make_noticed(also=also, max_choices=4, **more)
    bind(polled)
    return polled, street


def ask(polled, project=0, who=None, clock=LATER, reason=WHY):
    """Ask that a project of the list falls out."""
    cmd = commands.AskLeave(polled.round, polled.projects[project], reason)
    with unit_of_work() as session:
        return commands.ask_leave(session, who or polled.worker, cmd, clock).id


def confirm(polled, leave, who, clock=LATER):
    """Confirm it."""
    with unit_of_work() as session:
        return commands.confirm_leave(session, who, commands.ConfirmLeave(polled.round, leave), clock).id


def let_in(polled, project, who=None, clock=LATER):
    """Let a project of the list in."""
    cmd = commands.LetIn(polled.round, polled.projects[project])
    with unit_of_work() as session:
        return commands.let_in(session, who or polled.worker, cmd, clock).id


def fall_out(polled, street, project=0):
    """Let a project fall out by two people."""
    return confirm(polled, ask(polled, project), street)


def code(deed):
    """Give the code with which a deed is refused."""
    with pytest.raises((Refused, Forbidden)) as refused:
        deed()
    return refused.value.code


def faults():
    """Give what the checks of rounds find."""
    with reading_session() as session:
        return [found for found in (one.run(session).first_fault for one in checks.CHECKS) if found]


def test_the_next_in_rank_comes_in_for_who_fell_out(working):
    """1,000 of 3,000 fall out of 5,000: 3,000 are free, exactly enough for the first of the reserve, not the second."""
    polled, street = make_bound()
    assert code(lambda: let_in(polled, 2)) == "voting.nobody_fits"
    fall_out(polled, street)
    assert stages(polled) == ["consented", "selected", "reserved", "reserved"]
    assert code(lambda: let_in(polled, 3)) == "voting.another_is_next"
    let_in(polled, 2)
    assert stages(polled) == ["consented", "selected", "selected", "reserved"]
    assert code(lambda: let_in(polled, 2)) == "voting.nobody_fits"
    assert faults() == []
    with reading_session() as session:
        rows = queries.moves_of(session, polled.round)
        assert [(row.title, row.enters, row.reason, row.cost) for row in rows] == [
            ("装路灯", False, WHY, 200_000),
            ("铺路面", True, "", 500_000),
        ]
        mark = queries.place_of(session, polled.projects)
        assert [mark[number].moved for number in polled.projects] == [False, None, True, None]
        told = [row[VOTE_HEAD.index("moved")][:7] for row in votes(session, LATER.at)]
        assert told == ["left 20", "", "entered", ""]
        binds = package._outcome(session, polled.round)
        assert [(row["project"], row["enters"]) for row in binds["moves"]] == [
            (polled.projects[0], False),
            (polled.projects[2], True),
        ]


def test_who_does_not_fit_is_passed_over_and_named(working):
    """3,000 comes in where 5,000 are free, 4,000 does not fit then; once the first fell out too, it does."""
    polled, street = make_bound(also=(2, 3))
    fall_out(polled, street, 1)
    fall_out(polled, street, 0)
    let_in(polled, 2)
    assert code(lambda: let_in(polled, 3)) == "voting.nobody_fits"
    fall_out(polled, street, 2)
    let_in(polled, 3)  # 铺路面 fell out and comes in no more
    assert stages(polled) == ["consented", "consented", "consented", "selected"]
    assert faults() == []


def test_who_got_no_vote_never_comes_in(working):
    """However much money is free."""
    polled, street = make_bound(also=())
    for project in (0, 1):
        fall_out(polled, street, project)
    assert code(lambda: let_in(polled, 2)) == "voting.nobody_fits"


def test_a_project_falls_out_only_by_two_with_a_reason_and_in_time(working):
    """Neither alone, nor without a reason, nor after fourteen days, nor one that is not in, nor by a stranger."""
    polled, street = make_bound()
    leave = ask(polled)
    assert code(lambda: confirm(polled, leave, polled.worker)) == "voting.own_leave"
    assert code(lambda: ask(polled, reason=" ")) == "voting.leave_needs_reason"
    assert code(lambda: ask(polled, 2)) == "voting.not_in"
    assert code(lambda: confirm(polled, leave, street, at(LATER.at + 14 * DAY))) == "voting.leave_lapsed"
    for deed in (lambda: ask(polled, who=polled.residents[0]), lambda: let_in(polled, 2, polled.residents[0])):
        assert code(deed) == "voting.not_publisher"
    confirm(polled, leave, street, at(LATER.at + 13 * DAY))
    assert code(lambda: confirm(polled, leave, street)) == "voting.not_in"


def test_who_asked_takes_it_back_before_it_is_confirmed(working):
    """Nobody else does, nothing is confirmed afterwards, also not by plain SQL; and it may be asked anew."""
    polled, street = make_bound()
    first = ask(polled)

    def back(leave, who):
        with unit_of_work() as session:
            commands.withdraw_leave(session, who, commands.WithdrawLeave(polled.round, leave), LATER)

    forged = "INSERT INTO vote_leave_withdrawal (leave_id, person_id, at) VALUES (:leave, :person, :at)"
    with pytest.raises(IntegrityError, match="by who asked"):
        run(forged, leave=first, person=street.person_id, at=LATER.at)
    assert code(lambda: back(first, street)) == "voting.leave_of_another"
    back(first, polled.worker)
    assert code(lambda: back(first, polled.worker)) == "voting.leave_over"
    assert code(lambda: confirm(polled, first, street)) == "voting.leave_over"
    with pytest.raises(IntegrityError, match="taken back"):
        run(
            FORGE.format(enters="false", leave=first), round=polled.round, project=polled.projects[0], number=1,
            budget=500_000, cost=200_000, person=street.person_id, at=LATER.at,
        )  # fmt: skip
    with reading_session() as session:
        assert queries.leaves_waiting(session, LATER.at, polled.round) == []
    again = ask(polled)
    confirm(polled, again, street)
    assert code(lambda: back(again, polled.worker)) == "voting.leave_over"
    assert stages(polled)[0] == "consented"


def test_nothing_moves_before_an_outcome_binds(working):
    """There is nothing to fall out of yet."""
    polled, _street = make_noticed(also=(2, 3), max_choices=4)
    for deed in (lambda: ask(polled), lambda: let_in(polled, 2)):
        with pytest.raises(NotVisible):
            deed()


FORGE = (
    "INSERT INTO vote_move (round_id, number, candidate_id, enters, leave_id, skipped, budget_fen, cost_fen, "
    "person_id, at) SELECT :round, :number, c.id, {enters}, {leave}, '[]', :budget, :cost, :person, :at "
    "FROM vote_candidate c WHERE c.round_id = :round AND c.project_id = :project"
)


@pytest.mark.parametrize(
    ("project", "number", "budget", "cost", "guard"),
    [
        (3, 2, 500_000, 600_000, "within_budget"),  # more than the round has
        (3, 2, 900_000, 600_000, "costs what was in"),  # of another budget
        (3, 2, 500_000, 500_000, "costs what was in"),  # does not add up
        (2, 3, 500_000, 500_000, "costs what was in"),  # a number is left out
        (1, 2, 500_000, 400_000, "reserve list"),  # in already
        (0, 2, 500_000, 300_000, "reserve list"),  # fell out, and stands no more on the reserve list
    ],
)
def test_the_database_lets_nobody_in_beside_the_rules(working, project, number, budget, cost, guard):
    """Plain SQL is held to the budget, to the sum, to the reserve list, and to once each.

    Each is refused in the words of its own guard, and goes through where that is taken away.
    """
    polled, street = make_bound()
    fall_out(polled, street)
    forged = text(FORGE.format(enters="true", leave="NULL")).bindparams(bindparam("at", type_=Instant()))
    values = {
        "round": polled.round, "project": polled.projects[project], "number": number, "budget": budget, "cost": cost,
        "person": street.person_id, "at": LATER.at,
    }  # fmt: skip
    names = {"costs what was in": "vote_move_adds_up", "reserve list": "vote_move_enters_from_reserve"}
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(IntegrityError, match=guard), connection.begin_nested():
            connection.execute(forged, values)
        for one in guards():
            if one.name == names.get(guard):
                drop_guard(connection, one)
                connection.execute(forged, values)
        connection.rollback()
    let_in(polled, 2)
    assert faults() == []


def test_the_database_lets_who_got_no_vote_not_in(working):
    """Nor a project that stands elsewhere by now."""
    polled, street = make_bound(also=())
    fall_out(polled, street)
    with pytest.raises(IntegrityError, match="reserve list"):
        run(
            FORGE.format(enters="true", leave="NULL"), round=polled.round, project=polled.projects[2], number=1 + 1,
            budget=500_000, cost=500_000, person=street.person_id, at=LATER.at,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "because"), [("alone", "one asked and another confirms"), ("with money", "a supplier, a standing claim or")]
)
def test_the_database_lets_nobody_fall_out_by_one_person_or_with_money(working, who, because):
    """Plain SQL is held to the second person, and to what the pages refuse too; what was asked is not changed."""
    polled, street = make_bound()
    leave = ask(polled)
    if who == "with money":
        spend_share(polled)
        assert code(lambda: confirm(polled, leave, street)) == "voting.money_rests_on_it"
    person = polled.worker if who == "alone" else street
    with pytest.raises(IntegrityError, match=because):
        run(
            FORGE.format(enters="false", leave=str(leave)), round=polled.round, project=polled.projects[0], number=1,
            budget=500_000, cost=200_000, person=person.person_id, at=LATER.at,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="append-only"):
        run("UPDATE vote_leave SET reason = '别的' WHERE id = :leave", leave=leave)


def spend_share(polled):
    """Give the first project money of a share that waits for its decision."""
    run(
        "INSERT INTO share_use (programme_id, place_id, project_id, vote_round_id, op_key, amount_fen, "
        "recorded_by_id, recorded_at) VALUES (:programme, :place, :project, :round, 'one', 100, :person, :at)",
        programme=polled.programme, place=polled.places.community, project=polled.projects[0], round=polled.round,
        person=polled.worker.person_id, at=LATER.at,
    )  # fmt: skip


def test_two_let_the_next_in_at_once(working):
    """It comes in once; the other is told that there is nobody left."""
    polled, street = make_bound()
    fall_out(polled, street)
    who = (polled.worker, street)
    ended = at_once(working, [lambda one=one: patiently(lambda: let_in(polled, 2, one)) for one in who])
    assert sorted("done" if kind == "done" else what for kind, what in ended) == ["done", "voting.nobody_fits"]
    assert stages(polled) == ["consented", "selected", "selected", "reserved"]


def test_the_pages_lead_from_who_falls_out_to_who_comes_in(sqlite_app, visit, stand):
    """Asked by one, confirmed by another, let in by rank; everybody reads who, when and why; the desk says it waits."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    polled, street = make_bound()
    stand(LATER.at)
    path = f"/votes/{polled.round}"
    worker, officer = visit(polled.worker), visit(street)
    assert "没有放得下的项目" in page_of(worker, f"{path}/reserve")
    refused = send(worker, f"{path}/leaves/new", project=polled.projects[0], reason="")
    assert (refused.status_code, "必须填写" in refused.text) == (422, True)
    asked = {"project": polled.projects[0], "reason": WHY}
    assert send(worker, f"{path}/leaves/new", **asked).status_code == 303
    assert "另一位工作人员确认" in page_of(worker, f"{path}/leaves/1")
    assert WHY in page_of(officer, f"{path}/leaves/1")
    assert "有空出的资金" not in page_of(worker, "/desk/")
    assert send(officer, f"{path}/leaves/1", sure="y").status_code == 303
    assert "有空出的资金" in page_of(worker, "/desk/")
    assert "轮到：铺路面" in page_of(worker, f"{path}/reserve")
    assert send(worker, f"{path}/reserve", project="x").status_code == 422
    assert send(worker, f"{path}/reserve", project=polled.projects[2]).status_code == 303
    shown = page_of(visit(), path)
    assert WHY in shown
    assert "按排位补入" in shown
    assert "补入" in page_of(visit(), f"/projects/{polled.projects[2]}")
    assert visit(polled.residents[0]).get(f"{path}/reserve").status_code in (403, 404)
