"""Writers of one file wait in line, go on when the one before is done or dead, and are told when it takes too long."""

import multiprocessing
import os
import signal
import threading
import time
from datetime import timedelta

import pytest

from fundapp.db.turn import NoTurn, Turn

FORK = multiprocessing.get_context("fork")


def held_by_another(path, told, ended):
    """Take the turn in a process of its own, and keep it."""
    Turn(path, timedelta(seconds=5)).take()
    told.set()
    ended.wait(60)


@pytest.fixture
def path(tmp_path):
    """The file of the line."""
    return str(tmp_path / "a.sqlite3-turn")


@pytest.fixture
def another(path):
    """A process that holds the turn."""
    told, ended = FORK.Event(), FORK.Event()
    process = FORK.Process(target=held_by_another, args=(path, told, ended))
    process.start()
    assert told.wait(30)
    yield process
    if process.is_alive():  # an event is not set for the dead, who never say that they heard it
        ended.set()
    process.join(30)


def test_another_process_is_waited_for_and_then_told(path, another):
    """Whoever does not get the turn in time hears it, and leaves the line."""
    turn = Turn(path, timedelta(seconds=0.05))
    for _ in range(2):
        with pytest.raises(NoTurn):
            turn.take()


def test_a_process_that_dies_holds_nobody_up(path, another):
    """The operating system gives the turn back."""
    os.kill(another.pid, signal.SIGKILL)
    another.join(30)
    turn = Turn(path, timedelta(seconds=5))
    turn.take()
    turn.leave()


@pytest.mark.parametrize("folder", ["", "nowhere/"])
def test_threads_of_one_process_go_one_after_the_other(tmp_path, folder):
    """Nobody is inside together with somebody else, and everybody gets there; also where no file can be made."""
    turn, inside, seen = Turn(f"{tmp_path}/{folder}a-turn", timedelta(seconds=30)), [], []

    def one(number):
        turn.take()
        turn.take()  # who has the turn has it
        inside.append(number)
        time.sleep(0.005)
        seen.append(len(inside))
        inside.remove(number)
        turn.leave()
        turn.leave()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 16


def test_where_no_file_can_be_made_nobody_waits(tmp_path):
    """What keeps writers apart is the database."""
    turn = Turn(str(tmp_path / "nowhere" / "a-turn"), timedelta(seconds=0.05))
    turn.take()
    turn.leave()
