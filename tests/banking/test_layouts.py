"""Reading statements: three layouts, odd files, and each fault with its line."""

from datetime import date

import pytest

from fundapp.banking.layouts import Column, Shape, fitted, guess, read, with_heads
from fundapp.web.sheets import lines_of
from tests.banking.files import LAYOUTS, OPENING, ROWS, flagged, signed, two_columns

SHAPES = {"two columns": Shape.TWO_COLUMNS, "signed": Shape.SIGNED, "flagged": Shape.FLAGGED}


def lines(data):
    return list(lines_of(data, "a.csv"))


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_lines_come_out_of_every_layout(name):
    """Titles above, sums below, wide digits, newest first, GBK or Excel: four lines in the order of time."""
    found = lines(LAYOUTS[name]())
    layout = guess(found)
    assert layout.shape is SHAPES[name]
    made = read(found, layout)
    assert made.faults == ()
    told = [(row.day.isoformat(), row.amount_fen, row.number, row.other, row.words) for row in made.rows]
    assert told == [tuple(row) for row in ROWS]
    assert made.rows[0].balance_fen == OPENING + ROWS[0][1]


def test_a_layout_fits_only_the_heading_that_it_was_made_for():
    """A bank that moves its columns is asked about again."""
    layout = with_heads(guess(lines(two_columns())), lines(two_columns()))
    assert fitted(layout, lines(two_columns())) == layout
    assert fitted(layout, lines("又一行标题\n".encode("gb18030") + two_columns())).head == layout.head + 1
    assert fitted(layout, lines(signed())) is None
    assert fitted(layout, lines(flagged())) is None


HEAD = "日期,收入,支出,余额"


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("2026-13-01,1.00,,1.00", 2, "bad_day"),
        ("昨天,1.00,,1.00", 2, "bad_day"),
        ("2026-03-01,1.001,,1.00", 2, "bad_amount"),
        ("2026-03-01,一元,,1.00", 2, "bad_amount"),
        ("2026-03-01,1.00,1.00,1.00", 2, "both_or_none"),
        ("2026-03-01,,,1.00", 2, "both_or_none"),
        ("2026-03-01,1.00,,1E9", 2, "bad_balance"),
        ("2026-03-01,1.00,,1.00\n2026-03-02,1.00,,3.00", 3, "balance_breaks"),
        ("2026-03-02,1.00,,1.00\n2026-03-01,1.00,,2.00\n2026-03-03,1.00,,3.00", 3, "day_goes_back"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(text, line, code):
    """Each fault names the line of the file and what is wrong with it; no row is given then."""
    found = lines(f"{HEAD}\n{text}\n".encode())
    made = read(found, guess(found))
    assert made.rows == ()
    assert [(fault.line, fault.code) for fault in made.faults] == [(line, code)]


def test_an_unknown_flag_is_a_fault():
    """Neither 借 nor 贷: nobody guesses which way the money went."""
    found = lines("日期,金额,借贷标志,余额\n2026-03-01,1.00,冲,1.00\n".encode())
    assert [fault.code for fault in read(found, guess(found)).faults] == ["bad_flag"]


def test_a_correction_in_red_goes_the_other_way():
    """A negative amount of spending is money that came back."""
    found = lines(f"{HEAD}\n2026-03-01,,-5.00,105.00\n".encode())
    assert read(found, guess(found)).rows[0].amount_fen == 500


def test_a_file_without_a_heading_is_not_guessed():
    """Columns that nobody named are asked for."""
    assert guess(lines("甲,乙,丙\n1,2,3\n".encode())) is None


def test_columns_that_are_not_needed_may_be_missing():
    """Date, amount and balance are enough."""
    layout = guess(lines(f"{HEAD}\n2026-03-01,1.00,,1.00\n".encode()))
    assert set(layout.columns) == {Column.DAY, Column.PAID_IN, Column.PAID_OUT, Column.BALANCE}
    assert read(lines(f"{HEAD}\n2026-03-01,1.00,,1.00\n".encode()), layout).rows[0].day == date(2026, 3, 1)
