"""Attacks on the ledger with plain SQL, as somebody would write them who may write to its tables.

The books are those of :func:`tests.ledger.books.make_books` with what :func:`victim` adds. Book 1 has the
accounts 1 cash, 2 gifts, 3 spending, 10 without limits and 11, closed; book 2 has the pool's accounts 4 to 8 (5 is
what is available) and 9 of real money; book 3 is empty. Journal 1 funds the pool, 2 and 3 are gifts of 700 and 300 fen.
Account 12 is the cash of another project: another fund. Payments of 900 fen and more need two people. Of book 1 are
closed: December (closings 1, reopened, and 2), January (3) and February (4); that 3 and 4 be opened was asked for
(requests 2 and 3) by person 1.
"""

from dataclasses import dataclass, replace
from datetime import date

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Actor, Grant, Role
from fundapp.kernel.money import from_fen
from fundapp.ledger.chart import chart_to_dict, shipped_chart
from fundapp.ledger.commands import (
    ask_to_reopen,
    close_account,
    close_period,
    ensure_account,
    open_book,
    reopen_period,
)
from fundapp.ledger.models import LedgerChart
from fundapp.ledger.rules import Holder, Ledger, digest
from fundapp.people.models import Person
from fundapp.places.models import Place, PlaceKind
from tests.ledger.books import NOW, gift, make_books, noted, posted

BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Attack:
    """Statements of one transaction, and the databases that know them."""

    name: str
    statements: tuple[str, ...]
    on: tuple[str, ...] = BOTH


def victim():
    """Make the books that are attacked."""
    books = make_books()
    posted(books, gift(books, "gift:1", 700))
    posted(books, gift(books, "gift:2", 300))
    with unit_of_work() as session:
        ensure_account(session, books.foundation, Ledger.ACTUAL, "bank:1", "银行存款", 0, fund="programme:1")
        ensure_account(session, books.committee, Ledger.ACTUAL, "gift:1:street", "街道支持", None, fund="project:1")
        closed = ensure_account(session, books.committee, Ledger.ACTUAL, "spend:9", "别的支出", 0, fund="project:1")
        close_account(session, books.actor, closed.id, NOW)
        ensure_account(session, books.committee, Ledger.ACTUAL, "cash:2", "别的现金", 0, fund="project:2")
        other = Place(kind=PlaceKind.STREET, name="演示街道", parent_id=1, path="/1/2/", created_at=NOW)
        session.add(other)
        session.flush()
        open_book(session, books.actor, Holder.COMMITTEE, "空账簿", other.id, NOW)
        keep_months(session, books)
        noted(session, books)
    return books


def keep_months(session, books):
    """Adopt a chart with a low threshold; close three months, of which the first was reopened in between."""
    chart = chart_to_dict(replace(shipped_chart(), second_from_fen=900))
    values = {"content": chart, "second_from_fen": from_fen(900), "adopted_at": NOW}
    other = Person(name="演示·批准人", created_at=NOW)
    session.add_all([LedgerChart(book_id=books.committee, number=2, **values), other])
    session.flush()
    approver = Actor(other.id, grants=(Grant(Role.SUPERVISOR, "/1/"),))
    first = close_period(session, books.actor, books.committee, date(2025, 12, 1), NOW)
    reopen_period(session, approver, ask_to_reopen(session, books.actor, first.id, "漏记", NOW).id, NOW)
    for month in (date(2025, 12, 31), date(2026, 1, 9), date(2026, 2, 28)):
        closing = close_period(session, books.actor, books.committee, month, NOW)
        if month.year == 2026:
            ask_to_reopen(session, books.actor, closing.id, "漏记", NOW)


