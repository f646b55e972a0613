"""Fix, with the opening of a round, what each household bears of a sum that is shared by a rule."""

from sqlalchemy.orm import Session

from fundapp.consent.models import ConsentRound, ConsentShare
from fundapp.consent.queries.shares import bearers_of, shared_of
from fundapp.projects.sharing import shares_of


def fix_shares(session: Session, round_: ConsentRound) -> int:
    """Write what each household bears; nothing where the text names no shared sum. Gives the number of households.

    The caller holds the round and has just frozen its roster; households agree to these amounts and no others.

    Raises:
        Refused: an area or a floor that the rule needs is not known, or a named building is not there.

    Source: domain.md section 2 and part (b) case 10.
    """
    shared = shared_of(session, round_.version_id)
    if shared is None:
        return 0
    shares = shares_of(shared, bearers_of(session, round_.place_id))
    session.add_all(
        ConsentShare(
            round_id=round_.id,
            snapshot_id=round_.snapshot_id,
            unit_id=share.bearer.unit_id,
            share_fen=share.amount,
        )
        for share in shares
    )
    session.flush()
    return len(shares)
