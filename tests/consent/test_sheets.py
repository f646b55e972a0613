"""Paper as it comes back: whole pages, who went, proxies, a second reading, and where every sheet is."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from fundapp.consent import commands, queries
from fundapp.consent.commands import Named
from fundapp.consent.models import ConsentAnswer, ConsentRound, Outcome
from fundapp.consent.paper_models import ConsentEvidence, ConsentHelper
from fundapp.consent.papers import BookForm, BookScope, SheetEnd, paper_terms_of
from fundapp.consent.policy import Channel, Choice
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import BadInput, Forbidden, Refused
from fundapp.programmes.models import PolicyVersion
from tests.consent.asking import CLOSES, KEYED, OPENS, account, at, correct, make_asked, phone, publish
from tests.support.world import NOW, later, make_person

DAY = local_date(OPENS)


def make_paper_round(units=6, second="none", most=3, **more):
    """A round whose policy says how paper is keyed in, with a book of all doors: serials from 1 on."""
    asked = make_asked(units=units, sheets=0, second_keying=second, proxies_most=most, **more)
    with unit_of_work() as session:
        cmd = commands.RegisterBook(asked.round, BookForm.LIST, BookScope.ALL)
        commands.register_book(session, asked.worker, cmd, at(NOW))
        other = make_person(session, "李社工", Role.WORKER, asked.places.community)
    return asked, other


def key(asked, *said, clock=None, day=DAY, collector=None, witness=None, proxy=None, actor=None, op_key=None):
    """Key in lines of one page: pairs of serial and answer; the door is the one that the line is printed for."""
    lines = tuple(commands.LineSaid(n, asked.places.units[n - 1], choice, day) for n, choice in said)
    cmd = commands.KeySheets(
        asked.round, lines, asked.scan, collector or Named(name="演示·楼长"), op_key or str(uuid4()), witness, proxy
    )
    with unit_of_work() as session:
        return [row.id for row in commands.key_sheets(session, actor or asked.worker, cmd, clock or later(hours=2))]


def read_again(asked, actor, *said, clock=None):
    """Let another worker key sheets in a second time."""
    reads = tuple(commands.SecondRead(n, asked.places.units[n - 1], choice) for n, choice in said)
    with unit_of_work() as session:
        commands.key_second(session, actor, commands.KeySecond(asked.round, reads), clock or later(hours=3))


def look(asked, actor, serial, choice, reason="看了原件", clock=None):
    """Let somebody settle what a sheet says."""
    cmd = commands.ThirdLook(asked.round, serial, asked.places.units[serial - 1], choice, reason, str(uuid4()))
    with unit_of_work() as session:
        commands.look_third(session, actor, cmd, clock or later(hours=4))


def end(asked, *serials, how=SheetEnd.VOID, reason="没有填"):
    """Declare sheets void or missing."""
    with unit_of_work() as session:
        cmd = commands.EndSheets(asked.round, serials, how, reason)
        return commands.end_sheets(session, asked.worker, cmd, later(hours=2))


def stand(asked):
    """How the paper of the round stands."""
    with reading_session() as session:
        return queries.paper_stand(session, session.get_one(ConsentRound, asked.round))


def rows_of(table):
    """How many rows a table has."""
    with reading_session() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_a_page_is_keyed_in_at_once_with_who_went(working):
    """All lines share one scan; collector and witness are noted; the same form sent twice has one effect."""
    asked, other = make_paper_round()
    sent = str(uuid4())
    said = [(1, Choice.AGREE), (2, Choice.OPPOSE), (3, Choice.ABSTAIN)]
    first = key(asked, *said, witness=Named(person_id=other.person_id), op_key=sent)
    assert key(asked, *said, witness=Named(person_id=other.person_id), op_key=sent) == first
    assert (rows_of(ConsentAnswer), rows_of(ConsentEvidence), rows_of(ConsentHelper)) == (3, 3, 2)
    with reading_session() as session:
        assert {row.scan_id for row in session.scalars(select(ConsentAnswer))} == {asked.scan}
        named = session.scalars(select(ConsentHelper).order_by(ConsentHelper.id)).all()
        assert [(one.name, one.person_id) for one in named] == [("演示·楼长", None), (None, other.person_id)]


def test_one_wrong_line_takes_the_whole_page_back(working):
    """The mistake is told on its line; nothing of the page is kept."""
    asked, _ = make_paper_round()
    key(asked, (2, Choice.AGREE))
    with pytest.raises(Refused, match=r"consent\.sheet_used") as refused:
        key(asked, (1, Choice.AGREE), (2, Choice.OPPOSE))
    assert refused.value.field == "line-2"
    assert rows_of(ConsentAnswer) == 1


def test_a_line_takes_only_its_own_door(working):
    """What is printed for one household is not keyed in for another, nor corrected to one."""
    asked, _ = make_paper_round()
    line = commands.LineSaid(1, asked.places.units[4], Choice.AGREE, DAY)
    cmd = commands.KeySheets(asked.round, (line,), asked.scan, Named(name="张"), str(uuid4()))
    with pytest.raises(Refused, match=r"consent\.other_door"), unit_of_work() as session:
        commands.key_sheets(session, asked.worker, cmd, later(hours=2))
    key(asked, (1, Choice.AGREE))
    wrong = commands.CorrectPaper(asked.round, 1, asked.places.units[4], Choice.AGREE, "看错", str(uuid4()))
    with pytest.raises(Refused, match=r"consent\.other_door"), unit_of_work() as session:
        commands.correct_sheet(session, asked.worker, wrong, later(hours=3))


def test_who_may_be_the_second_does_not_see_or_correct_what_the_first_read(working):
    """Before the second keying only who keyed the sheet in corrects it; afterwards any worker does."""
    asked, other = make_paper_round(second="all")
    key(asked, (1, Choice.AGREE))
    wrong = commands.CorrectPaper(asked.round, 1, asked.places.units[0], Choice.OPPOSE, "录错了", str(uuid4()))
    with pytest.raises(Forbidden, match=r"consent\.second_comes_first"), unit_of_work() as session:
        commands.correct_sheet(session, other, wrong, later(hours=3))
    with reading_session() as session:
        commands.check_shown(session, asked.round, 1, asked.worker)
        with pytest.raises(Forbidden, match=r"consent\.second_comes_first"):
            commands.check_shown(session, asked.round, 1, other)
    read_again(asked, other, (1, Choice.OPPOSE))
    with unit_of_work() as session:
        commands.correct_sheet(session, other, wrong, later(hours=3))
    assert rows_of(ConsentAnswer) == 2


def test_a_correction_keeps_how_the_sheet_came_about(working):
    """A keying mistake is undone by a new revision; who went stays with it."""
    asked, _ = make_paper_round()
    key(asked, (1, Choice.AGREE))
    right = commands.CorrectPaper(asked.round, 1, asked.places.units[0], Choice.OPPOSE, "看错", str(uuid4()))
    with unit_of_work() as session:
        row = commands.correct_sheet(session, asked.worker, right, later(hours=3))
        assert queries.evidence_of_answer(session, row.id).signed_on == DAY
        assert (row.revision, row.answer) == (2, Choice.OPPOSE)


@pytest.mark.parametrize("days", [-1, 30])
def test_what_was_signed_outside_the_window_is_not_taken(working, days):
    """Before the opening, after the close or in the future nobody can have signed."""
    asked, _ = make_paper_round()
    with pytest.raises(Refused, match=r"consent\.signed_outside"):
        key(asked, (1, Choice.AGREE), day=DAY + timedelta(days=days), clock=at(CLOSES))


def test_somebody_must_have_gone_and_nobody_witnesses_herself(working):
    """A name or a person with a task in the community; never both."""
    asked, other = make_paper_round()
    for who, watched, code in (
        (Named(), None, "helper_needed"),
        (Named(other.person_id, "又填了名字"), None, "helper_twice"),
        (Named(asked.residents[0].person_id), None, "helper_unknown"),
        (Named(name="张三"), Named(name=" 张 三 "), "witness_is_collector"),
    ):
        with pytest.raises(Refused, match=code):
            key(asked, (1, Choice.AGREE), collector=who, witness=watched)


def test_a_proxy_holder_speaks_for_three_households_at_most(working):
    """Counted by household, not by sheet; the number is the policy's; without a phone she cannot be told apart."""
    asked, _ = make_paper_round()
    neighbour = commands.Proxy(Named(name="王芳", phone="139 0000 0000"), asked.scan)
    for serial in (1, 2, 3):
        key(asked, (serial, Choice.AGREE), proxy=neighbour)
    with pytest.raises(Refused, match=r"consent\.proxy_for_too_many") as refused:
        key(asked, (4, Choice.AGREE), proxy=replace(neighbour, holder=Named(name=" 王 芳", phone="13900000000")))
    assert refused.value.field == "proxy_name"
    key(asked, (4, Choice.AGREE), proxy=replace(neighbour, holder=Named(name="王芳", phone="13800000000")))
    with pytest.raises(Refused, match=r"consent\.proxy_phone_needed"):
        key(asked, (5, Choice.AGREE), proxy=replace(neighbour, holder=Named(name="王芳")))


