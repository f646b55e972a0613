"""The clock of the running app."""

from datetime import datetime

from flask import current_app, g

from fundapp.kernel.clock import Clock
from fundapp.web.database import reading


def clock() -> Clock:
    """Give the app's clock: the database's live, a set one in tests."""
    ticking: Clock = current_app.extensions["clock"]
    return ticking


def page_time() -> datetime:
    """Give the instant at which this page is read: for pages only; a deed reads the clock when it holds its lock."""
    if "page_time" not in g:
        g.page_time = clock().now(reading())
    at: datetime = g.page_time
    return at
