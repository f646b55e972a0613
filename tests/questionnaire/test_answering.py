"""Putting a questionnaire, answering it, what comes of it: on both databases."""

from datetime import timedelta
from uuid import uuid4

import pytest

from fundapp.consent import queries as consent
from fundapp.consent.commands import OpenRound, open_round
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.notify.models import NotifyMessage
from fundapp.projects.queries import get_project
from fundapp.projects.rules import Task
from fundapp.questionnaire import commands, queries
from fundapp.questionnaire.checks import check_answers
from fundapp.questionnaire.rules import Said
from tests.questionnaire.putting import (
    AFTER,
    ALL,
    CLOSES,
    HOUR,
    SECRET,
    door,
    paper,
    phone,
    put,
    release,
    slips,
)
from tests.support.world import later, make_person, make_place_tree, make_resident

JUST = timedelta(microseconds=1)


def refused(deed, *given, **named):
    with pytest.raises(Refused) as refusal:
        deed(*given, **named)
    return refusal.value.code.removeprefix("questionnaire.")


def results(made):
    with reading_session() as session:
        return queries.results_of(session, made.number, ("没答", "写了"))


def page(made, actor, moment=None):
    with reading_session() as session:
        return queries.questionnaire_page(session, made.number, actor, moment or HOUR.now(session))


def test_an_answer_is_changed_until_the_close_and_the_last_one_counts(made):
    """Three revisions stay; one microsecond before the close is in time, the close itself is not."""
    assert [phone(made, 0)[1], phone(made, 0, {1: Said(options=(3,))})[1]] == [1, 2]
    assert phone(made, 0, {1: Said(options=(2,))}, SetClock(CLOSES - JUST))[1] == 3
    assert refused(phone, made, 0, clock=AFTER) == "closed"
    own = page(made, made.residents[0]).own[0]
    assert (own.said, [how for _at, how in own.trail]) == ({1: Said(options=(2,))}, ["phone"] * 3)
    assert page(made, made.residents[1]).own[0].said == {}


def test_a_household_has_one_answer_whoever_gives_it(made):
    """Two people of one household: the second replaces the first."""
    with unit_of_work() as session:
        other = make_resident(session, "同住", made.places.units[0])
    phone(made, 0)
    with unit_of_work() as session:
        cmd = commands.Answer(made.number, made.places.units[0], {3: Said(number=1)}, str(uuid4()))
        assert commands.answer_by_phone(session, other, cmd, HOUR).revision == 2
    assert page(made, other).answered == 1


def test_nobody_answers_for_another_household(made):
    """Not a neighbour, not the worker, and nobody from elsewhere."""
    assert refused(phone, made, 0, unit=made.places.units[1]) == "not_asked"
    with unit_of_work() as session:
        elsewhere = make_place_tree(session)
        stranger = make_resident(session, "外人", elsewhere.units[0])
    cmd = commands.Answer(made.number, made.places.units[1], ALL, str(uuid4()))
    for actor, code in ((made.worker, "not_resident"), (stranger, "not_asked")):
        with unit_of_work() as session:
            assert refused(commands.answer_by_phone, session, actor, cmd, HOUR) == code


def test_a_form_that_is_sent_twice_is_one_answer(made):
    """The same key again gives the same row."""
    key = str(uuid4())
    assert phone(made, 0, key=key) == phone(made, 0, key=key)
    assert page(made, made.residents[0]).own[0].trail[1:] == ()
    assert refused(phone, made, 0, {1: Said(options=(2,))}, key=key) == "web.used_key"


def test_a_household_without_a_phone_answers_by_its_code(made):
    """The printed code opens the household's own answers; a replaced one is dead; other kinds of codes do not fit."""
    unit = made.places.units[7]
    slip = slips(made)[unit]
    with reading_session() as session:
        code = commands.code_of_typed(session, slip.typed.lower(), SECRET)
        assert code == commands.code_of_token(session, slip.token, SECRET)
        assert commands.code_of_token(session, slip.typed, SECRET) is None
    with unit_of_work() as session:
        row = commands.answer_by_code(session, commands.AnswerByCode(code, ALL, "k1"), HOUR)
        assert (row.unit_id, row.person_id, row.channel) == (unit, None, "code")
    assert set(slips(made, door(7))) == {unit}
    with unit_of_work() as session:
        cmd = commands.AnswerByCode(code, ALL, "k2")
        assert refused(commands.answer_by_code, session, cmd, HOUR) == "code_unknown"
    assert refused(slips, made) == "nothing_to_print"
    assert refused(slips, made, door(7), clock=AFTER) == "closed"


def test_a_paper_is_keyed_before_the_close_and_never_over_what_a_household_said_itself(made):
    """A second paper corrects the first; the phone goes before any paper."""
    assert [paper(made, door(5)), paper(made, door(5), {3: Said(number=2)})] == [1, 2]
    phone(made, 0)
    assert refused(paper, made, door(0)) == "answered_itself"
    assert refused(paper, made, "9栋901") == "consent.door_not_on_roster"
    assert refused(paper, made, door(6), clock=AFTER) == "closed"
    with unit_of_work() as session:
        foreign = make_person(session, "外社工", Role.WORKER, make_place_tree(session).community)
    assert refused(paper, made, door(6), actor=foreign) == "not_worker"


