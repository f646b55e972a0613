"""Keep the result of an audit, so that pages show it without computing it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.checking import CheckResult
from fundapp.kernel.actor import NOBODY
from fundapp.ledger.models import LedgerAudit


def keep_audit(session: Session, results: Sequence[tuple[str, CheckResult]], at: datetime) -> LedgerAudit:
    """Write down which checks failed and why; none is a result too."""
    faults = [[name, result.first_fault] for name, result in results if result.first_fault]
    row = LedgerAudit(rows=sum(result.rows for _, result in results), faults=faults, ran_at=at)
    session.add(row)
    session.flush()
    record(session, NOBODY, "ledger.audit", f"audit:{row.id}", at, faults=len(faults))
    return row
