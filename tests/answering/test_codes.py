"""What a household's printed code can do, and what it cannot."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fundapp.answering.rules import SlipScope
from fundapp.consent.commands import void_round
from fundapp.consent.policy import Channel, Choice
from fundapp.db.work import unit_of_work
from fundapp.kernel.errors import Forbidden, Refused
from tests.answering.slips import by_code, code_of, print_slips, trail
from tests.consent.asking import CLOSES, JUST, OPENS, at, paper, phone


def test_every_household_has_one_slip_with_two_secrets(asked):
    """One code per household; 128 bits in the picture, twelve signs to type; printing again makes none for them."""
    slips = print_slips(asked)
    assert sorted(slips) == sorted(asked.places.units)
    assert len({slip.token for slip in slips.values()} | {slip.typed for slip in slips.values()}) == 12
    assert all(len(slip.token) == 22 and len(slip.typed) == 12 for slip in slips.values())
    with pytest.raises(Refused, match=r"answering\.nothing_to_print"):
        print_slips(asked)


def test_a_household_answers_with_its_code_and_changes_it_until_the_close(asked):
    """The last answer counts, the history stays, and the clock is exact to the microsecond."""
    slip = print_slips(asked)[asked.places.units[4]]
    by_code(slip, Choice.AGREE)
    by_code(slip, Choice.OPPOSE, at(CLOSES - JUST))
    assert trail(asked, 4) == [(Choice.AGREE, Channel.CODE), (Choice.OPPOSE, Channel.CODE)]
    with pytest.raises(Refused, match=r"consent\.closed"):
        by_code(slip, Choice.AGREE, at(CLOSES))


def test_nobody_answers_by_code_before_the_opening(asked):
    """The slips may lie at home already."""
    slip = print_slips(asked)[asked.places.units[4]]
    with pytest.raises(Refused, match=r"consent\.not_open_yet"):
        by_code(slip, clock=at(OPENS - JUST))


def test_a_replaced_code_is_dead(asked):
    """Whoever found the old slip can do nothing with it, also when it was opened before."""
    unit = asked.places.units[4]
    old = print_slips(asked)[unit]
    opened = code_of(old)
    new = print_slips(asked, SlipScope.ONE, "2栋102")[unit]
    assert code_of(old) is None
    with pytest.raises(Refused, match=r"answering\.code_unknown"):
        by_code(old, code_id=opened)
    by_code(new)
    assert trail(asked, 4) == [(Choice.AGREE, Channel.CODE)]


def test_slips_for_the_silent_leave_out_who_has_answered(asked):
    """Who has spoken needs no new code."""
    print_slips(asked)
    phone(asked, 0)
    assert asked.places.units[0] not in print_slips(asked, SlipScope.SILENT, clock=at(OPENS))


def test_the_latest_of_phone_code_and_paper_counts(asked):
    """One household, three ways, one answer; each step stays in the history."""
    slip = print_slips(asked)[asked.places.units[0]]
    phone(asked, 0, Choice.AGREE)
    by_code(slip, Choice.OPPOSE)
    paper(asked, 1, 0, Choice.ABSTAIN)
    by_code(slip, Choice.AGREE, at(OPENS + timedelta(days=1)))
    assert [channel for _, channel in trail(asked, 0)] == [
        Channel.PHONE, Channel.CODE, Channel.PAPER, Channel.CODE,
    ]  # fmt: skip
    with pytest.raises(Refused, match=r"consent\.phone_stands"):
        paper(asked, 2, 0, Choice.OPPOSE, at(CLOSES + timedelta(hours=1)))


def test_the_same_form_sent_twice_is_one_answer(asked):
    """A double tap."""
    slip = print_slips(asked)[asked.places.units[0]]
    key = "6f1c2d3e-0000-4000-8000-000000000000"
    assert by_code(slip, key=key) == by_code(slip, key=key)
    with pytest.raises(Refused, match=r"web\.used_key"):
        by_code(slip, Choice.OPPOSE, key=key)


def test_a_struck_round_kills_its_codes(asked):
    """What was asked has changed: nobody agrees to it any more."""
    slip = print_slips(asked)[asked.places.units[0]]
    with unit_of_work() as session:
        void_round(session, asked.project, asked.worker.person_id, "预算增加", OPENS)
    assert code_of(slip) is None


def test_only_the_worker_of_the_community_prints(asked):
    """A resident does not, whatever she sends."""
    with pytest.raises(Forbidden, match=r"consent\.not_worker"):
        print_slips(replace(asked, worker=asked.residents[0]))


def test_no_slips_after_the_close(asked):
    """Nothing could be done with them."""
    with pytest.raises(Refused, match=r"answering\.closed"):
        print_slips(asked, clock=at(CLOSES))
