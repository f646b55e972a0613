"""Who has signed a claim, who is still needed, and why this person may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Refused
from fundapp.matching.apart import check_apart
from fundapp.matching.models import MatchDecision, Step
from fundapp.matching.policy import STEP_ROLE, check_may_decide
from fundapp.matching.queries import ClaimRow, parties_of, people_of
from fundapp.people.queries import names_of
from fundapp.people.texts import ROLES
from fundapp.projects.queries import get_project, tasks_of
from fundapp.web.refusals import sentence


@dataclass(frozen=True)
class Signature:
    """One step of a claim's band: decided by whom, when and how; ``passed`` is none while it is open."""

    step: Step
    role: str
    who: str
    at: datetime | None
    passed: bool | None
    note: str


def signatures(session: Session, actor: Actor, claim: ClaimRow) -> list[Signature]:
    """List the steps of a claim in their order; names are for those who work here."""
    query = select(MatchDecision).where(MatchDecision.claim_id == claim.id)
    done = {decision.step: decision for decision in session.scalars(query)}
    names = names_of(session, [decision.decided_by_id for decision in done.values()])
    named = any(actor.has(role, claim.place_path) for role in STEP_ROLE.values())
    return [_signature(step, done.get(step), names if named else {}) for step in claim.needs]


def _signature(step: Step, decision: MatchDecision | None, names: Mapping[int, str]) -> Signature:
    role = str(ROLES[STEP_ROLE[step]])
    if decision is None:
        return Signature(step, role, "", None, None, "")
    who = names.get(decision.decided_by_id, "")
    return Signature(step, role, who, decision.decided_at, decision.passed, decision.note)


def why_not(session: Session, actor: Actor, claim: ClaimRow, now: datetime) -> list[str]:
    """Say why this person may not decide the step that a claim waits for; empty where she may."""
    step = claim.waits_for
    if step is None:
        return [_("这次申请已经办完。")]
    project = get_project(session, claim.project_id)
    involved = {*tasks_of(session, project.id), *parties_of(session, claim.id)}
    try:
        check_may_decide(actor, project, step, involved, people_of(session, claim.id))
        check_apart(session, actor, project, involved, now)
    except Refused as refusal:
        return [sentence(refusal)]
    return []


def waits_for_money(claim: ClaimRow) -> str:
    """Say that a claim's place in the queue has not been reached, where it has not; it can only be refused then."""
    if claim.waits_for is None or claim.granted.amount > 0:
        return ""
    return _("资金池还没有给这个排位号预留资金，排到以后才能批准。")
