"""What if: the claims of a year replayed under a drafted policy beside the one that it changes. Nothing is written."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.ledger.queries import pool_state
from fundapp.matching.facts import claim_of
from fundapp.matching.models import MatchClaim, MatchDecision
from fundapp.matching.rules import Claim, Policy, plan
from fundapp.projects.queries import projects_by_id


@dataclass(frozen=True)
class Compared:
    """What a project is granted in all under each of two policies, in fen."""

    project_id: int
    title: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        """Give what it gains, or loses where below 0."""
        return self.after - self.before


@dataclass(frozen=True)
class WhatIf:
    """Both plans side by side; ``pool`` is all that the pool was ever given and has, in fen."""

    pool: int
    rows: tuple[Compared, ...]

    @property
    def total(self) -> Compared:
        """Give the sums."""
        return Compared(0, "", sum(row.before for row in self.rows), sum(row.after for row in self.rows))


def granted_under(policy: Policy, claims: Sequence[Claim], pool: int) -> dict[str, int]:
    """Give the fen that each project is granted: what ``fundapp matching plan`` gives for the same input.

    Raises:
        BadInput: see :func:`fundapp.matching.rules.plan`.
    """
    found: dict[str, int] = defaultdict(int)
    for award in plan(policy, claims, pool).awards:
        found[award.project] += award.granted
    return found


def facts_of(session: Session, programme_id: int) -> tuple[int, list[dict[str, Any]]]:
    """Give a pool's money in fen and the facts of its claims in the order of tickets, those refused left out."""
    refused = select(MatchDecision.claim_id).where(~MatchDecision.passed)
    query = select(MatchClaim.facts).where(MatchClaim.programme_id == programme_id, MatchClaim.id.not_in(refused))
    state = pool_state(session, programme_id)
    pool = state.available + state.held + state.committed + state.paid
    return pool, list(session.scalars(query.order_by(MatchClaim.ticket)))


def compare(session: Session, programme_id: int, before: Policy, after: Policy) -> WhatIf:
    """Replay a programme's claims under two policies, with all the money of its pool to share."""
    pool, facts = facts_of(session, programme_id)
    claims = [claim_of(one) for one in facts]
    olds, news = granted_under(before, claims, pool), granted_under(after, claims, pool)
    numbers = {claim.project: int(claim.project.removeprefix("project:")) for claim in claims}
    projects = projects_by_id(session, list(numbers.values()))
    rows = (Compared(number, projects[number].title, olds[name], news[name]) for name, number in numbers.items())
    return WhatIf(pool, tuple(rows))
