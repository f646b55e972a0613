"""Hand in a proposal, or a change of one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import ask, tell
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.places.queries import get_place, places_below
from fundapp.places.rules import PlaceKind
from fundapp.programmes.queries import get_policy, policy_in_force
from fundapp.projects import policy, rules, texts
from fundapp.projects.changes import Asked, Change, changes, is_material
from fundapp.projects.commands.drafting import hold_own, keep_draft
from fundapp.projects.commands.moves import lock_project, move_on
from fundapp.projects.events import ProjectMaterialEdit, ProjectSubmitted
from fundapp.projects.models import CostLine, Project, ProjectVersion
from fundapp.projects.queries import content_of_version, newest_version, version
from fundapp.projects.rules import ASKED_STAGES, FIRST_TEXT_STAGES, CostItem, ProposalText, Stage
from fundapp.projects.sharing import BETWEEN, check_buildings


@dataclass(frozen=True)
class SubmitProposal:
    """Hand in a text; ``confirmed`` says that the proposer has read what is not paid for.

    ``warned`` is the fingerprint of the text of which she was told, before she sent it, that households will be asked
    again about it.
    """

    project_id: int
    text: ProposalText
    confirmed: bool = True
    warned: str = ""


def submit_proposal(session: Session, actor: Actor, cmd: SubmitProposal, clock: Clock) -> Project:
    """Hand in a first text, a text that was returned, or a change of a text that others have seen.

    Each change makes a new version. The first version pins the policy in force. A material change of a project about
    which households are or were asked sends it back to 可行: they will be asked again. It is measured against the text
    that they were asked about, and taken only from a proposer who was warned of it.

    Raises:
        Forbidden: another person's proposal, or one whose text is fixed by now.
        NotVisible: there is no such proposal, or it is another person's draft.
        Refused: something is missing, the lines do not add up, the budget is above the policy's cap for this kind, no
            policy is in force, nothing changed, something speaks against changing it (money that came in), or
            households would have to be asked again and the proposer was not warned of this very text.

    Source: peers.md failure 17; domain.md section 1.2.

    """
    project = hold_own(session, actor, cmd.project_id)
    now = clock.now(session)
    policy.refuse_if(policy.against_editing(actor, project.proposer_id, project.stage))
    if not cmd.confirmed:
        raise Refused("projects.not_confirmed", "confirmed")
    text = trimmed(cmd.text)
    rules.check_text(text)
    if text.shared is not None:
        places = places_below(session, get_place(session, project.place_id).path, PlaceKind.BUILDING)
        check_buildings(text.shared, {place.name for place in places})
    _pin_policy(session, project, text, now)
    old = content_of_version(session, newest_version(session, project.id))
    content = rules.content_of(text)
    if project.stage in FIRST_TEXT_STAGES:
        return _first_text(session, actor, project, text, content, old, now)
    return _changed_text(session, actor, project, cmd, text, old or {}, now)


def _first_text(
    session: Session,
    actor: Actor,
    project: Project,
    text: ProposalText,
    content: dict[str, Any],
    old: dict[str, Any] | None,
    now: datetime,
) -> Project:
    """Hand in a draft or a returned text; one that was returned for its photos alone keeps its version."""
    if old != content:
        _add_version(session, actor, project, text, content, now, material=old is None or is_material(old, content))
    version_id = newest_version(session, project.id)
    moved = move_on(session, actor, project.id, Stage.SUBMITTED, now)
    record(session, actor, "projects.submit", f"project:{project.id}", now, version=project.version)
    tell(session, ProjectSubmitted(project.id, version_id or 0, project.place_id, now))
    return moved


def _changed_text(
    session: Session,
    actor: Actor,
    project: Project,
    cmd: SubmitProposal,
    text: ProposalText,
    old: dict[str, Any],
    now: datetime,
) -> Project:
    content = rules.content_of(text)
    if content == old:
        raise Refused("projects.nothing_changed")
    asked = ask("projects.asked", session, project.id) if project.stage in ASKED_STAGES else None
    found = changes_since_asked(session, asked, old, content)
    material = any(change.material for change in found)
    if material and asked is not None:
        _check_may_ask_again(session, project.id, cmd, content, now)
    version = _add_version(session, actor, project, text, content, now, material=material)
    record(session, actor, "projects.edit", f"project:{project.id}", now, version=version.number, material=material)
    if not material or asked is None:
        return project
    reason = texts.material_reason(found, asked.rise)
    moved = move_on(session, actor, project.id, Stage.FEASIBLE, now, reason)
    tell(session, ProjectMaterialEdit(project.id, version.id, actor.person_id, reason, now))
    return moved


def changes_since_asked(
    session: Session, asked: Asked | None, newest: dict[str, Any], content: dict[str, Any]
) -> list[Change]:
    """List what a text changes: against what households were asked about, or the newest text where nobody was."""
    if asked is None:
        return changes(newest, content)
    return changes(content_of_version(session, asked.version_id) or newest, content, asked.rise)


def _check_may_ask_again(
    session: Session, project_id: int, cmd: SubmitProposal, content: dict[str, Any], now: datetime
) -> None:
    for code in ask("projects.what_speaks_against_editing", session, project_id, now):
        raise Refused(code)
    if cmd.warned != rules.content_hash(content):
        raise Refused("projects.not_warned")


def _pin_policy(session: Session, project: Project, text: ProposalText, now: datetime) -> None:
    """Pin the policy in force with the first version, and check the budget against the pinned one."""
    if project.policy_version_id is None:
        found = policy_in_force(session, project.programme_id, now)
        if found is None:
            raise Refused("projects.no_policy")
        project.policy_version_id = found.id
    else:
        found = get_policy(session, project.policy_version_id)
    rules.check_cap(text, rules.limits_of(found.parts.get("limits")))


def _add_version(
    session: Session,
    actor: Actor,
    project: Project,
    text: ProposalText,
    content: dict[str, Any],
    now: datetime,
    *,
    material: bool,
) -> ProjectVersion:
    version = ProjectVersion(
        project_id=project.id,
        number=project.version + 1,
        title=text.title,
        why=text.why,
        location=text.location,
        kind=text.kind,
        theme=text.theme,
        beneficiaries=text.beneficiaries,
        origin=text.origin,
        payers=text.payers,
        budget_fen=text.total,
        sharing=text.shared.how if text.shared else None,
        sharing_fen=text.shared.amount if text.shared else None,
        sharing_buildings=BETWEEN.join(text.shared.buildings) if text.shared else "",
        content_hash=rules.content_hash(content),
        material=material,
        made_by_id=actor.person_id,
        made_at=now,
    )
    session.add(version)
    session.flush()
    for position, line in enumerate(text.lines, start=1):
        session.add(CostLine(version_id=version.id, position=position, name=line.name, amount_fen=line.amount))
    project.version, project.title = version.number, version.title
    keep_draft(session, project.id, rules.typed_of(text), now)
    session.flush()
    return version


def keep_lines(
    session: Session, actor: Actor, project_id: int, lines: tuple[CostItem, ...], now: datetime
) -> ProjectVersion:
    """Go on with some of the cost lines only, as was decided beforehand; the caller holds the project.

    It is no material change: nothing else than less money, by what the neighbours knew. A sum that households bear
    together never exceeds the new budget.
    """
    project = lock_project(session, project_id)
    text = replace(newest_text(session, project_id), lines=lines, budget=None)
    if text.shared is not None and text.shared.amount > text.total:
        text = replace(text, shared=replace(text.shared, amount=text.total))
    made = _add_version(session, actor, project, text, rules.content_of(text), now, material=False)
    record(session, actor, "projects.keep_lines", f"project:{project.id}", now, version=made.number)
    return made


def newest_text(session: Session, project_id: int) -> ProposalText:
    """Give the text of a project's newest version."""
    return version(session, newest_version(session, project_id) or 0).text


def trimmed(text: ProposalText) -> ProposalText:
    """Drop the blanks around the words of a text."""
    lines = tuple(replace(line, name=line.name.strip()) for line in text.lines)
    words = {name: getattr(text, name).strip() for name in ("title", "why", "location", "origin", "payers")}
    return replace(text, lines=lines, **words)
