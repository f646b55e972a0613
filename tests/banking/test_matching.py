"""Lines and entries that are the same money; what only one side knows; 余额调节表 by two people."""

from datetime import date
from functools import partial

import pytest

from fundapp.app import check_list
from fundapp.banking import commands
from fundapp.banking.commands import NewBooking, NewMatch, Prepare
from fundapp.banking.queries import (
    free_entries,
    free_lines,
    get_account,
    matches_of,
    papers_of,
    state_at,
    unreconciled,
)
from fundapp.banking.rules import Booking, suggest
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.commands import reverse
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger, ReversalReason
from tests.banking.bank import CLOCK, MARCH, NOW, book_money, make_bank, taken
from tests.banking.files import OPENING, ROWS
from tests.support.races import at_once

END = OPENING + sum(row[1] for row in ROWS)


@pytest.fixture
def bank(app):
    made = make_bank()
    taken(made)
    return made


def free(bank):
    with reading_session() as session:
        account = get_account(session, bank.account)
        return free_lines(session, bank.account), free_entries(session, account)


def do(deed, *values, **named):
    with unit_of_work() as session:
        return deed(session, *values, **named, clock=CLOCK)


def by_amount(bank, amount):
    return next(line.id for line in free(bank)[0] if line.amount_fen == amount)


def entry_of(bank, amount):
    return next((one.journal_id, one.leg) for one in free(bank)[1] if one.amount_fen == amount)


def matched(bank, amount=500_000, key="m"):
    cmd = NewMatch(bank.account, key, (by_amount(bank, amount),), (entry_of(bank, amount),))
    return do(commands.match, bank.officer, cmd).id


def booked(bank, amount, kind, key="b"):
    return do(commands.book_line, bank.officer, NewBooking(by_amount(bank, amount), f"{key}{amount}", kind)).id


def all_known(bank):
    """Match and book everything of March."""
    matched(bank, 500_000, "m1")
    matched(bank, -120_000, "m2")
    booked(bank, OPENING, Booking.OPENING)
    booked(bank, -500, Booking.FEE)
    booked(bank, 1234, Booking.INTEREST)


def prepared(bank, key="p", who=None, balance_fen=END, note=""):
    cmd = Prepare(bank.account, key, MARCH, from_fen(balance_fen), note)
    return do(commands.prepare, who or bank.officer, cmd).id


def why_open(bank):
    with reading_session() as session:
        return unreconciled(session, bank.book, MARCH)


def test_suggestions_find_the_gift_by_its_code(bank):
    """The gift by the code in its transfer, the grant by its day; nothing for what the book does not know."""
    lines, entries = free(bank)
    found = suggest([line.item for line in lines], [entry.item for entry in entries])
    assert [(one.why.value) for one in found] == ["code", "same day"]
    pairs = [(one.line_id, (one.journal_id, one.leg)) for one in found]
    assert do(commands.match_pairs, bank.officer, bank.account, "s", pairs) == 2
    assert do(commands.match_pairs, bank.officer, bank.account, "s", pairs) == 0, "the same form again"
    assert [line.amount_fen for line in free(bank)[0]] == [OPENING, -500, 1234]
    assert free(bank)[1] == []


def test_other_sums_do_not_match(bank):
    """A line of 5,000 yuan is no entry of 1,200, and one thing alone is no match."""
    cmd = NewMatch(bank.account, "x", (by_amount(bank, 500_000),), (entry_of(bank, -120_000),))
    with pytest.raises(Refused, match=r"banking\.sums_differ"):
        do(commands.match, bank.officer, cmd)
    with pytest.raises(Refused, match=r"banking\.choose_some"):
        do(commands.match, bank.officer, NewMatch(bank.account, "x", (by_amount(bank, 500_000),), ()))


def test_many_lines_may_be_many_entries(bank):
    """A deposit of the cash box is several gifts: only the sums count."""
    book_money(bank, "a", 300_000, date(2026, 3, 1), "donation:restricted:1")
    book_money(bank, "b", 80_000, date(2026, 3, 1), "donation:restricted:1")
    lines = (by_amount(bank, 500_000), by_amount(bank, -120_000))
    do(
        commands.match,
        bank.officer,
        NewMatch(bank.account, "x", lines, (entry_of(bank, 300_000), entry_of(bank, 80_000))),
    )
    assert len(free(bank)[1]) == 2


def test_a_line_is_in_one_match(bank):
    """Twice sent is one match; another match of the same line is refused; two at once make one."""
    line, entry = by_amount(bank, 500_000), entry_of(bank, 500_000)
    cmd = NewMatch(bank.account, "m", (line,), (entry,))
    first = do(commands.match, bank.officer, cmd).id
    assert do(commands.match, bank.officer, cmd).id == first
    with pytest.raises(Refused, match=r"banking\.matched_already"):
        do(commands.match, bank.second, cmd)
    with pytest.raises(Refused, match=r"web\.used_key"):
        do(commands.match, bank.officer, NewMatch(bank.account, "m", (line,), (entry_of(bank, -120_000),)))


