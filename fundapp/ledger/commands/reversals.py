"""Take a posting back that has no deed of its own: one asks, another approves."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import Decisions, decided_before, done_before, own_key
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.ledger.commands.locking import lock_books
from fundapp.ledger.commands.posting import reverse
from fundapp.ledger.journals import get_journal, get_request
from fundapp.ledger.policy import check_may_approve, check_may_keep, may_read_book
from fundapp.ledger.queries import BookRow, get_book
from fundapp.ledger.reversal_models import ReversalDecision, ReversalRequest
from fundapp.ledger.rules import ReversalReason
from fundapp.people.queries import actor_of

_DECISIONS = Decisions("ledger.reversal_decided", "ledger.why_not", heard="passed", field="why")


@dataclass(frozen=True)
class NewReversal:
    """Which posting shall be taken back, and why: by code and in words."""

    journal_id: int
    op_key: str
    reason: ReversalReason
    told: str


def ask_reversal(session: Session, actor: Actor, cmd: NewReversal, clock: Clock) -> ReversalRequest:
    """Ask that a posting be taken back; nothing is posted before another person approves it.

    Raises:
        NotVisible: no such posting, as far as the actor may know.
        Forbidden: see :func:`fundapp.ledger.policy.check_may_keep`.
        Refused: ``web.used_key``, it has a deed of its own (``ledger.by_its_own_deed``), it was taken back or somebody
            asked already (``ledger.not_free``), no words (``ledger.why_reverse``).
    """
    book = _book(session, actor, get_journal(session, cmd.journal_id).book_id)
    lock_books(session, [book.id])
    check_may_keep(actor, book.holder_kind, book.place_path)
    key, now = own_key(actor, cmd.op_key), clock.now(session)
    said = {"reason": cmd.reason, "told": cmd.told.strip()}
    standing = done_before(session, ReversalRequest, key, journal_id=cmd.journal_id, **said)
    if standing is not None:
        return standing
    row = get_journal(session, cmd.journal_id)
    if not row.plain:
        raise Refused("ledger.by_its_own_deed")
    if not row.free:
        raise Refused("ledger.not_free")
    if not cmd.told.strip():
        raise Refused("ledger.why_reverse", field="told")
    made = ReversalRequest(op_key=key, journal_id=row.id, **said, asked_by_id=actor.person_id, asked_at=now)
    session.add(made)
    session.flush()
    record(session, actor, "ledger.ask_reversal", f"journal:{row.id}", now, request=made.id)
    return made


def _book(session: Session, actor: Actor, book_id: int) -> BookRow:
    """Give a book to who reads it or keeps it."""
    book = get_book(session, book_id)
    try:
        check_may_keep(actor, book.holder_kind, book.place_path)
    except Forbidden:
        if not may_read_book(actor, book.place_path):
            raise NotVisible from None
    return book


def decide_reversal(
    session: Session, actor: Actor, request_id: int, passed: bool, why: str, clock: Clock
) -> ReversalDecision:
    """Take the posting back as was asked, or refuse it with a reason; the same again is success.

    Raises:
        NotVisible: no such request, as far as the actor may know.
        Forbidden: who asked (``ledger.another_reverses``), or see :func:`fundapp.ledger.policy.check_may_approve`.
        Refused: decided the other way (``ledger.reversal_decided``), refused without a reason (``ledger.why_not``), or
            what :func:`fundapp.ledger.commands.reverse` refuses.
    """
    request = get_request(session, request_id)
    book = _book(session, actor, request.book_id)
    lock_books(session, [book.id])
    now = clock.now(session)
    if actor.person_id == request.asked_by_id:
        raise Forbidden("ledger.another_reverses")
    check_may_approve(actor, book.holder_kind, book.place_path)
    query = select(ReversalDecision).where(ReversalDecision.request_id == request.id)
    standing = decided_before(session, query, _DECISIONS, passed, why)
    if standing is not None:
        return standing
    row = ReversalDecision(
        request_id=request.id, passed=passed, why=why.strip(), decided_by_id=actor.person_id, decided_at=now
    )
    session.add(row)
    session.flush()
    record(session, actor, "ledger.decide_reversal", f"journal:{request.journal_id}", now, request=request.id)
    if passed:
        asker = actor_of(session, request.asked_by_id, now)
        reverse(session, asker, request.journal_id, request.reason, request.told, now, approved_by=actor.person_id)
    return row