def leg(journal, number, legs, account, amount, balance="balance_fen", version="version + 1", verb="INSERT"):
    """Write one leg that goes on from the kept balance, unless told otherwise."""
    return (
        f"{verb} INTO ledger_entry (journal_id, leg, leg_count, account_id, amount_fen, balance_after_fen, "
        f"account_version) SELECT {journal}, {number}, {legs}, {account}, {amount}, {balance} + {amount}, {version} "
        f"FROM ledger_balance WHERE account_id = {account}"
    )


def journal(number=4, verb="INSERT", **changed):
    """Write a journal at the end of its book's chain, unless told otherwise."""
    values = {"id": number, "book_id": 1, "ledger": "'actual'", "key": "'attack'", "leg_count": 2, **changed}
    last = f"FROM ledger_journal WHERE book_id = {values['book_id']} ORDER BY seq DESC LIMIT 1"
    texts = ("body_hash", "source")
    text = f"text {number}"
    values = {
        **dict.fromkeys(texts, "'x'"), "purpose": "'x'", "subject": "NULL", "event_date": "'2026-03-05'",
        "posted_at": "'2026-03-05 00:00:00.000000'", "posted_by_id": "NULL", "reverses_id": "NULL",
        "reason": "NULL", "asked_by_id": "NULL", "approved_by_id": "NULL", "canonical": f"'{text}'",
        "seq": f"(SELECT seq + 1 {last})", "prev_hash": f"(SELECT hash {last})", "hash": f"'{digest(text)}'", **values,
    }  # fmt: skip
    given = ", ".join(str(value) for value in values.values())
    return f"{verb} INTO ledger_journal ({', '.join(values)}) VALUES ({given})"


def posting(*legs, number=4, **changed):
    """Write a whole posting of pairs (account, amount)."""
    many = changed.get("leg_count", len(legs))
    written = (leg(number, place, many, *pair) for place, pair in enumerate(legs, start=1))
    return (*written, journal(number, **{"leg_count": len(legs), **changed}))


HONEST = posting((1, 5), (2, -5))
REPLACE, SQLITE, POSTGRESQL = "INSERT OR REPLACE", ("sqlite",), ("postgresql",)
TABLES = (
    "book", "ledger_chart", "ledger_account", "ledger_balance", "ledger_closing", "ledger_journal", "ledger_entry",
    "ledger_month_closing", "ledger_reopen_request", "ledger_reopening",
)  # fmt: skip
TWO = {"asked_by_id": 1, "approved_by_id": 2}
ACCOUNT = "INTO ledger_account (id, book_id, ledger, code, name, kind, fund, floor_fen, ceiling_fen) VALUES"
CHART = "INTO ledger_chart (book_id, number, content, second_from_fen, adopted_at) VALUES"
MONTH = "INTO ledger_month_closing (id, book_id, first_day, last_day, round, end_seq, closed_by_id, closed_at) VALUES"
REQUEST = "INTO ledger_reopen_request (id, closing_id, reason, asked_by_id, asked_at) VALUES"
REOPENING = "INTO ledger_reopening (id, request_id, closing_id, asked_by_id, approved_by_id, approved_at) VALUES"
THEN = "'2026-03-05 00:00:00.000000'"
BOOK = "INTO book (id, holder_kind, holder_name, place_id, opened_at, start_hash)"
REVERSAL = {"reverses_id": 2, "key": "'r'", "reason": "'duplicate'"}

