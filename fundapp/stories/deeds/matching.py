"""The pool and matched money."""

from sqlalchemy import select

from fundapp.kernel.money import fen, yuan_text
from fundapp.ledger.queries import pool_state
from fundapp.matching.commands import NewClaim, NewDecision, NewFunding, claim_match, decide, disburse, fund_pool
from fundapp.matching.models import MatchClaim, Step
from fundapp.matching.queries import get_claim
from fundapp.matching.queries.rounds import get_round, round_of_plan
from fundapp.matching.round_models import RoundKind
from fundapp.matching.rounds import NewPlanDecision, NewRound, decide_plan, open_round, plan_round
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key


@deed("matching.fund", "programme amount origin")
def matching_fund(scene: Scene) -> Facts:
    """Put money into a pool. Fields: programme, amount, origin."""
    fields, programme = scene.fields, scene.thing("programme")
    cmd = NewFunding(programme, key(), fields.money("amount"), fields.text("origin"))
    fund_pool(scene.session, scene.actor, cmd, scene.clock)
    return _pool(scene, programme)


def _pool(scene: Scene, programme_id: int) -> Facts:
    state = pool_state(scene.session, programme_id)
    return {name: yuan_text(getattr(state, name)) for name in ("available", "held", "committed", "paid")}


@deed("matching.claim", "project viable")
def matching_claim(scene: Scene) -> Facts:
    """Claim matched money. Fields: project, viable. Facts: ticket, matchable, entitled, granted, givers."""
    cmd = NewClaim(scene.thing("project"), key(), scene.fields.money("viable"))
    made = claim_match(scene.session, scene.actor, cmd, scene.clock)
    scene.make("claim", made.id)
    return _claim(scene, made.id)


def _claim(scene: Scene, claim_id: int) -> Facts:
    claim = get_claim(scene.session, claim_id)
    amounts = {name: yuan_text(fen(getattr(claim, name))) for name in ("matchable", "entitled", "granted")}
    return {"ticket": claim.ticket, "givers": claim.givers, **amounts}


@deed("matching.decide", "claim step passed note")
def matching_decide(scene: Scene) -> Facts:
    """Decide a step. Fields: claim, step (street_review to approval), passed, note. Facts: the pool."""
    fields, claim = scene.fields, scene.thing("claim")
    cmd = NewDecision(claim, key(), fields.choice("step", Step), fields.yes("passed", True), fields.text("note", ""))
    decide(scene.session, scene.actor, cmd, scene.clock)
    return _pool(scene, scene.session.get_one(MatchClaim, claim).programme_id)


@deed("matching.pay", "claim")
def matching_pay(scene: Scene) -> Facts:
    """Pay what is promised to a claim's project. Fields: claim. Facts: the pool, and amount."""
    claim = scene.thing("claim")
    made = disburse(scene.session, scene.actor, claim, key(), scene.clock)
    programme = scene.session.scalar(select(MatchClaim.programme_id).where(MatchClaim.id == claim)) or 0
    return {**_pool(scene, programme), "amount": yuan_text(fen(made.amount_fen))}


@deed("matching.open_round", "programme kind closes notice_days")
def matching_open_round(scene: Scene) -> Facts:
    """Open a round of a pool that is shared all at once. Fields: programme, kind, closes, notice_days."""
    fields, kind = scene.fields, scene.fields.choice("kind", RoundKind, RoundKind.COLLECTED)
    closes_at = fields.instant("closes") if kind is RoundKind.COLLECTED else None
    cmd = NewRound(scene.thing("programme"), key(), kind, closes_at, fields.whole("notice_days", 3) or 0)
    made = open_round(scene.session, scene.actor, cmd, scene.clock)
    scene.make("match_round", made.id)
    return {"number": made.number}


@deed("matching.plan_round", "round")
def matching_plan_round(scene: Scene) -> Facts:
    """Work a round out. Fields: round. Facts: pool, left, and shares, the amounts in the order of tickets."""
    number = scene.thing("match_round", "round")
    made = plan_round(scene.session, scene.actor, number, key(), scene.clock)
    scene.make("match_plan", made.id)
    plan = get_round(scene.session, number).newest
    shares = [yuan_text(share.amount) for share in plan.shares] if plan else []
    return {"pool": yuan_text(fen(made.pool_fen)), "left": yuan_text(fen(made.left_fen)), "shares": shares}


@deed("matching.decide_plan", "plan passed note")
def matching_decide_plan(scene: Scene) -> Facts:
    """Decide on a plan. Fields: plan, passed, note. Facts: the pool."""
    fields, number = scene.fields, scene.thing("match_plan", "plan")
    cmd = NewPlanDecision(number, key(), fields.yes("passed", True), fields.text("note", ""))
    decide_plan(scene.session, scene.actor, cmd, scene.clock)
    return _pool(scene, round_of_plan(scene.session, number).programme_id)
