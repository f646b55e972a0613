"""Receipts: numbered without a gap, void ones kept, written in capitals, and public without a name."""

import re
import uuid
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.fundraising.capitals import MOST_FEN, capitals
from fundapp.fundraising.commands import NewContribution, decide_contribution, record_contribution
from fundapp.fundraising.models import Contribution
from fundapp.fundraising.queries import receipt_line, receipt_series
from fundapp.fundraising.rules import Giver, Means, ReceiptState, Source, read_reference, reference_code
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.projects.rules import Task
from tests.fundraising.raising import asked_town, gift_of, record
from tests.support.races import at_once, patiently
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, NOW

BILLS = [  # as the banks' rules for bills print them, 整 after 角 included
    (140950, "壹仟肆佰零玖元伍角整"),
    (600714, "陆仟零柒元壹角肆分"),
    (168032, "壹仟陆佰捌拾元叁角贰分"),
    (10700053, "壹拾万柒仟元伍角叁分"),
    (1640902, "壹万陆仟肆佰零玖元零贰分"),
    (32504, "叁佰贰拾伍元零肆分"),
    (1000, "壹拾元整"),
    (10000000000000, "壹仟亿元整"),
    (2000000500, "贰仟万零伍元整"),
    (0, "零元整"),
]
VALUES = dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True))
UNITS = {"拾": 10, "佰": 100, "仟": 1000, "万": 10**4, "亿": 10**8}


def read_capitals(words):
    """Read capitals back into fen: a second hand that knows nothing of how they were written."""
    yuan, _, small = words.rpartition("元") if "元" in words else ("零", "", words)
    jiao, fen = re.search(r"(.)角", small), re.search(r"(.)分", small)
    total, section, digit = 0, 0, 0
    for sign in yuan:
        if sign in VALUES:
            digit = VALUES[sign]
        elif UNITS[sign] < 10**4:
            section, digit = section + digit * UNITS[sign], 0
        elif sign == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        else:
            total, section, digit = total + (section + digit) * UNITS[sign], 0, 0
    return (total + section + digit) * 100 + sum(
        VALUES[found[1]] * worth for found, worth in ((jiao, 10), (fen, 1)) if found
    )


@pytest.mark.parametrize(("amount", "words"), BILLS)
def test_amounts_are_written_as_the_banks_print_them(amount, words):
    """One 零 for a gap, 整 where no 分 follows."""
    assert capitals(amount) == words


@given(st.integers(0, MOST_FEN))
def test_capitals_read_back_are_the_same_amount(amount):
    """No two amounts look alike, no 零 stands twice or before a unit."""
    words = capitals(amount)
    assert read_capitals(words) == amount
    assert "零零" not in words
    assert not re.search("零[拾佰仟万亿角分]", words)


@given(st.integers(1, 99999), st.integers(1, 999999), st.integers(0, 12), st.integers(1, 9))
def test_a_code_with_one_wrong_digit_is_never_taken(project, unit, place, step):
    """Whatever digit is copied wrongly, and wherever two neighbours change places: it is noticed."""
    code = reference_code(project, unit).replace("-", "")
    wrong = code[:place] + str((int(code[place]) + step) % 10) + code[place + 1 :]
    swapped = code[:place] + code[place : place + 2][::-1] + code[place + 2 :]
    for other in {wrong, swapped} - {code}:
        with pytest.raises(Refused, match="no_such_code"):
            read_reference(other)
    assert (read_reference(code).project_id, read_reference(code).unit_id) == (project, unit)


@pytest.fixture
def asked(app):
    """Two agreed projects of one community, each with a group of its own."""
    return asked_town(projects=2)


def decide(asked, number, confirmed, reason=""):
    """Let another member look at the money."""
    with unit_of_work() as session:
        decide_contribution(session, asked.groups[0][Task.MEMBER], number, confirmed, reason, CLOCK)


def label(number):
    """Give a receipt's year and number."""
    with reading_session() as session:
        row = session.get_one(Contribution, number)
        return row.receipt_year, row.receipt_no


def test_receipts_of_a_community_are_one_series_of_the_year(asked):
    """Two projects share the book of their committee; the next year begins at one."""
    made = [record(asked, project=n % 2) for n in range(4)]
    assert [label(number) for number in made] == [(2026, n) for n in (1, 2, 3, 4)]
    with unit_of_work() as session:
        next_year = SetClock(NOW.replace(year=2027))
        made = record_contribution(session, asked.groups[0][Task.TREASURER], gift_of(asked), next_year)
        assert (made.receipt_year, made.receipt_no) == (2027, 1)


def test_a_void_receipt_keeps_its_number_and_says_why(asked):
    """What was not there is void, in public, with the reason; the next receipt goes on after it."""
    first, second = record(asked), record(asked)
    decide(asked, first, False, "写错金额")
    decide(asked, second, True)
    book = asked.book()
    with reading_session() as session:
        series, page = receipt_series(session, book, 2026)
    assert (series.count, [line.number for line in page.rows]) == (2, [2, 1])
    assert [line.state for line in page.rows] == [ReceiptState.CONFIRMED, ReceiptState.VOID]
    assert page.rows[1].reason == "写错金额"
    assert label(record(asked)) == (2026, 3)


