"""Many at once: real processes, real commits. Each promise is broken once its lock or constraint is taken away."""

import multiprocessing
from contextlib import suppress
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import Busy, bound_engine, reading_session, unit_of_work
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.voting import commands, queries
from fundapp.voting.checks import CHECKS
from fundapp.voting.commands import ballots
from fundapp.voting.models import VoteBallot, VoteResult, VoteRound
from tests.voting.polling import CLOSES, JUST, OPEN, SHUT, at, bound, cast, make_polled, publish

FORK = multiprocessing.get_context("fork")


class TickingClock:
    """A clock that all processes share and that moves on by a microsecond with every look."""

    def __init__(self, ticks, start):
        self.ticks, self.start = ticks, start

    def now(self, session=None):
        with self.ticks.get_lock():
            self.ticks.value += 1
            return self.start + self.ticks.value * JUST


def patiently(deed):
    """Do something again where the database was busy, as the page asks people to."""
    for _ in range(20):
        with suppress(Busy):
            return deed()
    raise AssertionError("the database never got free")


def told_of(deed):
    """Do something, and tell how it ended."""
    try:
        return ("done", deed())
    except Refused as refusal:
        return ("refused", refusal.code)
    except (Busy, IntegrityError, AssertionError) as error:
        return ("error", str(error)[:300])


def child(url, start, told, deed):
    """Work in a process of its own, beginning together with all others."""
    with bound(url):
        start.wait(60)
        try:
            told.put(told_of(deed))
        except Exception as error:  # else the parent would wait for its word in vain
            told.put(("broke", repr(error)))


def at_once(url, deeds):
    """Let every deed run in its own process, all at the same moment; give how they ended."""
    bound_engine().dispose()
    start, told = FORK.Barrier(len(deeds)), FORK.Queue()
    children = [FORK.Process(target=child, args=(url, start, told, deed)) for deed in deeds]
    for process in children:
        process.start()
    ended = [told.get(timeout=120) for _ in children]
    for process in children:
        process.join(timeout=30)
    return sorted(ended, key=str)


def casting(polled, number, clock=OPEN, key=None):
    """A household's ballot, to be cast elsewhere; however often it is sent, it carries one key."""
    one = key or str(uuid4())
    return lambda: patiently(lambda: cast(polled, number, number % 4, clock=clock, key=one))


def stored_ballots(round_id):
    """Count the ballots of a round."""
    with reading_session() as session:
        return len(session.scalars(select(VoteBallot.id).where(VoteBallot.round_id == round_id)).all())


def drop(*names):
    """Take guards away."""
    with bound_engine().execution_options(writes=True).begin() as connection:
        for one in guards():
            if one.name in names:
                drop_guard(connection, one)


def one_household(url, polled, tries=16):
    """Let so many phones of one household cast at once."""
    return at_once(url, [casting(polled, 0) for _ in range(tries)])


def test_sixteen_phones_of_one_household_leave_one_ballot(working):
    """One is taken, fifteen are told politely when and how, nobody sees an error.

    Source: reliability.md V1.
    """
    polled = make_polled()
    ended = one_household(working, polled)
    assert [kind for kind, _ in ended] == ["done"] + ["refused"] * 15
    assert {what for kind, what in ended if kind == "refused"} == {"voting.already_cast_phone"}
    assert stored_ballots(polled.round) == 1


def test_without_the_unique_index_the_household_has_many_ballots(working):
    """What the test above rests on, on both databases: the index and nothing else."""
    polled = make_polled()
    drop("vote_ballot_no_replace")
    with bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text("DROP INDEX uq_vote_ballot_household"))
    one_household(working, polled, tries=4)
    assert stored_ballots(polled.round) == 4
    with reading_session() as session:
        faults = {check.name: check.run(session).first_fault for check in CHECKS}
    assert "is there twice" in faults["voting.one_each"]


def test_one_form_sent_twenty_times_at_once_is_one_ballot(working):
    """All twenty are given the same ballot."""
    polled, key = make_polled(), str(uuid4())
    ended = at_once(working, [casting(polled, 0, key=key) for _ in range(20)])
    assert len(set(ended)) == 1
    assert ended[0][0] == "done"
    assert stored_ballots(polled.round) == 1