def test_a_policy_may_take_no_proxies(working):
    """With the number 0 nobody speaks for others."""
    asked, _ = make_paper_round(most=0)
    with pytest.raises(Refused, match=r"consent\.no_proxies"):
        key(asked, (1, Choice.AGREE), proxy=commands.Proxy(Named(name="王芳", phone="13900000000"), asked.scan))


def test_no_policy_lets_one_person_speak_for_more_than_three_households():
    """Fewer, or none at all, are for the policy to say; four are bad input."""
    assert [paper_terms_of({"proxies_most": n}).proxies_most for n in (0, 1, 3)] == [0, 1, 3]
    for wrong in (4, -1, "3", True):
        with pytest.raises(BadInput):
            paper_terms_of({"proxies_most": wrong})


def test_every_printed_sheet_is_keyed_in_void_or_missing_before_the_result(working):
    """Printed is entered and void and missing; a missing one that is found is keyed in; a void one never."""
    asked, _ = make_paper_round()
    key(asked, (1, Choice.AGREE), (2, Choice.AGREE), (3, Choice.AGREE), (4, Choice.AGREE))
    with pytest.raises(Refused, match=r"consent\.sheets_out \(n=2\)"), unit_of_work() as session:
        commands.publish_result(session, asked.worker, commands.PublishResult(asked.round), at(KEYED))
    with pytest.raises(Refused, match=r"consent\.void_reason_needed"):
        end(asked, 5, reason=" ")
    with pytest.raises(Refused, match=r"consent\.sheet_not_out"):
        end(asked, 1)
    end(asked, 5)
    with pytest.raises(Refused, match=r"consent\.sheet_void"):
        key(asked, (5, Choice.AGREE))
    end(asked, 6, how=SheetEnd.MISSING, reason="")
    counted = stand(asked).count
    assert (counted.printed, counted.entered, counted.void, counted.missing, counted.out) == (6, 4, 1, 1, 0)
    key(asked, (6, Choice.OPPOSE))
    assert (stand(asked).count.entered, stand(asked).count.missing) == (5, 0)
    assert publish(asked, at(KEYED)) is Outcome.PASSED


