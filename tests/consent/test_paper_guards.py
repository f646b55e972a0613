"""What the database itself refuses about paper, attacked with plain SQL; each attack succeeds without its guard."""

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError

from fundapp.consent import commands
from fundapp.consent.commands import Named
from fundapp.consent.papers import BookForm, BookScope, VisitResult
from fundapp.consent.policy import Choice
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.types import Instant
from fundapp.db.work import bound_engine, unit_of_work
from tests.consent.asking import KEYED, OPENS, account, at, correct, publish
from tests.consent.test_guards import ANSWER, RESULT, on_paper, told
from tests.consent.test_sheets import end, key, look, make_paper_round, read_again
from tests.support.world import NOW, later

LINE = (
    "INSERT INTO consent_line (book_id, round_id, serial, snapshot_id, unit_id) SELECT book_id, round_id, 7, "
    "snapshot_id, unit_id FROM consent_line WHERE serial = 1"
)
SECOND = (
    "INSERT INTO consent_second_keying (round_id, serial, snapshot_id, unit_id, answer, person_id, first_by_id, at) "
    "SELECT 1, :serial, 1, unit_id, 'agree', :person, :first, :at FROM consent_line WHERE serial = :door"
)
THIRD = (
    "INSERT INTO consent_third_look (round_id, serial, snapshot_id, unit_id, answer, reason, person_id, first_by_id, "
    "at) "
    "SELECT 1, 1, 1, unit_id, 'agree', :reason, :person, :first, :at FROM consent_line WHERE serial = 1"
)
END = (
    "INSERT INTO consent_sheet_end (round_id, serial, how, reason, person_id, at) "
    "VALUES (1, :serial, :how, :reason, :person, :at)"
)
EVIDENCE = (
    "INSERT INTO consent_evidence (answer_id, round_id, serial, signed_on, collector_id, witness_id, proxy_id, "
    "proxy_scan_id, proxies_most) VALUES (:answer, 1, :serial, '2026-03-01', :collector, :witness, :proxy, :scan, "
    ":most)"
)
VISIT = (
    "INSERT INTO consent_visit (round_id, snapshot_id, unit_id, result, note, visitor_id, visited_at, recorded_by_id, "
    "recorded_at, op_key) SELECT round_id, snapshot_id, unit_id, :result, '', visitor_id, visited_at, recorded_by_id, "
    "visited_at, 'another' FROM consent_visit"
)
HELPER = (
    "INSERT INTO consent_helper (round_id, name, identity_hash, made_by_id, made_at) VALUES (1, :name, 'x', 1, :at)"
)


def run(statement, **values):
    """Run one statement with instants written as the house writes them."""
    made = text(statement)
    if ":at" in statement:
        made = made.bindparams(bindparam("at", type_=Instant()))
    with bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(made, values)


def refused_by(guard, statement, **values):
    """Show that the database refuses, and that it is this guard which does."""
    with pytest.raises(DBAPIError):
        run(statement, **values)
    if guard is None:
        return
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == guard))
    run(statement, **values)


@pytest.fixture
def keyed(working):
    """A round on paper with six lines, the first of which is keyed in, and a second worker."""
    asked, other = make_paper_round(second="all")
    key(asked, (1, Choice.AGREE))
    return asked, other


def test_a_line_is_printed_before_it_is_keyed_in(keyed):
    """A loose sheet that was keyed in does not become another's line."""
    asked, _ = keyed
    with unit_of_work() as session:
        commands.register_papers(session, asked.worker, commands.RegisterPapers(asked.round, 1), at(NOW))
    run(ANSWER, **on_paper(asked, serial=7, unit=asked.places.units[5]))
    refused_by("consent_line_before_keying", LINE)


def test_a_line_takes_no_answer_of_another_door(keyed):
    """Neither the first keying nor the second."""
    asked, other = keyed
    refused_by("consent_answer_on_its_line", ANSWER, **on_paper(asked, serial=2, unit=asked.places.units[4]))
    values = {"serial": 1, "door": 2, "person": other.person_id, "first": asked.worker.person_id, "at": OPENS}
    refused_by("consent_second_keying_on_its_line", SECOND, **values)


def test_nothing_is_keyed_in_from_a_void_sheet(keyed):
    """A void sheet stays void."""
    asked, _ = keyed
    end(asked, 2)
    refused_by("consent_answer_not_void_sheet", ANSWER, **on_paper(asked, serial=2, unit=asked.places.units[1]))


def test_only_a_sheet_that_is_out_ends(keyed):
    """A sheet that was keyed in is neither void nor missing; void needs a reason."""
    asked, _ = keyed
    told = {"how": "missing", "reason": "", "person": asked.worker.person_id, "at": OPENS}
    refused_by(None, END, serial=2, **(told | {"how": "void"}))
    refused_by(None, END, serial=2, **(told | {"how": "lost"}))
    refused_by("consent_sheet_end_of_open_sheet", END, serial=1, **told)


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        (None, {"witness": 1}),
        (None, {"proxy": 1, "scan": 1, "most": 3}),
        (None, {"proxy": 2, "most": 3}),
        (None, {"proxy": 2, "scan": 1}),
        (None, {"proxy": 2, "scan": 1, "most": 10}),
        (None, {"collector": 99}),
        ("consent_evidence_of_paper", {"serial": 3}),
    ],
)
def test_evidence_is_whole(keyed, guard, changes):
    """Of its own sheet; a witness and a proxy-holder are others than the collector; a proxy is in writing."""
    asked, _ = keyed
    run(HELPER, name="gAAAA-noise", at=NOW)
    run(ANSWER, **on_paper(asked, serial=2, unit=asked.places.units[1], scan=asked.scan))
    usual = {"answer": 2, "serial": 2, "collector": 1, "witness": None, "proxy": None, "scan": None, "most": None}
    refused_by(guard, EVIDENCE, **(usual | changes))


