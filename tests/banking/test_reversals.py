"""The page of a posting: what has a deed of its own is taken back there, all else here, by two people."""

import io
import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fundapp.banking.queries import get_account, parts_of, transfers_of
from fundapp.banking.rules import TransferState
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.ledger.chart import chart_to_toml, shipped_chart
from fundapp.ledger.checks import CHECKS
from fundapp.ledger.commands import NewReversal, ask_reversal, decide_reversal
from fundapp.ledger.journals import get_journal
from fundapp.ledger.models import Journal, LedgerChart
from fundapp.ledger.rules import ReversalReason
from tests.banking.bank import CLOCK, make_bank, transferred
from tests.support.visitor import Visitor

WRONG = ReversalReason.WRONG_AMOUNT


@pytest.fixture
def bank(app):
    """A book of which 1,000 of 3,800 yuan were moved to a second bank."""
    return make_bank()


def asked(bank, journal, who=None, told="多转了"):
    """Ask that a posting be taken back."""
    with unit_of_work() as session:
        cmd = NewReversal(journal, str(uuid.uuid4()), WRONG, told)
        return ask_reversal(session, who or bank.officer, cmd, CLOCK).id


def decided(bank, request, passed=True, why="", who=None):
    """Decide as the approver."""
    with unit_of_work() as session:
        decide_reversal(session, who or bank.approver, request, passed, why, CLOCK)


def test_a_transfer_is_taken_back_once_another_person_approved_it(bank):
    """Nothing is posted before; then its mirror image with the reason and both people; and it is done once."""
    moved = transferred(bank)
    first = asked(bank, moved)
    with pytest.raises(Refused, match="not_free"):
        asked(bank, moved)
    with pytest.raises(Refused, match="why_not"):
        decided(bank, first, False)
    decided(bank, first, False, "没有多转")
    second = asked(bank, moved)
    for _ in range(2):
        decided(bank, second)
    with reading_session() as session:
        assert transfers_of(session, [bank.book])[0].state is TransferState.REVERSED
        back = session.scalars(select(Journal).where(Journal.reverses_id == moved)).one()
        people = (back.reason, back.asked_by_id, back.approved_by_id)
        assert people == (WRONG, bank.officer.person_id, bank.approver.person_id)
        assert sum(parts_of(session, get_account(session, bank.account)).values()) == 380_000
        assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
        number = back.id
    for journal, code in ((moved, "not_free"), (number, "by_its_own_deed")):
        with pytest.raises(Refused, match=code):
            asked(bank, journal)
    with pytest.raises(Refused, match="reversal_decided"):
        decided(bank, second, False, "算了")


def test_who_asks_does_not_approve_and_strangers_do_neither(bank):
    """By command and by plain SQL."""
    moved = transferred(bank)
    with pytest.raises(NotVisible):
        asked(bank, moved, who=bank.stranger)
    with pytest.raises(Forbidden, match="not_keeper"):
        asked(bank, moved, who=bank.approver)
    with pytest.raises(Refused, match="why_reverse"):
        asked(bank, moved, told=" ")
    number = asked(bank, moved)
    with pytest.raises(Forbidden, match="another_reverses"):
        decided(bank, number, who=bank.officer)
    with pytest.raises(Forbidden, match="not_approver"):
        decided(bank, number, who=bank.second)
    plain = (
        "INSERT INTO ledger_reversal_decision (request_id, passed, why, decided_by_id, decided_at) "
        f"VALUES ({number}, true, '', {bank.officer.person_id}, '2026-04-02 00:00:00')"
    )
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="does not approve it"):
        connection.execute(text(plain))


def test_what_has_a_deed_of_its_own_is_not_taken_back_here(bank):
    """A gift, a grant: neither by command nor by plain SQL."""
    with reading_session() as session:
        gift = session.scalars(select(Journal.id).order_by(Journal.id)).first()
        assert not get_journal(session, gift).plain
    with pytest.raises(Refused, match="by_its_own_deed"):
        asked(bank, gift)
    plain = (
        "INSERT INTO ledger_reversal_request (op_key, journal_id, reason, told, asked_by_id, asked_at) "
        f"VALUES ('x', {gift}, 'duplicate', 'x', {bank.officer.person_id}, '2026-04-02 00:00:00')"
    )
    with bound_engine().connect() as connection, pytest.raises(DBAPIError, match="taken back by that deed"):
        connection.execute(text(plain))


def test_a_book_gets_another_chart_from_a_file(sqlite_app):
    """The approver uploads it; a file that is none is told; nobody else is offered it."""
    sqlite_app.extensions["clock"] = CLOCK
    bank = make_bank(logins=True)
    approver, officer = Visitor(sqlite_app, "approver"), Visitor(sqlite_app, "officer")
    address = f"/books/{bank.book}/chart"
    assert "受托代理负债" in officer.get(address).text
    assert f"{address}/new" not in officer.get(address).text
    assert f"{address}/new" in approver.get(address).text
    assert officer.get(f"{address}.toml").text == chart_to_toml(shipped_chart())
    changed = chart_to_toml(shipped_chart()).replace("受托代理负债", "代管资金")
    for content, status in ((b"name = 1", 422), (changed.encode(), 303), (changed.encode(), 303)):
        answer = approver.post(f"{address}/new", file=(io.BytesIO(content), "chart.toml"))
        assert answer.status_code == status
    with reading_session() as session:
        query = select(LedgerChart.number).where(LedgerChart.book_id == bank.book)
        assert list(session.scalars(query.order_by(LedgerChart.number))) == [1, 2]
    assert "代管资金" in officer.get(address).text


def test_the_page_of_a_posting_offers_what_takes_it_back(sqlite_app):
    """A transfer: the request, which waits on the approver's desk."""
    sqlite_app.extensions["clock"] = CLOCK
    bank = make_bank(logins=True)
    moved = transferred(bank)
    approver, officer = Visitor(sqlite_app, "approver"), Visitor(sqlite_app, "officer")
    assert f"/books/journals/{moved}/reverse" in officer.get(f"/books/journals/{moved}").text
    answer = officer.post(
        f"/books/journals/{moved}/reverse", op_key=str(uuid.uuid4()), reason="duplicate", told="记了两次"
    )
    assert answer.status_code == 303
    assert "/books/reversals/1" in approver.get("/desk/").text
    assert approver.post("/books/reversals/1", passed="yes").status_code == 303
    assert "已冲销" in officer.get(f"/books/journals/{moved}").text
