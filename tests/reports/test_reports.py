"""Reports against plain sums over every entry, and what they may do in a spreadsheet or to a stranger."""

import csv
import io
import random
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from fundapp.db.work import reading_session, unit_of_work
from fundapp.ledger.commands import ensure_account, post, reverse
from fundapp.ledger.models import Entry, Journal, LedgerAccount
from fundapp.ledger.rules import Ledger, Leg, Posting, ReversalReason
from fundapp.reports.queries import figure_of, figures_of, lines_under
from fundapp.reports.rules import Gift, Kind, Period, Use, balance_of, change_of, first_in_first_out, net_assets
from tests.banking.bank import NOW, make_bank
from tests.support.visitor import Visitor

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
CODES = ("bank", "donation:restricted:1", "grant:12", "income:interest", "spend:bank_fee", "netassets:opening")


def busy(bank, count=40):
    """Post at random days around March, take some back."""
    dice = random.Random(7)
    with unit_of_work() as session:
        for code in CODES[3:]:
            ensure_account(session, bank.book, Ledger.ACTUAL, code, f"=科目{code}")
        for number in range(count):
            other, amount = dice.choice(CODES[1:]), dice.randint(1, 9999)
            sign = -1 if other in ("grant:12", "spend:bank_fee") else 1
            day = date(2026, 2, 1) + timedelta(days=dice.randint(0, 80))
            legs = (Leg("bank", sign * amount), Leg(other, -sign * amount))
            subject = "project:12" if other == "grant:12" else None
            posting = Posting(bank.book, Ledger.ACTUAL, f"r{number}", f"第 {number} 笔", "test:1", subject, day, legs)
            made = post(session, bank.officer, posting, NOW)
            if dice.random() < 0.2:
                reverse(session, bank.officer, made.id, ReversalReason.WRONG_PARTY, "记错", NOW)


def brute(session, book_id, period):
    """Add every entry up in Python."""
    query = (
        select(LedgerAccount.code, Journal.event_date, Entry.amount_fen)
        .join(Entry, Entry.account_id == LedgerAccount.id)
        .join(Journal, Journal.id == Entry.journal_id)
        .where(LedgerAccount.book_id == book_id, LedgerAccount.ledger == Ledger.ACTUAL)
    )
    found = {}
    for code, day, money in session.execute(query):
        amount = int(money.amount * 100)
        told = found.setdefault(code, [0, 0, 0])
        if day < period.first:
            told[0] += amount
        elif day <= period.last:
            told[1 if amount > 0 else 2] += abs(amount)
    return {code: tuple(told) for code, told in found.items()}


def test_every_figure_is_what_a_plain_sum_says(app):
    """Opening, debits and credits of each account, whatever period; the lines under a figure lead to its end."""
    bank = make_bank()
    busy(bank)
    for period in (MARCH, Period(date(2026, 2, 10), date(2026, 2, 10)), Period(date(2020, 1, 1), date(2030, 1, 1))):
        with reading_session() as session:
            figures = figures_of(session, bank.book, period)
            told = {one.code: (one.opening, one.debit, one.credit) for one in figures}
            plain = brute(session, bank.book, period)
            assert {code: told[code] for code in plain} == plain
            for one in figures:
                lines = lines_under(session, figure_of(session, bank.book, one.account_id, period), period)
                assert (lines[-1].after if lines else one.opening) == one.closing


def test_the_sheet_balances_and_the_year_explains_it(app):
    """Assets are liabilities and net assets on both days, and income less expense is what changed between them."""
    bank = make_bank()
    busy(bank)
    with reading_session() as session:
        figures = figures_of(session, bank.book, MARCH)
    for end in (False, True):
        owed = balance_of(figures, Kind.LIABILITY, end) + net_assets(figures, end).both
        assert balance_of(figures, Kind.ASSET, end) == owed
    other = sum(-one.change for one in figures if one.of.kind is Kind.NET_ASSETS)
    came, went = change_of(figures, Kind.INCOME).both, change_of(figures, Kind.COST).both
    assert net_assets(figures, True).both - net_assets(figures, False).both == came - went + other
    assert sum(one.closing for one in figures) == 0


def test_the_oldest_gift_pays_first():
    """Each fen of a grant is one gift's, none pays more than it is."""
    gifts = [Gift(1, 1000), Gift(2, 500)]
    paid = first_in_first_out(gifts, [Use("project:1", 700), Use("project:2", 600), Use("project:1", -100)])
    assert paid == {1: [Use("project:1", 600), Use("project:2", 400)], 2: [Use("project:2", 200)]}


@pytest.fixture
def town(sqlite_app):
    bank = make_bank(logins=True)
    busy(bank)
    return bank


@pytest.mark.parametrize("name", ["trial", "activity", "year"])
def test_an_officer_opens_a_report_and_the_lines_under_it(sqlite_app, town, name):
    """Every account of the report is a link to its lines of the same period."""
    officer = Visitor(sqlite_app, "officer")
    assert f"/reports/books/{town.book}/{name}" in officer.text("/reports/")
    text = officer.text(f"/reports/books/{town.book}/{name}?from=2026-03-01&to=2026-03-31")
    link = next(part.split('"')[0] for part in text.split('href="') if "/accounts/" in part)
    assert "2026-03-31" in link
    assert "期末余额" in officer.text(link.replace("&amp;", "&"))


def test_a_file_holds_numbers_and_never_a_formula(sqlite_app, town):
    """What begins with = is a text in both files; amounts are numbers, negative ones too."""
    officer = Visitor(sqlite_app, "officer")
    where = f"/reports/books/{town.book}/year?from=2026-03-01&to=2026-03-31&form="
    rows = list(csv.reader(io.StringIO(officer.get(f"{where}csv").data.decode("utf-8-sig"))))
    assert any(row and row[0] == "'=科目income:interest" for row in rows)
    book = load_workbook(io.BytesIO(officer.get(f"{where}xlsx").data))
    cells = [cell for line in book.active.iter_rows() for cell in line if cell.value is not None]
    assert any(cell.value == "=科目income:interest" for cell in cells)
    assert all(cell.data_type in ("s", "n") for cell in cells)
    assert any(cell.data_type == "n" for cell in cells)


def test_a_period_that_is_none_is_this_year(sqlite_app, town):
    """Nonsense in the address does no harm."""
    officer = Visitor(sqlite_app, "officer")
    for query in ("from=x", "from=2026-03-31&to=2026-03-01", "to=2026-02-30"):
        assert officer.get(f"/reports/books/{town.book}/trial?{query}").status_code == 200
    assert officer.get(f"/reports/books/{town.book}/nothing").status_code == 404


@pytest.mark.parametrize("login", ["stranger", "worker"])
def test_nobody_else_reads_the_reports(sqlite_app, town, login):
    """The officer of another district and a worker of a community find nothing."""
    visitor = Visitor(sqlite_app, login)
    for rest in ("trial", "year?form=csv", "accounts/1", "projects/12"):
        assert visitor.get(f"/reports/books/{town.book}/{rest}").status_code == 404


@pytest.mark.pdf
def test_a_report_is_printed(sqlite_app, town):
    """On paper, with room for the signatures."""
    answer = Visitor(sqlite_app, "approver").get(f"/reports/books/{town.book}/trial?form=pdf")
    assert answer.data.startswith(b"%PDF")
