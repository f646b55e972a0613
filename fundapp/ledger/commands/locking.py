"""The lock of a book: it covers its accounts, its numbering, its months and its chain.

Books are locked in the order of their numbers. A deed that posts to several books does so in one call of
:func:`fundapp.ledger.commands.post_all`, so that no two deeds wait for each other.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.ledger.models import Book


def lock_books(session: Session, book_ids: Sequence[int]) -> dict[int, Book]:
    """Hold books, and with them their accounts and chains, to the end of the transaction.

    The lock lets rows that refer to a book be written meanwhile (PostgreSQL: FOR NO KEY UPDATE).

    Raises:
        LookupError: a book that does not exist.

    """
    wanted = sorted(set(book_ids))
    query = select(Book).where(Book.id.in_(wanted)).order_by(Book.id).with_for_update(key_share=True)
    books = {book.id: book for book in session.scalars(query)}
    if len(books) != len(wanted):
        raise LookupError(f"no such book among {wanted}")
    return books
