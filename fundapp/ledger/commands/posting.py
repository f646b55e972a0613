"""Post and reverse. Every posting goes through :func:`post_all`, under its books' locks."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import on_sqlite
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.chart import MONEY
from fundapp.ledger.commands.locking import lock_books
from fundapp.ledger.models import Book, Entry, Journal
from fundapp.ledger.queries import AccountState, account_states, legs_of
from fundapp.ledger.rules import (
    Fit,
    Ledger,
    People,
    Posting,
    ReversalReason,
    body_hash,
    body_of,
    check_posting,
    digest,
    fit,
    journal_text,
    mirrored,
)
from fundapp.ledger.standing import chart_in_force, frozen_until


def post(session: Session, actor: Actor, posting: Posting, at: datetime) -> Journal:
    """Post once: see :func:`post_all`."""
    return post_all(session, actor, [posting], at)[0]


def post_all(session: Session, actor: Actor, postings: Sequence[Posting], at: datetime) -> list[Journal]:
    """Post several journals, all of them or none, in the given order.

    A key that was used before with the same content gives the journal of that time.

    Raises:
        Refused: ``ledger.used_key`` (the key stands for something else), ``ledger.not_enough`` (fact ``available``),
            ``ledger.over_ceiling`` (fact ``room``), ``ledger.closed_account``, ``ledger.closed_month`` (fact
            ``until``), ``ledger.second_person`` (a payment from ``limit`` on without two different people).
        ValueError: a posting that is not well formed.
        LookupError: a book or account that does not exist.

    """
    for posting in postings:
        check_posting(posting)
    books = lock_books(session, [posting.book_id for posting in postings])
    return [_post(session, actor, books[posting.book_id], posting, at) for posting in postings]


def reverse(
    session: Session, actor: Actor, journal_id: int, reason: ReversalReason, told: str, at: datetime,
    approved_by: int | None = None,
) -> Journal:  # fmt: skip
    """Take a journal back by its mirror image; each journal once, and no reversal is itself reversed.

    ``reason`` is why by its code, ``told`` in words. The actor asks; where the reversal is a payment of some size,
    another must have approved it. Repeating the same reversal with the same reason gives the reversal that stands.

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
        purpose=f"冲销第 {first.seq} 号凭证：{told}"[:200],
        source=f"journal:{first.id}",
        subject=first.subject,
        event_date=local_date(at),
        legs=mirrored(legs_of(session, first.id)),
        asked_by=actor.person_id,
        approved_by=approved_by if approved_by != actor.person_id else None,
    )
    standing = session.scalar(select(Journal).where(Journal.reverses_id == first.id))
    said = (reason, unicodedata.normalize("NFC", posting.purpose))
    if standing is not None and (standing.reason, standing.purpose) != said:
        raise Refused("ledger.reversed_already", "reason", seq=standing.seq)
    return standing or _post(session, actor, book, posting, at, reverses_id=first.id, reason=reason)


def _post(
    session: Session, actor: Actor, book: Book, posting: Posting, at: datetime, reverses_id: int | None = None,
    reason: ReversalReason | None = None,
) -> Journal:  # fmt: skip
    """Write one posting; the caller holds the book."""
    body = body_of(posting, reverses_id, reason)
    standing = _standing(session, posting)
    if standing is not None:
        if standing.body_hash != body_hash(body):
            raise Refused("ledger.used_key", key=posting.key)
        return standing
    states = account_states(session, book.id, posting.ledger, posting.legs)
    _refuse_unbalanced_fund(posting, states)
    _refuse_closed_month(session, posting)
    _refuse_single_hand(session, posting, states)
    entries = _entries(posting, states)
    seq, prev = _end_of_chain(session, book)
    people = People(actor.person_id, posting.asked_by, posting.approved_by)
    text = journal_text(body, seq, prev, at, people)
    journal = Journal(
        id=_next_number(session), book_id=book.id, ledger=posting.ledger, key=posting.key, body_hash=body_hash(body),
        seq=seq, leg_count=len(entries), purpose=body["purpose"], source=posting.source, subject=posting.subject,
        event_date=posting.event_date, posted_at=at, posted_by_id=people.posted_by, asked_by_id=people.asked_by,
        approved_by_id=people.approved_by, reverses_id=reverses_id, reason=reason, prev_hash=prev, hash=digest(text),
        canonical=text,
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


def _refuse_unbalanced_fund(posting: Posting, states: dict[str, AccountState]) -> None:
    sums: dict[str, int] = {}
    for leg in posting.legs:
        fund = states[leg.account_code].fund
        sums[fund] = sums.get(fund, 0) + leg.amount_fen
    if any(sums.values()):
        raise ValueError(f"posting {posting.key}: the legs do not sum to 0 in each fund: {sums}")


def _refuse_closed_month(session: Session, posting: Posting) -> None:
    until = frozen_until(session, posting.book_id)
    if until is not None and posting.event_date <= until:
        raise Refused("ledger.closed_month", until=until)


def _refuse_single_hand(session: Session, posting: Posting, states: dict[str, AccountState]) -> None:
    """Let a payment of some size be posted with two different people only."""
    out = -sum(leg.amount_fen for leg in posting.legs if states[leg.account_code].kind in MONEY)
    if posting.ledger is not Ledger.ACTUAL or out <= 0:
        return
    limit = chart_in_force(session, posting.book_id).second_from_fen
    two = {posting.asked_by, posting.approved_by} - {None}
    if (out >= limit and len(two) < 2) or (posting.asked_by is not None and posting.asked_by == posting.approved_by):
        raise Refused("ledger.second_person", limit=from_fen(limit))


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
