"""Read the rounds of a pool and their plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.matching.allocation import Mode
from fundapp.matching.models import MatchClaim
from fundapp.matching.policy_text import policy_of_dict
from fundapp.matching.round_models import MatchPlan, MatchPlanDecision, MatchRound, RoundKind
from fundapp.places.models import Place
from fundapp.programmes.models import Programme
from fundapp.programmes.queries import policy_versions
from fundapp.projects.models import Project


class RoundState(StrEnum):
    """Where a round stands, from the clock and what was decided."""

    COLLECTING = "collecting"
    CLOSED = "closed"
    PLANNED = "planned"
    DONE = "done"


@dataclass(frozen=True)
class Share:
    """What a plan gives one claim, in fen, and why."""

    claim_id: int
    place: int
    project_id: int
    project_title: str
    owed: int
    amount: int
    told: str


@dataclass(frozen=True)
class PlanRow:
    """One plan of a round; ``passed`` none: nobody has decided."""

    id: int
    revision: int
    pool: Money
    left: Money
    shares: tuple[Share, ...]
    planned_by_id: int
    planned_at: datetime
    passed: bool | None
    note: str
    decided_at: datetime | None


@dataclass(frozen=True)
class RoundRow:
    """A round with its plans, the newest first."""

    id: int
    programme_id: int
    programme_name: str
    place_path: str
    number: int
    kind: RoundKind
    closes_at: datetime
    notice_days: int
    opened_at: datetime
    plans: tuple[PlanRow, ...]

    @property
    def newest(self) -> PlanRow | None:
        """Give the plan that counts."""
        return self.plans[0] if self.plans else None

    @property
    def approved_from(self) -> datetime | None:
        """Give from when on the newest plan may be approved."""
        return self.newest.planned_at + timedelta(days=self.notice_days) if self.newest else None

    def state(self, now: datetime) -> RoundState:
        """Give where it stands *now*; the deadline itself no longer collects."""
        if self.newest is not None and self.newest.passed is not False:
            return RoundState.DONE if self.newest.passed else RoundState.PLANNED
        return RoundState.COLLECTING if now < self.closes_at else RoundState.CLOSED


def mode_of(session: Session, programme_id: int) -> Mode:
    """Give how a programme's pool is shared; all versions of its policy agree on it."""
    version = policy_versions(session, programme_id)[0]
    return policy_of_dict(version.parts["matching"], "matching").mode


def rounds_of(session: Session, programme_id: int) -> list[RoundRow]:
    """List a pool's rounds, the newest first."""
    return _rounds(session, MatchRound.programme_id == programme_id)


def get_round(session: Session, round_id: int) -> RoundRow:
    """Give one round.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _rounds(session, MatchRound.id == round_id)
    if not found:
        raise NotVisible
    return found[0]


def round_of_plan(session: Session, plan_id: int) -> RoundRow:
    """Give the round of a plan.

    Raises:
        NotVisible: there is no such plan.
    """
    return get_round(session, session.scalar(select(MatchPlan.round_id).where(MatchPlan.id == plan_id)) or 0)


def rounds_waiting(session: Session, actor: Actor, now: datetime) -> list[RoundRow]:
    """List the rounds that wait for this actor: to be planned, or to be decided on by somebody else than planned."""
    if not actor.has_any(Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER):
        return []
    done = select(MatchPlan.round_id).join(MatchPlanDecision).where(MatchPlanDecision.passed)
    rows = _rounds(session, MatchRound.id.not_in(done))
    return [row for row in rows if _waits_for(row, actor, now)]


def _waits_for(row: RoundRow, actor: Actor, now: datetime) -> bool:
    state = row.state(now)
    if state is RoundState.CLOSED:
        return actor.has(Role.FOUNDATION_OFFICER, row.place_path)
    plan, due = row.newest, row.approved_from
    ripe = state is RoundState.PLANNED and plan is not None and due is not None and now >= due
    approver = actor.has(Role.FOUNDATION_APPROVER, row.place_path)
    return bool(ripe and approver and plan is not None and plan.planned_by_id != actor.person_id)


def _rounds(session: Session, *where: Any) -> list[RoundRow]:
    query = (
        select(MatchRound, Programme.name, Place.path)
        .join(Programme, Programme.id == MatchRound.programme_id)
        .join(Place, Place.id == Programme.place_id)
        .where(*where)
        .order_by(MatchRound.id.desc())
    )
    rows = session.execute(query).all()
    plans = _plans(session, [row[0].id for row in rows])
    return [
        RoundRow(r.id, r.programme_id, name, path, r.number, r.kind, r.closes_at, r.notice_days, r.opened_at,
                 tuple(plans.get(r.id, ())))
        for r, name, path in rows
    ]  # fmt: skip


def _plans(session: Session, round_ids: Sequence[int]) -> dict[int, list[PlanRow]]:
    query = (
        select(MatchPlan, MatchPlanDecision)
        .outerjoin(MatchPlanDecision, MatchPlanDecision.plan_id == MatchPlan.id)
        .where(MatchPlan.round_id.in_(round_ids))
        .order_by(MatchPlan.revision.desc())
    )
    rows = session.execute(query).all()
    titles = _titles(session, {award["claim"] for plan, _d in rows for award in plan.awards})
    found: dict[int, list[PlanRow]] = {}
    for plan, decision in rows:
        shares = tuple(_share(award, titles) for award in plan.awards)
        said = (decision.passed, decision.note, decision.decided_at) if decision else (None, "", None)
        row = PlanRow(plan.id, plan.revision, plan.pool_fen, plan.left_fen, shares, plan.planned_by_id,
                      plan.planned_at, *said)  # fmt: skip
        found.setdefault(plan.round_id, []).append(row)
    return found


def _titles(session: Session, claim_ids: set[int]) -> dict[int, tuple[int, str]]:
    query = select(MatchClaim.id, Project.id, Project.title).join(Project, Project.id == MatchClaim.project_id)
    rows = session.execute(query.where(MatchClaim.id.in_(claim_ids)))
    return {number: (project, title) for number, project, title in rows}


def _share(award: dict[str, Any], titles: dict[int, tuple[int, str]]) -> Share:
    project, title = titles[award["claim"]]
    return Share(award["claim"], award["place"], project, title, award["owed"], award["granted"], award["told"])
