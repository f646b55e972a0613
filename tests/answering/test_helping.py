"""Help for a household: openly, shortly, and no other way for staff to answer."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from fundapp.answering import commands
from fundapp.answering.rules import HELP
from fundapp.consent.policy import Channel, Choice
from fundapp.db.work import unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from tests.answering.slips import SECRET, print_slips, trail
from tests.consent.asking import CLOSES, JUST, OPENS, at
from tests.support.world import later

BEGUN = OPENS + timedelta(hours=1)


def begin(asked, door="2栋102", clock=None, worker=None, **grounds):
    """Let the worker begin to help; give the number of the help."""
    grounds = grounds or {"reason": "老人眼睛不好", "witness": "李楼长"}
    cmd = commands.BeginHelp(asked.round, door, **grounds)
    with unit_of_work() as session:
        return commands.begin_help(session, worker or asked.worker, cmd, SECRET, clock or at(BEGUN)).id


def helped(asked, help_id, clock=None, answer=Choice.AGREE, worker=None):
    """Note what the household says."""
    cmd = commands.AnswerWithHelp(help_id, answer, str(uuid4()))
    with unit_of_work() as session:
        commands.answer_with_help(session, worker or asked.worker, cmd, clock or at(BEGUN))


def test_a_worker_helps_one_household_for_fifteen_minutes(asked):
    """The answer carries its channel; the last microsecond counts, the next does not."""
    number = begin(asked)
    helped(asked, number, at(BEGUN + HELP - JUST))
    assert trail(asked, 4) == [(Choice.AGREE, Channel.ASSISTED)]
    with pytest.raises(Refused, match=r"answering\.help_over"):
        helped(asked, number, at(BEGUN + HELP))


def test_help_needs_the_households_code_or_a_reason_and_a_witness(asked):
    """Without either nothing begins; another household's code is none."""
    slips = print_slips(asked)
    for grounds, code in (
        ({"reason": " ", "witness": "李楼长"}, "reason_needed"),
        ({"reason": "老人", "witness": " "}, "witness_needed"),
        ({"code": slips[asked.places.units[0]].typed}, "code_unknown"),
        ({"code": "Z" * 12}, "code_unknown"),
    ):
        with pytest.raises(Refused, match=rf"answering\.{code}"):
            begin(asked, **grounds)
    helped(asked, begin(asked, code=slips[asked.places.units[4]].typed))
    assert trail(asked, 4) == [(Choice.AGREE, Channel.ASSISTED)]


def test_a_worker_helps_one_household_at_a_time(asked):
    """The next help ends the one before."""
    first = begin(asked)
    begin(asked, "2栋101", at(BEGUN + timedelta(minutes=1)))
    with pytest.raises(Refused, match=r"answering\.help_over"):
        helped(asked, first, at(BEGUN + timedelta(minutes=2)))


def test_a_help_that_ran_out_does_not_hinder_the_next(asked):
    """Nobody has to end it."""
    begin(asked)
    helped(asked, begin(asked, "2栋101", at(BEGUN + timedelta(days=1))), at(BEGUN + timedelta(days=1)))


def test_an_ended_help_takes_no_answer(asked):
    """Ended is ended."""
    number = begin(asked)
    with unit_of_work() as session:
        commands.end_help(session, asked.worker, number, at(BEGUN))
    with pytest.raises(Refused, match=r"answering\.help_over"):
        helped(asked, number)


def test_nobody_but_the_worker_of_the_community_helps(asked):
    """Not a resident, not in another's help, not outside the window."""
    with pytest.raises(Forbidden, match=r"consent\.not_worker"):
        begin(asked, worker=asked.residents[0])
    number = begin(asked)
    with pytest.raises(NotVisible):
        helped(asked, number, worker=asked.residents[0])
    for clock in (at(OPENS - JUST), at(CLOSES)):
        with pytest.raises(Refused, match=r"answering\.not_open"):
            begin(asked, clock=clock)


def test_a_worker_does_not_help_herself(asked):
    """Her own household answers by her own account."""
    own = replace(asked.worker, unit_ids=frozenset({asked.places.units[4]}))
    with pytest.raises(Forbidden, match=r"answering\.not_oneself"):
        begin(asked, worker=own)


def test_the_close_ends_the_answering_inside_a_help(asked):
    """A help that was begun in time does not reach over the close."""
    number = begin(asked, clock=at(CLOSES - timedelta(minutes=5)))
    with pytest.raises(Refused, match=r"consent\.closed"):
        helped(asked, number, at(CLOSES))


def test_later_answers_of_the_household_replace_the_helped_one(asked):
    """With its slip, for instance."""
    from tests.answering.slips import by_code

    slip = print_slips(asked)[asked.places.units[4]]
    helped(asked, begin(asked))
    by_code(slip, Choice.OPPOSE, later(hours=5))
    assert trail(asked, 4) == [(Choice.AGREE, Channel.ASSISTED), (Choice.OPPOSE, Channel.CODE)]
