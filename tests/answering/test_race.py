"""One code used by many at once, and by the worker, an account and the code in the same second: real processes."""

import multiprocessing
from uuid import uuid4

import pytest

from fundapp.answering import commands as answering
from fundapp.answering.rules import SlipScope
from fundapp.consent import commands, queries
from fundapp.consent.policy import Choice, sayable
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.errors import Refused
from tests.answering.slips import SECRET, code_of, print_slips
from tests.consent.asking import bound, make_asked
from tests.consent.test_race import meet
from tests.support.world import later

FORK = multiprocessing.get_context("fork")


def in_process(url, barrier, told, number, deed):
    """Do one deed in a process of its own, all of them meeting between reading and writing."""
    patch = pytest.MonkeyPatch()
    meet(patch, barrier, 1)
    with bound(url):
        try:
            with unit_of_work() as session:
                told.put((number, deed(session)))
        except Refused as refusal:
            told.put((number, refusal.code))
    patch.undo()


def at_once(url, deeds):
    """Do all deeds at once; give what each came to."""
    bound_engine().dispose()
    barrier, told = FORK.Barrier(len(deeds)), FORK.Queue()
    processes = [FORK.Process(target=in_process, args=(url, barrier, told, n, one)) for n, one in enumerate(deeds)]
    for one in processes:
        one.start()
    ended = dict(told.get(timeout=60) for _ in processes)
    for one in processes:
        one.join(timeout=30)
    return ended


def by_code(code, answer):
    """A deed: answer with the code."""
    cmd = answering.AnswerByCode(code, answer, str(uuid4()))
    return lambda session: answering.answer_by_code(session, cmd, later(hours=1)).revision


def stands(asked):
    """The revisions of the first household."""
    with reading_session() as session:
        return [row.revision for row in queries.trail_of(session, asked.round, [asked.places.units[0]])]


@pytest.mark.parametrize("turn", range(5))
def test_a_code_used_by_many_at_once_leaves_one_line_of_answers(working, turn):
    """Each use is a revision of its own, none is lost, one counts."""
    asked = make_asked(units=2, people=1, sheets=0)
    code = code_of(print_slips(asked)[asked.places.units[0]])
    ended = at_once(working, [by_code(code, sayable(follow=False)[n % 3]) for n in range(6)])
    assert sorted(ended.values()) == [1, 2, 3, 4, 5, 6]
    assert stands(asked) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("turn", range(5))
def test_two_accounts_the_code_and_the_worker_in_one_second(working, turn):
    """Phone, code and paper of one household meet: every one stands in the history, the last counts."""
    asked = make_asked(units=2, people=1, sheets=1)
    unit = asked.places.units[0]
    code = code_of(print_slips(asked)[unit])
    phone = commands.AnswerByPhone(asked.round, unit, Choice.OPPOSE, str(uuid4()))
    again = commands.AnswerByPhone(asked.round, unit, Choice.AGREE, str(uuid4()))
    sheet = commands.KeyPaper(asked.round, 1, unit, Choice.ABSTAIN, asked.scan, str(uuid4()))
    clock = later(hours=1)
    deeds = [
        by_code(code, Choice.AGREE),
        lambda session: commands.answer_by_phone(session, asked.residents[0], phone, clock).revision,
        lambda session: commands.answer_by_phone(session, asked.residents[0], again, clock).revision,
        lambda session: commands.key_paper(session, asked.worker, sheet, clock).revision,
    ]
    assert sorted(at_once(working, deeds).values()) == [1, 2, 3, 4]
    assert stands(asked) == [1, 2, 3, 4]


@pytest.mark.parametrize("turn", range(5))
def test_a_code_used_while_it_is_replaced_counts_or_is_refused(working, turn):
    """Acknowledged means counted; refused means not counted; there is no third."""
    asked = make_asked(units=2, people=1, sheets=0)
    unit = asked.places.units[0]
    code = code_of(print_slips(asked)[unit])
    cmd = answering.PrintSlips(asked.round, SlipScope.ONE, "1栋101")
    renew = lambda session: len(answering.print_slips(session, asked.worker, cmd, SECRET, later(hours=1)))  # noqa: E731
    ended = at_once(working, [by_code(code, Choice.AGREE), renew])
    assert ended[1] == 1
    assert (ended[0], stands(asked)) in ((1, [1]), ("answering.code_unknown", []))
