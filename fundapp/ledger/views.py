"""The staff pages of the books: which there are, and one book's accounts and journals."""

from flask import Blueprint, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.ledger import queries
from fundapp.ledger.policy import READERS, may_read_book
from fundapp.ledger.standing import FailedAudit, failed_audit
from fundapp.ledger.texts import HOLDERS, LEDGERS
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.paging import PER_PAGE, page_of

bp = Blueprint("ledger", __name__, url_prefix="/books")


def failing_audit() -> FailedAudit | None:
    """Give the audit that found something, for the head of the staff's pages; nobody else is told."""
    if not current_actor().has_any(Role.WORKER, *READERS):
        return None
    try:
        return failed_audit(reading())
    except SQLAlchemyError:
        return None  # an error page must not fail for its head


@bp.get("/")
@for_roles(*READERS)
def books() -> str:
    """List the books of the actor's places."""
    rows = [row for row in queries.list_books(reading()) if may_read_book(current_actor(), row.place_path)]
    return render_template("ledger/books.html", books=rows, holders=HOLDERS)


@bp.get("/<int:book_id>")
@for_roles(*READERS)
def book(book_id: int) -> str:
    """Show a book's accounts and its journals, the newest first."""
    session, before = reading(), request.args.get("before", type=int)
    row = queries.get_book(session, book_id)
    if not may_read_book(current_actor(), row.place_path):
        raise NotVisible
    accounts = queries.accounts_of(session, book_id)
    lines = queries.public_lines(session, before, PER_PAGE + 1, ledger=None, book_id=book_id)
    page = page_of(lines, lambda line: line.journal_id)
    return render_template("ledger/book.html", book=row, accounts=accounts, page=page, ledgers=LEDGERS, before=before)