def test_another_person_keys_all_sheets_in_again(working):
    """Nobody reads her own keying a second time; nothing is published before the second keying."""
    asked, other = make_paper_round(second="all")
    key(asked, (1, Choice.AGREE), (2, Choice.OPPOSE))
    account(asked)
    with pytest.raises(Forbidden, match=r"consent\.second_is_another"):
        read_again(asked, asked.worker, (1, Choice.AGREE))
    with pytest.raises(Refused, match=r"consent\.second_waits \(n=2\)"):
        publish(asked, at(KEYED))
    read_again(asked, other, (1, Choice.AGREE), (2, Choice.OPPOSE))
    with pytest.raises(Refused, match=r"consent\.second_done"):
        read_again(asked, other, (1, Choice.AGREE))
    assert publish(asked, at(KEYED)) is Outcome.FAILED


def test_a_difference_blocks_the_result_until_a_third_look(working):
    """Also after keying in has ended; the first keyer does not judge herself; a wrong first keying is corrected."""
    asked, other = make_paper_round(second="all")
    key(asked, (1, Choice.AGREE), (2, Choice.AGREE))
    read_again(asked, other, (1, Choice.OPPOSE), (2, Choice.OPPOSE), clock=at(KEYED))
    account(asked)
    with pytest.raises(Refused, match=r"consent\.differ"):
        publish(asked, at(KEYED))
    with pytest.raises(Forbidden, match=r"consent\.third_is_another"):
        look(asked, asked.worker, 1, Choice.AGREE, clock=at(KEYED))
    with pytest.raises(Refused, match=r"consent\.look_reason_needed"):
        look(asked, other, 1, Choice.AGREE, " ", clock=at(KEYED))
    look(asked, other, 1, Choice.OPPOSE, clock=at(KEYED))
    look(asked, other, 2, Choice.AGREE, clock=at(KEYED))
    assert stand(asked).differing == ()
    publish(asked, at(KEYED))
    with reading_session() as session:
        bar = queries.bar_of_round(session, asked.round, KEYED)
    assert (bar.agree, bar.oppose) == (1, 1)


