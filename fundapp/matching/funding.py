"""Money for a pool: what it is opened with, and what comes later. The waiting list is served at once."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.money import fen
from fundapp.ledger.chart import bank_code
from fundapp.ledger.rules import Ledger, Leg
from fundapp.matching.lapsing import lapse_due
from fundapp.matching.models import PoolFunding
from fundapp.matching.policy import check_may_fund
from fundapp.matching.pool import book_of, lock_pool, money_accounts, pool_account, shift
from fundapp.matching.serving import serve_queue
from fundapp.matching.texts import funding_purpose
from fundapp.programmes.events import ProgrammeOpened
from fundapp.programmes.queries import ProgrammeRow, check_signed, get_programme


@dataclass(frozen=True)
class NewFunding:
    """Money for a pool, and where it comes from."""

    programme_id: int
    op_key: str
    amount: Money
    origin: str


def first_funding(session: Session, event: ProgrammeOpened) -> None:
    """Put a programme's first money into its pool: a reaction to its opening."""
    programme = get_programme(session, event.programme_id)
    row = PoolFunding(
        programme_id=programme.id,
        op_key=f"opening-{programme.id}",
        amount_fen=event.funding,
        origin=event.foundation_name,
        funded_by_id=event.by.person_id,
        funded_at=event.at,
    )
    session.add(row)
    session.flush()
    record(session, event.by, "matching.fund", f"programme:{programme.id}", event.at, funding=row.id)
    _post_funding(session, event.by, programme, row, event.at)


def fund_pool(session: Session, actor: Actor, cmd: NewFunding, clock: Clock) -> PoolFunding:
    """Put money into a pool; the waiting list is served at once.

    Raises:
        Forbidden: neither a foundation officer of the place nor an administrator (``matching.not_your_step``).
        Refused: the key was used for something else (``web.used_key``), or the first policy waits for a signature
            (``programmes.unsigned``).
    """
    programme = lock_pool(session, cmd.programme_id)
    now = clock.now(session)
    check_may_fund(actor, programme.place_path)
    key, said = own_key(actor, cmd.op_key), {"amount_fen": cmd.amount, "origin": cmd.origin}
    standing = done_before(session, PoolFunding, key, programme_id=cmd.programme_id, **said)
    if standing is not None:
        return standing
    check_signed(session, programme.id)
    lapse_due(session, actor, programme, now)
    row = PoolFunding(
        programme_id=programme.id,
        op_key=key,
        **said,
        funded_by_id=actor.person_id,
        funded_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "matching.fund", f"programme:{programme.id}", now, funding=row.id)
    _post_funding(session, actor, programme, row, now)
    serve_queue(session, actor, programme, now)
    return row


def _post_funding(session: Session, actor: Actor, programme: ProgrammeRow, row: PoolFunding, now: datetime) -> None:
    book_id = book_of(session, actor, programme, now)
    money_accounts(session, book_id, programme)
    source = pool_account(session, book_id, programme, "source")
    open_part = pool_account(session, book_id, programme, "available")
    amount, purpose = fen(row.amount_fen), funding_purpose(programme.name, row.origin)
    about = (f"pool_funding:{row.id}", f"programme:{programme.id}")
    actual = (Leg(bank_code(programme.id), amount), Leg(f"donation:restricted:{programme.id}", -amount))
    shift(session, actor, book_id, f"funding:{row.id}", purpose, about, actual, now, Ledger.ACTUAL)
    promised = (Leg(open_part, amount), Leg(source, -amount))
    shift(session, actor, book_id, f"funding:{row.id}", purpose, about, promised, now)
