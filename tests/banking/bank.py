"""A foundation's book with a bank account, and the people around it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select

from fundapp.banking.commands import (
    KeepFile,
    NewTransfer,
    OpenAccount,
    ask_transfer,
    decide_transfer,
    keep_file,
    open_account,
    take_in,
)
from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import SetClock
from fundapp.kernel.money import from_fen
from fundapp.ledger.commands import ensure_account, open_book, post
from fundapp.ledger.models import Journal
from fundapp.ledger.rules import Holder, Ledger, Leg, Posting
from tests.banking.files import two_columns
from tests.support.world import make_account, make_person, make_place_tree

NOW = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
CLOCK = SetClock(NOW)
MARCH = date(2026, 3, 31)


@dataclass(frozen=True)
class Bank:
    """The numbers of what was made; ``officer`` keeps, ``second`` and ``approver`` check."""

    book: int
    account: int
    officer: Actor
    second: Actor
    approver: Actor
    worker: Actor
    stranger: Actor


def make_bank(logins: bool = False) -> Bank:
    """Open a foundation's book with a bank account; a donation and a grant of March are in the book."""
    with unit_of_work() as session:
        here, there = make_place_tree(session), make_place_tree(session)
        people = {
            "officer": make_person(session, "李专员", Role.FOUNDATION_OFFICER, here.district),
            "second": make_person(session, "钱专员", Role.FOUNDATION_OFFICER, here.district),
            "approver": make_person(session, "孙审批", Role.FOUNDATION_APPROVER, here.district),
            "worker": make_person(session, "王社工", Role.WORKER, here.community),
            "stranger": make_person(session, "赵专员", Role.FOUNDATION_OFFICER, there.district),
        }
        if logins:
            for name, person in people.items():
                make_account(session, person, name)
        officer = people["officer"]
        book = open_book(session, officer, Holder.FOUNDATION, "演示基金会", here.district, NOW).id
        for code, floor, ceiling in (("bank", 0, None), ("donation:restricted:1", None, 0), ("grant:12", 0, None)):
            ensure_account(session, book, Ledger.ACTUAL, code, f"科目{code}", floor, ceiling)
        account = open_account(session, officer, OpenAccount(book, "open", "某某银行", "1234", "bank"), CLOCK).id
    made = Bank(book, account, **people)
    book_money(made, "gift", 500_000, date(2026, 3, 1), "donation:restricted:1", "project:12")
    book_money(made, "grant", -120_000, date(2026, 3, 5), "grant:12", "project:12")
    return made


def second_account(bank: Bank) -> int:
    """Open another bank account of the same book."""
    with unit_of_work() as session:
        cmd = OpenAccount(bank.book, "further", "另一银行", "5678", "bank-2")
        return open_account(session, bank.officer, cmd, CLOCK).id


def transferred(bank: Bank, amount: int = 100_000) -> int:
    """Move money to a second account; give the posting's number."""
    further = second_account(bank)
    with unit_of_work() as session:
        cmd = NewTransfer(bank.book, "moved", bank.account, further, "", from_fen(amount), "存定期")
        number = ask_transfer(session, bank.officer, cmd, CLOCK).id
        decide_transfer(session, bank.approver, number, True, "", CLOCK)
        return session.scalars(select(Journal.id).where(Journal.source == f"bank_transfer:{number}")).one()


def book_money(bank: Bank, key: str, amount: int, day: date, other: str, subject: str | None = None) -> int:
    """Post money that came to the bank or went."""
    legs = (Leg("bank", amount), Leg(other, -amount))
    posting = Posting(bank.book, Ledger.ACTUAL, key, f"记账{key}", f"test:{key}", subject, day, legs)
    with unit_of_work() as session:
        return post(session, bank.officer, posting, NOW).id


def sent(bank: Bank, data: bytes, name: str = "明细.csv", who: Actor | None = None) -> int:
    """Send a file; give its number."""
    with unit_of_work() as session:
        return keep_file(session, who or bank.officer, KeepFile(bank.account, name, data), CLOCK).id


def taken(bank: Bank, data: bytes | None = None) -> tuple[int, int]:
    """Send a file and take it in; give how many lines were new and known."""
    upload = sent(bank, data or two_columns())
    with unit_of_work() as session:
        done = take_in(session, bank.officer, upload, CLOCK)
        return done.new, done.known
