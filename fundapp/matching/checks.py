"""What ``fundapp check`` recomputes of matching."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.kernel.money import fen
from fundapp.ledger.queries import balances, list_books
from fundapp.ledger.rules import Holder, Ledger
from fundapp.matching.approving import bands_of, hands_for
from fundapp.matching.models import MatchClaim, MatchDecision, MatchGrant, Step
from fundapp.matching.policy_text import policy_of_dict
from fundapp.matching.proving import recomputed
from fundapp.matching.queries import get_claim, granted_by_claim
from fundapp.programmes.queries import get_policy


def check_claims(session: Session) -> CheckResult:
    """Work out every claim again from its stored facts and pinned policy."""
    count, fault = 0, None
    for claim_id, version in session.execute(select(MatchClaim.id, MatchClaim.policy_version_id)).all():
        count += 1
        parts, claim = get_policy(session, version).parts, get_claim(session, claim_id)
        proof = recomputed(session, claim, policy_of_dict(parts["matching"], "matching"))
        if not proof.same and fault is None:
            fault = f"match_claim:{claim_id} is not what its policy gives"
        if claim.hands != hands_for(bands_of(parts), proof.whole_fen) and fault is None:
            fault = f"match_claim:{claim_id} is not approved by as many as its policy asks for"
    return CheckResult(count, fault)


def check_grants(session: Session) -> CheckResult:
    """See that no ticket has more than its entitlement and that the pools carry what was granted."""
    granted = granted_by_claim(session, list(session.scalars(select(MatchGrant.claim_id).distinct())))
    claims = {claim.id: claim for claim in session.scalars(select(MatchClaim))}
    for claim_id, total in granted.items():
        if total > fen(claims[claim_id].entitled_fen):
            return CheckResult(len(granted), f"match_claim:{claim_id} was granted more than it is entitled to")
    done = set(session.scalars(select(MatchDecision.claim_id).where(MatchDecision.step == Step.APPROVAL)))
    refused = set(session.scalars(select(MatchDecision.claim_id).where(~MatchDecision.passed)))
    held = _held(session)
    for claim_id, claim in claims.items():
        open_now = claim_id not in done and claim_id not in refused
        due = granted.get(claim_id, 0) if open_now else 0
        if held.get((claim.programme_id, claim.ticket), 0) != due:
            return CheckResult(len(granted), f"match_claim:{claim_id} and what its pool holds for it differ")
    return CheckResult(len(granted))


def _held(session: Session) -> dict[tuple[int, int], int]:
    held = {}
    for book in list_books(session):
        if book.holder_kind is Holder.FOUNDATION:
            for code, amount in balances(session, book.id, Ledger.COMMIT, "pool:").items():
                parts = code.split(":")
                if parts[2] == "held":
                    held[(int(parts[1]), int(parts[3]))] = amount
    return held


CHECKS = (Check("matching.claims", check_claims), Check("matching.grants", check_grants))
