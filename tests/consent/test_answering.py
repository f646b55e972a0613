"""Households answer by phone and on paper."""

from datetime import timedelta
from uuid import uuid4

import pytest

from fundapp.consent import commands, queries
from fundapp.consent.policy import Channel, Choice
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.rosters.heads import HoldingReason
from tests.consent.asking import CLOSES, JUST, KEYED, NOW, OPENS, at, correct, paper, phone, sold
from tests.support.world import later, make_resident


def current(asked, number):
    """The answer of a household that counts, as (answer, channel, revision)."""
    with reading_session() as session:
        row = queries.current_answer(session, asked.round, asked.places.units[number])
        return (row.answer, row.channel, row.revision) if row else None


def numbers(asked, moment=NOW):
    """Agree, oppose, abstain, silent."""
    with reading_session() as session:
        bar = queries.bar_of_round(session, asked.round, moment)
        return bar.agree, bar.oppose, bar.abstain, bar.silent


def test_a_household_answers_once_and_may_change_its_mind(asked):
    """A later answer is a further revision; one household has one current answer."""
    phone(asked, 0, Choice.AGREE)
    phone(asked, 0, Choice.OPPOSE)
    assert current(asked, 0) == (Choice.OPPOSE, Channel.PHONE, 2)
    assert numbers(asked) == (0, 1, 0, 5)


def test_two_people_of_one_household_share_one_answer(asked):
    """The right to answer belongs to the household, not to the account."""
    with unit_of_work() as session:
        second = make_resident(session, "同住人", asked.places.units[0])
    phone(asked, 0, Choice.AGREE)
    cmd = commands.AnswerByPhone(asked.round, asked.places.units[0], Choice.ABSTAIN, str(uuid4()))
    with unit_of_work() as session:
        commands.answer_by_phone(session, second, cmd, later(hours=2))
    assert numbers(asked) == (0, 0, 1, 5)


def test_the_same_form_sent_twenty_times_writes_one_row(asked):
    """A repeat is answered with the first row."""
    key = str(uuid4())
    assert len({phone(asked, 0, key=key) for _ in range(20)}) == 1
    assert current(asked, 0) == (Choice.AGREE, Channel.PHONE, 1)


def test_a_used_key_does_not_carry_another_answer(asked):
    """A key stands for one content."""
    key = str(uuid4())
    phone(asked, 0, Choice.AGREE, key=key)
    with pytest.raises(Refused, match=r"web\.used_key"):
        phone(asked, 0, Choice.OPPOSE, key=key)


def test_nobody_answers_for_a_household_that_is_not_hers(asked):
    """A neighbour, and the worker herself, are told that the account is not bound to the door."""
    with pytest.raises(Forbidden, match=r"consent\.not_your_household"):
        phone(asked, 0, unit=asked.places.units[1])
    cmd = commands.AnswerByPhone(asked.round, asked.places.units[5], Choice.AGREE, str(uuid4()))
    with pytest.raises(Forbidden, match=r"consent\.not_your_household"), unit_of_work() as session:
        commands.answer_by_phone(session, asked.worker, cmd, later(hours=1))


def test_a_household_outside_the_roster_is_not_asked(asked):
    """Binding an account to a door elsewhere gives no answer here."""
    from tests.support.world import make_place_tree

    with unit_of_work() as session:
        elsewhere = make_place_tree(session, units=1)
        stranger = make_resident(session, "外院人", elsewhere.units[0])
    cmd = commands.AnswerByPhone(asked.round, elsewhere.units[0], Choice.AGREE, str(uuid4()))
    with pytest.raises(Forbidden, match=r"consent\.not_on_roster"), unit_of_work() as session:
        commands.answer_by_phone(session, stranger, cmd, later(hours=1))


@pytest.mark.parametrize(
    ("moment", "code"),
    [(OPENS - JUST, "consent.not_open_yet"), (CLOSES, "consent.closed"), (KEYED, "consent.closed")],
)
def test_a_phone_answers_only_inside_the_window(asked, moment, code):
    """The close itself is outside."""
    with pytest.raises(Refused, match=code):
        phone(asked, 0, clock=at(moment))
    assert current(asked, 0) is None


def test_an_answer_in_the_closing_moment_is_acknowledged_and_counted(asked):
    """Acknowledged and counted are the same thing, to the last microsecond."""
    phone(asked, 0, clock=at(CLOSES - JUST))
    assert numbers(asked, CLOSES) == (1, 0, 0, 5)


def test_paper_is_keyed_in_for_some_days_after_the_close(asked):
    """A sheet registered before the close counts until keying in ends, not after."""
    paper(asked, 1, 4, clock=at(KEYED - JUST))
    assert numbers(asked, KEYED)[0] == 1
    with pytest.raises(Refused, match=r"consent\.keying_over"):
        paper(asked, 2, 5, clock=at(KEYED))


def test_an_unregistered_sheet_is_not_keyed_in(asked):
    """A serial that nobody registered before the close cannot appear afterwards."""
    with pytest.raises(Refused, match=r"consent\.not_registered"):
        paper(asked, 5, 4)
    with pytest.raises(Refused, match=r"consent\.closed"), unit_of_work() as session:
        commands.register_papers(session, asked.worker, commands.RegisterPapers(asked.round, 1), at(CLOSES))


def test_a_sheet_is_keyed_in_once(asked):
    """The second household with the same serial is refused."""
    paper(asked, 1, 4)
    with pytest.raises(Refused, match=r"consent\.sheet_used"):
        paper(asked, 1, 5)


