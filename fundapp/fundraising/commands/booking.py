"""The committee's book, and a project's accounts in it."""

from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.fundraising.queries.gifts import hold_place
from fundapp.fundraising.rules import Source
from fundapp.fundraising.texts import CASH, SOURCE_LABELS, SPEND, account_name, committee_name
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.commands import ensure_account, open_book
from fundapp.ledger.queries import book_of_place
from fundapp.ledger.rules import Holder, Ledger
from fundapp.places.models import PlaceKind
from fundapp.places.queries import ancestor


def committee_book(session: Session, actor: Actor, place_path: str, now: datetime) -> int:
    """Give the book of the committee of the community that a place lies in, opened where it is missing.

    Two deeds that both find none meet at the community's row, so that the second sees the book of the first.
    """
    community = ancestor(session, place_path, PlaceKind.COMMUNITY)
    if community is None:
        raise NotVisible
    if book_of_place(session, Holder.COMMITTEE, community.id) is None:
        hold_place(session, community.id)
    return open_book(session, actor, Holder.COMMITTEE, committee_name(community.name), community.id, now).id


def project_accounts(session: Session, book_id: int, project_id: int, title: str) -> None:
    """Open a project's accounts in the committee's book: its cash, what each source gave, what was spent."""
    ensure_account(session, book_id, Ledger.ACTUAL, f"cash:{project_id}", account_name(title, CASH), floor_fen=0)
    for source in Source:
        name, code = account_name(title, SOURCE_LABELS[source]), f"gift:{project_id}:{source.value}"
        ensure_account(session, book_id, Ledger.ACTUAL, code, name, ceiling_fen=0)
    ensure_account(session, book_id, Ledger.ACTUAL, f"spend:{project_id}", account_name(title, SPEND), floor_fen=0)
