"""What ``fundapp check`` recomputes of advances."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.advances.models import Advance
from fundapp.advances.queries import advances_of
from fundapp.db.checking import Check, CheckResult
from fundapp.kernel.money import fen
from fundapp.ledger.queries import balances, list_books
from fundapp.ledger.rules import Ledger


def check_owed(session: Session) -> CheckResult:
    """See that the books owe exactly what the rows of advances, repayments and waivers leave."""
    kept: dict[str, int] = {}
    for book in list_books(session):
        for code, amount in balances(session, book.id, Ledger.ACTUAL, "advance:").items():
            kept[code] = kept.get(code, 0) - amount
    projects = list(session.scalars(select(Advance.project_id).distinct()))
    owed = {f"advance:{one}": sum(fen(row.owed) for row in advances_of(session, one)) for one in projects}
    for code in sorted(kept.keys() | owed.keys()):
        if kept.get(code, 0) != owed.get(code, 0):
            return CheckResult(len(owed), f"{code}: the books owe {kept.get(code, 0)}, the rows {owed.get(code, 0)}")
    return CheckResult(len(owed))


CHECKS = (Check("advances.owed", check_owed),)
