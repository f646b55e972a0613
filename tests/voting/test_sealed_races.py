"""Many at once at the box of a sealed round: one row for each household, one closing, one count, nothing lost."""

import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.db.work import reading_session
from fundapp.kernel.errors import Refused
from fundapp.voting import queries
from fundapp.voting.box_models import VoteBox, VoteBoxClosing, VoteOpened, VoteSlip
from fundapp.voting.checks import CHECKS
from fundapp.voting.commands import boxes
from fundapp.voting.rounds import Channel
from fundapp.voting.void_models import VoteVoid
from tests.voting.polling import CLOSES, JUST, OPENS, at
from tests.voting.sealing import ask_void, bring_back, confirm_void, counted, drop, hand_in, make_sealed, say_lost, shut
from tests.voting.test_races import FORK, TickingClock, at_once, patiently

LATER = OPENS + timedelta(minutes=5)


def meet(patch, barrier, seconds):
    """Let the processes meet after each has looked for the household's row and before any writes one."""
    begin = Session.begin_nested

    def begin_when_all_have_read(session):
        with suppress(threading.BrokenBarrierError):
            barrier.wait(seconds)
        return begin(session)

    patch.setattr(Session, "begin_nested", begin_when_all_have_read)


def meeting(deeds, seconds=0.5, locked=True):
    """Give the same deeds, each of which waits for the others between its reading and its writing."""
    barrier = FORK.Barrier(len(deeds))

    def alone(deed):
        with pytest.MonkeyPatch.context() as patch:
            meet(patch, barrier, seconds)
            if not locked:
                without_the_lock(patch)
            return patiently(deed) if locked else deed()

    return [partial(alone, deed) for deed in deeds]


def without_the_lock(patch):
    """Take away what makes households wait for each other, and what finds the row that another one wrote."""
    hold = boxes.hold_box

    def hold_nothing(session, round_id, clock):
        session.connection(execution_options={"writes": False})
        return hold(session, round_id, clock)

    patch.setattr(boxes, "hold_box", hold_nothing)
    patch.setattr(boxes, "IntegrityError", ZeroDivisionError)


@pytest.fixture
def sealed(working):
    """A box whose root of this hour is taken, so that households hold it together and not in line."""
    made = make_sealed()
    drop(made, 3, 0, clock=at(OPENS))
    drop(made, 2, 0, clock=at(OPENS + 30 * JUST))
    return made


def clock_from(moment):
    """A clock that all processes share and that moves on with every look."""
    return TickingClock(FORK.Value("q", 0), moment)


def the_box(sealed):
    """Give the rows of the box as (household, channel, fingerprint), after all checks."""
    with reading_session() as session:
        assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
        rows = session.scalars(select(VoteBox).where(VoteBox.round_id == sealed.round).order_by(VoteBox.unit_id)).all()
        return [(row.unit_id, row.channel, row.sealed and boxes.fingerprint(bytes.fromhex(row.sealed))) for row in rows]


def how_many(table):
    """Count the rows of a table."""
    with reading_session() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_eight_phones_of_one_household_leave_the_last_ballot(working, sealed):
    """Every one is acknowledged, one of them as the first; what lies in the box is what one of them was given.

    Source: reliability.md V1, V2.
    """
    clock = clock_from(LATER)
    ended = at_once(working, meeting([partial(drop, sealed, 0, number % 4, clock=clock) for number in range(8)]))
    assert [one for one in ended if one[0] != "done"] == []
    assert sorted(given.again for _kind, given in ended) == [False] + [True] * 7
    unit, channel, print_ = the_box(sealed)[0]
    assert (unit, channel, len(the_box(sealed))) == (sealed.polled.places.units[0], Channel.PHONE, 3)
    assert print_ in {given.fingerprint for _kind, given in ended}


def test_without_the_lock_the_phones_of_one_household_fail(working, sealed):
    """What the test above rests on: where nobody waits and nobody looks again, all but one end in an error."""
    clock = clock_from(LATER)
    deeds = [partial(drop, sealed, 0, number, clock=clock) for number in range(3)]
    ended = at_once(working, meeting(deeds, seconds=10, locked=False))
    assert [kind for kind, _ in ended].count("error") == 2
    assert len(the_box(sealed)) == 3


