"""The deeds on the ledger. Every posting goes through :func:`post_all`, under its books' locks.

The lock of a book covers its accounts, its numbering and its chain; books are locked in the order of their numbers. A
deed that posts to several books does so in one call of :func:`post_all`, so that no two deeds wait for each other.
"""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import on_sqlite
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.models import Book, Entry, Journal, LedgerAccount, LedgerBalance, LedgerClosing
from fundapp.ledger.queries import AccountState, account_states, book_of_holder, legs_of
from fundapp.ledger.rules import (
    Fit,
    Holder,
    Ledger,
    Posting,
    body_hash,
    body_of,
    book_text,
    check_posting,
    digest,
    fit,
    instant_text,
    journal_text,
    mirrored,
)


def open_book(
    session: Session, actor: Actor, holder_kind: Holder, holder_name: str, place_id: int, at: datetime
) -> Book:
    """Give the book of a holder at a place, opened now if there is none yet.

    A committee's book is found by its place alone: it is the same holder when the community is renamed.

    Raises:
        ValueError: a holder without a name.

    """
    holder_kind = Holder(holder_kind)
    standing = book_of_holder(session, holder_kind, holder_name, place_id)
    if standing is not None:
        return session.get_one(Book, standing.id)
    if not holder_name.strip():
        raise ValueError("a book needs the name of its holder")
    book = Book(
        holder_kind=holder_kind,
        holder_name=holder_name,
        place_id=place_id,
        opened_at=at,
        opened_by_id=actor.person_id,
        start_hash=digest(book_text(holder_kind, holder_name, place_id, instant_text(at))),
    )
    session.add(book)
    session.flush()
    record(session, actor, "ledger.open_book", f"book:{book.id}", at)
    return book


def ensure_account(
    session: Session,
    book_id: int,
    ledger: Ledger,
    code: str,
    name: str,
    floor_fen: int | None = None,
    ceiling_fen: int | None = None,
) -> LedgerAccount:
    """Give the account of this code, opened empty if there is none yet. An account keeps its first name and limits.

    The caller records a deed of its own in the same unit of work.

    Raises:
        ValueError: the account stands with other limits.

    """
    found = _account(session, book_id, ledger, code)
    if found is None:
        lock_books(session, [book_id])
        found = _account(session, book_id, ledger, code)
    limits = tuple(None if limit is None else from_fen(limit) for limit in (floor_fen, ceiling_fen))
    if found is None:
        found = LedgerAccount(
            book_id=book_id, ledger=ledger, code=code, name=name, floor_fen=limits[0], ceiling_fen=limits[1]
        )
        session.add(found)
        session.flush()
    if (found.floor_fen, found.ceiling_fen) != limits:
        raise ValueError(f"account {code} stands with other limits")
    return found


_ACCOUNT = select(LedgerAccount).where(
    LedgerAccount.book_id == bindparam("book_id"),
    LedgerAccount.ledger == bindparam("ledger"),
    LedgerAccount.code == bindparam("code"),
)


def _account(session: Session, book_id: int, ledger: Ledger, code: str) -> LedgerAccount | None:
    return session.scalar(_ACCOUNT, {"book_id": book_id, "ledger": ledger, "code": code})


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


def post(session: Session, actor: Actor, posting: Posting, at: datetime) -> Journal:
    """Post once: see :func:`post_all`."""
    return post_all(session, actor, [posting], at)[0]


def post_all(session: Session, actor: Actor, postings: Sequence[Posting], at: datetime) -> list[Journal]:
    """Post several journals, all of them or none, in the given order.

    A key that was used before with the same content gives the journal of that time.

    Raises:
        Refused: ``ledger.used_key`` (the key stands for something else), ``ledger.not_enough`` (fact ``available``),
            ``ledger.over_ceiling`` (fact ``room``), ``ledger.closed_account``.
        ValueError: a posting that is not well formed.
        LookupError: a book or account that does not exist.

    """
    for posting in postings:
        check_posting(posting)
    books = lock_books(session, [posting.book_id for posting in postings])
    return [_post(session, actor, books[posting.book_id], posting, at) for posting in postings]


def reverse(session: Session, actor: Actor, journal_id: int, reason: str, at: datetime) -> Journal:
    """Take a journal back by its mirror image; each journal once, and no reversal is itself reversed.

    Repeating the same reversal with the same reason gives the reversal that stands.

    Raises:
        NotVisible: there is no such journal.
        Refused: ``ledger.reversed_already``, ``ledger.is_reversal``, or what :func:`post_all` refuses.

    """
    first = session.get(Journal, journal_id)
    if first is None:
        raise NotVisible
    if first.reverses_id is not None:
        raise Refused("ledger.is_reversal")
    book = lock_books(session, [first.book_id])[first.book_id]
    posting = Posting(
        book_id=first.book_id,
        ledger=first.ledger,
        key=f"reverse:{first.id}",
        purpose=f"冲销第 {first.seq} 号凭证：{reason}"[:200],
        source=f"journal:{first.id}",
        subject=first.subject,
        event_date=local_date(at),
        legs=mirrored(legs_of(session, first.id)),
    )
    standing = session.scalar(select(Journal).where(Journal.reverses_id == first.id))
    if standing is not None and standing.purpose != unicodedata.normalize("NFC", posting.purpose):
        raise Refused("ledger.reversed_already", "reason", seq=standing.seq)
    return standing or _post(session, actor, book, posting, at, reverses_id=first.id)


