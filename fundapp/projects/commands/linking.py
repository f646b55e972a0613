"""Link two projects as the same or as rivals, answer what was asked, and end a link."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import NOBODY, Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.notify.commands import tell_people
from fundapp.projects import policy, texts
from fundapp.projects.commands.moves import lock_project
from fundapp.projects.link_models import ProjectLink, ProjectLinkStep
from fundapp.projects.linking import LinkKind, LinkState, LinkStep, against_linking, pair_of
from fundapp.projects.links import above, link_of, open_links, people_of
from fundapp.projects.queries import ProjectRow, get_project


@dataclass(frozen=True)
class LinkProjects:
    """Link a project with another: as its double, which the other carries on, or as its rival."""

    project_id: int
    other_id: int
    kind: LinkKind
    reason: str


@dataclass(frozen=True)
class AnswerLink:
    """Say what becomes of a link."""

    link_id: int
    step: LinkStep
    reason: str = ""


def link_projects(session: Session, actor: Actor, cmd: LinkProjects, clock: Clock) -> ProjectLink:
    """Link two projects: at once by a worker of both who has a task in neither; else it waits for such a worker.

    Nobody's answer or vote moves from one project to the other.

    Raises:
        NotVisible: there is no such project, or not for this actor.
        Forbidden: neither a worker of both places, nor the proposer or of the group of one of them.
        Refused: no reason; a project that is not there, ended, lies in another community, or is linked with this
            one; a double after its vote, or one that already has a link; two rivals that were both chosen.

    Source: peers.md row 5.
    """
    if cmd.other_id == cmd.project_id:
        raise Refused("projects.link_no_such", field="other")
    for number in sorted((cmd.project_id, cmd.other_id)):
        _hold(session, number, cmd.project_id)
    now = clock.now(session)
    row, other = get_project(session, cmd.project_id, actor), _other(session, cmd.other_id, actor)
    people = people_of(session, row.id, other.id)
    decides = policy.against_deciding_link(actor, people, row.place_path, other.place_path) is None
    policy.refuse_if(None if decides or actor.person_id in people else "projects.link_not_yours")
    _check(session, cmd, row, other)
    first, second = pair_of(cmd.kind, row.id, other.id)
    link = ProjectLink(
        project_id=first,
        other_id=second,
        kind=cmd.kind,
        reason=cmd.reason.strip(),
        made_by_id=actor.person_id,
        at=now,
    )
    session.add(link)
    session.flush()
    if decides:
        _step(session, actor, link, LinkStep.STANDS, "", now)
    else:
        _tell(session, actor, link, None, now)
    record(session, actor, "projects.link", f"project:{row.id}", now, other=other.id, kind=cmd.kind.value)
    return link


def answer_link(session: Session, actor: Actor, cmd: AnswerLink, clock: Clock) -> LinkState:
    """Let a link stand, decline it, take back what one asked for, or end what stood; nothing is ever deleted.

    Raises:
        NotVisible: there is no such link, or its projects are not for this actor.
        Forbidden: not a worker of both places, or one with a task in a project; taken back by somebody else.
        Refused: it was answered already, or does not stand; no reason where one is needed; what spoke against the link.
    """
    link, _state = link_of(session, cmd.link_id)
    for number in sorted((link.project_id, link.other_id)):
        _hold(session, number, 0)
    now = clock.now(session)
    state = link_of(session, cmd.link_id)[1]
    row, other = get_project(session, link.project_id, actor), get_project(session, link.other_id, actor)
    people = people_of(session, row.id, other.id)
    policy.refuse_if(
        policy.against_answering_link(
            actor, cmd.step, state, link.made_by_id, people, (row.place_path, other.place_path)
        )
    )
    if cmd.step in (LinkStep.DECLINED, LinkStep.ENDED) and not cmd.reason.strip():
        raise Refused("projects.link_needs_reason", field="reason")
    if cmd.step is LinkStep.STANDS:
        _check_ends(session, link.kind, row, other)
    _step(session, actor, link, cmd.step, cmd.reason.strip(), now)
    record(session, actor, "projects.answer_link", f"project:{row.id}", now, link=link.id, step=cmd.step.value)
    return LinkState(cmd.step.value)


def _hold(session: Session, number: int, own: int) -> None:
    try:
        lock_project(session, number)
    except NotVisible:
        if number == own:
            raise
        raise Refused("projects.link_no_such", field="other") from None


def _other(session: Session, number: int, actor: Actor) -> ProjectRow:
    try:
        return get_project(session, number, actor)
    except NotVisible:
        raise Refused("projects.link_no_such", field="other") from None


def _check(session: Session, cmd: LinkProjects, row: ProjectRow, other: ProjectRow) -> None:
    if not cmd.reason.strip():
        raise Refused("projects.link_needs_reason", field="reason")
    if above(row.place_path) != above(other.place_path):
        raise Refused("projects.link_elsewhere", field="other")
    pair = {row.id, other.id}
    if any({link.project_id, link.other_id} == pair for link, _state in open_links(session, pair)):
        raise Refused("projects.linked_already", field="other")
    _check_ends(session, cmd.kind, row, other)


def _check_ends(session: Session, kind: LinkKind, row: ProjectRow, other: ProjectRow) -> None:
    """Check both ends: their stages, and that who is carried on by another has no other link."""
    against = against_linking(kind, row.stage, other.stage)
    if against:
        raise Refused(against, field="kind" if against == "projects.link_too_late" else "other")
    for link, state in open_links(session, (row.id, other.id)):
        if state is not LinkState.STANDS:
            continue
        carried = link.kind is LinkKind.DUPLICATE and link.project_id in (row.id, other.id)
        if carried or (kind is LinkKind.DUPLICATE and row.id in (link.project_id, link.other_id)):
            raise Refused("projects.link_one_carries", field="other")


def _step(session: Session, actor: Actor, link: ProjectLink, step: LinkStep, reason: str, now: datetime) -> None:
    session.add(ProjectLinkStep(link_id=link.id, step=step, reason=reason, person_id=actor.person_id, at=now))
    session.flush()
    _tell(session, actor, link, step, now, reason)


def _tell(
    session: Session, actor: Actor, link: ProjectLink, step: LinkStep | None, now: datetime, reason: str = ""
) -> None:
    """Tell the proposers and groups of both projects, but for who did it; of what is not public yet, no title."""
    pair = (link.project_id, link.other_id)
    titles = {number: get_project(session, number).title for number in pair}
    shown = {number: _public_title(session, number) for number in pair}
    told: set[int] = {actor.person_id or 0}
    for number in pair:
        people = people_of(session, number) - told
        one, other = (titles[here] if here == number else shown[here] for here in pair)
        tell_people(session, people, texts.link_message(link, one, other, step, reason, number), now)
        told |= people


def _public_title(session: Session, number: int) -> str:
    """Give the title that everybody may see, or words for a proposal in its first check."""
    try:
        return get_project(session, number, NOBODY).title
    except NotVisible:
        return texts.not_public_yet()