def test_results_are_counts_with_small_numbers_merged_and_texts_only_as_released(made):
    """Ten papers and two phones: 8 and 4 are merged, one text of two is shown, and hidden again."""
    for number in range(2, 10):
        paper(made, door(number), {1: Said(options=(1,)), 3: Said(number=5)})
    paper(made, door(10), {1: Said(options=(2,))})
    paper(made, door(11), {1: Said(options=(3,))})
    phone(made, 0, {1: Said(options=(2,)), 4: Said(text="乙的话")})
    phone(made, 1, {1: Said(options=(3,)), 4: Said(text="甲的话")})
    told = results(made)
    assert (told.answered, told.few) == (12, False)
    first = told.questions[0]
    assert [(cell.labels, cell.count) for cell in first.cells] == [(("没答",), 0), (("门口", "车棚", "花园"), 12)]
    assert (told.questions[3].texts, told.questions[3].held_back) == ([], 2)
    with reading_session() as session:
        texts = queries.texts_of(session, made.number)
    assert [one.words for one in texts] == ["乙的话", "甲的话"]
    assert refused(release, made, texts[0].said_id, clock=SetClock(CLOSES - JUST)) == "still_open"
    assert release(made, texts[0].said_id) == 1
    assert release(made, texts[0].said_id) is None
    assert results(made).questions[3].texts == ["乙的话"]
    assert release(made, texts[0].said_id, shown=False) == 2
    assert results(made).questions[3].texts == []
    with pytest.raises(Forbidden):
        release(made, texts[0].said_id, actor=made.residents[0])
    with pytest.raises(NotVisible):
        release(made, 10**6)


def test_fewer_than_five_answers_tell_only_that_they_were_few(made):
    """Four households would know each other's answers."""
    for number in range(3):
        phone(made, number)
    paper(made, door(8))
    told = results(made)
    assert told.few
    assert [one.cells for one in told.questions] == [[], [], [], []]
    paper(made, door(9))
    assert not results(made).few


def test_the_text_of_an_earlier_revision_is_never_shown(made):
    """A household that took its words back is not quoted."""
    phone(made, 0, {4: Said(text="气话")})
    phone(made, 0, {1: Said(options=(1,))})
    with reading_session() as session:
        assert queries.texts_of(session, made.number) == []
        assert queries.texts_waiting(session, [made.places.compound], CLOSES) == []


def test_a_questionnaire_never_counts_as_consent(made):
    """Every household says yes to everything, and the round over the same households still has nobody in it."""
    for number in range(3):
        phone(made, number)
    for number in range(3, 12):
        paper(made, door(number))
    with unit_of_work() as session:
        round_ = open_round(session, made.worker, OpenRound(made.project), HOUR)
        opened = round_.id
    with reading_session() as session:
        count = consent.bar_of_round(session, opened, CLOSES).count
        assert (count.heads.total, count.heads.participating, count.heads.agree, count.heads.silent) == (12, 0, 0, 12)
        assert count.result == "failed"


def test_who_may_put_a_questionnaire(made):
    """The worker and the group, supervisors excepted; before consent; one at a time."""
    group = made.group
    assert refused(put, made.worker, made.project) == "one_at_a_time"
    for actor, code in ((group[Task.SUPERVISOR], "not_asker"), (made.residents[0], "not_asker")):
        assert refused(put, actor, made.project, clock=AFTER) == code
    assert put(group[Task.MEMBER], made.project, clock=AFTER) > made.number
    with unit_of_work() as session:
        open_round(session, made.worker, OpenRound(made.project), AFTER)
    late = SetClock(CLOSES + timedelta(days=8))
    assert refused(put, made.worker, made.project, clock=late) == "before_consent_only"


def test_the_window_is_from_one_to_thirty_days(made):
    """A day is enough, thirty days are the most, and nothing opens in the past."""
    moment = CLOSES
    for opens, closes, code in (
        (moment - JUST, moment + timedelta(days=2), "opens_in_the_past"),
        (None, moment + timedelta(days=1) - JUST, "window_wrong"),
        (None, moment + timedelta(days=30) + JUST, "window_wrong"),
    ):
        assert refused(put, made.worker, made.project, clock=AFTER, opens=opens, closes=closes) == code
    later_on = put(made.worker, made.project, clock=AFTER, opens=moment + timedelta(days=1))
    waiting = commands.Answer(later_on, made.places.units[0], ALL, str(uuid4()))
    with unit_of_work() as session:
        assert refused(commands.answer_by_phone, session, made.residents[0], waiting, AFTER) == "not_yet"


def test_households_with_an_account_are_told_and_their_desk_waits_for_them(made):
    """A message to each of four, the proposer among them; the line goes away once the household has answered."""
    with reading_session() as session:
        told = session.query(NotifyMessage).filter(NotifyMessage.once_key == f"questionnaire:{made.number}").all()
        proposer = get_project(session, made.project).proposer_id
        assert {one.person_id for one in told} == {one.person_id for one in made.residents} | {proposer}
        assert all("不算同意" in one.text for one in told)
    unit = [made.places.units[0]]
    with reading_session() as session:
        assert [one.id for one in queries.waiting_for_units(session, unit, later(hours=2).now(session))] == [
            made.number
        ]
    phone(made, 0)
    with reading_session() as session:
        assert queries.waiting_for_units(session, unit, later(hours=2).now(session)) == []
        assert [one.texts for one in queries.texts_waiting(session, [made.places.compound], CLOSES)] == [1]


def test_the_check_holds_every_answer_against_its_questions(made):
    """What came in through the deeds is in order, and every row of it is looked at."""
    phone(made, 0)
    phone(made, 0)
    paper(made, door(8))
    with reading_session() as session:
        told = check_answers(session)
    assert (told.rows, told.first_fault) == (3, None)
