"""Rate limits that all workers share."""

from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy.orm import Session

from fundapp.kernel.errors import Refused
from fundapp.web.side import RateWindow


def allow(key: str, tries: int, within: timedelta) -> None:
    """Count one try of *key*.

    Raises:
        Refused: more than *tries* within the window (code ``web.too_often``).

    """
    now = datetime.now(UTC)
    with Session(current_app.extensions["side_engine"].execution_options(writes=True)) as store:
        row = store.get(RateWindow, key, with_for_update=True)
        if row is None or row.opened_at + within <= now:
            row = store.merge(RateWindow(key=key, opened_at=now, tries=0))
        row.tries += 1
        count = row.tries
        store.commit()
    if count > tries:
        raise Refused("web.too_often", minutes=int(within.total_seconds() // 60))
