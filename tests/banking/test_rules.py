"""Joining files to what is kept, suggestions, and the arithmetic of 余额调节表."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from fundapp.banking.layouts import Row
from fundapp.banking.rules import (
    BankItem,
    BookItem,
    Suggestion,
    Why,
    cancelling,
    join,
    reconcile,
    suggest,
)

DAY = date(2026, 3, 1)
AMOUNTS = st.integers(-5, 5).filter(bool)


def chain(amounts, opening=100, start=DAY):
    """Make lines that go on from each other, two to a day."""
    rows, balance = [], opening
    for place, amount in enumerate(amounts):
        balance += amount
        rows.append(Row(place + 1, start + timedelta(days=place // 2), amount, balance))
    return rows


def since(kept, rows):
    return [line for line in kept if line.day >= rows[0].day]


def joined(kept, rows):
    found = since(kept, rows)
    return join(found, rows, kept[-1] if kept else None, bool(found) and found[0] is kept[0])


@given(st.lists(AMOUNTS, min_size=1, max_size=12), st.data())
def test_any_overlapping_file_adds_only_what_is_new(amounts, data):
    """However a true statement is cut into files that overlap or touch, each line is there once."""
    whole = chain(amounts)
    cut = data.draw(st.integers(1, len(whole)))
    begin = data.draw(st.integers(0, cut))
    if begin == len(whole):
        begin -= 1
    plan = joined(whole[:cut], whole[begin:])
    assert plan.faults == ()
    assert plan.known + len(plan.new) == len(whole) - begin
    assert list(plan.new) == whole[cut:]


@given(st.lists(AMOUNTS, min_size=2, max_size=12), st.data())
def test_a_file_that_says_something_else_of_a_kept_day_is_refused(amounts, data):
    """An edited amount among the kept lines brings nothing, even where the file's own balances were made to fit."""
    whole = chain(amounts)
    at = data.draw(st.integers(0, len(whole) - 1))
    other = chain([amount + (20 if place == at else 0) for place, amount in enumerate(amounts)])
    goes_on = other[0].day >= whole[-1].day and other[0].balance_fen - other[0].amount_fen == whole[-1].balance_fen
    assume(not goes_on)  # then it cannot be told from the day's further lines
    plan = joined(whole, other)
    assert plan.new == ()
    assert [fault.code for fault in plan.faults] in (["differs"], ["before_the_last"], ["gap"])


def test_a_gap_is_told_with_the_last_kept_day():
    """A file that begins after lines that nobody sent is refused."""
    whole = chain([1, 2, 3, 4, 5, 6])
    fault = joined(whole[:2], whole[4:]).faults[0]
    assert (fault.code, fault.found) == ("gap", "2026-03-01")


def test_a_file_that_begins_before_the_first_kept_line_leaves_that_out():
    """What lies before the beginning is in the opening balance already."""
    whole = chain([1, 2, 3, 4])
    plan = joined(whole[2:3], whole)
    assert (plan.before, plan.known, list(plan.new)) == (2, 1, whole[3:])


def test_an_empty_file_brings_nothing():
    """A heading without lines is a fault."""
    assert [fault.code for fault in join([], [], None).faults] == ["no_rows"]


def test_the_code_of_a_transfer_goes_before_the_day():
    """Of two gifts of one amount the one that the code names is proposed, though the other is nearer."""
    lines = [BankItem(1, DAY, 500, project_id=12)]
    near, named = BookItem(1, 1, DAY, 500, 13), BookItem(2, 1, DAY + timedelta(days=20), 500, 12)
    assert suggest(lines, [near, named]) == [Suggestion(1, 2, 1, Why.CODE)]
    assert suggest(lines, [near]) == []


def test_each_line_and_each_entry_is_proposed_once():
    """Three lines and two entries of one amount make two proposals, the nearest days first."""
    lines = [BankItem(n, DAY + timedelta(days=n), 500) for n in (1, 2, 3)]
    entries = [BookItem(10, 1, DAY + timedelta(days=2), 500), BookItem(11, 1, DAY + timedelta(days=3), 500)]
    found = suggest(lines, entries)
    assert [(one.line_id, one.journal_id, one.why) for one in found] == [(2, 10, Why.SAME_DAY), (3, 11, Why.SAME_DAY)]


def test_an_entry_and_its_reversal_are_paired():
    """What was taken back is no money at the bank."""
    first, back = BookItem(1, 1, DAY, 500), BookItem(2, 1, DAY, -500, reverses_id=1)
    assert cancelling([first, back, BookItem(3, 1, DAY, 500)]) == [(first, back)]


@given(st.lists(AMOUNTS), st.lists(AMOUNTS), st.lists(AMOUNTS))
def test_both_sides_agree_once_each_knows_the_others_items(shared, only_bank, only_book):
    """Whatever matches and whatever does not: the adjusted balances are one."""
    made = reconcile(sum(shared) + sum(only_bank), sum(shared) + sum(only_book), only_bank, only_book)
    assert made.bank_adjusted == made.book_adjusted == sum(shared) + sum(only_bank) + sum(only_book)
