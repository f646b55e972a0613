"""The months of a book: which are closed, which comes next, and what keeps it open."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from fundapp.banking.rules import last_day
from fundapp.ledger.models import Journal, MonthClosing, Reopening, ReopenRequest
from fundapp.ledger.standing import frozen_until
from fundapp.people.models import Person


@dataclass(frozen=True)
class MonthRow:
    """A closing of a month, and whether somebody asked for it to be opened again, or it was."""

    id: int
    book_id: int
    first_day: date
    last_day: date
    closed_by: str
    closed_at: datetime
    request_id: int | None
    reason: str | None
    asked_by_id: int | None
    asked_by: str | None
    opened_by: str | None
    opened_at: datetime | None


def _months() -> Select[*tuple[Any, ...]]:
    asker, opener = aliased(Person), aliased(Person)
    return (
        select(
            MonthClosing.id, MonthClosing.book_id, MonthClosing.first_day, MonthClosing.last_day, Person.name,
            MonthClosing.closed_at, ReopenRequest.id, ReopenRequest.reason, ReopenRequest.asked_by_id, asker.name,
            opener.name, Reopening.approved_at,
        )
        .join(Person, Person.id == MonthClosing.closed_by_id)
        .outerjoin(ReopenRequest, ReopenRequest.closing_id == MonthClosing.id)
        .outerjoin(asker, asker.id == ReopenRequest.asked_by_id)
        .outerjoin(Reopening, Reopening.closing_id == MonthClosing.id)
        .outerjoin(opener, opener.id == Reopening.approved_by_id)
        .order_by(MonthClosing.id.desc())
    )  # fmt: skip


def months_of(session: Session, book_id: int) -> list[MonthRow]:
    """List the closings of a book's months, the newest first."""
    query = _months().where(MonthClosing.book_id == book_id).limit(36)
    return [MonthRow(*row) for row in session.execute(query)]


def month_closing(session: Session, closing_id: int) -> MonthRow | None:
    """Give a closing."""
    row = session.execute(_months().where(MonthClosing.id == closing_id)).first()
    return MonthRow(*row) if row else None


def next_month(session: Session, book_id: int, today: date) -> date | None:
    """Give the last day of the month that is to be closed next; ``None`` where none is over or nothing was posted."""
    until = frozen_until(session, book_id)
    after = select(func.min(Journal.event_date)).where(Journal.book_id == book_id)
    first = date.fromordinal(until.toordinal() + 1) if until else session.scalar(after)
    last = last_day(first) if first else None
    return last if last and last < today else None
