"""The side store: sessions, rate limits and the access log; a second file beside SQLite's first.

Losing it signs everybody out and nothing else, so it is written with ``synchronous=NORMAL``.
"""

from datetime import datetime

from sqlalchemy import Engine, String, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fundapp.db.base import ID
from fundapp.db.engine import is_sqlite, tuned_engine
from fundapp.db.types import Instant


class SideBase(DeclarativeBase):
    """The parent of the side tables."""

    type_annotation_map = {datetime: Instant()}  # noqa: RUF012 - read once by the mapper


class WebSession(SideBase):
    """A session in a browser. Only the token's hash is kept."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ID, index=True)
    data: Mapped[str] = mapped_column(String(8192))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RateWindow(SideBase):
    """How often something was tried in a window of time."""

    __tablename__ = "rate_window"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    opened_at: Mapped[datetime]
    tries: Mapped[int]


def side_engine(url: str) -> Engine:
    """Open the side store and make its tables where they are missing; of workers that start at once, one makes them."""
    engine = tuned_engine(url, synchronous="NORMAL")
    with engine.execution_options(writes=True).begin() as connection:
        if not is_sqlite(connection):
            connection.execute(select(func.pg_advisory_xact_lock(_MAKING)))
        SideBase.metadata.create_all(connection)
    return engine


_MAKING = 731_204_118
"""The number of the lock, under which nothing else is locked; SQLite's lock on writing is enough there."""
