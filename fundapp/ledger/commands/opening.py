"""Open books and accounts, adopt a chart, close accounts."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.chart import GENERAL, Chart, chart_to_dict, kind_of, shipped_chart
from fundapp.ledger.commands.locking import lock_books
from fundapp.ledger.models import Book, LedgerAccount, LedgerBalance, LedgerChart, LedgerClosing
from fundapp.ledger.policy import check_may_approve
from fundapp.ledger.queries import book_of_holder, get_book
from fundapp.ledger.rules import Holder, Ledger, book_text, digest, instant_text


def open_book(
    session: Session, actor: Actor, holder_kind: Holder, holder_name: str, place_id: int, at: datetime
) -> Book:
    """Give the book of a holder at a place, opened now if there is none yet.

    A committee's book is found by its place alone: it is the same holder when the community is renamed.

    Raises:
        ValueError: a holder without a name.

    """
    holder_kind = Holder(holder_kind)
    standing = book_of_holder(session, holder_kind, holder_name, place_id)
    if standing is not None:
        return session.get_one(Book, standing.id)
    if not holder_name.strip():
        raise ValueError("a book needs the name of its holder")
    book = Book(
        holder_kind=holder_kind,
        holder_name=holder_name,
        place_id=place_id,
        opened_at=at,
        opened_by_id=actor.person_id,
        start_hash=digest(book_text(holder_kind, holder_name, place_id, instant_text(at))),
    )
    session.add(book)
    session.flush()
    _adopt(session, actor, book.id, 1, shipped_chart(), at)
    record(session, actor, "ledger.open_book", f"book:{book.id}", at)
    return book


def ensure_account(
    session: Session,
    book_id: int,
    ledger: Ledger,
    code: str,
    name: str,
    floor_fen: int | None = None,
    ceiling_fen: int | None = None,
    fund: str = GENERAL,
) -> LedgerAccount:
    """Give the account of this code, opened empty if there is none yet. An account keeps its first name and limits.

    ``fund`` is whose money it is: postings balance in each fund. The kind follows from the code. The caller records a
    deed of its own in the same unit of work.

    Raises:
        ValueError: the account stands with other limits or in another fund, or is of no known kind.

    """
    found = _account(session, book_id, ledger, code)
    if found is None:
        lock_books(session, [book_id])
        found = _account(session, book_id, ledger, code)
    limits = tuple(None if limit is None else from_fen(limit) for limit in (floor_fen, ceiling_fen))
    if found is None:
        found = LedgerAccount(
            book_id=book_id, ledger=ledger, code=code, name=name, kind=kind_of(code), fund=fund, floor_fen=limits[0],
            ceiling_fen=limits[1],
        )  # fmt: skip
        session.add(found)
        session.flush()
    if (found.floor_fen, found.ceiling_fen, found.fund) != (*limits, fund):
        raise ValueError(f"account {code} stands with other limits or in another fund")
    return found


_ACCOUNT = select(LedgerAccount).where(
    LedgerAccount.book_id == bindparam("book_id"),
    LedgerAccount.ledger == bindparam("ledger"),
    LedgerAccount.code == bindparam("code"),
)


def _account(session: Session, book_id: int, ledger: Ledger, code: str) -> LedgerAccount | None:
    return session.scalar(_ACCOUNT, {"book_id": book_id, "ledger": ledger, "code": code})


def adopt_chart(session: Session, actor: Actor, book_id: int, chart: Chart, at: datetime) -> LedgerChart:
    """Let a book be shown by another chart of accounts from now on; earlier versions stay. The same again is success.

    The sum from which a payment takes two people only ever falls: it is one person's deed.

    Raises:
        NotVisible: there is no such book.
        Forbidden: see :func:`fundapp.ledger.policy.check_may_approve`.
        Refused: ``ledger.chart_loosens`` (fact ``limit``).

    Source: money.md §3.1 I8.
    """
    row = get_book(session, book_id)
    check_may_approve(actor, row.holder_kind, row.place_path)
    lock_books(session, [book_id])
    last = session.scalars(
        select(LedgerChart).where(LedgerChart.book_id == book_id).order_by(LedgerChart.number.desc()).limit(1)
    ).one()
    if last.content == chart_to_dict(chart):
        return last
    if chart.second_from_fen > fen(last.second_from_fen):
        raise Refused("ledger.chart_loosens", "file", limit=last.second_from_fen)
    made = _adopt(session, actor, book_id, last.number + 1, chart, at)
    record(session, actor, "ledger.adopt_chart", f"book:{book_id}", at, number=made.number)
    return made


def _adopt(session: Session, actor: Actor, book_id: int, number: int, chart: Chart, at: datetime) -> LedgerChart:
    row = LedgerChart(
        book_id=book_id, number=number, content=chart_to_dict(chart), second_from_fen=from_fen(chart.second_from_fen),
        adopted_by_id=actor.person_id, adopted_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def close_account(session: Session, actor: Actor, account_id: int, at: datetime) -> LedgerClosing:
    """Close an empty account for ever; closing it again changes nothing.

    Raises:
        NotVisible: there is no such account.
        Refused: ``ledger.not_empty``.

    """
    account = session.get(LedgerAccount, account_id)
    if account is None:
        raise NotVisible
    lock_books(session, [account.book_id])
    closing = session.get(LedgerClosing, account_id)
    if closing is not None:
        return closing
    balance = session.scalar(select(LedgerBalance.balance_fen).where(LedgerBalance.account_id == account_id))
    if balance is None or balance.amount != 0:
        raise Refused("ledger.not_empty", balance=balance)
    closing = LedgerClosing(account_id=account_id, closed_at=at, closed_by_id=actor.person_id)
    session.add(closing)
    record(session, actor, "ledger.close_account", f"account:{account_id}", at)
    return closing
