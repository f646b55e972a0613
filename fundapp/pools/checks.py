"""What ``fundapp check`` recomputes of the tree of pools."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.kernel.money import fen
from fundapp.ledger.queries import balances, list_books
from fundapp.ledger.rules import Holder, Ledger
from fundapp.pools.models import PoolMove, PoolMoveDecision, ShareUse, ShareUseDecision
from fundapp.pools.rules import Way


def check_shares(session: Session) -> CheckResult:
    """Add up every decided move and use, and compare with what the ledger keeps for each community and programme."""
    due: dict[str, int] = {}
    moves = session.scalars(select(PoolMove).join(PoolMoveDecision).where(PoolMoveDecision.passed)).all()
    for move in moves:
        code = (
            f"pool:{move.programme_id}:shared:{move.place_id}" if move.place_id else f"common:given:{move.programme_id}"
        )
        amount = fen(move.amount_fen)
        due[code] = due.get(code, 0) + (amount if move.way is Way.DOWN else -amount)
    uses = session.scalars(select(ShareUse).join(ShareUseDecision).where(ShareUseDecision.passed)).all()
    for use in uses:
        code = f"pool:{use.programme_id}:shared:{use.place_id}"
        due[code] = due.get(code, 0) - fen(use.amount_fen)
    kept = _kept(session)
    wrong = [code for code in sorted(due.keys() | kept.keys()) if due.get(code, 0) != kept.get(code, 0)]
    return CheckResult(len(moves) + len(uses), f"{wrong[0]} is not what was moved and used" if wrong else None)


def _kept(session: Session) -> dict[str, int]:
    found: dict[str, int] = {}
    for book in list_books(session):
        if book.holder_kind is Holder.FOUNDATION:
            rows = balances(session, book.id, Ledger.COMMIT, "pool:") | balances(
                session, book.id, Ledger.COMMIT, "common:given:"
            )
            found |= {code: amount for code, amount in rows.items() if ":shared:" in code or ":given:" in code}
    return found


CHECKS = (Check("pools.shares", check_shares),)
