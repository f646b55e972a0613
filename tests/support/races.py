"""Many at once: real processes and real commits on the database of the test's app."""

import multiprocessing
import threading
from contextlib import suppress

from sqlalchemy.exc import DBAPIError

from fundapp.db.work import Busy, bound_engine
from fundapp.kernel.errors import NotVisible, Refused

FORK = multiprocessing.get_context("fork")
PATIENCE = 90


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
    except NotVisible:
        return ("refused", "not visible")
    except (Busy, DBAPIError, AssertionError, RuntimeError) as error:
        return ("error", f"{type(error).__name__}: {error}"[:300])


def _child(start, told, deed):
    bound_engine().dispose(close=False)  # the connections of the parent are not ours
    start.wait(PATIENCE)
    told.put(told_of(deed))


def at_once(deeds):
    """Let every deed run in its own process, all starting at the same moment; give how they ended, sorted."""
    bound_engine().dispose()
    start, told = FORK.Barrier(len(deeds)), FORK.Queue()
    children = [FORK.Process(target=_child, args=(start, told, deed)) for deed in deeds]
    for process in children:
        process.start()
    ended = [told.get(timeout=PATIENCE) for _ in children]
    for process in children:
        process.join(30)
    return sorted(ended, key=str)


class Meeting:
    """Where processes meet between reading and writing, as far as a lock lets them."""

    def __init__(self, people, seconds=1.0):
        self.barrier, self.seconds = FORK.Barrier(people), seconds

    def after(self, read):
        """Give a function that reads, and then waits for the others for a while; only the first time."""
        waited = []

        def read_and_wait(*values, **named):
            found = read(*values, **named)
            if not waited:
                waited.append(True)
                with suppress(threading.BrokenBarrierError):
                    self.barrier.wait(self.seconds)
            return found

        return read_and_wait
