"""What the database itself refuses, attacked with plain SQL; each attack succeeds once its guard is dropped."""

from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from fundapp.audit.checks import check_sealed_rows
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.voting import queries
from fundapp.voting.checks import CHECKS
from fundapp.voting.models import VoteRound
from fundapp.voting.secrecy import Secrecy
from tests.support.world import make_place_tree, make_snapshot
from tests.voting.polling import BY_VOTE, CLOSES, JUST, OPENS, cast, make_polled, make_project, paper, publish, run

BALLOT = (
    "INSERT INTO vote_ballot (round_id, snapshot_id, unit_id, op_key, person_id, at, channel, choices, rules_hash, "
    "receipt_code, serial, scan_id, seat, marks_hash) VALUES (:round, :snapshot, :unit, :key, :person, :at, :channel, "
    ":choices, :hash, :code, :serial, :scan, :seat, :marks)"
)
RESULT = (
    "INSERT INTO vote_result (round_id, households, ballots, invalid, budget_fen, cost_fen, outcome, "
    "published_by_id, at) VALUES (:round, :all, :ballots, :invalid, 500000, 0, '{}', :person, :at)"
)
STANDING = (
    "INSERT INTO vote_standing (round_id, candidate_id, selected, rank, votes, points, why) "
    "VALUES (:round, :candidate, :selected, :rank, :votes, :votes, :why)"
)
CHOICE = "INSERT INTO vote_choice (round_id, ballot_id, candidate_id, points) VALUES (:round, :ballot, :candidate, 1)"
GIVEN = CHOICE.replace("1)", ":points)")


named_round = partial(make_polled, secrecy=Secrecy.NAMED)


@pytest.fixture
def polled(working):
    """A round whose choices stay with their ballots; what a simple one does with them says test_mixing.py."""
    return named_round()


def refused_by(guard, statement, **values):
    """Show that the database refuses, and that it is this guard which does; none: a constraint."""
    with pytest.raises(DBAPIError):
        run(statement, **values)
    if guard is None:
        return
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == guard))
    run(statement, **values)


def ballot(polled, number=0, **changes):
    """The values of a ballot that would be taken."""
    with reading_session() as session:
        opening = queries.opening_of(session, polled.round)
        snapshot, rules = opening.snapshot_id, opening.rules_hash
        marks = "0" * 64 if session.get_one(VoteRound, polled.round).secrecy.mixed else None
    values = {
        "round": polled.round, "snapshot": snapshot, "unit": polled.places.units[number],
        "key": str(uuid4()), "person": polled.residents[number].person_id, "at": OPENS, "channel": "phone",
        "choices": 1, "hash": rules, "code": uuid4().hex[:12], "serial": None, "scan": None, "seat": "",
        "marks": marks,
    }  # fmt: skip
    return values | changes


def candidate(polled, number=0):
    """The number of a candidate."""
    with reading_session() as session:
        return queries.candidate_ids(session, polled.round)[polled.projects[number]]


def result(polled, **changes):
    """The values of a result of a round without ballots."""
    values = {"round": polled.round, "all": 6, "ballots": 0, "invalid": 0, "person": polled.worker.person_id}
    return values | {"at": CLOSES} | changes


def test_a_plain_ballot_and_a_plain_result_pass(polled):
    """The attacks below fail for their own reason."""
    run(BALLOT, **ballot(polled))
    run(CHOICE, round=polled.round, ballot=1, candidate=candidate(polled))
    run(RESULT, **result(polled, ballots=1))
    run(STANDING, round=polled.round, candidate=candidate(polled), selected=True, rank=1, votes=1, why="selected")


@pytest.mark.parametrize("moment", [OPENS - JUST, CLOSES])
def test_no_ballot_outside_the_window(polled, moment):
    """The window of the round is kept by the database."""
    refused_by("vote_ballot_in_window", BALLOT, **ballot(polled, at=moment))


@pytest.mark.parametrize("changes", [{"choices": 4}, {"hash": "0" * 64}])
def test_no_ballot_against_the_frozen_rules(polled, changes):
    """One choice too many, or another rule than the frozen one."""
    refused_by("vote_ballot_by_the_rules", BALLOT, **ballot(polled, **changes))


