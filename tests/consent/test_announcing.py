"""From the close of a round to its final result: announced, objected to, counted again, packed for the file room."""

import io
import json
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest

from fundapp.consent import checks, commands, queries
from fundapp.consent.bundle import MANIFEST, pack, verify
from fundapp.consent.policy import Channel, Choice, RoundState, check_may_archive
from fundapp.db import wiring
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY
from fundapp.kernel.errors import BadInput, Forbidden, Refused
from fundapp.projects.models import Project
from fundapp.projects.rules import Stage
from fundapp.publicity import commands as publicity
from fundapp.publicity.events import ObjectionAnswered
from fundapp.publicity.rules import Medium, Verdict
from tests.consent.asking import KEYED, at, attack, make_asked, paper, phone, publish

TERMS = {"publicity_days": 5, "reply_days": 3}
DAY = timedelta(days=1)
OVER = KEYED + 7 * DAY


@pytest.fixture(autouse=True)
def wired(monkeypatch):
    """What the app wires between notices and rounds."""
    monkeypatch.setitem(wiring._reactions, ObjectionAnswered, [commands.carry_out])
    monkeypatch.setitem(wiring._providers, "publicity.nameable", queries.nameable)
    monkeypatch.setitem(wiring._providers, "publicity.may_see", queries.may_see)
    monkeypatch.setitem(wiring._providers, "publicity.parties", lambda *_: frozenset())


@pytest.fixture
def announced(working):
    """Six households: three agree by phone, two on paper, one is silent; the result is on notice."""
    asked = make_asked(**TERMS)
    for number in range(3):
        phone(asked, number)
    paper(asked, 1, 3)
    paper(asked, 2, 4)
    publish(asked, at(KEYED))
    return asked


def preliminary(asked):
    """Give the newest preliminary result."""
    with reading_session() as session:
        found = queries.announced_of(session, asked.round)
        if found is not None:
            session.expunge(found)
        return found


def stage(asked):
    """Tell where the project stands."""
    with reading_session() as session:
        return session.get_one(Project, asked.project).stage


def prove(asked, moment):
    """Prove that the notice hangs."""
    cmd = publicity.ProvePosting(preliminary(asked).notice_id, Medium.BOARD, "1栋门口", OVER + 9 * DAY, asked.scan)
    with unit_of_work() as session:
        publicity.prove_posting(session, asked.worker, cmd, at(moment))


def finish(asked, moment, actor=None):
    """Publish the final result."""
    with unit_of_work() as session:
        cmd = commands.PublishFinal(asked.round)
        return commands.publish_final(session, actor or asked.worker, cmd, at(moment)).outcome


def object_to(asked, number, moment):
    """Let a household object by phone."""
    cmd = publicity.Object(preliminary(asked).notice_id, asked.places.units[number], "不是我家的意见", str(uuid4()))
    with unit_of_work() as session:
        return publicity.object_to(session, asked.residents[number], cmd, at(moment)).id


def reply(asked, objection, verdict, moment, named=()):
    """Let the worker answer."""
    cmd = publicity.Reply(objection, verdict, "一户说意见不是本户的", "核对了原件。", named)
    with unit_of_work() as session:
        publicity.reply(session, asked.worker, cmd, at(moment))


def refused(code, deed, *values, kind=Refused):
    """Show that a deed is refused by this name."""
    with pytest.raises(kind) as told:
        deed(*values)
    assert told.value.code == code


def packed(asked):
    """Pack the evidence of the round."""
    with reading_session() as session:
        files = queries.evidence_of(session, asked.round, asked.worker, OVER)
    return pack({"README.txt": b"README", **files}, asked.round)


def test_a_policy_without_days_of_notice_publishes_at_once(working):
    """Older policies keep their meaning: the result is final, and no notice is posted."""
    asked = make_asked()
    for number in range(3):
        phone(asked, number)
    publish(asked, at(KEYED))
    assert stage(asked) is Stage.REJECTED
    assert preliminary(asked) is None


def test_only_the_final_result_moves_the_project(announced):
    """While the preliminary result is on notice nothing moves, and nothing is keyed in; after it the project moves."""
    assert preliminary(announced).numbers["agree"] == 5
    assert stage(announced) is Stage.CONSENTING
    refused("consent.announced", publish, announced, at(KEYED + DAY))
    refused("consent.announced", paper, announced, 3, 5, Choice.AGREE, at(KEYED - DAY))
    prove(announced, KEYED + DAY)
    refused("publicity.still_open", finish, announced, KEYED + 5 * DAY)
    refused("consent.not_worker", finish, announced, OVER, announced.residents[0], kind=Forbidden)
    assert finish(announced, OVER).value == "passed"
    assert stage(announced) is Stage.CONSENTED
    refused("consent.already_published", finish, announced, OVER)