def close_account(session: Session, actor: Actor, account_id: int, at: datetime) -> LedgerClosing:
    """Close an empty account for ever; closing it again changes nothing.

    Raises:
        NotVisible: there is no such account.
        Refused: ``ledger.not_empty``.

    """
    account = session.get(LedgerAccount, account_id)
    if account is None:
        raise NotVisible
    lock_books(session, [account.book_id])
    closing = session.get(LedgerClosing, account_id)
    if closing is not None:
        return closing
    balance = session.scalar(select(LedgerBalance.balance_fen).where(LedgerBalance.account_id == account_id))
    if balance is None or balance.amount != 0:
        raise Refused("ledger.not_empty", balance=balance)
    closing = LedgerClosing(account_id=account_id, closed_at=at, closed_by_id=actor.person_id)
    session.add(closing)
    record(session, actor, "ledger.close_account", f"account:{account_id}", at)
    return closing


def _post(
    session: Session, actor: Actor, book: Book, posting: Posting, at: datetime, reverses_id: int | None = None
) -> Journal:
    """Write one posting; the caller holds the book."""
    body = body_of(posting, reverses_id)
    standing = _standing(session, posting)
    if standing is not None:
        if standing.body_hash != body_hash(body):
            raise Refused("ledger.used_key", key=posting.key)
        return standing
    entries = _entries(posting, account_states(session, book.id, posting.ledger, posting.legs))
    seq, prev = _end_of_chain(session, book)
    text = journal_text(body, seq, prev, at, actor.person_id)
    journal = Journal(
        id=_next_number(session), book_id=book.id, ledger=posting.ledger, key=posting.key, body_hash=body_hash(body),
        seq=seq, leg_count=len(entries), purpose=body["purpose"], source=posting.source, subject=posting.subject,
        event_date=posting.event_date, posted_at=at, posted_by_id=actor.person_id, reverses_id=reverses_id,
        prev_hash=prev, hash=digest(text), canonical=text,
    )  # fmt: skip
    _write(session, journal, entries)
    record(session, actor, "ledger.post", f"journal:{journal.id}", at, book=book.id, seq=seq)
    return journal


def _standing(session: Session, posting: Posting) -> Journal | None:
    return session.scalar(
        select(Journal).where(
            Journal.book_id == posting.book_id, Journal.ledger == posting.ledger, Journal.key == posting.key
        )
    )


def _entries(posting: Posting, states: dict[str, AccountState]) -> list[Entry]:
    """Work out every leg's entry; the journal's number is filled in by :func:`_write`."""
    entries = []
    for number, leg in enumerate(posting.legs, start=1):
        state = states[leg.account_code]
        _refuse_misfit(state, leg.amount_fen)
        entries.append(
            Entry(
                leg=number,
                leg_count=len(posting.legs),
                account_id=state.account_id,
                amount_fen=from_fen(leg.amount_fen),
                balance_after_fen=from_fen(state.balance_fen + leg.amount_fen),
                account_version=state.version + 1,
            )
        )
    return entries


def _refuse_misfit(state: AccountState, amount_fen: int) -> None:
    if state.closed:
        raise Refused("ledger.closed_account", account=state.name)
    fits = fit(state.balance_fen, amount_fen, state.floor_fen, state.ceiling_fen)
    if fits is Fit.TOO_LOW and state.floor_fen is not None:
        raise Refused("ledger.not_enough", account=state.name, available=from_fen(state.balance_fen - state.floor_fen))
    if fits is Fit.TOO_HIGH and state.ceiling_fen is not None:
        raise Refused("ledger.over_ceiling", account=state.name, room=from_fen(state.ceiling_fen - state.balance_fen))


def _end_of_chain(session: Session, book: Book) -> tuple[int, str]:
    """Give the next number in the book and the hash that it links to."""
    last = session.execute(
        select(Journal.seq, Journal.hash).where(Journal.book_id == book.id).order_by(Journal.seq.desc()).limit(1)
    ).first()
    return (last.seq + 1, last.hash) if last else (1, book.start_hash)


def _next_number(session: Session) -> int:
    """Take a journal's number before its entries are written."""
    if on_sqlite(session):
        return (session.scalar(select(func.max(Journal.id))) or 0) + 1
    return int(session.scalars(select(func.nextval(func.pg_get_serial_sequence("ledger_journal", "id")))).one())


def _write(session: Session, journal: Journal, entries: Sequence[Entry]) -> None:
    """Write the entries, then the journal that seals them."""
    for entry in entries:
        entry.journal_id = journal.id
    session.add_all(entries)
    session.flush()
    session.add(journal)
    session.flush()