def test_no_ballot_for_somebody_elses_household(polled):
    """By phone only a person of the household votes, whoever writes the row."""
    refused_by("vote_ballot_by_household", BALLOT, **ballot(polled, person=polled.worker.person_id))


def test_no_ballot_of_a_household_that_is_not_on_the_roster(polled):
    """The frozen roster is a foreign key; another snapshot is no way around it."""
    with unit_of_work() as session:
        other = make_place_tree(session)
        snapshot = make_snapshot(session, other.community)
    refused_by(None, BALLOT, **ballot(polled, unit=other.units[0]))
    refused_by(None, BALLOT, **ballot(polled, unit=other.units[0], snapshot=snapshot.id))


def test_no_second_ballot_of_a_household(polled):
    """Unique, in a replacing insert too."""
    cast(polled, 0, 0)
    refused_by(None, BALLOT, **ballot(polled))
    if bound_engine().dialect.name == "sqlite":
        refused_by(None, BALLOT.replace("INSERT", "INSERT OR REPLACE", 1), **ballot(polled))


def test_no_second_use_of_key_code_or_serial(polled):
    """Each is unique."""
    cast(polled, 0, 0)
    paper(polled, 7, 2, 0)
    with reading_session() as session:
        stands = queries.ballot_of_unit(session, polled.round, polled.places.units[0])
        key, code = stands.op_key, stands.receipt_code
    with (
        bound_engine().execution_options(writes=True).begin() as connection
    ):  # so that nothing else keeps the sheet out
        drop_guard(connection, next(one for one in guards() if one.name == "vote_ballot_read_by_two"))
    sheet = {"channel": "paper", "serial": 7, "scan": polled.scan}
    for changes in ({"key": key}, {"code": code}, sheet):
        refused_by(None, BALLOT, **ballot(polled, 1, **changes))
    run(BALLOT, **ballot(polled, 1, **(sheet | {"serial": 8})))


@pytest.mark.parametrize(
    "changes", [{"channel": "paper"}, {"serial": 3}, {"choices": 0}, {"choices": -1}, {"channel": "voice"}]
)
def test_a_ballot_is_whole(polled, changes):
    """Paper has its number and photo, the phone has neither; only paper may be invalid."""
    refused_by(None, BALLOT, **ballot(polled, **changes))


def test_a_ballot_names_no_more_than_it_says(polled):
    """A choice cannot be added to a ballot later, nor named twice, nor taken from another round."""
    row = cast(polled, 0, 0)
    refused_by("vote_choice_counted", CHOICE, round=polled.round, ballot=row, candidate=candidate(polled, 1))
    other = named_round()
    refused_by(None, CHOICE, round=polled.round, ballot=row, candidate=candidate(other))
    refused_by(None, CHOICE, round=polled.round, ballot=row, candidate=candidate(polled, 0))


@pytest.mark.parametrize(
    ("guard", "voting", "first", "then"),
    [
        ("vote_choice_within_points", {}, 1, 2),
        ("vote_choice_within_points", {"ballot": "points", "points": 5, "each": 3}, 3, 3),
        ("vote_choice_within_points", {"ballot": "points", "points": 5, "each": 3}, 1, 4),
        ("vote_choice_within_points", {"ballot": "ranking"}, 3, 4),
        ("vote_choice_ranked", {"ballot": "ranking"}, 2, 2),
        ("vote_choice_affordable", {"ballot": "knapsack"}, 1, 1),
    ],
)
def test_a_ballot_gives_no_more_than_its_round_allows(working, guard, voting, first, then):
    """Points in sum and on one project, each place once, and no more money than the round has."""
    polled = named_round(costs=(100_000, 400_001, 300_000, 400_000), voting=BY_VOTE | voting)
    run(BALLOT, **ballot(polled, choices=2))
    run(GIVEN, round=polled.round, ballot=1, candidate=candidate(polled, 0), points=first)
    refused_by(guard, GIVEN, round=polled.round, ballot=1, candidate=candidate(polled, 1), points=then)


def test_points_and_their_sum_are_never_less_than_one(polled):
    """Nothing is given away, and a round gives something."""
    run(BALLOT, **ballot(polled))
    refused_by(None, GIVEN, round=polled.round, ballot=1, candidate=candidate(polled), points=0)


