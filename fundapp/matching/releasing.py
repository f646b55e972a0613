"""Promises that end: what a settled or refunded project no longer gets goes back to the pool."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.rules import Leg
from fundapp.matching.models import MatchRelease, Release
from fundapp.matching.payout import beyond
from fundapp.matching.pool import book_of, pool_account, shift
from fundapp.matching.queries import ClaimRow
from fundapp.matching.texts import lapse_purpose, settled_told
from fundapp.programmes.queries import ProgrammeRow


def end_tickets(
    session: Session, actor: Actor, programme: ProgrammeRow, claims: Sequence[ClaimRow], due: int, unpaid: int,
    now: datetime,
) -> None:  # fmt: skip
    """End all tickets of a project that keeps *due* fen of its grants; *unpaid* of the rest goes back to the pool now.

    What was paid beyond *due* is taken back, or owed, by who calls. All claims are approved.
    """
    rows = []
    for claim, back in zip(claims, beyond([fen(c.granted) for c in claims], due), strict=True):
        rows.append(
            MatchRelease(
                claim_id=claim.id,
                programme_id=programme.id,
                kind=Release.SETTLED,
                amount_fen=from_fen(back),
                cut_fen=claim.entitled - claim.cut - claim.granted + from_fen(back),
                ticket=None,
                told=settled_told(due),
                released_at=now,
            )
        )
    session.add_all(rows)
    session.flush()
    for row in rows:
        record(session, actor, "matching.settle", f"project:{claims[0].project_id}", now, release=row.id)
    if unpaid:
        _void(session, actor, programme, claims[-1], rows[-1], unpaid, now)


def _void(
    session: Session, actor: Actor, programme: ProgrammeRow, claim: ClaimRow, row: MatchRelease, amount: int,
    now: datetime,
) -> None:  # fmt: skip
    book_id = book_of(session, actor, programme, now)
    open_part = pool_account(session, book_id, programme, "available")
    committed = pool_account(session, book_id, programme, "committed", claim.project_id)
    purpose = lapse_purpose(claim.project_title, claim.ticket, row.kind)
    about = (f"match_release:{row.id}", f"project:{claim.project_id}")
    legs = (Leg(open_part, amount), Leg(committed, -amount))
    shift(session, actor, book_id, f"release:{row.id}:{row.kind.value}", purpose, about, legs, now)
