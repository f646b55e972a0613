"""Writers of one SQLite file wait in line.

SQLite lets one connection write at a time; the others sleep and try again, longer each time, even while nobody
writes. Here a process lets one of its threads go on at a time, and that one takes a lock of the operating system on a
file beside the database, which is free as soon as its holder commits, or dies. What keeps writers apart is still
``BEGIN IMMEDIATE``: where the lock cannot be had for want of a file, nothing but speed is lost.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta

PAUSE = timedelta(microseconds=200)


class NoTurn(Exception):
    """The turn could not be had in time."""


class Turn:
    """The line before one database file. A thread that holds its turn holds it until :meth:`leave`."""

    def __init__(self, path: str, patience: timedelta) -> None:
        self._inside, self._mine = threading.Lock(), threading.local()
        self._path, self._patience = path, patience.total_seconds()

    def take(self) -> None:
        """Wait for the turn.

        Raises:
            NoTurn: it could not be had in the time that one waits in this line.

        """
        if getattr(self._mine, "held", False):
            return
        until = time.monotonic() + self._patience
        if not self._inside.acquire(timeout=self._patience):
            raise NoTurn
        try:
            self._mine.file = self._locked(lambda: time.monotonic() < until)
        except BaseException:
            self._inside.release()
            raise
        self._mine.held = True

    def leave(self) -> None:
        """Let the next one go on; nothing happens where this thread has no turn."""
        if not getattr(self._mine, "held", False):
            return
        self._mine.held = False
        if self._mine.file is not None:
            os.close(self._mine.file)
        self._inside.release()

    def _locked(self, patient: Callable[[], bool]) -> int | None:
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if patient():
                    time.sleep(PAUSE.total_seconds())
                    continue
                os.close(file)
                raise NoTurn from None
            except OSError:  # a file system without such locks
                os.close(file)
                return None
            return file
