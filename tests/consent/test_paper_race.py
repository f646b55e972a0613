"""Paper and phones of one household in the same second; two people who read one sheet at once. Real processes."""

import multiprocessing
from uuid import uuid4

import pytest

from fundapp.consent import commands, queries
from fundapp.consent.commands import Named
from fundapp.consent.models import ConsentRound
from fundapp.consent.policy import Channel, Choice
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Refused
from tests.consent.asking import OPENS, bound, make_asked, paper
from tests.consent.test_race import meet
from tests.support.races import patiently
from tests.support.world import later, make_person

FORK = multiprocessing.get_context("fork")
SAME = later(hours=1)


def say(session, asked, number):
    """Answer by phone (even numbers) or from a sheet of paper (odd ones), in the same second."""
    unit, key = asked.places.units[0], str(uuid4())
    if number % 2 == 0:
        cmd = commands.AnswerByPhone(asked.round, unit, Choice.AGREE, key)
        return commands.answer_by_phone(session, asked.residents[0], cmd, SAME).revision
    line = commands.LineSaid(number, unit, Choice.OPPOSE, local_date(OPENS))
    page = commands.KeySheets(asked.round, (line,), asked.scan, Named(name="演示·楼长"), key)
    return commands.key_sheets(session, asked.worker, page, SAME)[0].revision


def one(url, asked, number, barrier, told, deed):
    """Do a deed in a process of its own; tell how it ended."""
    patch = pytest.MonkeyPatch()
    meet(patch, barrier, 0.5)
    with bound(url):

        def run():
            with unit_of_work() as session:
                return deed(session, asked, number)

        try:
            told.put(("row", patiently(run)))
        except Refused as refusal:
            told.put(("refused", refusal.code))


def at_once(url, asked, count, deed):
    """Let *count* processes do a deed at once."""
    bound_engine().dispose()
    barrier, told = FORK.Barrier(count), FORK.Queue()
    processes = [FORK.Process(target=one, args=(url, asked, n, barrier, told, deed)) for n in range(count)]
    for process in processes:
        process.start()
    ended = [told.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(timeout=30)
    return sorted(ended)


def test_paper_and_phone_in_the_same_second_follow_one_rule(working):
    """While the round is open the one accepted last stands; the history keeps both, and the household counts once."""
    asked = make_asked(sheets=8)
    assert at_once(working, asked, 8, say) == [("row", n) for n in range(1, 9)]
    with reading_session() as session:
        trail = queries.trail_of(session, asked.round, [asked.places.units[0]])
        channels, last = [row.channel for row in trail], trail[-1].answer
        bar = queries.bar_of_round(session, asked.round, SAME.at)
    assert (channels.count(Channel.PAPER), channels.count(Channel.PHONE)) == (4, 4)
    assert (bar.agree, bar.oppose) == ((1, 0) if last is Choice.AGREE else (0, 1))


def test_two_people_who_read_one_sheet_at_once_make_one_second_reading(working):
    """The others are told that it has been read."""
    asked = make_asked(second_keying="all")
    paper(asked, 1, 0)
    with unit_of_work() as session:
        others = [make_person(session, f"社工{n}", Role.WORKER, asked.places.community) for n in range(4)]

    def read(session, asked, number):
        cmd = commands.KeySecond(asked.round, (commands.SecondRead(1, asked.places.units[0], Choice.AGREE),))
        return len(commands.key_second(session, others[number], cmd, later(hours=3)))

    assert at_once(working, asked, 4, read) == [("refused", "consent.second_done")] * 3 + [("row", 1)]
    with reading_session() as session:
        assert queries.paper_stand(session, session.get_one(ConsentRound, asked.round)).waiting == ()
