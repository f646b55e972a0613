"""What waits at the bank: lines to be matched, papers to be checked, months to be closed."""

from datetime import datetime
from functools import partial

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.banking import queries as banking
from fundapp.banking.policy import READING_ROLES, check_may_check, may_keep
from fundapp.banking.queries import AccountRow
from fundapp.desk.lines import Link, Waiting
from fundapp.desk.rules import reasons
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import local_date
from fundapp.ledger.journals import requests_waiting
from fundapp.ledger.policy import check_may_approve
from fundapp.ledger.queries import BookRow
from fundapp.web.filters import day, yuan


def for_bank(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List what the bank accounts of the actor's books ask of her."""
    if not actor.has_any(*READING_ROLES):
        return []
    books = banking.own_books(session, actor)
    accounts = {row.id: row for row in banking.accounts_of_books(session, [book.id for book in books])}
    kept = [row for row in accounts.values() if may_keep(actor, row.holder_kind, row.place_path)]
    months = _months(session, [book for book in books if book.id in {row.book_id for row in kept}], now)
    return [
        *_lines(session, kept),
        *_papers(session, actor, accounts),
        *_transfers(session, actor, books),
        *_reversals(session, actor, books),
        *months,
    ]


def _reversals(session: Session, actor: Actor, books: list[BookRow]) -> list[Waiting]:
    held, found = {book.id: book for book in books}, []
    for row in requests_waiting(session, list(held)) if held else ():
        book = held[row.book_id]
        why_not = reasons(partial(check_may_approve, actor, book.holder_kind, book.place_path))
        if row.asked_by_id != actor.person_id and not why_not:
            title = _("批准冲销：%(name)s 第 %(n)s 号凭证", name=book.holder_name, n=row.seq)
            found.append(Waiting(title, Link("ledger.decide_reversal", {"request_id": row.id}), text=row.told))
    return found


def _transfers(session: Session, actor: Actor, books: list[BookRow]) -> list[Waiting]:
    held, found = {book.id: book for book in books}, []
    for row in banking.transfers_of(session, list(held)) if held else ():
        book = held[row.book_id]
        check = partial(check_may_check, actor, book.holder_kind, book.place_path, row.asked_by_id)
        if row.passed is None and not reasons(check):
            title = _("批准转账：%(here)s转到%(there)s", here=row.here.label, there=row.there.label)
            found.append(
                Waiting(title, Link("banking.decide_transfer", {"transfer_id": row.id}), text=yuan(row.amount))
            )
    return found


def _lines(session: Session, accounts: list[AccountRow]) -> list[Waiting]:
    counts = banking.waiting_lines(session, [row.id for row in accounts]) if accounts else {}
    return [
        Waiting(
            _("核对银行流水：%(label)s", label=row.label),
            Link("banking.matching", {"account_id": row.id}),
            text=_("%(n)s 笔没有核对", n=counts[row.id]),
        )
        for row in accounts
        if row.id in counts
    ]


def _months(session: Session, books: list[BookRow], now: datetime) -> list[Waiting]:
    found = []
    for book in books:
        due = banking.next_month(session, book.id, local_date(now))
        if due is not None:
            title = _("结账：%(name)s %(year)s年%(month)s月", name=book.holder_name, year=due.year, month=due.month)
            found.append(Waiting(title, Link("banking.months", {"book_id": book.id})))
    return found


def _papers(session: Session, actor: Actor, accounts: dict[int, AccountRow]) -> list[Waiting]:
    found = []
    for row in banking.papers_to_check(session, list(accounts), actor.person_id) if accounts else ():
        account = accounts[row.account_id]
        check = partial(check_may_check, actor, account.holder_kind, account.place_path, row.prepared_by_id)
        if not reasons(check):
            title = _("复核余额调节表：%(label)s", label=account.label)
            link = Link("banking.paper", {"account_id": account.id, "paper_id": row.id})
            text = _("到 %(day)s，%(name)s编制", day=day(row.as_of), name=row.prepared_by)
            found.append(Waiting(title, link, text=text))
    return found
