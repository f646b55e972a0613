"""Workers killed amid ballots: what was acknowledged is there, nothing is half there, and whoever asks again is told.

Source: reliability.md V15.
"""

import os
import random
import signal
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from fundapp.audit.models import AuditEntry
from fundapp.db.work import reading_session
from fundapp.voting.box import fingerprint
from fundapp.voting.box_models import VoteBox
from fundapp.voting.checks import CHECKS
from fundapp.voting.mix_models import VoteLoose
from fundapp.voting.models import VoteBallot
from tests.support.races import FORK, PATIENCE, patiently
from tests.voting.polling import OPENS, at, bound, cast, make_polled
from tests.voting.sealing import counted, drop, make_sealed, shut

STEP = timedelta(minutes=7)  # so that the hourly roots of a box are taken amid the kills


class Plain:
    """A round whose ballots have a door: one ballot of two projects for each household."""

    def __init__(self, households):
        self.polled = make_polled(units=households, people=households)

    def vote(self, number):
        """Send a household's form, always the same one; give its ballot."""
        clock = at(OPENS + number * STEP)
        return str(cast(self.polled, number, number % 4, (number + 1) % 4, clock=clock, key=f"form-{number}"))

    def kept(self):
        """Give the ballots of the box, after a look that none is half there: its choices, its deed on the trail."""
        with reading_session() as session:
            ballots = session.scalars(select(VoteBallot.id).order_by(VoteBallot.id)).all()
            choices = session.scalar(select(func.count()).select_from(VoteLoose))
            deeds = session.scalar(select(func.count()).where(AuditEntry.deed == "voting.cast"))
        assert (choices, deeds) == (2 * len(ballots), len(ballots))
        return {str(one) for one in ballots}

    def again(self, number):
        """Send the form of a household whose reply was lost once more: it is told of the one ballot that stands."""
        told = self.vote(number)
        assert self.vote(number) == told
        return told

    def end(self, told):
        """Every household that was told of a ballot has it."""
        assert self.kept() == told


class Sealed:
    """A round under seal: one sealed ballot for each household, which nobody but the key opens."""

    def __init__(self, households):
        self.sealed = make_sealed(people=households)

    def vote(self, number):
        """Seal a household's ballot; give its fingerprint."""
        clock = at(OPENS + number * STEP)
        return drop(self.sealed, number, number % 4, clock=clock, digits=f"{number:04}").fingerprint

    def kept(self):
        """Give the fingerprints of what lies in the box."""
        with reading_session() as session:
            return {fingerprint(bytes.fromhex(one)) for one in session.scalars(select(VoteBox.sealed))}

    def again(self, number):
        """Let a household whose reply was lost vote again: the newer ballot stands in the place of the older."""
        return self.vote(number)

    def end(self, told):
        """Open the box: every ballot is whole, and one of each household that was told of one."""
        assert self.kept() == told
        assert shut(self.sealed) == len(told)
        count = counted(self.sealed)
        found = sorted((digits, marks) for _code, digits, marks in count["ballots"])
        assert found == [(f"{n:04}", [[self.sealed.polled.projects[n % 4], 1]]) for n in range(len(told))]
        assert count["faulty"] == 0


def keep_voting(url, kind, numbers, told):
    """Let household after household vote; say of each ballot, once it is committed, that it is there."""
    with bound(url):
        for number in numbers:
            ballot = patiently(lambda number=number: kind.vote(number))
            os.write(told, f"{ballot}\n".encode())
    signal.pause()


def kill_amid(url, kind, numbers, seconds):
    """Let a worker take ballots and kill it after a while; give the ballots that it acknowledged."""
    read, write = os.pipe()
    worker = FORK.Process(target=keep_voting, args=(url, kind, numbers, write))
    worker.start()
    os.close(write)
    with os.fdopen(read) as pipe:
        first = pipe.readline()
        time.sleep(seconds)
        os.kill(worker.pid, signal.SIGKILL)
        lines = [first, *pipe]
    worker.join(PATIENCE)
    assert worker.exitcode == -signal.SIGKILL
    return [line.strip() for line in lines if line.endswith("\n")]


def kill_often(url, make, times, households):
    """Kill workers; after each, what was acknowledged is there and at most one ballot more, whose voter asks again."""
    with bound(url):
        kind = make(households)
    dice, told, each = random.Random(11), [], households // times - 1  # a quick machine leaves voters for the last too
    for _ in range(times):
        told += kill_amid(url, kind, range(len(told), len(told) + each), dice.uniform(0, 0.03))
        with bound(url):
            kept = kind.kept()
            assert set(told) <= kept
            assert len(kept - set(told)) <= 1
            told.append(kind.again(len(told)))
            assert kind.kept() == set(told)
            with reading_session() as session:
                assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
    with bound(url):
        kind.end(set(told))


KINDS = pytest.mark.parametrize("kind", [Plain, Sealed])


@KINDS
def test_a_worker_that_is_killed_loses_no_ballot_it_acknowledged(database_url, kind):
    """No acknowledged ballot is lost, none is half there, and who got no answer votes once, however often she asks."""
    kill_often(database_url, kind, 4, 80)


@pytest.mark.long
@KINDS
def test_a_hundred_workers_that_are_killed_lose_no_ballot(database_url, kind):
    """The same a hundred times."""
    kill_often(database_url, kind, 100, 1400)
