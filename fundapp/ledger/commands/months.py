"""Close months, and open them again by two people."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.ledger.commands.locking import lock_books
from fundapp.ledger.models import Journal, MonthClosing, Reopening, ReopenRequest
from fundapp.ledger.policy import check_may_approve, check_may_keep
from fundapp.ledger.queries import get_book
from fundapp.ledger.rules import month_of
from fundapp.ledger.standing import frozen_until


def close_period(session: Session, actor: Actor, book_id: int, month: date, at: datetime) -> MonthClosing:
    """Close the month in which *month* lies: nothing that happened in it or before is posted any more.

    Closing it again changes nothing.

    Raises:
        NotVisible: there is no such book.
        Forbidden: see :func:`fundapp.ledger.policy.check_may_keep`.
        Refused: the month is not over (``ledger.month_not_over``), a later one is closed
            (``ledger.later_month_closed``), or something was posted before it in a month that is open
            (``ledger.earlier_month_open``, fact ``day``).
    """
    book = get_book(session, book_id)
    check_may_keep(actor, book.holder_kind, book.place_path)
    lock_books(session, [book_id])
    first, last = month_of(month)
    if last >= local_date(at):
        raise Refused("ledger.month_not_over", "month")
    until = frozen_until(session, book_id)
    if until == last:
        return _closing_of(session, book_id, first)
    if until is not None and until > last:
        raise Refused("ledger.later_month_closed", "month", until=until)
    _refuse_earlier_open(session, book_id, first, until)
    rounds = select(func.count()).select_from(MonthClosing)
    row = MonthClosing(
        book_id=book_id, first_day=first, last_day=last, closed_by_id=actor.person_id, closed_at=at,
        round=(session.scalar(rounds.where(MonthClosing.book_id == book_id, MonthClosing.first_day == first)) or 0) + 1,
        end_seq=session.scalar(select(func.max(Journal.seq)).where(Journal.book_id == book_id)) or 0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "ledger.close_month", f"book:{book_id}", at, closing=row.id)
    return row


def _closing_of(session: Session, book_id: int, first: date) -> MonthClosing:
    query = select(MonthClosing).where(MonthClosing.book_id == book_id, MonthClosing.first_day == first)
    return session.scalars(query.order_by(MonthClosing.round.desc()).limit(1)).one()


def _refuse_earlier_open(session: Session, book_id: int, first: date, until: date | None) -> None:
    query = select(func.min(Journal.event_date)).where(Journal.book_id == book_id, Journal.event_date < first)
    if until is not None:
        query = query.where(Journal.event_date > until)
    earliest = session.scalar(query)
    if earliest is not None:
        raise Refused("ledger.earlier_month_open", "month", day=earliest)


def ask_to_reopen(session: Session, actor: Actor, closing_id: int, reason: str, at: datetime) -> ReopenRequest:
    """Ask that a closed month be opened again; another person decides. Asking again with the same words is success.

    Raises:
        NotVisible: there is no such closing.
        Forbidden: see :func:`fundapp.ledger.policy.check_may_keep`.
        Refused: no reason (``ledger.why_reopen``), asked already with another (``ledger.asked_already``).
    """
    closing = _held(session, closing_id)
    book = get_book(session, closing.book_id)
    check_may_keep(actor, book.holder_kind, book.place_path)
    if not reason.strip():
        raise Refused("ledger.why_reopen", "reason")
    standing = session.scalar(select(ReopenRequest).where(ReopenRequest.closing_id == closing.id))
    if standing is not None:
        if (standing.reason, standing.asked_by_id) != (reason.strip(), actor.person_id):
            raise Refused("ledger.asked_already", "reason")
        return standing
    row = ReopenRequest(closing_id=closing.id, reason=reason.strip(), asked_by_id=actor.person_id, asked_at=at)
    session.add(row)
    session.flush()
    record(session, actor, "ledger.ask_to_reopen", f"book:{closing.book_id}", at, request=row.id)
    return row


def reopen_period(session: Session, actor: Actor, request_id: int, at: datetime) -> Reopening:
    """Open a closed month again, as somebody else asked; the same again is success.

    Raises:
        NotVisible: there is no such request.
        Forbidden: who asked (``ledger.another_opens``), or see :func:`fundapp.ledger.policy.check_may_approve`.
        Refused: a later month is closed: it is opened first (``ledger.later_month_closed``).
    """
    request = session.get(ReopenRequest, request_id)
    if request is None:
        raise NotVisible
    closing = _held(session, request.closing_id)
    book = get_book(session, closing.book_id)
    if actor.person_id == request.asked_by_id:
        raise Forbidden("ledger.another_opens")
    check_may_approve(actor, book.holder_kind, book.place_path)
    standing = session.scalar(select(Reopening).where(Reopening.closing_id == closing.id))
    if standing is not None:
        return standing
    until = frozen_until(session, closing.book_id)
    if until is not None and until > closing.last_day:
        raise Refused("ledger.later_month_closed", until=until)
    row = Reopening(
        request_id=request.id, closing_id=closing.id, asked_by_id=request.asked_by_id,
        approved_by_id=actor.person_id, approved_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "ledger.reopen_month", f"book:{closing.book_id}", at, closing=closing.id)
    return row


def _held(session: Session, closing_id: int) -> MonthClosing:
    closing = session.get(MonthClosing, closing_id)
    if closing is None:
        raise NotVisible
    lock_books(session, [closing.book_id])
    return closing
