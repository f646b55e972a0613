"""Rate limits that all workers share.

A try is counted before it is looked at, so that tries at once cannot slip through; a good one is taken back.
"""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app, request
from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fundapp.db.engine import is_sqlite
from fundapp.kernel.errors import Refused
from fundapp.web.side import RateWindow


def visitor() -> str:
    """Name the place that a request comes from: its address, under IPv6 the network of 64 bits that one line has.

    >>> from flask import Flask
    >>> with Flask("doc").test_request_context(environ_base={"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}):
    ...     visitor()
    '2001:db8:1:2::/64'
    """
    told = request.remote_addr or ""
    try:
        address = ip_address(told)
    except ValueError:
        return told[:40]
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


def allow(key: str, tries: int, within: timedelta) -> None:
    """Count one try of *key* ("what:of whom:..."); the log names the limit that was met, never a login or a code.

    Raises:
        Refused: more than *tries* within the window (code ``web.too_often``).

    """
    now = datetime.now(UTC)
    with Session(current_app.extensions["side_engine"].execution_options(writes=True)) as store:
        made = sqlite.insert(RateWindow) if is_sqlite(store.get_bind()) else postgresql.insert(RateWindow)
        store.execute(made.values(key=key, opened_at=now, tries=0).on_conflict_do_nothing())
        row = store.get_one(RateWindow, key, with_for_update=True)
        if row.opened_at + within <= now:
            row.opened_at, row.tries = now, 0
        row.tries += 1
        count = row.tries
        store.commit()
    if count > tries:
        current_app.logger.warning("too many tries of %s from %s", ":".join(key.split(":")[:2]), visitor())
        raise Refused("web.too_often", minutes=int(within.total_seconds() // 60))


def take_back(key: str) -> None:
    """Take back one try of *key* that turned out good."""
    with Session(current_app.extensions["side_engine"].execution_options(writes=True)) as store:
        counted = (RateWindow.key == key, RateWindow.tries > 0)
        store.execute(update(RateWindow).where(*counted).values(tries=RateWindow.tries - 1))
        store.commit()
