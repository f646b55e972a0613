"""A project's accounts in the book of its keeper."""

from sqlalchemy.orm import Session

from fundapp.fundraising.rules import Source
from fundapp.fundraising.texts import ADVANCED, CASH, SOURCE_LABELS, SPEND, account_name
from fundapp.ledger.chart import project_fund
from fundapp.ledger.commands import ensure_account
from fundapp.ledger.rules import Ledger


def project_accounts(session: Session, book_id: int, project_id: int, title: str) -> None:
    """Open a project's accounts in its keeper's book: its cash, what each source gave, what was spent.

    They are one fund: what came for a project pays for nothing else.
    """
    fund, cash, spent = project_fund(project_id), account_name(title, CASH), account_name(title, SPEND)
    ensure_account(session, book_id, Ledger.ACTUAL, f"cash:{project_id}", cash, floor_fen=0, fund=fund)
    for source in Source:
        name, code = account_name(title, SOURCE_LABELS[source]), f"gift:{project_id}:{source.value}"
        ensure_account(session, book_id, Ledger.ACTUAL, code, name, ceiling_fen=0, fund=fund)
    ensure_account(session, book_id, Ledger.ACTUAL, f"spend:{project_id}", spent, floor_fen=0, fund=fund)


def advance_account(session: Session, book_id: int, project_id: int, title: str) -> str:
    """Open the account of what a project owes to those who advanced money, never less than 0; give its code."""
    code, name = f"advance:{project_id}", account_name(title, ADVANCED)
    ensure_account(session, book_id, Ledger.ACTUAL, code, name, ceiling_fen=0, fund=project_fund(project_id))
    return code
