"""A project's accounts in the book of its keeper."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.db.once import Decisions
from fundapp.fundraising.purpose_models import RestrictedFund
from fundapp.fundraising.purses import Purse
from fundapp.fundraising.queries.purposes import fund_number
from fundapp.fundraising.rules import Source
from fundapp.fundraising.texts import ADVANCED, CASH, SOURCE_LABELS, SPEND, account_name, restricted_name
from fundapp.ledger.chart import project_fund
from fundapp.ledger.commands import ensure_account
from fundapp.ledger.rules import Ledger

DECISIONS = Decisions("fundraising.decided", "fundraising.reason_needed")


def project_accounts(session: Session, book_id: int, project_id: int, title: str) -> None:
    """Open a project's accounts in its keeper's book: its cash, what each source gave, what was spent.

    They are one fund: what came for a project pays for nothing else.
    """
    open_purse(session, book_id, Purse(project_id), title)


def open_purse(session: Session, book_id: int, purse: Purse, title: str) -> None:
    """Open the accounts of one of a project's funds; *title* says whose they are."""
    cash, spent = account_name(title, CASH), account_name(title, SPEND)
    ensure_account(session, book_id, Ledger.ACTUAL, purse.cash, cash, floor_fen=0, fund=purse.fund)
    for source in Source:
        name = account_name(title, SOURCE_LABELS[source])
        ensure_account(session, book_id, Ledger.ACTUAL, purse.gift(source), name, ceiling_fen=0, fund=purse.fund)
    ensure_account(session, book_id, Ledger.ACTUAL, purse.spend, spent, floor_fen=0, fund=purse.fund)


def open_fund(session: Session, project_id: int, purpose: str, now: datetime) -> None:
    """Give a purpose that a giver named a fund of its own in the project; the caller holds the project."""
    if not purpose or fund_number(session, project_id, purpose):
        return
    last = session.scalar(select(func.max(RestrictedFund.number)).where(RestrictedFund.project_id == project_id))
    session.add(RestrictedFund(project_id=project_id, number=(last or 0) + 1, purpose=purpose, opened_at=now))
    session.flush()


def purse_accounts(session: Session, book_id: int, purse: Purse, title: str, purpose: str) -> None:
    """Open the accounts of a project, and those of a purpose where *purse* is one."""
    project_accounts(session, book_id, purse.project_id, title)
    if purse.number:
        open_purse(session, book_id, purse, account_name(title, restricted_name(purpose))[:110])


def advance_account(session: Session, book_id: int, project_id: int, title: str) -> str:
    """Open the account of what a project owes to those who advanced money, never less than 0; give its code."""
    code, name = f"advance:{project_id}", account_name(title, ADVANCED)
    ensure_account(session, book_id, Ledger.ACTUAL, code, name, ceiling_fen=0, fund=project_fund(project_id))
    return code
