"""A month at the bank on a phone: the file, the matches, 余额调节表 by two, the month closed, the trial balance."""

import pytest

from fundapp.banking.queries import months_of
from fundapp.db.work import reading_session
from tests.banking.bank import CLOCK, MARCH, make_bank
from tests.banking.files import two_columns
from tests.journeys.walker import Walker
from tests.support.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.pdf]
FILE = {"name": "明细.csv", "mimeType": "text/csv", "buffer": two_columns()}


def test_an_officer_closes_a_month(sqlite_app, live_server, open_page):
    """Everything is done by the pages, and each page is held to what every page promises."""
    sqlite_app.extensions["clock"] = CLOCK
    bank = make_bank(logins=True)
    officer = Walker(open_page(PHONE), live_server).sign_in("officer")
    account, book = f"/banking/accounts/{bank.account}", f"/banking/books/{bank.book}/months"
    look = officer.send(account, file=FILE, axe=True)
    officer.send(look, axe=True)
    officer.look(axe=True)
    officer.press("main button.main-action", "the proposed pairs")
    for _kind in ("opening", "fee", "interest"):
        where = officer.page.locator('main a:has-text("直接入账")').first.get_attribute("href")
        officer.open(where)
        officer.page.locator('main [name="kind"]').first.check()
        officer.press("main button.main-action", where)
    paper = officer.send(f"{account}/papers/new", month="2026-03", bank_balance="13807.34")
    second = Walker(open_page(PHONE), live_server).sign_in("second")
    second.send(paper, axe=True, passed="yes")
    officer.send(book, axe=True)
    with reading_session() as session:
        assert [row.last_day for row in months_of(session, bank.book)] == [MARCH]
    assert "银行存款" in officer.open(f"/reports/books/{bank.book}/trial?from=2026-03-01&to=2026-03-31", axe=True)
    for address in (f"{account}/papers/1.pdf", f"/reports/books/{bank.book}/trial?form=pdf"):
        answer = officer.page.request.get(live_server + address)
        assert answer.body().startswith(b"%PDF")