def test_two_who_match_one_line_at_once_make_one_match(bank):
    """Each with a form of her own: one match, and a word for the other."""
    pair = ((by_amount(bank, 500_000),), (entry_of(bank, 500_000),))

    def deed(who):
        return do(commands.match, who, NewMatch(bank.account, "m", *pair)).booked

    ended = at_once([partial(deed, bank.officer), partial(deed, bank.second)])
    assert ended == [("done", None), ("refused", "banking.matched_already")]


def test_a_match_is_taken_back_and_stays_in_the_history(bank):
    """Both are free again and may be matched again; who took it back and why is kept."""
    number = matched(bank)
    with pytest.raises(Refused, match=r"banking\.reason_needed"):
        do(commands.unmatch, bank.officer, number, " ")
    do(commands.unmatch, bank.second, number, "看错了")
    do(commands.unmatch, bank.second, number, "看错了")
    with pytest.raises(Refused, match=r"banking\.taken_back"):
        do(commands.unmatch, bank.officer, number, "别的原因")
    again = matched(bank, key="m2")
    with reading_session() as session:
        rows = matches_of(session, bank.account)
    assert [(row.id, row.reason, row.taken_back_by) for row in rows] == [
        (again, None, None),
        (number, "看错了", "钱专员"),
    ]
    assert [line.amount_fen for line in rows[1].lines] == [500_000]


def test_interest_and_charges_are_booked_from_the_statement(bank):
    """The book learns what only the bank knew, once, on the day of the line."""
    number = booked(bank, 1234, Booking.INTEREST)
    assert (
        do(commands.book_line, bank.officer, NewBooking(_line_of(bank, number), "b1234", Booking.INTEREST)).id == number
    )
    with reading_session() as session:
        assert balance(session, bank.book, Ledger.ACTUAL, "bank") == 500_000 - 120_000 + 1234
        assert balance(session, bank.book, Ledger.ACTUAL, "income:interest") == -1234
    with pytest.raises(Refused, match=r"banking\.other_kind"):
        booked(bank, -500, Booking.INTEREST)
    booked(bank, -500, Booking.FEE)


def _line_of(bank, number):
    with reading_session() as session:
        return next(row.lines[0].id for row in matches_of(session, bank.account) if row.id == number)


def test_a_booking_that_is_taken_back_is_reversed(bank):
    """The entry and its reversal are paired, the line is free again and can be booked otherwise."""
    do(commands.unmatch, bank.officer, booked(bank, 1234, Booking.INTEREST), "不是利息")
    lines, entries = free(bank)
    assert 1234 in [line.amount_fen for line in lines]
    assert 1234 not in [entry.amount_fen for entry in entries]
    booked(bank, 1234, Booking.UNKNOWN, "again")
    with reading_session() as session:
        assert balance(session, bank.book, Ledger.ACTUAL, "income:interest") == 0
        assert balance(session, bank.book, Ledger.ACTUAL, "suspense:bank") == -1234


def test_the_paper_says_what_each_side_did_not_know(bank):
    """Bank-only and book-only items by direction; what is matched with something later is not known yet."""
    matched(bank)
    book_money(bank, "late", 700, date(2026, 3, 30), "donation:restricted:1")
    with reading_session() as session:
        state = state_at(session, get_account(session, bank.account), MARCH)
        early = state_at(session, get_account(session, bank.account), date(2026, 3, 1))
    told = state.balances
    assert (told.bank, told.book) == (END, 500_000 - 120_000 + 700)
    assert (told.book_in, told.book_out, told.bank_in, told.bank_out) == (700, 120_000, OPENING + 1234, 120_500)
    assert told.bank_adjusted == told.book_adjusted
    assert (early.balances.bank, early.balances.book, early.balances.book_in) == (0, 500_000, 500_000)


def test_a_month_is_reconciled_by_two_people(bank):
    """Prepared by one, checked by another; until then the month is open, and says why."""
    assert why_open(bank) == ["banking.not_prepared"]
    all_known(bank)
    number = prepared(bank)
    assert prepared(bank) == number, "the same form again"
    assert why_open(bank) == ["banking.not_checked"]
    with pytest.raises(Forbidden, match=r"banking\.second_person"):
        do(commands.check, bank.officer, number, True, "")
    for nobody in (bank.worker, bank.stranger):
        with pytest.raises(NotVisible):
            do(commands.check, nobody, number, True, "")
    do(commands.check, bank.approver, number, True, "")
    do(commands.check, bank.approver, number, True, "")
    assert why_open(bank) == []
    with pytest.raises(Refused, match=r"banking\.checked"):
        do(commands.check, bank.second, number, False, "不对")


