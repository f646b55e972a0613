"""Recompute a claim from what is published about it, and compare."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.kernel.money import fen
from fundapp.matching.facts import claim_of
from fundapp.matching.queries import ClaimRow, entitled_before
from fundapp.matching.rules import Policy, entitlement


@dataclass(frozen=True)
class Proof:
    """What the rules give now for the stored facts, and whether it is what was promised then."""

    entitled_fen: int
    matchable_fen: int
    whole_fen: int
    same: bool


def recomputed(session: Session, claim: ClaimRow, policy: Policy) -> Proof:
    """Work out a claim again from its stored facts and its pinned policy."""
    earned = entitlement(policy, claim_of(claim.facts), entitled_before(session, claim.project_id, claim.id))
    same = (earned.entitled, earned.standing.matchable, list(earned.steps)) == (
        fen(claim.entitled), fen(claim.matchable), claim.steps,
    )  # fmt: skip
    return Proof(earned.entitled, earned.standing.matchable, earned.whole, same)
