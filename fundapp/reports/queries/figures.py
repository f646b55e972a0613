"""Accounts in a period, and the lines under a figure."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, and_, case, func, select, type_coerce
from sqlalchemy.orm import Session

from fundapp.kernel.errors import NotVisible
from fundapp.ledger.models import Entry, Journal, LedgerAccount, LedgerBalance
from fundapp.ledger.rules import Ledger
from fundapp.ledger.standing import chart_in_force
from fundapp.reports.rules import Figure, Period, class_of

FEN = BigInteger()
MOST_LINES = 20_000


@dataclass(frozen=True)
class Line:
    """An entry under a figure; ``after`` is the account's balance behind it in the order of days."""

    day: date
    seq: int
    purpose: str
    subject: str | None
    amount: int
    after: int


def figures_of(session: Session, book_id: int, period: Period) -> list[Figure]:
    """Give every account of real money of a book in a period, from the kept balances, by its code."""
    amount = type_coerce(Entry.amount_fen, FEN)
    within = Journal.event_date <= period.last
    since = (
        select(
            Entry.account_id,
            func.sum(amount).label("all"),
            func.sum(case((and_(within, amount > 0), amount), else_=0)).label("debit"),
            func.sum(case((and_(within, amount < 0), -amount), else_=0)).label("credit"),
        )
        .join(Journal, Journal.id == Entry.journal_id)
        .where(Journal.book_id == book_id, Journal.ledger == Ledger.ACTUAL, Journal.event_date >= period.first)
        .group_by(Entry.account_id)
        .subquery()
    )
    query = (
        select(
            LedgerAccount.id, LedgerAccount.code, LedgerAccount.name,
            type_coerce(LedgerBalance.balance_fen, FEN) - func.coalesce(since.c.all, 0),
            func.coalesce(since.c.debit, 0), func.coalesce(since.c.credit, 0), LedgerAccount.kind, LedgerAccount.fund,
        )
        .join(LedgerBalance, LedgerBalance.account_id == LedgerAccount.id)
        .outerjoin(since, since.c.account_id == LedgerAccount.id)
        .where(LedgerAccount.book_id == book_id, LedgerAccount.ledger == Ledger.ACTUAL)
        .order_by(LedgerAccount.code)
    )  # fmt: skip
    chart = chart_in_force(session, book_id)
    return [
        Figure(number, code, name, int(opening), int(debit), int(credit), class_of(chart, kind, fund))
        for number, code, name, opening, debit, credit, kind, fund in session.execute(query)
    ]


def figure_of(session: Session, book_id: int, account_id: int, period: Period) -> Figure:
    """Give one account in a period.

    Raises:
        NotVisible: the book has no such account of real money.
    """
    found = next((one for one in figures_of(session, book_id, period) if one.account_id == account_id), None)
    if found is None:
        raise NotVisible
    return found


def lines_under(session: Session, figure: Figure, period: Period) -> list[Line]:
    """List the entries of an account in a period in the order of their days, each with the balance behind it."""
    query = (
        select(Journal.event_date, Journal.seq, Journal.purpose, Journal.subject, type_coerce(Entry.amount_fen, FEN))
        .join(Entry, Entry.journal_id == Journal.id)
        .where(
            Entry.account_id == figure.account_id,
            Journal.event_date >= period.first,
            Journal.event_date <= period.last,
        )
        .order_by(Journal.event_date, Journal.seq)
        .limit(MOST_LINES)
    )
    found, after = [], figure.opening
    for day, seq, purpose, subject, amount in session.execute(query):
        after += amount
        found.append(Line(day, seq, purpose, subject, amount, after))
    return found
