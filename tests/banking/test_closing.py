"""A month is closed once each bank account is reconciled; what is closed stays as its papers say.

Source: reliability.md B11.
"""

from datetime import date
from functools import partial

import pytest

from fundapp.banking import commands
from fundapp.banking.commands import NewMatch, Prepare
from fundapp.banking.queries import months_of, next_month, unreconciled
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.commands import ensure_account, open_book
from fundapp.ledger.rules import Holder, Ledger
from tests.banking.bank import MARCH, NOW, book_money, make_bank, sent, taken
from tests.banking.files import ROWS, two_columns
from tests.banking.test_matching import END, all_known, do, free, matched, prepared
from tests.support.races import at_once
from tests.support.visitor import Visitor
from tests.support.world import make_place_tree

MORE = (*ROWS, ("2026-03-31", 900, "B0009", "", "迟到的一笔"))


@pytest.fixture
def bank(app):
    made = make_bank()
    taken(made)
    return made


def close(bank, who=None, month=MARCH):
    return do(commands.close_month, who or bank.officer, bank.book, month)


def reconciled(bank):
    all_known(bank)
    do(commands.check, bank.approver, prepared(bank), True, "")


def test_a_month_is_closed_when_its_accounts_are_reconciled(bank):
    """Not before the paper is checked, then once, and again without effect; the next month comes after."""
    for code, step in (("not_prepared", all_known), ("not_prepared", prepared)):
        with pytest.raises(Refused, match=rf"banking\.{code}"):
            close(bank)
        step(bank)
    with pytest.raises(Refused, match=r"banking\.not_checked"):
        close(bank)
    do(commands.check, bank.approver, prepared(bank), True, "")
    assert close(bank) == close(bank)
    with reading_session() as session:
        assert [row.last_day for row in months_of(session, bank.book)] == [MARCH]
        assert next_month(session, bank.book, date(2026, 4, 30)) is None
        assert next_month(session, bank.book, date(2026, 5, 1)) == date(2026, 4, 30)


def test_money_at_the_bank_without_a_bank_account_keeps_the_month_open(bank):
    """A book whose money lies at no known bank is not closed by forgetting the bank."""
    with unit_of_work() as session:
        place = make_place_tree(session).district
        book = open_book(session, bank.officer, Holder.FOUNDATION, "别的基金会", place, NOW).id
        ensure_account(session, book, Ledger.ACTUAL, "bank", "银行存款", 0)
        assert unreconciled(session, book, MARCH) == ["banking.no_account"]


def test_a_closed_month_stays_as_its_paper_says(bank):
    """No posting, no match taken back, no late line of the bank; what clears in April may be matched."""
    matched(bank, 500_000, "m1")
    all_known_but_gift(bank)
    late = book_money(bank, "way", 900, date(2026, 3, 31), "donation:restricted:1")
    do(commands.check, bank.approver, prepared(bank, note="在途"), True, "")
    close(bank)
    with pytest.raises(Refused, match=r"ledger\.closed_month"):
        book_money(bank, "march", 100, MARCH, "donation:restricted:1")
    with pytest.raises(Refused, match=r"banking\.month_closed"):
        do(commands.unmatch, bank.officer, 1, "看错了")
    upload = sent(bank, two_columns(MORE))
    with pytest.raises(Refused, match=r"banking\.month_closed"):
        do(commands.take_in, bank.officer, upload)
    taken(bank, two_columns((*ROWS, ("2026-04-01", 900, "B0009", "", "到账"))))
    line = free(bank)[0][0].id
    do(commands.match, bank.officer, NewMatch(bank.account, "april", (line,), ((late, 1),)))
    with reading_session() as session:
        assert unreconciled(session, bank.book, MARCH) == []


def all_known_but_gift(bank):
    from fundapp.banking.rules import Booking
    from tests.banking.files import OPENING
    from tests.banking.test_matching import booked

    matched(bank, -120_000, "m2")
    for amount, kind in ((OPENING, Booking.OPENING), (-500, Booking.FEE), (1234, Booking.INTEREST)):
        booked(bank, amount, kind)


def test_a_month_is_opened_again_by_two_people(bank):
    """Asked with a reason by one, opened by another; then the match may be taken back."""
    reconciled(bank)
    closing = close(bank)
    asked = do(commands.ask_open, bank.officer, closing, "漏了一笔")
    with pytest.raises(Forbidden):
        do(commands.open_again, bank.officer, asked)
    do(commands.open_again, bank.approver, asked)
    do(commands.unmatch, bank.officer, 1, "看错了")
    with pytest.raises(Refused, match=r"banking\.changed_since"):
        close(bank)


@pytest.mark.parametrize(("who", "error"), [("worker", NotVisible), ("stranger", NotVisible), ("approver", Forbidden)])
def test_nobody_else_closes_a_month(bank, who, error):
    """Of another place, another role, or only a reader."""
    reconciled(bank)
    with pytest.raises(error):
        close(bank, getattr(bank, who))


def test_two_who_close_at_once_close_it_once(bank):
    """One closing, and both are told that it is done."""
    reconciled(bank)
    ended = at_once([partial(close, bank, bank.officer), partial(close, bank, bank.second)])
    assert ended == [("done", ended[0][1])] * 2


def test_a_month_that_is_not_over_is_not_closed(bank):
    """April is still running."""
    reconciled(bank)
    with pytest.raises(Refused):
        close(bank, month=date(2026, 4, 30))
    with pytest.raises(Refused, match=r"banking\.no_month_end"):
        do(commands.prepare, bank.officer, Prepare(bank.account, "x", date(2026, 4, 30), from_fen(END), ""))


def test_the_page_closes_and_says_why_not(sqlite_app):
    """Reasons beside a disabled button, then the button, then the list; asking to open it again."""
    bank = make_bank(logins=True)
    taken(bank)
    officer, where = Visitor(sqlite_app, "officer"), f"/banking/books/{bank.book}/months"
    assert "还没有编制到月末的余额调节表" in officer.text(where)
    assert officer.post(where, month="2026-03-31").status_code == 422
    reconciled(bank)
    assert "结账：演示基金会 2026年3月" in officer.text("/desk/")
    assert officer.post(where, month="2026-03-31").status_code == 303
    assert "请求重新打开" in officer.text(where)
    assert officer.post(f"{where}/1/reopen").status_code == 422
    assert officer.post(f"{where}/1/reopen", reason="漏了一笔").status_code == 303
    approver = Visitor(sqlite_app, "approver")
    assert "漏了一笔" in approver.text(f"{where}/1/open")
    assert officer.post(f"{where}/1/open").status_code == 422
    assert approver.post(f"{where}/1/open").status_code == 303
    assert "孙审批 已重新打开" in officer.text(where)
