"""Begin a proposal, keep what was typed, add and drop photos, take it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.files.queries import attachments_by_id
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.queries import PlaceRow, get_place
from fundapp.programmes.queries import ProgrammeRow, programmes_for
from fundapp.projects import policy
from fundapp.projects.commands.moves import lock_project, move_on
from fundapp.projects.models import Project, ProjectDraft, ProjectPhoto
from fundapp.projects.rules import TITLE_LENGTH, Stage

MOST_PHOTOS = 6


@dataclass(frozen=True)
class BeginProposal:
    """Start a proposal for a compound; ``programme_id`` none: the nearest programme of the newest year.

    ``invented`` marks what a demonstration made up.
    """

    place_id: int
    title: str
    programme_id: int | None = None
    invented: bool = False


@dataclass(frozen=True)
class SaveDraft:
    """Keep what was typed, as typed: nothing is checked."""

    project_id: int
    content: Mapping[str, Any]


def begin_proposal(session: Session, actor: Actor, cmd: BeginProposal, clock: Clock) -> Project:
    """Start a proposal in a compound: a draft that only its proposer sees.

    Raises:
        Forbidden: the actor has no household in the compound and does not work for it.
        NotVisible: there is no such place.
        Refused: not a compound, no title, or no programme with a policy in force for this place.

    """
    place = get_place(session, cmd.place_id)
    now = clock.now(session)
    policy.check_may_propose(actor, place.path)
    title = _title(cmd.title)
    made = Project(
        programme_id=_programme(session, place, cmd.programme_id, now).id,
        place_id=place.id,
        proposer_id=actor.person_id,
        title=title,
        stage=Stage.DRAFT,
        version=0,
        on_behalf=not actor.lives_in(place.path),
        invented=cmd.invented,
        created_at=now,
    )
    session.add(made)
    session.flush()
    session.add(ProjectDraft(project_id=made.id, content={"title": title}, saved_at=now))
    record(session, actor, "projects.begin", f"project:{made.id}", now, programme=made.programme_id)
    return made


def save_draft(session: Session, actor: Actor, cmd: SaveDraft, clock: Clock) -> Project:
    """Keep what the proposer has typed so far; a submitted text stays as it is until the change is handed in.

    Raises:
        Forbidden: another person's proposal, or one whose text is fixed by now.
        NotVisible: there is no such proposal, or it is another person's draft.

    """
    project = hold_own(session, actor, cmd.project_id)
    policy.refuse_if(policy.against_editing(actor, project.proposer_id, project.stage))
    now = clock.now(session)
    keep_draft(session, project.id, cmd.content, now)
    title = str(cmd.content.get("title", "")).strip()[:TITLE_LENGTH]
    if project.stage is Stage.DRAFT and title and title != project.title:
        project.title = title
        record(session, actor, "projects.name_draft", f"project:{project.id}", now)
    return project


def keep_draft(session: Session, project_id: int, content: Mapping[str, Any], at: datetime) -> None:
    """Write what the form shows when the proposal is edited again."""
    draft = session.get(ProjectDraft, project_id)
    if draft is None:
        draft = ProjectDraft(project_id=project_id)
        session.add(draft)
    draft.content, draft.saved_at = dict(content), at


def attach_photo(session: Session, actor: Actor, project_id: int, attachment_id: int, clock: Clock) -> None:
    """Show a stored picture with the proposal.

    Raises:
        Forbidden: another person's proposal, or one whose text is fixed by now.
        NotVisible: there is no such proposal or picture, or the picture is another person's.
        Refused: the proposal has as many photos as it may have.

    """
    project = hold_own(session, actor, project_id)
    policy.refuse_if(policy.against_editing(actor, project.proposer_id, project.stage))
    picture = attachments_by_id(session, [attachment_id]).get(attachment_id)
    if picture is None or picture.uploaded_by_id != actor.person_id:
        raise NotVisible
    shown = select(func.count()).select_from(ProjectPhoto).where(ProjectPhoto.project_id == project.id)
    if (session.scalar(shown) or 0) >= MOST_PHOTOS:
        raise Refused("projects.too_many_photos", "photo", most=MOST_PHOTOS)
    session.add(ProjectPhoto(project_id=project.id, attachment_id=attachment_id))
    record(session, actor, "projects.add_photo", f"project:{project.id}", clock.now(session), photo=attachment_id)


def remove_photo(session: Session, actor: Actor, project_id: int, attachment_id: int, clock: Clock) -> None:
    """Show a picture no longer with the proposal; removing it again changes nothing.

    Raises:
        Forbidden: another person's proposal, or one whose text is fixed by now.
        NotVisible: there is no such proposal.

    """
    project = hold_own(session, actor, project_id)
    policy.refuse_if(policy.against_editing(actor, project.proposer_id, project.stage))
    session.execute(
        delete(ProjectPhoto).where(ProjectPhoto.project_id == project.id, ProjectPhoto.attachment_id == attachment_id)
    )
    record(session, actor, "projects.drop_photo", f"project:{project.id}", clock.now(session), photo=attachment_id)


def withdraw(session: Session, actor: Actor, project_id: int, clock: Clock, reason: str = "") -> Project:
    """Take a proposal back, as long as households are not being asked about it.

    Raises:
        Forbidden: another person's proposal, or too late.
        NotVisible: there is no such proposal, or it is another person's draft.

    """
    project = hold_own(session, actor, project_id)
    now = clock.now(session)
    policy.refuse_if(policy.against_withdrawing(actor, project.proposer_id, project.stage))
    return move_on(session, actor, project.id, Stage.WITHDRAWN, now, reason.strip())


def hold_own(session: Session, actor: Actor, project_id: int) -> Project:
    """Hold a proposal for its proposer.

    Raises:
        Forbidden: it is another person's.
        NotVisible: there is none, or it is another person's draft.

    """
    project = lock_project(session, project_id)
    policy.check_own(actor, project.proposer_id, project.stage)
    return project


def _title(typed: str) -> str:
    title = typed.strip()
    if not title:
        raise Refused("projects.text_needed", "title")
    if len(title) > TITLE_LENGTH:
        raise Refused("projects.title_too_long", "title", most=TITLE_LENGTH)
    return title


def _programme(session: Session, place: PlaceRow, wished: int | None, now: datetime) -> ProgrammeRow:
    if place.kind != "compound":
        raise Refused("projects.not_a_compound", "place_id")
    found = programmes_for(session, place.path, now)
    if wished is not None:
        found = [row for row in found if row.id == wished]
    if not found:
        raise Refused("projects.no_programme", "place_id")
    return found[0]
