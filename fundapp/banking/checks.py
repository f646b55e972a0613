"""What ``fundapp check`` and ``fundapp ledger check`` recompute of the bank's statements: each line is an assertion."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult

_CHAIN = """
SELECT l.id FROM bank_line l LEFT JOIN bank_line p ON p.account_id = l.account_id AND p.position = l.position - 1
WHERE l.balance_fen <> COALESCE(p.balance_fen, 0) + l.amount_fen OR (l.position > 1 AND p.id IS NULL)
ORDER BY l.id LIMIT 1
"""
_SUMS = """
SELECT m.id FROM bank_match m
WHERE (SELECT COALESCE(sum(l.amount_fen), 0) FROM bank_match_line k JOIN bank_line l ON l.id = k.line_id
       WHERE k.match_key = m.op_key)
   <> (SELECT COALESCE(sum(e.amount_fen), 0) FROM bank_match_entry k
       JOIN ledger_entry e ON e.journal_id = k.journal_id AND e.leg = k.leg WHERE k.match_key = m.op_key)
ORDER BY m.id LIMIT 1
"""


def check_lines(session: Session) -> CheckResult:
    """See that the lines of each account are one chain of balances without a gap."""
    rows = int(session.execute(text("SELECT count(*) FROM bank_line")).scalar_one())
    number = session.execute(text(_CHAIN)).scalar()
    return CheckResult(rows, None if number is None else f"bank_line:{number} does not go on from the line before it")


def check_matches(session: Session) -> CheckResult:
    """See that what was matched has one sum on both sides."""
    rows = int(session.execute(text("SELECT count(*) FROM bank_match")).scalar_one())
    number = session.execute(text(_SUMS)).scalar()
    return CheckResult(rows, None if number is None else f"bank_match:{number} has two sums")


CHECKS = (Check("banking.lines", check_lines), Check("banking.matches", check_matches))
