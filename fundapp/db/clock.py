"""The live clock: the database's own."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select


class DatabaseClock:
    """Reads the database's clock at the moment of asking, not at the start of the transaction."""

    def now(self, session: Any) -> datetime:
        """Give the present instant in UTC."""
        if session.get_bind().dialect.name == "sqlite":
            return datetime.now(UTC)  # the same machine and the same clock
        at: datetime = session.scalar(select(func.clock_timestamp()))
        return at.astimezone(UTC)