def test_a_fourth_household_of_a_proxy_is_refused(keyed):
    """Three households have spoken through her; the database counts too."""
    asked, _ = keyed
    neighbour = commands.Proxy(Named(name="王芳", phone="13900000000"), asked.scan)
    for serial in (2, 3, 4):
        key(asked, (serial, Choice.AGREE), proxy=neighbour)
    run(ANSWER, **on_paper(asked, serial=5, unit=asked.places.units[4]))
    values = {"answer": 5, "serial": 5, "collector": 1, "witness": None, "proxy": 2, "scan": asked.scan, "most": 3}
    refused_by("consent_evidence_proxies", EVIDENCE, **values)


@pytest.mark.parametrize(("guard", "who"), [(None, "same"), ("consent_second_keying_apart", "first")])
def test_the_second_keying_is_anothers(keyed, guard, who):
    """Nobody is both, neither openly nor under a name that is not the first keyer's."""
    asked, other = keyed
    first = asked.worker.person_id
    values = {"person": first, "first": first if who == "same" else other.person_id}
    refused_by(guard, SECOND, serial=1, door=1, at=OPENS, **values)


@pytest.mark.parametrize(("guard", "changes"), [(None, {"reason": " "}), (None, {"self": True}), ("guard", {})])
def test_a_third_look_follows_a_second(keyed, guard, changes):
    """With a reason, not by the first keyer, and not once the result is published."""
    asked, other = keyed
    read_again(asked, other, (1, Choice.AGREE))
    first = asked.worker.person_id
    person = first if changes.get("self") else other.person_id
    if guard:
        account(asked)
        publish(asked, at(KEYED))
        guard = "consent_third_look_before_result"
    values = {"reason": changes.get("reason", "x"), "person": person, "first": first, "at": KEYED}
    refused_by(guard, THIRD, **values)


def test_no_result_while_sheets_are_out(keyed):
    """Five lines have not come back, and nobody has said so."""
    refused_by("consent_result_sheets_accounted", RESULT, **told(keyed[0]))


def test_no_result_while_two_people_read_differently(keyed):
    """A third look settles it, a correction afterwards opens it again."""
    asked, other = keyed
    read_again(asked, other, (1, Choice.ABSTAIN))
    look(asked, other, 1, Choice.AGREE)
    correct(asked, 1, 0, Choice.OPPOSE, clock=later(hours=5))
    account(asked)
    refused_by("consent_result_no_difference", RESULT, **told(asked, agree=0, oppose=1))


def test_visits_are_noted_before_the_result(keyed):
    """What is published is not explained afterwards."""
    asked, _ = keyed
    own = Named(name="演示·楼长")
    cmd = commands.RecordVisit(asked.round, asked.places.units[2], VisitResult.MOVED, OPENS, "one", own)
    with unit_of_work() as session:
        commands.record_visit(session, asked.worker, cmd, later(hours=2))
    refused_by(None, VISIT, result="agreed")
    read_again(asked, keyed[1], (1, Choice.AGREE))
    account(asked)
    publish(asked, at(KEYED))
    refused_by("consent_visit_before_result", VISIT, result="absent")


def test_a_plain_name_reaches_no_row(keyed):
    """Names of those who went are encrypted, or are not there."""
    refused_by(None, HELPER, name="张三", at=NOW)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("consent_book", "lines = 9"),
        ("consent_line", "unit_id = 2"),
        ("consent_evidence", "signed_on = '2026-02-01'"),
        ("consent_second_keying", "answer = 'oppose'"),
        ("consent_third_look", "answer = 'oppose'"),
        ("consent_sheet_end", "how = 'missing'"),
        ("consent_visit", "result = 'refused'"),
        ("consent_helper", "round_id = 9"),
    ],
)
def test_nothing_of_the_paper_is_changed_or_deleted(keyed, table, change):
    """Rows are added, never touched again."""
    asked, other = keyed
    read_again(asked, other, (1, Choice.OPPOSE))
    look(asked, other, 1, Choice.AGREE)
    end(asked, 2)
    own = Named(name="演示·楼长")
    cmd = commands.RecordVisit(asked.round, asked.places.units[2], VisitResult.MOVED, OPENS, "one", own)
    with unit_of_work() as session:
        commands.record_visit(session, asked.worker, cmd, later(hours=2))
    for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
        refused_by(None, statement)


def test_the_forms_of_a_book_are_two():
    """A book of lines, or sheets; of all doors, a building or a group."""
    assert {one.value for one in BookForm} == {"list", "sheets"}
    assert {one.value for one in BookScope} == {"all", "building", "group"}