def test_a_paper_and_phones_at_once_leave_the_paper(working, sealed):
    """Whichever came first: the paper is taken, and a phone is acknowledged only if it was before the paper.

    Source: reliability.md V5.
    """
    clock = clock_from(LATER)
    phones = [partial(drop, sealed, 0, number, clock=clock) for number in range(3)]
    ended = at_once(working, meeting([*phones, partial(hand_in, sealed, 0, clock=clock)]))
    assert ("done", None) in ended
    assert {what for kind, what in ended if kind == "refused"} <= {"voting.already_cast_paper"}
    assert [one for one in ended if one[0] == "error"] == []
    assert the_box(sealed)[0] == (sealed.polled.places.units[0], Channel.PAPER, None)


def closing_second(url, voters=20):
    """Let many vote around the close while another closes the box; give what was acknowledged and what was closed."""
    sealed = make_sealed(people=voters)
    clock = clock_from(CLOSES - (voters + 2) * JUST)
    turn = FORK.Semaphore(0)

    def voting(number):
        try:
            return patiently(partial(drop, sealed, number, number % 4, clock=clock)).fingerprint
        finally:
            turn.release()

    def closing():
        while turn.acquire(timeout=60):
            with suppress(Refused):
                return patiently(partial(shut, sealed, clock=clock))
        raise AssertionError("the round never closed")

    ended = at_once(url, [partial(voting, number) for number in range(voters)] + [closing])
    assert [what for kind, what in ended if kind == "error"] == []
    told = {what for kind, what in ended if kind == "done" and isinstance(what, str)}
    with reading_session() as session:
        return told, set(queries.closing_of(session, sealed.round).fingerprints), sealed


def test_a_sealed_ballot_in_the_closing_second_counts_if_and_only_if_it_is_acknowledged(working):
    """Exactly the fingerprints that were given out are published.

    Source: reliability.md V3.
    """
    told, published, sealed = closing_second(working)
    assert told == published
    assert len(the_box(sealed)) == len(published) > 0


@pytest.mark.long
def test_in_forty_closing_seconds_no_acknowledged_sealed_ballot_is_lost(working):
    """The same forty times."""
    for _ in range(40):
        told, published, _sealed = closing_second(working)
        assert told == published


def test_a_box_is_closed_and_its_count_written_back_once(working):
    """Two officers at once, at each of the two deeds: one does it, the others are told that it is done.

    Source: reliability.md V4.
    """
    sealed = make_sealed()
    for number in range(3):
        drop(sealed, number, number)
    both = (sealed.polled.worker, sealed.polled.officer) * 2
    ended = at_once(working, [partial(patiently, partial(shut, sealed, who)) for who in both])
    assert ended == [("done", 3)] + [("refused", "voting.box_is_closed")] * 3
    count = counted(sealed)

    def writing(who):
        return patiently(lambda: bring_back(sealed, count, who).faulty)

    ended = at_once(working, [partial(writing, who) for who in both])
    assert ended == [("done", 0)] + [("refused", "voting.counted_already")] * 3
    assert (how_many(VoteBoxClosing), how_many(VoteOpened), how_many(VoteSlip)) == (1, 1, 3)


def test_a_round_is_void_or_counted_and_never_both(working):
    """While one writes the count back, two confirm that the round is void: one of the deeds is done."""
    sealed = make_sealed()
    drop(sealed, 0, 0)
    say_lost(sealed, 2)
    say_lost(sealed, 3)
    ask = ask_void(sealed)
    shut(sealed)
    count = counted(sealed)

    def writing():
        return patiently(lambda: bring_back(sealed, count).faulty)

    def voiding():
        return patiently(partial(confirm_void, sealed, ask))

    ended = at_once(working, [writing, voiding, voiding])
    assert [kind for kind, _ in ended].count("done") == 1
    assert how_many(VoteVoid) + how_many(VoteOpened) == 1