ATTACKS = (
    Attack("one leg", posting((1, 5), leg_count=2)),
    Attack("one leg, declared as one", posting((1, 5))),
    Attack("legs that do not balance", posting((1, 5), (2, -4))),
    Attack("a journal without legs", (journal(),)),
    Attack("a journal that declares no legs", (journal(leg_count=0),)),
    Attack("legs without a journal", (leg(9, 1, 2, 1, 5), leg(9, 2, 2, 2, -5))),
    Attack("a leg of nothing", posting((1, 5), (2, -5), (3, 0))),
    Attack("half a fen", posting((1, 0.5), (2, -0.5)), SQLITE),
    Attack("an amount that is a word", posting((1, "'ab'"), (2, "'ab'")), SQLITE),
    Attack("edited amounts", ("UPDATE ledger_entry SET amount_fen = -amount_fen WHERE journal_id = 2",)),
    Attack(
        "a moved leg", ("UPDATE ledger_entry SET account_id = 3, account_version = 1 WHERE journal_id = 2 AND leg = 1",)
    ),
    Attack(
        "a leg given to another journal",
        ("UPDATE ledger_entry SET journal_id = 3, leg = 3 WHERE journal_id = 2 AND leg = 1",),
    ),
    Attack("a deleted leg", ("DELETE FROM ledger_entry WHERE journal_id = 3 AND leg = 1",)),
    Attack(
        "a deleted posting",
        ("DELETE FROM ledger_entry WHERE journal_id = 3", "DELETE FROM ledger_journal WHERE id = 3"),
    ),
    Attack("another purpose", ("UPDATE ledger_journal SET purpose = 'y' WHERE id = 3",)),
    Attack("late legs beyond the slots", (leg(2, 3, 2, 1, 5), leg(2, 4, 2, 2, -5))),
    Attack("late legs that declare more", (leg(2, 3, 4, 1, 5), leg(2, 4, 4, 2, -5))),
    Attack("late legs below the slots", (leg(2, 0, 2, 1, 5), leg(2, -1, 2, 2, -5))),
    Attack("legs between the slots", (leg(2, 1.25, 2, 1, 5), leg(2, 1.75, 2, 2, -5)), SQLITE),
    Attack("an overdrawn account", posting((3, 1001), (1, -1001), **TWO)),
    Attack("a fund that pays for another", posting((12, 5), (1, -5))),
    Attack("a fund that pays for another in four legs", posting((12, 5), (1, -4), (2, -5), (3, 4))),
    Attack("a payment by nobody", posting((3, 900), (1, -900))),
    Attack("a payment that nobody approved", posting((3, 900), (1, -900), asked_by_id=1)),
    Attack("a payment that nobody asked for", posting((3, 900), (1, -900), approved_by_id=2)),
    Attack("a payment by one person", posting((3, 900), (1, -900), asked_by_id=1, approved_by_id=1)),
    Attack("something in a closed month", posting((1, 5), (2, -5), event_date="'2026-02-28'")),
    Attack("something before the closed months", posting((1, 5), (2, -5), event_date="'2025-06-01'")),
    Attack("a month closed twice", (f"INSERT {MONTH} (20, 1, '2026-02-01', '2026-02-28', 9, 3, 1, {THEN})",)),
    Attack("an earlier month closed later", (f"INSERT {MONTH} (20, 1, '2025-11-01', '2025-11-30', 9, 3, 1, {THEN})",)),
    Attack("a month opened by who asked", (f"INSERT {REOPENING} (20, 3, 4, 1, 1, {THEN})",)),
    Attack("a month opened as if another had asked", (f"INSERT {REOPENING} (20, 3, 4, 2, 1, {THEN})",)),
    Attack("a month opened below a closed one", (f"INSERT {REOPENING} (20, 2, 3, 1, 2, {THEN})",)),
    Attack("a month that was opened, once more", (f"INSERT {REOPENING} (20, 1, 1, 1, 2, {THEN})",)),
    Attack("a later end of a closed month", ("UPDATE ledger_month_closing SET end_seq = 9 WHERE id = 2",)),
    Attack("a closed month forgotten", ("DELETE FROM ledger_month_closing WHERE id = 2",)),
    Attack("another reason to open", ("UPDATE ledger_reopen_request SET reason = 'y' WHERE id = 2",)),
    Attack("a request forgotten", ("DELETE FROM ledger_reopen_request WHERE id = 2",)),
    Attack("another opener", ("UPDATE ledger_reopening SET approved_at = '2026-03-06 00:00:00.000000'",)),
    Attack("a chart out of turn", (f"INSERT {CHART} (1, 9, '{{}}', 1, {THEN})",)),
    Attack("a chart that raises the threshold", (f"INSERT {CHART} (1, 3, '{{}}', 901, {THEN})",)),
    Attack("a threshold raised", ("UPDATE ledger_chart SET second_from_fen = 99999999 WHERE number = 2",)),
    Attack("a chart forgotten", ("DELETE FROM ledger_chart WHERE number = 2",)),
    Attack("real money called promised", (f"INSERT {ACCOUNT} (20, 1, 'actual', 'x', 'x', 'pool', 'f', NULL, NULL)",)),
    Attack("an account of no fund", (f"INSERT {ACCOUNT} (20, 1, 'actual', 'x', 'x', 'cash', ' ', NULL, NULL)",)),
    Attack("an account moved to another fund", ("UPDATE ledger_account SET fund = 'project:1' WHERE id = 12",)),
    Attack("a reversal without a reason", posting((1, -700), (2, 700), reverses_id=2, key="'r'")),
    Attack("a reason without a reversal", posting((1, 5), (2, -5), reason="'duplicate'")),
    Attack("a hash of something else", posting((1, 5), (2, -5), hash=f"'{digest('other')}'"), POSTGRESQL),
    Attack(
        "a hold resolved twice",
        (
            *posting((6, 50), (5, -50), book_id=2, ledger="'commit'"),
            *posting((7, 50), (6, -50), number=5, book_id=2, ledger="'commit'", key="'a'"),
            *posting((7, 50), (6, -50), number=6, book_id=2, ledger="'commit'", key="'b'"),
        ),
    ),
    Attack("a source above its ceiling", posting((2, 1001), (10, -1001))),
    Attack("a key used twice", posting((1, 5), (2, -5), key="'gift:1'")),
    Attack("an account of the other ledger", ("UPDATE ledger_account SET ledger = 'commit' WHERE id = 3",)),
    Attack("a renamed account", ("UPDATE ledger_account SET name = 'y' WHERE id = 1",)),
    Attack("a set balance", ("UPDATE ledger_balance SET balance_fen = balance_fen + 1 WHERE account_id = 3",)),
    Attack(
        "a set balance with its version",
        ("UPDATE ledger_balance SET balance_fen = 9, version = version + 1 WHERE account_id = 3",),
    ),
    Attack(
        "a forged running balance", (leg(4, 1, 2, 1, 5, balance="900 + balance_fen"), leg(4, 2, 2, 2, -5), journal())
    ),
    Attack("a version left out", (leg(4, 1, 2, 1, 5, version="version + 2"), leg(4, 2, 2, 2, -5), journal())),
    Attack(
        "an account opened with money",
        (
            f"INSERT {ACCOUNT} (20, 1, 'actual', 'x', 'x', 'cash', 'f', NULL, NULL)",
            "UPDATE ledger_balance SET balance_fen = 5 WHERE account_id = 20",
        ),
    ),
    Attack("a second balance", ("INSERT INTO ledger_balance (account_id, balance_fen, version) VALUES (3, 900, 0)",)),
    Attack(
        "a lowered floor",
        ("UPDATE ledger_balance SET floor_fen = NULL WHERE account_id = 1", *posting((3, 1001), (1, -1001), **TWO)),
    ),
    Attack("a lowered floor of the account", ("UPDATE ledger_account SET floor_fen = NULL WHERE id = 1",)),
    Attack("a deleted balance", ("DELETE FROM ledger_balance WHERE account_id = 8",)),
    Attack(
        "a deleted account",
        ("DELETE FROM ledger_balance WHERE account_id = 8", "DELETE FROM ledger_account WHERE id = 8"),
    ),
    Attack("legs in two ledgers", posting((9, 5), (5, -5), book_id=2)),
    Attack("legs in two books", posting((9, 5), (2, -5))),
    Attack("a closed account", posting((11, 5), (2, -5))),
    Attack("a closing of money", ("INSERT INTO ledger_closing (account_id, closed_at) VALUES (1, '2026-03-05')",)),
    Attack("a reopened account", ("DELETE FROM ledger_closing",)),
    Attack("another day of closing", ("UPDATE ledger_closing SET closed_at = '2026-03-06 00:00:00.000000'",)),
    Attack(
        "reversed twice",
        (
            *posting((1, -300), (2, 300), **{**REVERSAL, "reverses_id": 3}),
            *posting((1, -300), (2, 300), number=5, **{**REVERSAL, "reverses_id": 3, "key": "'s'"}),
        ),
    ),
    Attack("a reversal of less", posting((1, -100), (2, 100), **REVERSAL)),
    Attack("a reversal with a leg more", posting((1, -700), (2, 700 - 1), (3, 1), **REVERSAL)),
    Attack("a gap in the numbers", posting((1, 5), (2, -5), seq=9)),
    Attack("a link to nothing", posting((1, 5), (2, -5), prev_hash="'nothing'")),
    Attack(
        "a second first journal",
        posting((1, 5), (2, -5), seq=1, prev_hash="(SELECT start_hash FROM book WHERE id = 1)"),
    ),
    Attack(
        "a fork of the chain",
        posting((1, 5), (2, -5), seq=2, prev_hash="(SELECT hash FROM ledger_journal WHERE id = 2)"),
    ),
    Attack("a renamed book", ("UPDATE book SET holder_name = 'y'",)),
    Attack("a deleted book", ("DELETE FROM ledger_chart WHERE book_id = 3", "DELETE FROM book WHERE id = 3")),
    *(Attack(f"{table} emptied", (f"TRUNCATE {table} CASCADE",), POSTGRESQL) for table in TABLES),
    *(Attack(f"{table} deleted", (f"DELETE FROM {table}",)) for table in TABLES),
    Attack("a replaced book", (f"{REPLACE} {BOOK} VALUES (3, 'committee', 'y', 2, '2026-03-05', 's')",), SQLITE),
    Attack(
        "a replaced account",
        (f"{REPLACE} {ACCOUNT} (8, 2, 'commit', 'pool:1:paid', 'x', 'pool', 'f', NULL, NULL)",),
        SQLITE,
    ),
    Attack(
        "a replaced balance",
        (f"{REPLACE} INTO ledger_balance (account_id, balance_fen, version) VALUES (3, 900, 0)",),
        SQLITE,
    ),
    Attack(
        "a replaced closing",
        (f"{REPLACE} INTO ledger_closing (account_id, closed_at) VALUES (11, '2027-03-05')",),
        SQLITE,
    ),
    Attack(
        "a replaced journal",
        (journal(3, REPLACE),),
        SQLITE,
    ),
    Attack(
        "a replaced journal of the same key",
        (
            *posting((1, 5), (2, -5))[:2],
            journal(4, REPLACE, key="'gift:2'"),
        ),
        SQLITE,
    ),
    Attack(
        "a replaced chart",
        (
            f"{REPLACE} INTO ledger_chart (id, book_id, number, content, second_from_fen, adopted_at) "
            f"VALUES (1, 1, 3, '{{}}', 800, {THEN})",
        ),
        SQLITE,
    ),
    Attack(
        "a replaced closing of a month",
        (f"{REPLACE} {MONTH} (2, 1, '2026-03-01', '2026-03-31', 1, 3, 1, {THEN})",),
        SQLITE,
    ),
    Attack("a replaced request", (f"{REPLACE} {REQUEST} (2, 3, 'y', 2, {THEN})",), SQLITE),
    Attack("a replaced reopening", (f"{REPLACE} {REOPENING} (1, 1, 1, 1, 2, {THEN})",), SQLITE),
    Attack("a replaced leg", (leg(3, 1, 2, 1, 5, verb=REPLACE),), SQLITE),
)