def test_two_officers_who_publish_at_once_make_one_result(working):
    """One publishes, the others are told that it is done; the numbers are the same for all.

    Source: reliability.md V4.
    """
    polled = make_polled()
    cast(polled, 0, 0)
    ended = at_once(
        working, [partial(patiently, partial(publish, polled, who)) for who in (polled.worker, polled.officer) * 2]
    )
    assert [kind for kind, _ in ended] == ["done"] + ["refused"] * 3
    assert {what for kind, what in ended if kind == "refused"} == {"voting.already_published"}
    with reading_session() as session:
        assert [row.ballots for row in session.scalars(select(VoteResult))] == [1]


def closing_second(url, voters=30):
    """Let many vote around the close while others try to publish; give acknowledged, counted and how all ended."""
    polled = make_polled(units=voters, people=voters)
    clock = TickingClock(FORK.Value("q", 0), CLOSES - (voters // 2 + 1) * JUST)
    turn = FORK.Semaphore(0)

    def voting(number):
        try:
            return casting(polled, number, clock)()
        finally:
            turn.release()

    def publishing():
        while turn.acquire(timeout=60):
            with suppress(Refused):
                return patiently(lambda: publish(polled, clock=clock))
        raise AssertionError("the round never closed")

    ended = at_once(url, [partial(voting, n) for n in range(voters)] + [publishing])
    with reading_session() as session:
        counted = session.scalars(select(VoteResult.ballots).where(VoteResult.round_id == polled.round)).one()
        faults = [check.run(session).first_fault for check in CHECKS]
    assert faults == [None] * len(CHECKS)
    acknowledged = [kind for kind, _ in ended].count("done") - 1
    return acknowledged, counted, stored_ballots(polled.round), ended


def assert_nothing_lost(url, rounds):
    """Whoever was told "taken" is counted, whoever was refused is not, and there are no errors."""
    for _ in range(rounds):
        acknowledged, counted, stored, ended = closing_second(url)
        assert acknowledged == counted == stored, ended
        assert [what for kind, what in ended if kind == "error"] == []


def test_a_vote_in_the_closing_second_counts_if_and_only_if_it_is_acknowledged(working):
    """Thirty voters around the close, and a publisher who tries again whenever one of them is done.

    Source: reliability.md V3.
    """
    assert_nothing_lost(working, rounds=2)


@pytest.mark.long
def test_in_forty_closing_seconds_no_acknowledged_vote_is_lost(working):
    """The same forty times."""
    assert_nothing_lost(working, rounds=40)


def late_vote(url, polled, locked):
    """Let a voter look at the clock just before the close and wait with her ballot until a publisher had his turn."""
    looked, published = FORK.Event(), FORK.Event()

    def waiting(hold):
        def hold_and_wait(session, round_id, clock):
            if not locked:
                session.connection(execution_options={"writes": False})
                round_ = session.get_one(VoteRound, round_id)
                opening = queries.opening_of(session, round_id)
                now = clock.now(session)
                held = ballots.Held(round_, opening, queries.state_now(session, round_, now), now)
            else:
                held = hold(session, round_id, clock)
            looked.set()
            published.wait(0.7)
            return held

        return hold_and_wait

    def voter():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ballots, "hold_round", waiting(ballots.hold_round))
            return cast(polled, 0, 0, clock=at(CLOSES - JUST))

    def publisher():
        looked.wait(30)
        result = publish(polled, clock=SHUT)
        published.set()
        return result

    ended = at_once(url, [voter, publisher])
    with reading_session() as session:
        counted = session.scalars(select(VoteResult)).one().ballots
    return ended, counted, stored_ballots(polled.round)


def test_a_publisher_waits_for_a_ballot_that_is_under_way(working):
    """A voter who was in time is counted, however long her ballot takes to arrive."""
    ended, counted, stored = late_vote(working, make_polled(), locked=True)
    assert [kind for kind, _ in ended] == ["done", "done"]
    assert counted == stored == 1


def test_without_the_lock_the_ballot_under_way_is_lost(working):
    """What the test above rests on: nobody waits, and the vote is refused with an error or not counted."""
    polled = make_polled()
    drop("vote_ballot_before_result", "vote_choice_before_result")
    ended, counted, stored = late_vote(working, polled, locked=False)
    assert counted == 0
    assert (stored, [kind for kind, _ in ended]) in ((1, ["done", "done"]), (0, ["done", "error"]))


def test_a_round_that_is_not_there_is_published_by_nobody(working):
    """An unknown number is not known."""
    polled = make_polled()
    with pytest.raises(NotVisible), unit_of_work() as session:
        commands.publish_result(session, polled.worker, commands.PublishResult(999), SHUT)
