"""Audits of the ledger in the database's own words: each counts rows and names the first that breaks its rule."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.db.work import on_sqlite

_BALANCES = """
SELECT a.id FROM ledger_account a LEFT JOIN ledger_balance b ON b.account_id = a.id
LEFT JOIN ledger_closing c ON c.account_id = a.id
LEFT JOIN (SELECT account_id, sum(amount_fen) AS total, count(*) AS legs FROM ledger_entry GROUP BY account_id) e
       ON e.account_id = a.id
WHERE {broken} ORDER BY a.id LIMIT 1
"""
_LIMITS_DIFFER = (
    "COALESCE(b.floor_fen, 10000000000000001) <> COALESCE(a.floor_fen, 10000000000000001) "
    "OR COALESCE(b.ceiling_fen, 10000000000000001) <> COALESCE(a.ceiling_fen, 10000000000000001)"
)
_FAULTS = (
    ("b.account_id IS NULL", "is missing"),
    ("b.balance_fen <> COALESCE(e.total, 0) OR b.version <> COALESCE(e.legs, 0)", "is not the sum of its entries"),
    (_LIMITS_DIFFER, "has other limits than its account"),
    ("b.balance_fen < b.floor_fen OR b.balance_fen > b.ceiling_fen", "is outside its limits"),
    ("c.account_id IS NOT NULL AND b.balance_fen <> 0", "is closed and not empty"),
)
_ORPHANS = (
    ("ledger_entry", "journal_id", "ledger_journal", "lies in no journal"),
    ("ledger_entry", "account_id", "ledger_account", "lies on no account"),
    ("ledger_balance", "account_id", "ledger_account", "belongs to no account"),
    ("ledger_account", "book_id", "book", "lies in no book"),
    ("ledger_journal", "book_id", "book", "lies in no book"),
    ("ledger_chart", "book_id", "book", "lies in no book"),
    ("ledger_month_closing", "book_id", "book", "lies in no book"),
)
_ORPHAN = "SELECT o.{column} FROM {table} o LEFT JOIN {above} a ON a.id = o.{column} WHERE a.id IS NULL LIMIT 1"
"""A join: ``NOT IN`` makes PostgreSQL compare each with each where there are too many for its memory."""
_PAYMENTS = """
SELECT min(j.id) FROM ledger_journal j
JOIN (SELECT e.journal_id, -sum(e.amount_fen) AS paid FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
      WHERE a.kind IN ('cash', 'bank') GROUP BY e.journal_id HAVING sum(e.amount_fen) < 0) p ON p.journal_id = j.id
WHERE j.ledger = 'actual' AND (j.asked_by_id IS NULL OR j.approved_by_id IS NULL OR j.asked_by_id = j.approved_by_id)
  AND p.paid >= (SELECT c.second_from_fen FROM ledger_chart c WHERE c.book_id = j.book_id
    AND c.adopted_at <= j.posted_at ORDER BY c.number DESC LIMIT 1)
"""
_MONTHS = """
SELECT j.id FROM ledger_journal j JOIN ledger_month_closing c ON c.book_id = j.book_id
LEFT JOIN ledger_reopening r ON r.closing_id = c.id
WHERE j.event_date <= c.last_day AND j.seq > c.end_seq AND r.id IS NULL ORDER BY j.id LIMIT 1
"""
_HOLDS = """
SELECT a.id FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
WHERE a.ledger = 'commit' AND a.code NOT LIKE '%source' AND b.balance_fen < 0 ORDER BY a.id LIMIT 1
"""
_POOLS = """
SELECT min(a.id) FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id WHERE a.ledger = 'commit'
GROUP BY a.book_id, a.fund HAVING sum(b.balance_fen) <> 0 LIMIT 1
"""


def _count(session: Session, table: str) -> int:
    return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - our own names


def _found(session: Session, query: str) -> int | None:
    number: int | None = session.execute(text(query)).scalar()
    return number


def _result(session: Session, table: str, number: int | None, fault: str) -> CheckResult:
    return CheckResult(_count(session, table), None if number is None else fault)


def check_balances(session: Session) -> CheckResult:
    """Compare every kept balance with the sum and number of its entries, its limits and its closing."""
    rows = _count(session, "ledger_balance")
    for broken, what in _FAULTS:
        number = _found(session, _BALANCES.format(broken=broken))
        if number is not None:
            return CheckResult(rows, f"ledger_balance:{number} {what}")
    return CheckResult(rows)


def check_orphans(session: Session) -> CheckResult:
    """Look for rows whose journal, account or book is not there."""
    rows = 0
    for table, column, above, what in _ORPHANS:
        rows += _count(session, table)
        key = _found(session, _ORPHAN.format(column=column, table=table, above=above))
        if key is not None:
            return CheckResult(rows, f"{table}:{key} {what}")
    return CheckResult(rows)


def check_payments(session: Session) -> CheckResult:
    """See that every payment from the threshold of its time on names two different people."""
    number = _found(session, _PAYMENTS)
    return _result(session, "ledger_journal", number, f"ledger_journal:{number} is a payment without two people")


def check_months(session: Session) -> CheckResult:
    """See that nothing was posted into a month after it was closed."""
    number = _found(session, _MONTHS)
    return _result(session, "ledger_month_closing", number, f"ledger_journal:{number} was posted into a closed month")


def check_pools(session: Session) -> CheckResult:
    """See that what was put into each pool is what is available, held, committed and paid, and none of it below 0."""
    number = _found(session, _HOLDS)
    if number is not None:
        return _result(session, "ledger_balance", number, f"ledger_balance:{number} holds less than nothing")
    number = _found(session, _POOLS)
    return _result(session, "ledger_balance", number, f"ledger_account:{number} and its pool do not sum to 0")


def check_foreign_keys(session: Session) -> CheckResult:
    """Let SQLite look at every foreign key, because a connection may have written with them off."""
    if not on_sqlite(session):
        return CheckResult(0)
    found = session.execute(text("PRAGMA foreign_key_check")).first()
    return CheckResult(0, None if found is None else f"{found[0]}:{found[1]} refers to a row that is not there")


AUDITS: tuple[Check, ...] = (
    Check("ledger.balances", check_balances),
    Check("ledger.orphans", check_orphans),
    Check("ledger.payments", check_payments),
    Check("ledger.months", check_months),
    Check("ledger.pools", check_pools),
    Check("ledger.foreign_keys", check_foreign_keys),
)
