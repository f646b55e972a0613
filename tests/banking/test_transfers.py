"""Transfers between a book's own bank accounts: two people, two accounts, two lines of the banks."""

import uuid
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.banking.commands import NewMatch, NewTransfer, ask_transfer, decide_transfer, match
from fundapp.banking.queries import free_entries, free_lines, get_account, get_transfer, parts_of, state_at
from fundapp.banking.rules import TransferState
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import from_fen
from tests.banking.bank import CLOCK, make_bank, second_account, taken
from tests.support.visitor import Visitor

DAY = date(2026, 4, 2)


@pytest.fixture
def bank(app):
    """A book with 3,800 yuan at one bank, and an account at another."""
    made = make_bank()
    return made, second_account(made)


def asked(bank, amount=100_000, who=None, **other):
    """Ask for a transfer to the other bank."""
    told = {"from_id": bank[0].account, "to_id": bank[1], "part": "", "reason": "存定期"} | other
    with unit_of_work() as session:
        cmd = NewTransfer(bank[0].book, str(uuid.uuid4()), amount=from_fen(amount), **told)
        return ask_transfer(session, who or bank[0].officer, cmd, CLOCK).id


def decided(bank, number, passed=True, reason="", who=None):
    """Decide as the approver."""
    with unit_of_work() as session:
        decide_transfer(session, who or bank[0].approver, number, passed, reason, CLOCK)


def held(bank):
    """Give what the book has at both banks, in fen."""
    with reading_session() as session:
        return [sum(parts_of(session, get_account(session, one)).values()) for one in (bank[0].account, bank[1])]


def state(number):
    """Give where a transfer stands."""
    with reading_session() as session:
        return get_transfer(session, number).state


def match_newest(bank, account, amount):
    """Match the bank's line of a sum with the book's entry of the same sum."""
    with unit_of_work() as session:
        line = next(one for one in free_lines(session, account) if one.amount_fen == amount)
        entries = free_entries(session, get_account(session, account))
        entry = next(one for one in entries if one.amount_fen == amount)
        cmd = NewMatch(account, str(uuid.uuid4()), (line.id,), ((entry.journal_id, entry.leg),))
        match(session, bank[0].officer, cmd, CLOCK)


def csv_of(amount, balance):
    """Write what one bank tells of its side."""
    paid_in, paid_out = (f"{amount / 100:.2f}", "") if amount > 0 else ("", f"{-amount / 100:.2f}")
    head = "交易日期,收入金额,支出金额,余额,交易流水号,对方户名,附言"
    return f"{head}\n2026-04-02,{paid_in},{paid_out},{balance / 100:.2f},T1,演示基金会,转账\n".encode()


def test_a_transfer_moves_once_another_person_approved_it(bank):
    """Nothing moves before; what was there altogether stays; deciding again the same way is success."""
    number = asked(bank)
    assert (held(bank), state(number)) == ([380_000, 0], TransferState.ASKED)
    for _ in range(2):
        decided(bank, number)
    assert (held(bank), state(number)) == ([280_000, 100_000], TransferState.UNKNOWN)
    with pytest.raises(Refused, match="transfer_decided"):
        decided(bank, number, False, "不转了")
    other = asked(bank)
    with pytest.raises(Refused, match="reason_needed"):
        decided(bank, other, False)
    decided(bank, other, False, "没有必要")
    assert (held(bank), state(other)) == ([280_000, 100_000], TransferState.REFUSED)


def test_who_asks_does_not_approve_and_strangers_do_neither(bank):
    """By command and by plain SQL; an officer of another district finds no such book."""
    number = asked(bank)
    with pytest.raises(Forbidden, match="second_person"):
        decided(bank, number, who=bank[0].officer)
    with pytest.raises(Forbidden, match="not_keeper"):
        asked(bank, who=bank[0].approver)
    for who in (bank[0].stranger, bank[0].worker):
        with pytest.raises(NotVisible):
            decided(bank, number, who=who)
    plain = (
        "INSERT INTO bank_transfer_decision (transfer_id, passed, reason, decided_by_id, decided_at) "
        f"VALUES ({number}, true, '', {bank[0].officer.person_id}, '2026-04-02 00:00:00')"
    )
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="does not approve it"):
        connection.execute(text(plain))


def test_only_what_is_there_goes_and_only_between_two_accounts_of_the_book(bank):
    """Nothing, more than there is, to itself, without a word; two that were asked for the same money: one goes."""
    for amount, told, code in (
        (0, {}, "transfer_amount"), (380_001, {}, "not_there"), (1, {"to_id": bank[0].account}, "not_between"),
        (1, {"reason": " "}, "why_transfer"), (1, {"part": ":9"}, "not_there"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=code):
            asked(bank, amount, **told)
    first, second = asked(bank, 380_000), asked(bank, 380_000)
    decided(bank, first)
    with pytest.raises(Refused, match="not_enough"):
        decided(bank, second)
    plain = (
        "INSERT INTO bank_transfer (op_key, book_id, from_id, to_id, part, amount_fen, reason, asked_by_id, asked_at) "
        "SELECT 'x', book_id, from_id, {to}, part, 1, 'x', asked_by_id, asked_at FROM bank_transfer"
    )
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="two bank accounts of one book"):
        connection.execute(text(plain.format(to=99)))


def test_it_is_on_its_way_until_both_banks_told_of_it(bank):
    """One line: in transit, and the paper of the other side names it; two lines: settled."""
    number, (made, further) = asked(bank), bank
    decided(bank, number)
    taken(replace(made, account=further), csv_of(100_000, 100_000))
    match_newest(bank, further, 100_000)
    assert state(number) is TransferState.IN_TRANSIT
    with reading_session() as session:
        waiting = state_at(session, get_account(session, made.account), DAY)
        arrived = state_at(session, get_account(session, further), DAY)
    assert waiting.balances.book_out == 120_000 + 100_000, "the grant and the transfer: no line of this bank yet"
    assert (arrived.balances.book_out, arrived.balances.bank_in) == (0, 0)
    taken(made, csv_of(-100_000, 280_000))
    match_newest(bank, made.account, -100_000)
    assert state(number) is TransferState.SETTLED


def test_the_page_lists_them_and_asks_another_to_approve(sqlite_app):
    """The officer finds no way to approve her own; the approver does, on the desk too."""
    sqlite_app.extensions["clock"] = CLOCK
    made = make_bank(logins=True)
    bank = (made, second_account(made))
    number = asked(bank)
    officer, approver = Visitor(sqlite_app, "officer"), Visitor(sqlite_app, "approver")
    assert "1,000.00" in officer.get(f"/banking/books/{made.book}/transfers").text
    assert f"/banking/transfers/{number}" in approver.get("/desk/").text
    answer = officer.post(
        f"/banking/books/{made.book}/transfers/new",
        op_key=str(uuid.uuid4()), from_id=made.account, to_id=bank[1], part="", amount="9999999", reason="存",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "3,800.00" in answer.text
    assert "请另一个人批准" in officer.get(f"/banking/transfers/{number}").text
    assert approver.post(f"/banking/transfers/{number}", passed="yes").status_code == 303
    assert state(number) is TransferState.UNKNOWN
    assert "已记账，等两家银行的流水" in approver.get(f"/banking/transfers/{number}").text
