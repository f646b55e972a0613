"""The deeds of a pool that is shared all at once: open a round, plan it, decide on the plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.matching.allocation import Mode
from fundapp.matching.facts import claim_of
from fundapp.matching.lapsing import lapse_due
from fundapp.matching.models import MatchClaim, Step
from fundapp.matching.policy import check_may_approve_plan, check_may_fund, check_may_plan
from fundapp.matching.policy_text import policy_of_dict
from fundapp.matching.pool import available, book_of, lock_pool
from fundapp.matching.queries import cut_by_claim, decided_steps, granted_by_claim, live_claims, places_of
from fundapp.matching.queries.rounds import RoundRow, RoundState, get_round, mode_of, round_of_plan, rounds_of
from fundapp.matching.round_models import MatchPlan, MatchPlanDecision, MatchRound, RoundKind
from fundapp.matching.rules import Demand, allocate, weight
from fundapp.matching.serving import hold_for
from fundapp.programmes.queries import ProgrammeRow, check_signed, get_policy

__all__ = [
    "NewPlanDecision", "NewRound", "Worked", "check_collecting", "decide_plan", "open_round", "plan_round",
    "worked_out",
]  # fmt: skip
Award = dict[str, Any]


@dataclass(frozen=True)
class NewRound:
    """A round: its kind, until when it collects (none for a supplementary one), how long its plan stands in public."""

    programme_id: int
    op_key: str
    kind: RoundKind
    closes_at: datetime | None
    notice_days: int


def open_round(session: Session, actor: Actor, cmd: NewRound, clock: Clock) -> MatchRound:
    """Open a round of a pool that is shared all at once.

    Raises:
        Forbidden: neither a foundation officer of the place nor an administrator (``matching.not_your_step``).
        Refused: ``web.used_key``, ``matching.queue_pool``, ``matching.round_running``, ``matching.round_too_short``,
            ``matching.collected_first``, ``matching.nothing_left_to_share``, ``programmes.unsigned``.
    """
    programme = lock_pool(session, cmd.programme_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"kind": cmd.kind, "notice_days": cmd.notice_days}
    if cmd.closes_at is not None:
        said["closes_at"] = cmd.closes_at
    standing = done_before(session, MatchRound, key, programme_id=programme.id, **said)
    if standing is not None:
        return standing
    check_may_fund(actor, programme.place_path)
    check_signed(session, programme.id)
    number = _next_number(session, programme)
    closes_at = _closing_of(session, actor, programme, cmd, number, now)
    row = MatchRound(
        programme_id=programme.id, number=number, kind=cmd.kind, op_key=key, closes_at=closes_at,
        notice_days=cmd.notice_days, opened_by_id=actor.person_id, opened_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "matching.open_round", f"programme:{programme.id}", now, round=row.id)
    return row


def _next_number(session: Session, programme: ProgrammeRow) -> int:
    if mode_of(session, programme.id) is Mode.QUEUE:
        raise Refused("matching.queue_pool")
    before = rounds_of(session, programme.id)
    if before and (before[0].newest is None or not before[0].newest.passed):
        raise Refused("matching.round_running")
    return len(before) + 1


def _closing_of(
    session: Session, actor: Actor, programme: ProgrammeRow, cmd: NewRound, number: int, now: datetime
) -> datetime:
    if cmd.kind is RoundKind.COLLECTED:
        if cmd.closes_at is None or cmd.closes_at <= now:
            raise Refused("matching.round_too_short", field="closes_at")
        return cmd.closes_at
    if number == 1:
        raise Refused("matching.collected_first", field="kind")
    if not worked_out(session, actor, programme, now, now).awards:
        raise Refused("matching.nothing_left_to_share", field="kind")
    return now


def check_collecting(session: Session, programme_id: int, now: datetime) -> None:
    """See that a pool takes claims now: one served as a queue always does, one shared all at once in a round.

    Raises:
        Refused: no round collects (``matching.no_round``).
    """
    if mode_of(session, programme_id) is Mode.QUEUE:
        return
    found = rounds_of(session, programme_id)
    if not found or found[0].state(now) is not RoundState.COLLECTING:
        raise Refused("matching.no_round")


@dataclass(frozen=True)
class Worked:
    """What a round comes to as of now: what there is to share, and the awards that are not nothing."""

    pool: int
    awards: list[Award]

    @property
    def left(self) -> int:
        """Give what stays in the pool."""
        return self.pool - sum(int(award["granted"]) for award in self.awards)


def worked_out(session: Session, actor: Actor, programme: ProgrammeRow, closes_at: datetime, now: datetime) -> Worked:
    """Share the open part of a pool among the claims that were made until *closes_at*, by what each still lacks."""
    claims = [claim for claim in live_claims(session, programme.id) if claim.claimed_at <= closes_at]
    numbers = [claim.id for claim in claims]
    got, cut = granted_by_claim(session, numbers), cut_by_claim(session, numbers)
    pool = available(session, book_of(session, actor, programme, now), programme)
    owing = [c for c in claims if fen(c.entitled_fen) - cut.get(c.id, 0) - got.get(c.id, 0) > 0]
    if not owing:
        return Worked(pool, [])
    policies = {c.id: _policy_of(session, c) for c in owing}
    demands = [
        Demand(
            fen(c.entitled_fen) - cut.get(c.id, 0) - got.get(c.id, 0), fen(c.viable_fen), got.get(c.id, 0),
            weight(policies[c.id], claim_of(c.facts)),
        )
        for c in owing
    ]  # fmt: skip
    places, grants = places_of(session, programme.id), allocate(policies[owing[0].id], demands, pool)
    return Worked(
        pool,
        [
            {"claim": c.id, "place": places[c.id], "owed": d.owed, "granted": g.amount, "told": g.told}
            for c, d, g in zip(owing, demands, grants, strict=True)
        ],
    )


def _policy_of(session: Session, claim: MatchClaim) -> Any:
    return policy_of_dict(get_policy(session, claim.policy_version_id).parts["matching"], "matching")


def plan_round(session: Session, actor: Actor, round_id: int, op_key: str, clock: Clock) -> MatchPlan:
    """Work out a round and publish it; again where the plan before was refused or no longer fits what is there.

    Raises:
        NotVisible: no such round.
        Forbidden: not a foundation officer of the place (``matching.not_your_step``).
        Refused: ``web.used_key``, ``matching.round_collecting``, ``matching.round_done``, ``matching.review_first``
            (fact ``count``), ``matching.planned``.
    """
    programme = lock_pool(session, get_round(session, round_id).programme_id)
    now = clock.now(session)
    key = own_key(actor, op_key)
    standing = done_before(session, MatchPlan, key, round_id=round_id)
    if standing is not None:
        return standing
    row = get_round(session, round_id)
    check_may_plan(actor, programme.place_path)
    lapse_due(session, actor, programme, now)
    found = worked_out(session, actor, programme, row.closes_at, now)
    _check_may_be_planned(session, row, found, now)
    made = MatchPlan(
        round_id=row.id, revision=len(row.plans) + 1, op_key=key, pool_fen=from_fen(found.pool),
        left_fen=from_fen(found.left), awards=found.awards, planned_by_id=actor.person_id, planned_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(session, actor, "matching.plan_round", f"programme:{programme.id}", now, plan=made.id)
    return made


def _check_may_be_planned(session: Session, row: RoundRow, found: Worked, now: datetime) -> None:
    state = row.state(now)
    if state in (RoundState.COLLECTING, RoundState.DONE):
        raise Refused(f"matching.round_{state.value}")
    unseen = _unreviewed(session, [award["claim"] for award in found.awards])
    if unseen:
        raise Refused("matching.review_first", count=unseen)
    if state is RoundState.PLANNED and row.newest is not None and _same(row.newest, found):
        raise Refused("matching.planned")


def _unreviewed(session: Session, claim_ids: Sequence[int]) -> int:
    return sum(Step.STREET_REVIEW not in steps for steps in decided_steps(session, claim_ids).values())


def _same(plan: Any, found: Worked) -> bool:
    told = [{"claim": s.claim_id, "place": s.place, "owed": s.owed, "granted": s.amount, "told": s.told}
            for s in plan.shares]  # fmt: skip
    return fen(plan.pool) == found.pool and told == found.awards


@dataclass(frozen=True)
class NewPlanDecision:
    """What the approver makes of a plan."""

    plan_id: int
    op_key: str
    passed: bool
    note: str


def decide_plan(session: Session, actor: Actor, cmd: NewPlanDecision, clock: Clock) -> MatchPlanDecision:
    """Approve a plan, which holds every share for its ticket at once; or send it back with a reason.

    Raises:
        NotVisible: no such plan.
        Forbidden: see :func:`fundapp.matching.policy.check_may_approve_plan`.
        Refused: ``web.used_key``, ``matching.decided``, ``matching.newer_plan``, ``matching.reason_needed``,
            ``matching.notice_runs`` (fact ``until``), ``matching.plan_outdated``: pool or claims have changed.
    """
    programme = lock_pool(session, round_of_plan(session, cmd.plan_id).programme_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"passed": cmd.passed, "note": cmd.note.strip()}
    standing = done_before(session, MatchPlanDecision, key, plan_id=cmd.plan_id, **said)
    if standing is not None:
        return standing
    row = round_of_plan(session, cmd.plan_id)
    plan = next(one for one in row.plans if one.id == cmd.plan_id)
    check_may_approve_plan(actor, programme.place_path, plan.planned_by_id)
    if plan.passed is not None:
        raise Refused("matching.decided")
    if plan is not row.newest:
        raise Refused("matching.newer_plan")
    _check_decision(session, actor, programme, row, cmd, now)
    made = MatchPlanDecision(plan_id=plan.id, op_key=key, **said, decided_by_id=actor.person_id, decided_at=now)
    session.add(made)
    session.flush()
    record(session, actor, "matching.decide_plan", f"programme:{programme.id}", now, plan=plan.id)
    for share in plan.shares if cmd.passed else ():
        if share.amount:
            claim = session.get_one(MatchClaim, share.claim_id)
            hold_for(session, actor, programme, claim, share.amount, share.told, now)
    return made


def _check_decision(
    session: Session, actor: Actor, programme: ProgrammeRow, row: RoundRow, cmd: NewPlanDecision, now: datetime
) -> None:
    if not cmd.passed:
        if not cmd.note.strip():
            raise Refused("matching.reason_needed", field="note")
        return
    plan = row.newest
    ripe = plan.planned_at + timedelta(days=row.notice_days) if plan else now
    if now < ripe:
        raise Refused("matching.notice_runs", until=ripe)
    if not _same(plan, worked_out(session, actor, programme, row.closes_at, now)):
        raise Refused("matching.plan_outdated")
