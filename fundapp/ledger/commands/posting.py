"""Post and reverse. Every posting goes through :func:`post_all`, under its books' locks."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import append_written, record
from fundapp.db.quick import flushed
from fundapp.db.types import canonical
from fundapp.db.work import on_sqlite
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.ledger.commands import meeting
from fundapp.ledger.commands.inserting import Draft, Written, insert_by_function, insert_plainly, rows_written
from fundapp.ledger.commands.locking import lock_books
from fundapp.ledger.models import Journal
from fundapp.ledger.queries import legs_of
from fundapp.ledger.rules import (
    People,
    Posted,
    Posting,
    ReversalReason,
    body_hash,
    body_of,
    check_posting,
    journal_pieces,
    mirrored,
)


class Collided(RuntimeError):
    """PostgreSQL's function refused a posting for a reason that no rule names: the program's own fault."""


def post(session: Session, actor: Actor, posting: Posting, at: datetime) -> Posted:
    """Post once: see :func:`post_all`."""
    return post_all(session, actor, [posting], at)[0]


def post_all(session: Session, actor: Actor, postings: Sequence[Posting], at: datetime) -> list[Posted]:
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
    if len(postings) > 1:  # one posting locks its book itself
        lock_books(session, [posting.book_id for posting in postings])
    return [_post(session, actor, posting, at) for posting in postings]


def reverse(
    session: Session, actor: Actor, journal_id: int, reason: ReversalReason, told: str, at: datetime,
    approved_by: int | None = None,
) -> Posted:  # fmt: skip
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
    lock_books(session, [first.book_id])
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
    if standing is not None:
        return Posted(standing.id, standing.seq, standing.hash)
    return _post(session, actor, posting, at, reverses_id=first.id, reason=reason)


def _post(
    session: Session, actor: Actor, posting: Posting, at: datetime, reverses_id: int | None = None,
    reason: ReversalReason | None = None,
) -> Posted:  # fmt: skip
    """Write one posting; of several books the caller holds the locks."""
    draft = draft_of(posting, actor, at, reverses_id, reason)
    written = _insert(session, draft)
    if isinstance(written, Posted):
        return written
    for table, key, row in rows_written(draft, written):
        append_written(session, table, key, **row)
    about = f"journal:{written.journal_id}"
    record(session, actor, "ledger.post", about, at, book=posting.book_id, seq=written.seq)
    return Posted(written.journal_id, written.seq, written.hash)


def draft_of(
    posting: Posting, actor: Actor, at: datetime, reverses_id: int | None = None,
    reason: ReversalReason | None = None,
) -> Draft:  # fmt: skip
    """Prepare a posting to be written: all that needs no look at the database."""
    body = body_of(posting, reverses_id, reason)
    people = People(actor.person_id, posting.asked_by, posting.approved_by)
    return Draft(
        posting, body["purpose"], canonical(body["legs"]), body_hash(body), journal_pieces(body, at, people), people,
        at, reverses_id, body["reason"],
    )  # fmt: skip


def _insert(session: Session, draft: Draft) -> Written | Posted:
    """Write a draft, or give the journal that its key stands for already."""
    connection, posting = flushed(session), draft.posting
    plainly = on_sqlite(session)
    written = None if plainly else insert_by_function(connection, draft)
    if written is not None:
        return written
    met = meeting.meet(connection, posting)
    if met.standing is not None:
        if met.standing_body != draft.body_hash:
            raise Refused("ledger.used_key", key=posting.key)
        return met.standing
    found = meeting.accounts(connection, posting.book_id, posting.ledger, posting.legs)
    meeting.refuse(posting, met, found)
    if not plainly:
        raise Collided(f"posting {posting.key}: the database refused what the rules allow")
    return insert_plainly(connection, draft, met, found)
