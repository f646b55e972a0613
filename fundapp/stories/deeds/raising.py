"""Self-raised money and matching."""

from datetime import date
from typing import Any

from sqlalchemy import select

from fundapp.fundraising.commands import (
    NewContribution,
    NewHelp,
    decide_contribution,
    record_contribution,
    record_help,
)
from fundapp.fundraising.models import Contribution
from fundapp.fundraising.queries import raised
from fundapp.fundraising.rules import Giver, Means, Source, receipt_label, reference_code
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import fen, fen_of_text, from_fen, yuan_text
from fundapp.ledger.queries import pool_state
from fundapp.matching.commands import NewClaim, NewDecision, NewFunding, claim_match, decide, disburse, fund_pool
from fundapp.matching.models import MatchClaim, Step
from fundapp.matching.queries import get_claim
from fundapp.people.queries import actor_of
from fundapp.places.queries import units_of_compound
from fundapp.projects.queries import get_project
from fundapp.stories.deeds.ground import unit_of_door
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key, picture


def _day(scene: Scene) -> date:
    return local_date(scene.clock.at)


@deed("fundraising.record", "project source giver amount means door anonymous related purpose coded giver_kind")
def fundraising_record(scene: Scene) -> Facts:
    """Record money. Facts: receipt. ``coded``: the transfer carried the code of its household, or of none."""
    fields, project = scene.fields, get_project(scene.session, scene.thing("project"))
    source, door = fields.choice("source", Source), fields.text("door", "")
    unit_id = unit_of_door(scene, project.place_id, door) if door else None
    cmd = NewContribution(
        project_id=project.id,
        op_key=key(),
        source=source,
        unit_id=unit_id,
        giver=fields.text("giver"),
        anonymous=fields.yes("anonymous", False),
        related=fields.yes("related", False),
        amount=fields.money("amount"),
        means=fields.choice("means", Means, Means.CASH),
        received_on=_day(scene),
        proof_id=picture(scene.session, scene.actor, project.place_id, scene.clock),
        purpose=fields.text("purpose", ""),
        reference=reference_code(project.id, unit_id) if fields.yes("coded", False) else "",
        giver_kind=fields.choice("giver_kind", Giver, None),
    )
    made = record_contribution(scene.session, scene.actor, cmd, scene.clock)
    scene.make("contribution", made.id)
    return {"receipt": receipt_label(made.receipt_year, made.receipt_no)}


@deed("fundraising.decide", "contribution confirmed reason")
def fundraising_decide(scene: Scene) -> Facts:
    """Confirm or refuse recorded money. Fields: contribution, confirmed, reason."""
    number, confirmed = scene.thing("contribution"), scene.fields.yes("confirmed", True)
    decide_contribution(scene.session, scene.actor, number, confirmed, scene.fields.text("reason", ""), scene.clock)
    project = scene.session.get_one(Contribution, number).project_id
    return _raised(scene, project)


def _raised(scene: Scene, project_id: int) -> Facts:
    sums = raised(scene.session, [project_id])[project_id]
    return {source.value: yuan_text(sums.get(source, 0)) for source in Source if source is not Source.FOUNDATION}


@deed("fundraising.households", "project confirmed_by gifts")
def fundraising_households(scene: Scene) -> Facts:
    """Record many households' gifts, confirmed by another. Fields: project, confirmed_by, gifts ([{count, amount}])."""
    project = get_project(scene.session, scene.thing("project"))
    second = actor_of(scene.session, scene.thing("person", "confirmed_by"), scene.clock.at)
    proof = picture(scene.session, scene.actor, project.place_id, scene.clock)
    units = iter(units_of_compound(scene.session, project.place_id))
    for amount in _gifts(scene):
        unit = next(units)
        cmd = NewContribution(
            project.id, key(), Source.RESIDENTS, unit.id, f"演示·{unit.door}住户", True, False, from_fen(amount),
            Means.CASH, _day(scene), proof,
        )  # fmt: skip
        made = record_contribution(scene.session, scene.actor, cmd, scene.clock)
        decide_contribution(scene.session, second, made.id, True, "", scene.clock)
    return _raised(scene, project.id)


def _gifts(scene: Scene) -> list[int]:
    where, amounts = f"{scene.fields.where}, gifts", []
    for row in scene.fields.listed("gifts"):
        if not isinstance(row, dict) or set(row) != {"count", "amount"}:
            raise BadInput(where, repr(row), '{count = 70, amount = "305.70"}')
        amounts += [fen_of_text(row["amount"], where)] * row["count"]
    return amounts


@deed("fundraising.help", "project giver what value")
def fundraising_help(scene: Scene) -> Facts:
    """Record help in kind. Fields: project, giver, what, value."""
    fields = scene.fields
    value: Any = fields.money("value", None)
    cmd = NewHelp(scene.thing("project"), key(), fields.text("giver"), fields.text("what"), value)
    record_help(scene.session, scene.actor, cmd, scene.clock)
    return {}


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
    """Decide a step. Fields: claim, step (street_review, proposal, approval), passed, note. Facts: the pool."""
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
