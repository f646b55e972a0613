"""How a book stands: its chart, its closed months, and what the last audit found."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.ledger.chart import Chart, chart_of_dict
from fundapp.ledger.models import Journal, LedgerAudit, LedgerChart, MonthClosing, Reopening


def chart_in_force(session: Session, book_id: int) -> Chart:
    """Give a book's chart of accounts: its newest version."""
    query = select(LedgerChart.content).where(LedgerChart.book_id == book_id).order_by(LedgerChart.number.desc())
    return chart_of_dict(session.scalars(query.limit(1)).one(), f"chart of book {book_id}")


def frozen_until(session: Session, book_id: int) -> date | None:
    """Give the last day of the closed months of a book; ``None`` where none is closed."""
    return session.scalar(
        select(func.max(MonthClosing.last_day))
        .outerjoin(Reopening, Reopening.closing_id == MonthClosing.id)
        .where(MonthClosing.book_id == book_id, Reopening.id.is_(None))
    )


def open_day(session: Session, book_id: int, day: date) -> date:
    """Give the day under which what happened on *day* can be posted: that day, or the first after the closed months."""
    until = frozen_until(session, book_id)
    return day if until is None or day > until else until + timedelta(days=1)


@dataclass(frozen=True)
class FailedAudit:
    """An audit that found something: when, the names of the checks that fail, and the first fault."""

    ran_at: datetime
    checks: tuple[str, ...]
    first: str


def failed_audit(session: Session) -> FailedAudit | None:
    """Give the newest audit where it found something; ``None`` where all was well or none has run."""
    row = session.execute(
        select(LedgerAudit.ran_at, LedgerAudit.faults).order_by(LedgerAudit.id.desc()).limit(1)
    ).first()
    if row is None or not row.faults:
        return None
    return FailedAudit(row.ran_at, tuple(name for name, _fault in row.faults), row.faults[0][1])


def posted_by(session: Session, journal_id: int) -> int | None:
    """Give who posted a journal."""
    return session.scalar(select(Journal.posted_by_id).where(Journal.id == journal_id))