def test_the_typed_balance_must_be_that_of_the_lines(bank):
    """A statement that is not wholly taken in is found by the bank's own figure."""
    with pytest.raises(Refused, match=r"banking\.other_balance") as told:
        prepared(bank, balance_fen=END + 1)
    assert told.value.facts["kept"] == from_fen(END)


def test_items_need_a_word_and_lines_that_only_the_bank_knows_keep_the_month_open(bank):
    """A difference that is explained is still a difference: the book has to learn it first."""
    matched(bank)
    with pytest.raises(Refused, match=r"banking\.explain_items"):
        prepared(bank)
    number = prepared(bank, note="期初、利息和手续费待入账")
    do(commands.check, bank.second, number, True, "")
    assert why_open(bank) == ["banking.only_bank"]


def test_a_change_after_the_paper_opens_the_month_again(bank):
    """A later entry of March, or a match that is taken back, makes the paper old."""
    all_known(bank)
    number = prepared(bank)
    book_money(bank, "late", 700, date(2026, 3, 30), "donation:restricted:1")
    with pytest.raises(Refused, match=r"banking\.changed_since"):
        do(commands.check, bank.second, number, True, "")
    second = prepared(bank, "p2", note="月末在途")
    do(commands.check, bank.second, second, True, "")
    assert why_open(bank) == []
    book_money(bank, "april", 900, date(2026, 4, 1), "donation:restricted:1")
    assert why_open(bank) == [], "April is not March"
    book_money(bank, "later still", 800, date(2026, 3, 31), "donation:restricted:1")
    assert why_open(bank) == ["banking.changed_since"]


def test_a_refused_paper_is_made_again(bank):
    """Wrong needs a reason; the newest paper counts."""
    all_known(bank)
    number = prepared(bank)
    with pytest.raises(Refused, match=r"banking\.reason_needed"):
        do(commands.check, bank.second, number, False, "")
    do(commands.check, bank.second, number, False, "备注不清楚")
    assert why_open(bank) == ["banking.not_prepared"]
    do(commands.check, bank.approver, prepared(bank, "p2"), True, "")
    assert why_open(bank) == []
    with reading_session() as session:
        assert [row.passed for row in papers_of(session, bank.account)] == [True, False]


@pytest.mark.parametrize("month", [date(2026, 3, 30), date(2026, 4, 30)])
def test_only_a_month_that_has_ended_is_reconciled(bank, month):
    """Not a day in between, and no day that has not come."""
    with pytest.raises(Refused, match=r"banking\.no_month_end"):
        do(commands.prepare, bank.officer, Prepare(bank.account, "p", month, from_fen(END), "说明"))


@pytest.mark.parametrize(("who", "error"), [("worker", NotVisible), ("stranger", NotVisible), ("approver", Forbidden)])
def test_nobody_else_matches_books_or_prepares(bank, who, error):
    """Of another place, another role, or only a reader: nothing is written."""
    actor, line, entry = getattr(bank, who), by_amount(bank, 500_000), entry_of(bank, 500_000)
    number = matched(bank, -120_000)
    deeds = [
        partial(do, commands.match, actor, NewMatch(bank.account, "x", (line,), (entry,))),
        partial(do, commands.match_pairs, actor, bank.account, "x", [(line, entry)]),
        partial(do, commands.unmatch, actor, number, "不对"),
        partial(do, commands.book_line, actor, NewBooking(by_amount(bank, 1234), "x", Booking.INTEREST)),
        partial(do, commands.prepare, actor, Prepare(bank.account, "x", MARCH, from_fen(END), "说明")),
    ]
    for deed in deeds:
        with pytest.raises(error):
            deed()


def test_an_entry_that_was_reversed_is_matched_with_its_reversal(bank):
    """Neither is money at the bank; the history says that they belong together."""
    number = book_money(bank, "wrong", 4200, date(2026, 3, 9), "donation:restricted:1")
    with unit_of_work() as session:
        back = reverse(session, bank.officer, number, ReversalReason.WRONG_PARTY, "记错", NOW).id
    do(commands.match, bank.officer, NewMatch(bank.account, "x", (), ((number, 1), (back, 1))))
    assert 4200 not in [abs(entry.amount_fen) for entry in free(bank)[1]]


def test_after_all_this_every_check_passes(bank):
    """Money, trail and matches verify."""
    all_known(bank)
    do(commands.check, bank.second, prepared(bank), True, "")
    with reading_session() as session:
        assert [check.name for check in check_list() if check.run(session).first_fault] == []
