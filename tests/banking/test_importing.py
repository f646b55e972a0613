"""Files that are taken in: wholly or not at all, each line once.

Source: reliability.md B10.
"""

from functools import partial

import pytest
from sqlalchemy import func, select

from fundapp.app import check_list
from fundapp.banking.commands import SayLayout, keep_file, say_layout, take_in
from fundapp.banking.commands.importing import KeepFile
from fundapp.banking.layouts import MAX_ROWS, Column, Layout, Shape
from fundapp.banking.models import BankLine, BankLineText, BankStatement
from fundapp.banking.queries import free_lines, last_layout
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from tests.banking.bank import CLOCK, make_bank, sent, taken
from tests.banking.files import LAYOUTS, OPENING, ROWS, two_columns
from tests.support.races import at_once

MORE = (*ROWS, ("2026-03-28", 30_000, "B0005", "周邻居", "捐款"))


@pytest.fixture
def bank(app):
    return make_bank()


def count(kind=BankLine):
    with reading_session() as session:
        return session.scalar(select(func.count()).select_from(kind))


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_file_twice_adds_nothing(bank, name):
    """Four lines and what was there at the start; the second time nothing, in whatever layout."""
    data = LAYOUTS[name]()
    assert taken(bank, data) == (4, 0)
    assert taken(bank, data) == (0, 4)
    assert count() == 5
    assert count(BankStatement) == 1


def test_the_layouts_of_one_month_are_one_month(bank):
    """The bank's old file and its new one say the same lines."""
    assert [taken(bank, make()) for make in LAYOUTS.values()] == [(4, 0), (0, 4), (0, 4)]


def test_a_file_that_overlaps_adds_only_the_new_lines(bank):
    """The file of the whole month after the file of its first days."""
    taken(bank, two_columns(ROWS[:2]))
    assert taken(bank, two_columns(MORE)) == (3, 2)
    with reading_session() as session:
        rows = free_lines(session, bank.account)
    assert [row.opening for row in rows] == [True, *[False] * 5]
    assert rows[0].amount_fen == OPENING
    assert rows[-1].balance_fen == OPENING + sum(row[1] for row in MORE)
    assert (rows[1].project_id, rows[1].other, rows[2].other) == (12, "陈捐款", "桃源社区居委会")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([*ROWS[:2], ("2026-03-05", -600, "B0003", "", "手续费"), ROWS[3]], id="an edited amount"),
        pytest.param([ROWS[0], *ROWS[2:]], id="a line left out"),
        pytest.param([*ROWS[:3], ("2026-03-20", 1, "B0009", "", "多的"), ROWS[3]], id="a line put in"),
    ],
)
def test_a_file_that_contradicts_what_is_kept_brings_nothing(bank, rows):
    """The bank does not say two things about one day: the conflict is told and no line is taken."""
    taken(bank)
    upload = sent(bank, two_columns([*rows, MORE[-1]]))
    with pytest.raises(Refused) as told, unit_of_work() as session:
        take_in(session, bank.officer, upload, CLOCK)
    assert told.value.code == "banking.wrong_rows"
    assert count() == 5


def test_one_wrong_line_keeps_the_whole_file_out(bank):
    """Never half an import."""
    data = two_columns().decode("gb18030").replace("20260321", "20269921").encode("gb18030")
    upload = sent(bank, data)
    with pytest.raises(Refused) as told, unit_of_work() as session:
        take_in(session, bank.officer, upload, CLOCK)
    assert told.value.facts == {"count": 1, "number": 8}
    assert count() == 0


def test_two_who_take_the_same_file_in_at_once_make_one_import(bank):
    """Two uploads of one file, two processes: each line is there once."""
    uploads = [sent(bank, two_columns()) for _ in range(2)]

    def take(upload):
        with unit_of_work() as session:
            return take_in(session, bank.officer, upload, CLOCK).new

    assert at_once([partial(take, one) for one in uploads]) == [("done", 0), ("done", 4)]
    assert count() == 5


