"""Who has signed a claim, who is still needed, and why this person may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Refused
from fundapp.matching.models import MatchDecision, Step
from fundapp.matching.policy import STEP_ROLE, check_may_decide, check_may_pay
from fundapp.matching.queries import ClaimRow, parties_of, people_of
from fundapp.people.queries import actor_of, names_of, people_as
from fundapp.people.texts import ROLES
from fundapp.projects.apart import check_apart
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


def why_not_pay(session: Session, actor: Actor, claim: ClaimRow, now: datetime) -> list[str]:
    """Say why this officer may not pay a claim's project; empty where she may."""
    project, involved = get_project(session, claim.project_id), parties_of(session, claim.id)
    try:
        check_may_pay(actor, project, involved, people_of(session, claim.id))
        check_apart(session, actor, project, {*tasks_of(session, project.id), *involved}, now)
    except Refused as refusal:
        return [sentence(refusal)]
    return []


def against(session: Session, actor: Actor, claim: ClaimRow, now: datetime) -> list[str]:
    """Say why this person may not decide, and what to do where nobody may."""
    why = why_not(session, actor, claim, now)
    left = nobody_left(session, claim, now) if why else ""
    return [*why, left] if left else why


def nobody_left(session: Session, claim: ClaimRow, now: datetime) -> str:
    """Say what to do where nobody who holds the role of a claim's next step may decide it; blank where somebody may.

    Asked for the people of that role in its place one by one, by the checks that the deed itself makes.
    """
    step = claim.waits_for
    if step is None:
        return ""
    role = STEP_ROLE[step]
    holders = sorted(people_as(session, role, claim.place_path, now))
    if any(not why_not(session, actor_of(session, one, now), claim, now) for one in holders):
        return ""
    said = _(
        "有 %(n)s 人是%(role)s，都办过这次申请的其他步骤、经手过这个项目，或者与它有关联。",
        n=len(holders),
        role=ROLES[role],
    )
    todo = _(
        "没有人可以办这一步：请管理员在“设置：人员和权限”里，给没有经手过这个项目的另一个人本地方“%(role)s”的身份，由这个人办理。",
        role=ROLES[role],
    )
    return (said if holders else "") + todo


def waits_for_money(claim: ClaimRow) -> str:
    """Say that a claim's place in the queue has not been reached, where it has not; it can only be refused then."""
    if claim.waits_for is None or claim.granted.amount > 0:
        return ""
    return _("资金池还没有给这个排位号预留资金，排到以后才能批准。")
