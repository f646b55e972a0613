"""``fundapp ledger check``: every audit of the money, and what the staff see of a failing one."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from fundapp.app import check_list
from fundapp.checking import MONEY
from fundapp.cli.ledger import command
from fundapp.db.checking import CheckResult
from fundapp.db.engine import tuned_engine
from fundapp.db.guards import guards
from fundapp.db.schema import create_guard, drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.ledger.commands import keep_audit
from fundapp.ledger.models import LedgerAudit
from fundapp.ledger.texts import AUDITS
from tests.ledger.books import bound, gift, make_books, posted
from tests.support.visitor import Visitor
from tests.support.world import make_account, make_person, make_place_tree, make_resident


@pytest.fixture
def called(monkeypatch, tmp_path, database_url):
    """A function that calls the command on a database with a few postings; gives status, output, messages."""
    with bound(database_url):
        books = make_books()
        posted(books, gift(books, "g", 700))
    for name, value in (("INSTANCE", str(tmp_path)), ("DATABASE_URL", database_url)):
        monkeypatch.setenv(f"FUNDAPP_{name}", value)
    monkeypatch.delenv("FUNDAPP_ENV", raising=False)

    def call(*words):
        told = CliRunner().invoke(command, ["check", *words], catch_exceptions=False)
        return told.exit_code, told.stdout, told.stderr

    yield call
    bound_engine().dispose()


def forge(url):
    """Change a kept balance behind the program's back."""
    engine = tuned_engine(url)
    own = [guard for guard in guards() if guard.table == "ledger_balance"]
    with engine.execution_options(writes=True).begin() as connection:
        for guard in own:
            drop_guard(connection, guard)
        connection.execute(text("UPDATE ledger_balance SET balance_fen = 701 WHERE account_id = 1"))
        if connection.dialect.name == "sqlite":
            for guard in own:
                create_guard(connection, guard)
    engine.dispose()


def test_a_sound_ledger_passes_every_audit(called):
    """Zero sums, balances, chains, payments, months, pools, bank statements and orphans: all are named, none fails."""
    status, out, _ = called("--json")
    found = json.loads(out)
    names = {row["name"] for row in found["checks"]}
    assert (status, found["ok"]) == (0, True)
    assert {f"ledger.{name}" for name in ("journals", "balances", "orphans", "payments", "months", "pools")} <= names
    assert any(name.startswith("banking.") for name in names)
    assert any(name.startswith("matching.") for name in names)
    assert called()[0] == 0


def test_what_fails_is_printed_and_kept(called, database_url):
    """A changed balance: exit status 1, the row by table and key, and a row for the staff's pages."""
    forge(database_url)
    status, out, err = called()
    assert status == 1
    assert "FAULT ledger.balances" in out
    assert "ledger.balances: ledger_balance:1 is not the sum of its entries" in err
    with reading_session() as session:
        kept = session.scalars(select(LedgerAudit.faults)).one()
    assert ["ledger.balances", "ledger_balance:1 is not the sum of its entries"] in kept


def test_a_failing_audit_is_shown_to_the_staff_until_one_passes(sqlite_app):
    """Red on every page of the staff; residents and visitors are not told; the next good result takes it away."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        make_account(session, make_person(session, "李专员", Role.FOUNDATION_OFFICER, places.district), "li")
        make_account(session, make_resident(session, "王居民", places.units[0]), "wang")
        session.flush()
    li, others = Visitor(sqlite_app, "li"), [Visitor(sqlite_app, "wang"), Visitor(sqlite_app)]
    assert "账目检查没有通过" not in li.text("/books/")
    keep([["ledger.balances", "ledger_balance:1 is not the sum of its entries"]])
    for address in ("/books/", "/messages", "/ledger"):
        page = li.text(address)
        assert "有 1 项不符：科目余额。" in page
        assert "ledger_balance:1 is not the sum" in page
    assert all("账目检查没有通过" not in other.text("/ledger") for other in others)
    keep([])
    assert "账目检查没有通过" not in li.text("/books/")


def test_every_audit_of_the_money_has_a_word():
    """The banner is read by people who do not know the names of checks."""
    assert {check.name for check in check_list() if check.name.startswith(MONEY)} == set(AUDITS)


def keep(faults):
    """Keep the result of an audit."""
    with unit_of_work() as session:
        results = [(name, CheckResult(3, fault)) for name, fault in faults] or [("ledger.books", CheckResult(3))]
        keep_audit(session, results, datetime(2026, 3, 2, tzinfo=UTC))