def test_only_the_worker_keys_in_paper(asked):
    """A resident cannot use the staff's path."""
    cmd = commands.KeyPaper(asked.round, 1, asked.places.units[0], Choice.AGREE, asked.scan, str(uuid4()))
    with pytest.raises(Forbidden, match=r"consent\.not_worker"), unit_of_work() as session:
        commands.key_paper(session, asked.residents[0], cmd, later(hours=1))


def test_phone_and_paper_replace_each_other_before_the_close(asked):
    """Whichever came last counts; the trail shows both with channel and time."""
    phone(asked, 0, Choice.AGREE, later(hours=1))
    paper(asked, 1, 0, Choice.OPPOSE, later(hours=2))
    assert current(asked, 0) == (Choice.OPPOSE, Channel.PAPER, 2)
    phone(asked, 0, Choice.ABSTAIN, later(hours=3))
    assert current(asked, 0) == (Choice.ABSTAIN, Channel.PHONE, 3)
    with reading_session() as session:
        trail = queries.trail_of(session, asked.round, [asked.places.units[0]])
        told = [(row.channel, row.answer, row.at) for row in trail]
    assert told == [
        (Channel.PHONE, Choice.AGREE, NOW + timedelta(hours=1)),
        (Channel.PAPER, Choice.OPPOSE, NOW + timedelta(hours=2)),
        (Channel.PHONE, Choice.ABSTAIN, NOW + timedelta(hours=3)),
    ]


def test_after_the_close_paper_does_not_overturn_a_phone_answer(asked):
    """The household could no longer answer back, so what it said by phone stands."""
    phone(asked, 0, Choice.OPPOSE)
    with pytest.raises(Refused, match=r"consent\.phone_stands"):
        paper(asked, 1, 0, Choice.AGREE, at(CLOSES))


def test_a_wrongly_keyed_choice_is_put_right_with_a_reason(asked):
    """The mistake stays in the trail."""
    paper(asked, 1, 4, Choice.AGREE)
    with pytest.raises(Refused, match=r"consent\.reason_needed"):
        correct(asked, 1, 4, Choice.OPPOSE, reason="  ")
    with pytest.raises(Refused, match=r"consent\.nothing_changed"):
        correct(asked, 1, 4, Choice.AGREE)
    correct(asked, 1, 4, Choice.OPPOSE, "把反对看成同意")
    assert current(asked, 4) == (Choice.OPPOSE, Channel.PAPER, 2)


def test_a_sheet_keyed_in_under_the_wrong_door_is_moved(asked):
    """The wrong door is as it was before: silent, or with its own earlier answer."""
    phone(asked, 0, Choice.OPPOSE)
    paper(asked, 1, 0, Choice.AGREE)
    correct(asked, 1, 4, Choice.AGREE, "把 104 看成 101")
    assert current(asked, 0) == (Choice.OPPOSE, Channel.PAPER, 3)
    paper(asked, 2, 3, Choice.AGREE)
    correct(asked, 2, 5, Choice.AGREE)
    assert current(asked, 3) == (Choice.NONE, Channel.PAPER, 2)
    assert numbers(asked) == (2, 1, 0, 3)


def test_a_correction_does_not_overturn_a_later_phone_answer(asked):
    """The household has spoken since; there is nothing to put right."""
    paper(asked, 1, 0, Choice.AGREE)
    phone(asked, 0, Choice.OPPOSE, later(hours=3))
    with pytest.raises(Refused, match=r"consent\.phone_replaced"):
        correct(asked, 1, 0, Choice.ABSTAIN, clock=later(hours=4))
    correct(asked, 1, 4, Choice.AGREE, clock=later(hours=4))
    assert current(asked, 0) == (Choice.OPPOSE, Channel.PHONE, 2)


def test_a_struck_paper_is_no_answer_that_somebody_may_give(asked):
    """``none`` is the mark of a correction only."""
    with pytest.raises(Refused, match=r"consent\.no_such_answer"):
        phone(asked, 0, Choice.NONE)
    with pytest.raises(Refused, match=r"consent\.no_such_answer"):
        paper(asked, 1, 4, Choice.NONE)


def test_after_a_sale_the_former_answer_stands(asked):
    """What the household said before counts for this round; the new holder cannot change it, nor the old one."""
    phone(asked, 0, Choice.OPPOSE)
    newcomer = sold(asked, 0, NOW + timedelta(hours=2))
    cmd = commands.AnswerByPhone(asked.round, asked.places.units[0], Choice.AGREE, str(uuid4()))
    with pytest.raises(Refused, match=r"consent\.former_holder"), unit_of_work() as session:
        commands.answer_by_phone(session, newcomer, cmd, later(hours=3))
    assert current(asked, 0) == (Choice.OPPOSE, Channel.PHONE, 1)


def test_after_a_sale_the_new_holder_answers_where_nobody_had(asked):
    """She speaks for the household now, and may change what she said herself."""
    newcomer = sold(asked, 0, NOW + timedelta(hours=2))
    for answer in (Choice.AGREE, Choice.ABSTAIN):
        cmd = commands.AnswerByPhone(asked.round, asked.places.units[0], answer, str(uuid4()))
        with unit_of_work() as session:
            commands.answer_by_phone(session, newcomer, cmd, later(hours=3))
    assert current(asked, 0) == (Choice.ABSTAIN, Channel.PHONE, 2)


def test_a_corrected_name_moves_nobody_out(asked):
    """The household stays the same and may change its answer."""
    phone(asked, 0, Choice.OPPOSE)
    sold(asked, 0, NOW + timedelta(hours=2), "王户主", HoldingReason.CORRECTION)
    phone(asked, 0, Choice.AGREE, later(hours=3))
    assert current(asked, 0) == (Choice.AGREE, Channel.PHONE, 2)
