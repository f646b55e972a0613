"""What the pages of proposals show: several readings put together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fundapp.db.wiring import ask
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible
from fundapp.places.models import PlaceKind
from fundapp.places.queries import PlaceRow, places_below, places_by_id
from fundapp.programmes.queries import ProgrammeRow, get_policy, policy_in_force, programmes_for
from fundapp.projects import policy, queries
from fundapp.projects.changes import Asked, Change, changes, percent_text
from fundapp.projects.commands.submitting import trimmed
from fundapp.projects.linking import LinkStep
from fundapp.projects.links import LinkRow, link_of, links_of, people_of, similar_to
from fundapp.projects.models import StageChange
from fundapp.projects.naming import candidates
from fundapp.projects.queries import MemberRow, Photo, ProjectRow, VersionRow
from fundapp.projects.rules import ProposalText, Stage, content_hash, content_of, limits_of
from fundapp.rosters.heads import masked


@dataclass(frozen=True)
class Offer:
    """Where somebody may propose, from which programmes, and why she may not."""

    places: list[PlaceRow]
    programmes: list[ProgrammeRow]
    reasons: list[str]


@dataclass(frozen=True)
class ProposalPage:
    """A proposal with all that is said about it, and what speaks against each deed (refusal codes)."""

    row: ProjectRow
    newest: VersionRow | None
    earlier: list[VersionRow]
    typed: dict[str, Any]
    photos: list[Photo]
    history: list[StageChange]
    group: list[MemberRow]
    caps: dict[Any, Any]
    own: bool
    against_editing: str | None
    against_withdrawing: str | None
    against_checking: str | None
    against_forming: str | None
    against_linking: str | None
    links: tuple[LinkRow, ...]
    similar: list[ProjectRow]

    @property
    def answered(self) -> StageChange | None:
        """Give the last answer of the first check, where the proposal stands at it."""
        last = self.history[-1] if self.history else None
        return last if last is not None and last.to_stage in (Stage.RETURNED, Stage.REJECTED) else None


@dataclass(frozen=True)
class Warning:
    """What a change would do to the households' answers: what differs, and who would be asked again."""

    changes: list[Change]
    asked: Asked
    version: int
    fingerprint: str

    @property
    def rise(self) -> str:
        """Give the rise of the cost from which on households are asked again, in words."""
        return percent_text(self.asked.rise)


def warning_of(session: Session, row: ProjectRow, text: ProposalText) -> Warning:
    """Say what a text changes of the one that households were asked about, before it is handed in.

    Raises:
        NotVisible: no household was asked, or what they were asked about stands no longer.
    """
    asked: Asked | None = ask("projects.asked", session, row.id)
    if asked is None:
        raise NotVisible
    content, before = content_of(trimmed(text)), queries.version(session, asked.version_id)
    found = changes(content_of(before.text), content, asked.rise)
    return Warning(found, asked, before.number, content_hash(content))


def compounds_of(session: Session, actor: Actor) -> list[PlaceRow]:
    """List the compounds in which an actor may propose: those of her households, and those she works for."""
    above = {int(part) for path in actor.unit_paths for part in path.strip("/").split("/")}
    found = {row.id: row for row in places_by_id(session, sorted(above)).values()} if above else {}
    for grant in actor.grants:
        if grant.role is Role.WORKER:
            found |= {row.id: row for row in places_below(session, grant.path, PlaceKind.COMPOUND)}
    return sorted((row for row in found.values() if row.kind is PlaceKind.COMPOUND), key=lambda row: row.path)


def offer(session: Session, actor: Actor, now: datetime) -> Offer:
    """Say where and from which programmes an actor may propose."""
    places = compounds_of(session, actor)
    programmes: dict[int, ProgrammeRow] = {}
    for place in places:
        programmes |= {row.id: row for row in programmes_for(session, place.path, now)}
    reasons = [] if places else ["projects.not_resident"]
    if places and not programmes:
        reasons = ["projects.no_programme"]
    return Offer(places, list(programmes.values()), reasons)


def proposal_page(session: Session, actor: Actor, project_id: int) -> ProposalPage:
    """Give a proposal to its proposer, to who checks it and to other staff of its place.

    Raises:
        NotVisible: there is none of this number, or it is not for this actor (the public has a page of its own).
    """
    row = queries.get_project(session, project_id, actor)
    own = row.proposer_id == actor.person_id
    group = queries.group_of_project(session, project_id)
    if not own and not _on_staff(actor, row.place_path) and actor.person_id not in {one.person_id for one in group}:
        raise NotVisible
    texts = queries.versions(session, project_id)
    given = (actor, row.proposer_id, row.stage)
    return ProposalPage(
        row=row,
        newest=texts[0] if texts else None,
        earlier=texts[1:],
        typed=(queries.draft_of(session, project_id) or {}) if own else {},
        photos=queries.photos_of(session, [project_id])[project_id],
        history=queries.history(session, project_id),
        group=group,
        caps=_caps(session, row),
        own=own,
        against_editing=policy.against_editing(*given),
        against_withdrawing=policy.against_withdrawing(*given),
        against_checking=policy.against_checking(*given, row.place_path),
        against_forming=policy.against_forming(*given, row.place_path),
        against_linking=policy.against_linking(actor, row, {one.person_id for one in group}),
        links=links_of(session, row.id, actor, public=False),
        similar=similar_to(session, row, actor) if policy.works_for(actor, row.place_path) else [],
    )


@dataclass(frozen=True)
class LinkPage:
    """A link with both projects, and the steps that this actor may take; without any, why not (refusal code)."""

    row: ProjectRow
    other: ProjectRow
    link: LinkRow
    steps: list[LinkStep]
    why_not: str | None


def link_page(session: Session, actor: Actor, link_id: int) -> LinkPage:
    """Give a link to who may see one of its projects as its proposer, its group, or staff of its place.

    Raises:
        NotVisible: there is none of this number, or it is not for this actor.
    """
    link, state = link_of(session, link_id)
    row, other = (queries.get_project(session, number, actor) for number in (link.project_id, link.other_id))
    people = people_of(session, row.id, other.id)
    paths = (row.place_path, other.place_path)
    if actor.person_id not in people and not any(_on_staff(actor, path) for path in paths):
        raise NotVisible
    against = {
        step: policy.against_answering_link(actor, step, state, link.made_by_id, people, paths) for step in LinkStep
    }
    shown = next(one for one in links_of(session, row.id, actor, public=False) if one.id == link.id)
    return LinkPage(row, other, shown, [step for step in LinkStep if not against[step]], against[LinkStep.STANDS])


def to_be_named(session: Session, actor: Actor, row: ProjectRow, clock: Clock) -> list[tuple[str, str]]:
    """Offer login names with doors and masked names to the worker; to nobody else, who would learn who has joined."""
    if not policy.works_for(actor, row.place_path):
        return []
    found = candidates(session, row.place_path, clock.now(session))
    return [(one.login, f"{one.door} {masked(one.name)}") for one in found]


def _on_staff(actor: Actor, path: str) -> bool:
    return policy.heads_here(actor, path) or any(actor.has(role, path) for role in queries.STAFF)


def _caps(session: Session, row: ProjectRow) -> dict[Any, Any]:
    """Give the highest budgets of the pinned policy, or of the one in force for a first draft."""
    if row.policy_version_id is not None:
        return dict(limits_of(get_policy(session, row.policy_version_id).parts["limits"]))
    found = policy_in_force(session, row.programme_id, row.created_at)
    return dict(limits_of(found.parts["limits"])) if found else {}