def test_a_standings_points_are_counted(working):
    """The points told of a project are those on the ballots."""
    polled = named_round(voting=BY_VOTE | {"ballot": "points", "points": 5})
    cast(polled, 0, 0, points=(4,))
    run(RESULT, **result(polled, ballots=1))
    told = STANDING.replace(":votes, :why", ":points, :why")
    values = {
        "round": polled.round,
        "candidate": candidate(polled),
        "selected": True,
        "rank": 1,
        "votes": 1,
        "why": "selected",
    }
    refused_by("vote_standing_counted", told, **values, points=5)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("vote_ballot", "unit_id = unit_id + 1"),
        ("vote_choice", "candidate_id = candidate_id + 1"),
        ("vote_opening", "households = households + 1"),
        ("vote_result", "ballots = ballots + 1"),
        ("vote_standing", "rank = rank + 1"),
    ],
)
def test_what_was_voted_is_never_changed_or_deleted(polled, table, change):
    """Append-only, in every table of the vote."""
    cast(polled, 0, 0)
    publish(polled)
    refused_by(None, f"UPDATE {table} SET {change}")
    refused_by(None, f"DELETE FROM {table}")
    if bound_engine().dialect.name == "postgresql":
        refused_by(None, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "change",
    [
        "rule = 'mes'",
        "points = 99",
        "ballot = 'points'",
        "options = '{}'",
        "budget_fen = 1",
        "closes_at = opens_at",
        "max_choices = 9",
        "title = 'x'",
        "place_id = 1",
        "id = 99",
    ],
)
def test_an_opened_round_is_never_changed(polled, change):
    """Budget, close, choices, title: nothing moves after the opening, for nobody."""
    refused_by(None, f"UPDATE vote_round SET {change}")
    refused_by(None, "DELETE FROM vote_round")


def test_it_is_the_opening_that_freezes_a_round(working):
    """A draft may be changed by the same statement."""
    polled = named_round(opened=False)
    run("UPDATE vote_round SET max_choices = 2 WHERE id = :round", round=polled.round)


@pytest.mark.parametrize(
    ("guard", "statement"),
    [
        ("vote_candidate_frozen_update", "UPDATE vote_candidate SET cost_fen = cost_fen + 1"),
        ("vote_candidate_frozen_delete", "DELETE FROM vote_candidate"),
    ],
)
def test_the_candidates_of_an_opened_round_never_change(polled, guard, statement):
    """No other cost, and none taken off."""
    refused_by(guard, statement)


def test_no_candidate_joins_an_opened_round(polled):
    """The ballot was frozen."""
    with unit_of_work() as session:
        late = make_project(session, polled.worker, polled.places.compound, (polled.programme, 1))
    refused_by(
        "vote_candidate_frozen_insert",
        "INSERT INTO vote_candidate (round_id, project_id, version_id, title, gives, place_name, cost_fen) "
        "VALUES (:round, :project, :project, 'x', '', '', 100000)",
        round=polled.round,
        project=late,
    )


OPENING = (
    "INSERT INTO vote_opening (round_id, snapshot_id, households, lots, rules_hash, opened_by_id, opened_at) "
    "VALUES (:round, :snapshot, :all, '[]', :hash, :person, :at)"
)


def opening(polled, **changes):
    """The values of an opening that would pass."""
    with unit_of_work() as session:
        snapshot = make_snapshot(session, polled.places.community)
    values = {"round": polled.round, "snapshot": snapshot.id, "all": 6, "hash": "0" * 64, "at": OPENS}
    return values | {"person": polled.worker.person_id} | changes


def test_an_opening_stands_on_its_roster_and_its_versions(working):
    """Another electorate, a late freezing, a cost that is not the version's: refused."""
    polled = named_round(opened=False)
    refused_by(None, OPENING, **opening(polled, all=5))
    refused_by(None, OPENING, **opening(polled, at=OPENS + JUST))
    run("UPDATE vote_candidate SET cost_fen = cost_fen + 1 WHERE project_id = :one", one=polled.projects[0])
    refused_by("vote_opening_pins_versions", OPENING, **opening(polled))


