"""Count a claim again from its published file: the same reader and the same rules as ``fundapp matching plan``."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import fen
from fundapp.matching.claims_text import claims_of_json
from fundapp.matching.models import MatchClaim, MatchDecision
from fundapp.matching.queries import ClaimRow
from fundapp.matching.round_files import claims_data
from fundapp.matching.rules import Policy, plan

LARGEST = 400_000


@dataclass(frozen=True)
class Recount:
    """One figure: its key, what is published, and what was counted now; in fen, or households."""

    key: str
    published: int
    counted: int

    @property
    def same(self) -> bool:
        """Tell whether both are equal."""
        return self.published == self.counted


@dataclass(frozen=True)
class Result:
    """All figures of a claim, the arithmetic as counted now, and whether it is word for word the published one."""

    figures: tuple[Recount, ...]
    steps: tuple[str, ...]
    same_words: bool

    @property
    def same(self) -> bool:
        """Tell whether everything is as published."""
        return self.same_words and all(figure.same for figure in self.figures)


def facts_for(session: Session, claim: ClaimRow) -> bytes:
    """Write a claim with its project's earlier ones that were not refused; the pool holds what they are entitled to."""
    refused = select(MatchDecision.claim_id).where(~MatchDecision.passed)
    query = select(MatchClaim).where(MatchClaim.project_id == claim.project_id, MatchClaim.id < claim.id)
    earlier = session.scalars(query.where(MatchClaim.id.not_in(refused)).order_by(MatchClaim.id)).all()
    pool = sum(fen(one.entitled_fen) for one in earlier) + fen(claim.entitled)
    return claims_data(pool, [*(one.facts for one in earlier), claim.facts])


def recount(claim: ClaimRow, policy: Policy, data: bytes) -> Result:
    """Count again from *data*, and compare with what stands about the claim.

    Raises:
        BadInput: too much, or no such file; the claim's ticket is not in it.
    """
    if len(data) > LARGEST:
        raise BadInput("data", f"{len(data)} bytes", f"at most {LARGEST}")
    pool, claims = claims_of_json(data, "data")
    found = next((award for award in plan(policy, claims, pool).awards if award.ticket == claim.ticket), None)
    if found is None:
        raise BadInput("data", "no such ticket", f"ticket {claim.ticket}")
    figures = (
        Recount("matchable", fen(claim.matchable), found.matchable),
        Recount("givers", claim.givers, found.givers),
        Recount("entitled", fen(claim.entitled), found.entitled),
    )
    steps = found.steps[:-1]  # the last is what this pool would grant
    return Result(figures, steps, list(steps) == claim.steps)
