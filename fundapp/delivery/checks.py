"""What ``fundapp check`` recomputes of expenses."""

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from fundapp.db.checking import Check, CheckResult
from fundapp.delivery.correction_models import ExpenseCorrection, ExpenseCorrectionDecision
from fundapp.ledger.models import Journal


def check_corrections(session: Session) -> CheckResult:
    """See that exactly those payments are reversed in the ledger that two people took back."""
    paid, back = aliased(Journal), aliased(Journal)
    reversed_ = set(
        session.scalars(
            select(paid.source).join(back, back.reverses_id == paid.id).where(paid.source.startswith("expense:"))
        )
    )
    decided = set(
        session.scalars(
            select(ExpenseCorrection.expense_id)
            .join(ExpenseCorrectionDecision, ExpenseCorrectionDecision.correction_id == ExpenseCorrection.id)
            .where(ExpenseCorrectionDecision.passed)
        )
    )
    odd = sorted(reversed_ ^ {f"expense:{number}" for number in decided})
    if odd:
        return CheckResult(len(decided), f"{odd[0]}: its reversal and its correction do not go together")
    return CheckResult(len(decided))


CHECKS = (Check("delivery.corrections", check_corrections),)
