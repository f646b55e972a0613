"""Money by project, and the gifts to a fund with what they paid for."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, case, func, select, type_coerce
from sqlalchemy.orm import Session

from fundapp.kernel.money import fen
from fundapp.ledger.chart import AccountKind
from fundapp.ledger.models import Book, Entry, Journal, LedgerAccount
from fundapp.ledger.rules import Ledger
from fundapp.matching.models import PoolFunding
from fundapp.projects.models import Project
from fundapp.reports.rules import CAME, WENT, Gift, Period, Use, first_in_first_out

FEN = BigInteger()


@dataclass(frozen=True)
class ProjectFigures:
    """What came in for a project and what went out for it, in one book and period."""

    project_id: int
    title: str
    income: int
    expense: int


@dataclass(frozen=True)
class GiftRow:
    """A donor's gift to a fund: what it paid for, the oldest money first, and what is left of it."""

    id: int
    origin: str
    given_at: datetime
    amount: int
    uses: tuple[Use, ...]

    @property
    def used(self) -> int:
        """Give what was paid of it."""
        return sum(use.amount_fen for use in self.uses)


@dataclass(frozen=True)
class SubjectLine:
    """An entry about a subject, in whatever book."""

    day: date
    holder: str
    seq: int
    purpose: str
    account_id: int
    book_id: int
    account: str
    code: str
    amount: int


def by_project(session: Session, book_id: int, period: Period) -> list[ProjectFigures]:
    """Add up what came in for each project and what went out for it in a period, whatever the chart calls it."""
    amount, kind = type_coerce(Entry.amount_fen, FEN), LedgerAccount.kind
    query = (
        select(
            Journal.subject,
            func.sum(case((kind.in_(CAME), -amount), else_=0)),
            func.sum(case((kind.in_(WENT), amount), else_=0)),
        )
        .join(Entry, Entry.journal_id == Journal.id)
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .where(Journal.book_id == book_id, Journal.ledger == Ledger.ACTUAL, Journal.subject.startswith("project:"))
        .where(Journal.event_date >= period.first, Journal.event_date <= period.last)
        .group_by(Journal.subject)
    )
    found = {int(str(about).partition(":")[2]): (int(came), int(went)) for about, came, went in session.execute(query)}
    titles = _titles(session, list(found))
    return [ProjectFigures(one, titles.get(one, ""), *found[one]) for one in sorted(found) if any(found[one])]


def _titles(session: Session, ids: list[int]) -> dict[int, str]:
    query = select(Project.id, Project.title).where(Project.id.in_(ids))
    return {number: title for number, title in session.execute(query)}


def lines_about(session: Session, subject: str, period: Period, book_ids: list[int]) -> list[SubjectLine]:
    """List the entries of real money about a subject in some books and a period, in the order of their days."""
    query = (
        select(
            Journal.event_date, Book.holder_name, Journal.seq, Journal.purpose, LedgerAccount.id, Book.id,
            LedgerAccount.name, LedgerAccount.code, type_coerce(Entry.amount_fen, FEN),
        )
        .join(Entry, Entry.journal_id == Journal.id)
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .join(Book, Book.id == Journal.book_id)
        .where(Journal.subject == subject, Journal.ledger == Ledger.ACTUAL, Journal.book_id.in_(book_ids))
        .where(Journal.event_date >= period.first, Journal.event_date <= period.last)
        .order_by(Journal.event_date, Journal.id, Entry.leg)
    )  # fmt: skip
    return [SubjectLine(*row) for row in session.execute(query)]


def gifts_of(session: Session, programme_id: int, upto: date) -> list[GiftRow]:
    """List the gifts to a programme's fund, the oldest first, each with the grants that it paid for until a day."""
    query = select(PoolFunding).where(PoolFunding.programme_id == programme_id).order_by(PoolFunding.id)
    rows = list(session.scalars(query))
    gifts = [Gift(row.id, fen(row.amount_fen)) for row in rows]
    paid = first_in_first_out(gifts, _grants(session, programme_id, upto))
    return [
        GiftRow(row.id, row.origin, row.funded_at, gift.amount_fen, tuple(paid[row.id]))
        for row, gift in zip(rows, gifts, strict=True)
    ]


def _grants(session: Session, programme_id: int, upto: date) -> list[Use]:
    """Give what a fund granted to its projects, in the order of posting."""
    ids = session.scalars(select(Project.id).where(Project.programme_id == programme_id))
    query = (
        select(Journal.subject, type_coerce(Entry.amount_fen, FEN))
        .join(Entry, Entry.journal_id == Journal.id)
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .where(LedgerAccount.kind == AccountKind.GRANT, LedgerAccount.ledger == Ledger.ACTUAL)
        .where(Journal.subject.in_([f"project:{number}" for number in ids]), Journal.event_date <= upto)
        .order_by(Journal.id)
    )
    return [Use(str(subject), int(amount)) for subject, amount in session.execute(query)]