def test_a_board_without_a_photo_and_an_objection_without_an_answer_block_the_final_result(announced):
    """Neither is passed over, however late it is."""
    refused("publicity.unproven", finish, announced, OVER)
    prove(announced, KEYED + DAY)
    number = object_to(announced, 0, KEYED + DAY)
    refused("publicity.unanswered", finish, announced, OVER)
    reply(announced, number, Verdict.REJECTED, OVER)
    assert finish(announced, OVER).value == "passed"


def test_an_upheld_objection_strikes_the_answer_and_counts_again(announced):
    """The struck answer stays with a revision after it; the new count is announced for the whole period."""
    prove(announced, KEYED + DAY)
    unit = announced.places.units[3]
    number = object_to(announced, 0, KEYED + 2 * DAY)
    reply(announced, number, Verdict.UPHELD, KEYED + 3 * DAY, (unit,))
    newest = preliminary(announced)
    assert (newest.revision, newest.numbers["agree"], newest.numbers["silent"]) == (2, 4, 2)
    with reading_session() as session:
        trail = queries.trail_of(session, announced.round, [unit])
        assert [(row.answer, row.channel) for row in trail][-1] == (Choice.NONE, Channel.OBJECTION)
        assert trail[-1].objection_id == number
        bar = queries.bar_of_round(session, announced.round, KEYED + 3 * DAY)
        assert (bar.state, bar.agree) == (RoundState.ANNOUNCED, 4)
        page = queries.announced_page(session, announced.round, KEYED + 3 * DAY)
        assert {channel: n for channel, n in page.channels.items() if n} == {Channel.PHONE: 3, Channel.PAPER: 1}
        assert checks.check_preliminaries(session).first_fault is None
    refused("publicity.still_open", finish, announced, OVER)
    prove(announced, KEYED + 4 * DAY)
    assert finish(announced, KEYED + 9 * DAY).value == "passed"


def test_a_text_that_changes_withdraws_the_notice(announced):
    """What was asked has changed: the notice takes no objection any more."""
    with unit_of_work() as session:
        assert commands.void_round(session, announced.project, None, "预算变了", KEYED + DAY)
    refused("publicity.withdrawn", object_to, announced, 0, KEYED + DAY)


def test_doors_are_shown_only_where_the_policy_says_so(working):
    """The doors that took part, never what they said; and none while the round is open."""
    for shown in (False, True):
        asked = make_asked(**TERMS, show_doors=shown)
        phone(asked, 0)
        with reading_session() as session:
            early = queries.announced_page(session, asked.round, KEYED - 9 * DAY)
            late = queries.announced_page(session, asked.round, KEYED)
        assert early.doors == ()
        assert late.doors == (("1栋101",) if shown else ())


def test_the_database_keeps_the_notice_before_the_result(announced):
    """Neither a result during the notice nor a strike without an upheld objection gets in by plain SQL."""
    numbers = {name: n for name, n in preliminary(announced).numbers.items() if name != "result"}
    keys, values = ", ".join(numbers), ", ".join("NULL" if n is None else str(n) for n in numbers.values())
    result = (
        f"INSERT INTO consent_result (round_id, {keys}, outcome, keying_complete, published_by_id, at) "
        f"SELECT round_id, {values}, outcome, keying_complete, published_by_id, at FROM consent_preliminary"
    )
    attack(result)
    strike = (
        "INSERT INTO consent_answer (round_id, snapshot_id, unit_id, voice, revision, answer, channel, op_key, "
        "person_id, at, reason, objection_id) SELECT round_id, snapshot_id, unit_id, voice, 2, 'none', 'objection', "
        "'k', person_id, at, 'x', {objection} FROM consent_answer WHERE id = 1"
    )
    attack(strike.format(objection="NULL"))
    number = object_to(announced, 0, KEYED + DAY)
    attack(strike.format(objection=number))
    reply(announced, number, Verdict.REJECTED, KEYED + DAY)
    attack(strike.format(objection=number))
    attack("UPDATE consent_preliminary SET outcome = 'failed'")
    attack("DELETE FROM consent_preliminary")
    attack(
        "INSERT INTO consent_preliminary (round_id, revision, notice_id, numbers, outcome, keying_complete, "
        "published_by_id, at) SELECT round_id, 4, notice_id, numbers, outcome, keying_complete, published_by_id, at "
        "FROM consent_preliminary"
    )


