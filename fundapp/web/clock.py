"""The clock of the running app."""

from flask import current_app

from fundapp.kernel.clock import Clock


def clock() -> Clock:
    """Give the app's clock: the database's live, a set one in tests."""
    ticking: Clock = current_app.extensions["clock"]
    return ticking