def test_nobody_chooses_the_sample(working):
    """The drawn sheets follow from roster and serial: others are not taken, and each round with paper has one."""
    asked, other = make_paper_round(units=12, second="sample")
    key(asked, *[(n, Choice.AGREE) for n in range(1, 13)])
    drawn = stand(asked).drawn
    assert 1 <= len(drawn) < 12
    spared = min(set(range(1, 13)) - drawn)
    with pytest.raises(Refused, match=r"consent\.not_in_sample"):
        read_again(asked, other, (spared, Choice.AGREE))


def test_who_is_asked_by_phone_and_on_paper_counts_once(working):
    """A paper after the phone replaces it while the round is open; the numbers of both channels add up."""
    asked, _ = make_paper_round()
    phone(asked, 0)
    key(asked, (1, Choice.OPPOSE))
    phone(asked, 1)
    with reading_session() as session:
        said = queries.answered_units(session, session.get_one(ConsentRound, asked.round))
        bar = queries.bar_of_round(session, asked.round, OPENS)
    assert len(said) == bar.agree + bar.oppose + bar.abstain == 2


def test_what_was_signed_before_the_household_answered_itself_does_not_replace_it(working):
    """A sheet of the first day keyed in on the third leaves the phone answer of the second; it is accounted as void."""
    asked, _ = make_paper_round()
    phone(asked, 0, Choice.OPPOSE, at(OPENS + timedelta(days=1)))
    third_day = at(OPENS + timedelta(days=2))
    with pytest.raises(Refused, match=r"consent\.answered_later"):
        key(asked, (1, Choice.AGREE), clock=third_day)
    assert said_at_first_door(asked) == [Choice.OPPOSE]
    end(asked, 1, reason="签字以后住户自己用手机表态")
    key(asked, (2, Choice.AGREE), clock=third_day)


def test_a_household_that_answered_on_paper_sees_when_and_from_which_sheet(working):
    """Its trail names channel, serial and the day of the signature; the register is one for all channels."""
    asked, _ = make_paper_round()
    key(asked, (1, Choice.AGREE))
    with reading_session() as session:
        (unit,) = queries.round_page(session, asked.round, asked.residents[0], later(hours=3).at).own
    (row,) = unit.trail
    assert (row.channel, row.serial, row.signed_on, row.at) == (Channel.PAPER, 1, DAY, later(hours=2).at)


def test_nothing_of_paper_moves_once_a_preliminary_result_is_announced(working):
    """Sheets out block the announcement; after it nobody keys, voids, reads again or notes a visit."""
    asked, other = make_paper_round(second="all", publicity_days=5)
    key(asked, (1, Choice.AGREE))
    with pytest.raises(Refused, match=r"consent\.sheets_out"), unit_of_work() as session:
        commands.publish_result(session, asked.worker, commands.PublishResult(asked.round), at(KEYED))
    end(asked, 2, 3, 4, 5, 6)
    with pytest.raises(Refused, match=r"consent\.second_waits"), unit_of_work() as session:
        commands.publish_result(session, asked.worker, commands.PublishResult(asked.round), at(KEYED))
    read_again(asked, other, (1, Choice.OPPOSE), clock=at(KEYED))
    with pytest.raises(Refused, match=r"consent\.differ"), unit_of_work() as session:
        commands.publish_result(session, asked.worker, commands.PublishResult(asked.round), at(KEYED))
    look(asked, other, 1, Choice.AGREE, clock=at(KEYED))
    with unit_of_work() as session:
        commands.publish_result(session, asked.worker, commands.PublishResult(asked.round), at(KEYED))
    for deed in (
        lambda: look(asked, other, 1, Choice.OPPOSE, clock=at(KEYED)),
        lambda: read_again(asked, other, (1, Choice.AGREE), clock=at(KEYED)),
        lambda: end(asked, 1),
        lambda: correct(asked, 1, 0, Choice.OPPOSE, clock=at(KEYED)),
    ):
        with pytest.raises(Refused, match=r"consent\.announced"):
            deed()


def said_at_first_door(asked):
    """What the first household said, the newest last."""
    with reading_session() as session:
        return [row.answer for row in queries.trail_of(session, asked.round, [asked.places.units[0]])]


def test_policies_without_a_word_on_paper_read_nothing_twice(working):
    """Rounds of older policies are published as before."""
    asked = make_asked()
    with reading_session() as session:
        assert "second_keying" not in session.scalars(select(PolicyVersion)).first().parts["consent"]
    assert stand(asked).drawn == frozenset()
