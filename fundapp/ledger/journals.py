"""Read one posting with its legs, whether it was taken back, and who asked for that."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, ColumnElement, select, type_coerce
from sqlalchemy.orm import Session

from fundapp.kernel.errors import NotVisible
from fundapp.ledger.models import Entry, Journal, LedgerAccount
from fundapp.ledger.reversal_models import ReversalDecision, ReversalRequest
from fundapp.ledger.reversing import ReversalState, may_reverse, reversal_state
from fundapp.ledger.rules import Ledger, ReversalReason


@dataclass(frozen=True)
class RequestRow:
    """A request to take a posting back, with its state."""

    id: int
    journal_id: int
    book_id: int
    seq: int
    purpose: str
    reason: ReversalReason
    told: str
    asked_by_id: int
    asked_at: datetime
    passed: bool | None
    why: str

    @property
    def state(self) -> ReversalState:
        """Give where it stands."""
        return reversal_state(self.passed)


@dataclass(frozen=True)
class JournalRow:
    """A posting with its legs (name, code, fen); ``reversed_by``: the number of what took it back."""

    id: int
    book_id: int
    ledger: Ledger
    seq: int
    purpose: str
    source: str
    event_date: date
    reverses_id: int | None
    reversed_by: int | None
    legs: tuple[tuple[str, str, int], ...]
    requests: tuple[RequestRow, ...]

    @property
    def plain(self) -> bool:
        """Tell whether it may be taken back from the page."""
        return may_reverse(self.source, self.reverses_id) and self.ledger is Ledger.ACTUAL

    @property
    def free(self) -> bool:
        """Tell whether it may be asked for now: it stands, and no request waits."""
        waits = any(one.state is ReversalState.ASKED for one in self.requests)
        return self.plain and self.reversed_by is None and not waits


def get_journal(session: Session, journal_id: int) -> JournalRow:
    """Give one posting.

    Raises:
        NotVisible: there is none of this number.
    """
    row = session.get(Journal, journal_id)
    if row is None:
        raise NotVisible
    query = (
        select(LedgerAccount.name, LedgerAccount.code, type_coerce(Entry.amount_fen, BigInteger))
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .where(Entry.journal_id == row.id)
        .order_by(Entry.leg)
    )
    legs = tuple((name, code, int(amount)) for name, code, amount in session.execute(query))
    back = session.scalar(select(Journal.seq).where(Journal.reverses_id == row.id))
    return JournalRow(
        row.id, row.book_id, row.ledger, row.seq, row.purpose, row.source, row.event_date, row.reverses_id, back, legs,
        tuple(_requests(session, ReversalRequest.journal_id == row.id)),
    )  # fmt: skip


def _requests(session: Session, where: ColumnElement[bool]) -> list[RequestRow]:
    query = (
        select(ReversalRequest, ReversalDecision, Journal.book_id, Journal.seq, Journal.purpose)
        .join(Journal, Journal.id == ReversalRequest.journal_id)
        .outerjoin(ReversalDecision, ReversalDecision.request_id == ReversalRequest.id)
        .where(where)
        .order_by(ReversalRequest.id)
    )
    return [
        RequestRow(
            r.id, r.journal_id, book_id, seq, purpose, r.reason, r.told, r.asked_by_id, r.asked_at,
            d.passed if d else None, d.why if d else "",
        )
        for r, d, book_id, seq, purpose in session.execute(query)
    ]  # fmt: skip


def get_request(session: Session, request_id: int) -> RequestRow:
    """Give one request.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _requests(session, ReversalRequest.id == request_id)
    if not found:
        raise NotVisible
    return found[0]


def requests_waiting(session: Session, book_ids: list[int]) -> list[RequestRow]:
    """List the requests in some books that nobody has decided on."""
    waiting = ReversalDecision.id.is_(None) & Journal.book_id.in_(book_ids)
    return _requests(session, waiting)