def test_one_upload_is_taken_in_once(bank):
    """Pressing twice does it once."""
    upload = sent(bank, two_columns())

    def take():
        with unit_of_work() as session:
            return take_in(session, bank.officer, upload, CLOCK).new

    assert at_once([take, take]) == [("done", 4), ("refused", "banking.gone")]


def test_what_names_people_is_encrypted(bank):
    """The database holds no name of who sent money."""
    taken(bank)
    with reading_session() as session:
        raw = session.execute(select(BankLineText.other.expression, BankLineText.line_id)).all()
        plain = session.connection().exec_driver_sql("SELECT other, words FROM bank_line_text").all()
    assert raw
    assert all(cell is None or cell.startswith("gAAAA") for row in plain for cell in row)


def test_a_layout_that_somebody_said_is_kept_for_the_bank(bank):
    """A file with headings that nobody knows is read as it was said the last time."""
    data = "甲,乙,丙\n2026-03-01,5.00,5.00\n".encode()
    upload = sent(bank, data)
    with pytest.raises(Refused, match=r"banking\.columns"), unit_of_work() as session:
        take_in(session, bank.officer, upload, CLOCK)
    said = Layout(1, Shape.SIGNED, {Column.DAY: 0, Column.AMOUNT: 1, Column.BALANCE: 2})
    with unit_of_work() as session:
        say_layout(session, bank.officer, SayLayout(upload, said), CLOCK)
    with unit_of_work() as session:
        assert take_in(session, bank.officer, upload, CLOCK).new == 1
        assert last_layout(session, bank.book, "某某银行") == said


@pytest.mark.parametrize(
    "columns",
    [
        {Column.DAY: 0, Column.AMOUNT: 1},
        {Column.DAY: 0, Column.AMOUNT: 1, Column.BALANCE: 1},
    ],
)
def test_a_layout_needs_each_column_once(bank, columns):
    """A missing column and one that is named twice are refused."""
    upload = sent(bank, b"a,b,c\n2026-03-01,5.00,5.00\n")
    with pytest.raises(Refused, match=r"banking\.columns"), unit_of_work() as session:
        say_layout(session, bank.officer, SayLayout(upload, Layout(1, Shape.SIGNED, columns)), CLOCK)


def test_a_file_that_is_too_long_is_refused(bank):
    """More lines than an office has in a year."""
    with pytest.raises(Refused, match=r"banking\.too_many_rows"):
        sent(bank, b"a,b\n" + b"1,2\n" * (MAX_ROWS + 100))


@pytest.mark.parametrize(("who", "error"), [("worker", NotVisible), ("stranger", NotVisible), ("approver", Forbidden)])
def test_nobody_else_takes_files_in(bank, who, error):
    """A worker and an officer of elsewhere learn of no account; an approver reads and does not keep."""
    actor = getattr(bank, who)
    with pytest.raises(error):
        sent(bank, two_columns(), who=actor)
    upload = sent(bank, two_columns())
    with pytest.raises(error), unit_of_work() as session:
        take_in(session, actor, upload, CLOCK)
    assert count() == 0


def test_after_importing_every_check_passes(bank):
    """What was taken in is sealed like all evidence."""
    taken(bank)
    with reading_session() as session:
        assert [check.name for check in check_list() if check.run(session).first_fault] == []


def test_the_lines_of_nobodys_file_are_kept_a_day(bank):
    """A file that waits too long is gone."""
    from datetime import timedelta

    from fundapp.kernel.clock import SetClock

    upload = sent(bank, two_columns())
    late = SetClock(CLOCK.at + timedelta(days=2))
    with pytest.raises(Refused, match=r"banking\.gone"), unit_of_work() as session:
        take_in(session, bank.officer, upload, late)
    with unit_of_work() as session:
        keep_file(session, bank.officer, KeepFile(bank.account, "b.csv", two_columns()), late)