def test_twelve_receipts_at_once_leave_no_gap(asked):
    """Two treasurers write receipts of one book at the same moment: every number once, none left out."""

    def write(project):
        with unit_of_work() as session:
            who = asked.groups[project][Task.TREASURER]
            cmd = gift_of(asked, project=project, op_key=str(uuid.uuid4()))
            return record_contribution(session, who, cmd, CLOCK).receipt_no

    ended = at_once([partial(patiently, partial(write, n % 2)) for n in range(12)])
    assert sorted(number for _, number in ended) == list(range(1, 13))


def test_the_database_takes_no_number_out_of_turn(asked):
    """By plain SQL: neither a gap nor a number that is taken."""
    row = record(asked)
    with bound_engine().connect() as connection:
        columns = [c.name for c in Contribution.__table__.columns if c.name not in ("id", "op_key", "receipt_no")]
        names = ", ".join(columns)
        for wrong in (1, 3, 0, -1):
            plain = (
                f"INSERT INTO contribution (op_key, receipt_no, {names}) "
                f"SELECT 'x{wrong}', {wrong}, {names} FROM contribution WHERE id = {row}"
            )
            with pytest.raises(DBAPIError, match=r"without a gap|keeps its rows"):
                connection.execute(text(plain))
            connection.rollback()


@pytest.mark.parametrize("amount", [from_fen(0), from_fen(-100), from_fen(1) / 10])
def test_an_amount_is_whole_fen_above_zero(asked, amount):
    """Nothing, less than nothing and a tenth of a fen are no gifts, and use up no number."""
    with pytest.raises(Refused, match=r"fundraising\.amount"):
        record(asked, amount=amount)
    assert label(record(asked)) == (2026, 1)


def test_a_transfer_is_known_by_its_code(asked):
    """The code alone names the household; a code of another household or project is refused."""
    unit = asked.places.units[0]
    made = record(asked, unit_id=None, means=Means.BANK, reference=reference_code(asked.projects[0], unit))
    with reading_session() as session:
        assert session.scalar(select(Contribution.unit_id).where(Contribution.id == made)) == unit
    for wrong in (reference_code(asked.projects[1], unit), reference_code(asked.projects[0], asked.places.units[1])):
        with pytest.raises(Refused, match="other_code"):
            record(asked, reference=wrong)


def test_nobody_outside_the_community_is_recorded_as_a_giver(asked):
    """Donors are units of the community or a charity that may raise in public; the government gives as the street."""
    donors = {"source": Source.DONORS, "unit_id": None, "giver": "诚信物业"}
    for kind in (Giver.HOUSEHOLD, Giver.GOVERNMENT):
        with pytest.raises(Refused, match="not_this_giver"):
            record(asked, **donors, giver_kind=kind)
    record(asked, **donors, giver_kind=Giver.CHARITY)


def test_the_treasurer_of_another_project_records_nothing_here(asked):
    """Not even in the same community, under the same book."""
    with pytest.raises(Forbidden, match="only_treasurer"), unit_of_work() as session:
        record_contribution(session, asked.groups[1][Task.TREASURER], gift_of(asked), CLOCK)


def test_the_public_line_shows_no_name_that_is_hidden(app, asked):
    """A resident's name never, a firm's where it asked for it; amount, day, purpose and state always."""
    firm = {"source": Source.DONORS, "unit_id": None, "giver": "诚信物业"}
    made = [
        record(asked, giver="演示住户"),
        record(asked, **firm, purpose="只买水泥"),
        record(asked, **firm, anonymous=True),
    ]
    decide(asked, made[1], True)
    book, stranger = asked.book(), Visitor(app)
    pages = [stranger.get(f"/fundraising/receipts/{book}/2026/{n}") for n in (1, 2, 3)]
    assert [page.status_code for page in pages] == [200] * 3
    assert [("交款人</dt><dd>不公开" in page.text, "诚信物业" in page.text) for page in pages] == [
        (True, False), (False, True), (True, False),
    ]  # fmt: skip
    assert "演示住户" not in pages[0].text
    assert "只买水泥" in pages[1].text
    assert "壹佰元整" in pages[1].text
    assert ["等待第二人核对" in page.text for page in pages] == [True, False, True]
    assert stranger.get(f"/fundraising/receipts/{book}/2026/4").status_code == 404
    assert stranger.get(f"/fundraising/receipts/{book}/2026").status_code == 200


def test_no_receipt_no_line(asked):
    """A number that was not written is nothing."""
    with reading_session() as session, pytest.raises(NotVisible):
        receipt_line(session, 1, 2026, 1)


def test_what_neighbours_type_is_a_contribution():
    """The command is made of what the form asks, nothing is taken for granted but what it says."""
    cmd = NewContribution(
        1, "k", Source.RESIDENTS, 1, "住户", False, False, from_fen(1), Means.CASH, date(2026, 3, 1), 1
    )
    assert (cmd.purpose, cmd.reference, cmd.giver_kind) == ("", "", None)