def test_a_bundle_counts_the_same_without_a_database(announced):
    """The zip alone gives the published numbers; it holds doors and no name."""
    prove(announced, KEYED + DAY)
    number = object_to(announced, 0, KEYED + 2 * DAY)
    reply(announced, number, Verdict.UPHELD, KEYED + 3 * DAY, (announced.places.units[3],))
    prove(announced, KEYED + 4 * DAY)
    finish(announced, KEYED + 9 * DAY)
    data = packed(announced)
    found = verify(data)
    assert found.faults == []
    assert (found.counted["heads"]["agree"], found.counted["result"]) == (4, "passed")
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        text = "".join(opened.read(name).decode() for name in opened.namelist())
    assert "1栋101" in text
    assert [who.name for who in (announced.worker, *announced.residents) if who.name in text] == []


def test_owners_are_counted_again_by_heads_and_area(working):
    """A holder of two units is one head with both areas, in the notice and in the bundle; her answer falls as one."""
    asked = make_asked(
        regime="owners:half", areas=(800_000, 500_000), holders=("甲", "甲", "乙", "丙", "丁", "戊"), **TERMS
    )
    for number in (0, 2):
        phone(asked, number)
    for serial, number in ((1, 3), (2, 4)):
        paper(asked, serial, number)
    publish(asked, at(KEYED))
    found = verify(packed(asked))
    assert found.faults == []
    assert (found.counted["heads"]["total"], found.counted["area_m2"]["total"]) == (5, "390.00")
    number = object_to(asked, 2, KEYED + DAY)
    reply(asked, number, Verdict.UPHELD, KEYED + 2 * DAY, (asked.places.units[0],))
    found = verify(packed(asked))
    assert found.faults == []
    assert (found.counted["heads"]["agree"], preliminary(asked).numbers["agree"]) == (3, 3)
    assert preliminary(asked).numbers["area_agree"] == 800_000 + 500_000 + 800_000


def remade(data, change):
    """Unpack a bundle, let *change* change its files, and pack it with a manifest that fits."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        files = {name: opened.read(name) for name in opened.namelist() if name != MANIFEST}
    change(files)
    return pack(files, 1)


def test_any_changed_file_of_a_bundle_is_found(announced):
    """One byte in any file, a file too many, one too few; also where somebody writes a fitting manifest for it."""
    data = packed(announced)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    for name, content in files.items():
        for place in (0, len(content) // 2, len(content) - 1):
            bent = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as made:
                for other, kept in files.items():
                    made.writestr(other, bent if other == name else kept)
            assert verify(out.getvalue()).faults, f"byte {place} of {name}"
    lost = {name: content for name, content in files.items() if name not in ("papers.csv", MANIFEST)}
    assert verify(pack(lost, announced.round)).faults == ["papers.csv: missing"]


def test_a_bundle_that_was_made_to_fit_is_counted_out(announced):
    """Whoever changes an answer, the roster or a result and writes a new manifest is found by the count."""
    data = packed(announced)

    def swap(name, old, new):
        def change(files):
            assert old in files[name]
            files[name] = files[name].replace(old, new, 1)

        return verify(remade(data, change)).faults

    assert swap("answers.csv", b",agree,", b",oppose,")
    assert swap("roster.csv", "1栋101".encode(), "1栋109".encode())
    assert swap("results.json", b'"agree":5', b'"agree":6')
    assert swap("calculation.json", b'"agree":5', b'"agree":6')
    assert swap("papers.csv", b"\n1,", b"\n9,")
    assert swap("round.json", b'"round":1', b'"round":2')
    assert verify(remade(data, lambda files: None)).faults == []


def test_what_is_no_bundle_is_bad_input():
    """Neither a text nor another zip is taken for evidence."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.txt", "a")
    for data in (b"no zip", out.getvalue()):
        with pytest.raises(BadInput):
            verify(data)


def test_evidence_is_not_for_everybody(announced):
    """The worker and the supervisor take it; what the public sees has no text and no door."""
    refused("consent.not_keeper", check_may_archive, announced.residents[0], "/1/2/3/4/", kind=Forbidden)
    object_to(announced, 0, KEYED + DAY)
    with reading_session() as session:
        files = queries.evidence_of(session, announced.round, NOBODY, KEYED + DAY)
    assert json.loads(files["notices.json"])[0]["objections"][0]["text"] == ""