def test_an_opening_needs_a_candidate_and_comes_before_the_first_ballot(working):
    """Each of the other guards is what refuses."""
    polled = named_round(opened=False)
    refused_by("vote_opening_before_start", OPENING, **opening(polled, at=OPENS + JUST))
    other = named_round(opened=False)
    refused_by("vote_opening_pins_roster", OPENING, **opening(other, all=5))
    third = named_round(opened=False)
    run("DELETE FROM vote_candidate WHERE round_id = :round", round=third.round)
    refused_by("vote_opening_has_candidates", OPENING, **opening(third))


def test_no_result_before_the_close(polled):
    """Whoever writes it, and with whatever numbers."""
    refused_by("vote_result_after_close", RESULT, **result(polled, at=CLOSES - JUST))


@pytest.mark.parametrize("changes", [{"ballots": 1}, {"ballots": 1, "invalid": 1}])
def test_a_result_is_counted_from_the_ballots(polled, changes):
    """Invented ballots do not pass."""
    refused_by("vote_result_counted", RESULT, **result(polled, **changes))


def test_a_ballot_whose_choices_are_missing_stops_the_result(polled):
    """Half a ballot is found before it is published."""
    run(BALLOT, **ballot(polled))
    refused_by("vote_result_counted", RESULT, **result(polled, ballots=1))


def test_after_a_result_nothing_comes_in(polled):
    """Neither ballot nor choice, not even with a moment inside the window."""
    run(BALLOT, **ballot(polled, 1))
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == "vote_result_counted"))
    run(RESULT, **result(polled, ballots=1))
    refused_by(None, RESULT, **result(polled, ballots=1))
    refused_by("vote_choice_before_result", CHOICE, round=polled.round, ballot=1, candidate=candidate(polled))
    refused_by("vote_ballot_before_result", BALLOT, **ballot(polled))


def test_a_standing_is_counted_and_its_reason_fits(polled):
    """No invented votes, nothing selected without a vote, no place twice."""
    cast(polled, 0, 0)
    run(RESULT, **result(polled, ballots=1))
    values = {"round": polled.round, "rank": 1, "selected": True, "why": "selected"}
    first, second = candidate(polled, 0), candidate(polled, 1)
    refused_by(None, STANDING, **values | {"candidate": second, "votes": 0})
    refused_by(None, STANDING, **values | {"candidate": first, "votes": 1, "selected": False})
    run(STANDING, **values | {"candidate": first, "votes": 1})
    refused_by(None, STANDING, **values | {"candidate": second, "votes": 1})
    refused_by("vote_standing_counted", STANDING, **values | {"candidate": second, "votes": 1, "rank": 2})


TAMPERED = [
    ("vote_ballot", "unit_id = (SELECT MAX(unit_id) FROM snapshot_unit)"),
    ("vote_choice", "candidate_id = candidate_id + 1"),
    ("vote_choice", "points = points + 1"),
    ("vote_standing", "points = points + 1"),
    ("vote_round", "rule = 'mes'"),
    ("vote_result", "cost_fen = cost_fen + 1"),
    ("vote_standing", "rank = rank + 7"),
    ("vote_candidate", "cost_fen = cost_fen + 1"),
    ("vote_round", "max_choices = max_choices + 1"),
]


@pytest.mark.parametrize(("table", "change"), TAMPERED)
def test_a_row_changed_behind_the_guards_is_named(polled, table, change):
    """With the triggers dropped an administrator may change a row; the check names its table and key.

    Source: reliability.md V8.
    """
    cast(polled, 0, 0)
    publish(polled)
    with bound_engine().execution_options(writes=True).begin() as connection:
        for one in guards():
            if one.table == table:
                drop_guard(connection, one)
    run(f"UPDATE {table} SET {change} WHERE id = (SELECT MIN(id) FROM {table})")
    with reading_session() as session:
        faults = {name: found.first_fault for name, found in check_sealed_rows(session)}
        own = [check.run(session).first_fault for check in CHECKS]
    assert (faults[f"rows.{table}"] or "").startswith(f"{table}:")
    if table in ("vote_choice", "vote_result", "vote_standing", "vote_candidate", "vote_round"):
        assert any(own)
