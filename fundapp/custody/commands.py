"""Name who keeps a project's money, and find the book that it lies in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.models import ProjectKeeper
from fundapp.custody.policy import check_may_name
from fundapp.custody.queries import has_moved, keeper_of, newest_keepers
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.ledger.commands import open_book
from fundapp.ledger.queries import book_of_holder
from fundapp.ledger.rules import Holder
from fundapp.places.commands import hold_place
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import ProjectRow, get_project


@dataclass(frozen=True)
class NameKeeper:
    """Whom a project names; ``name`` is the charity's and blank for the others."""

    project_id: int
    kind: Holder
    name: str
    reason: str


def name_keeper(session: Session, actor: Actor, cmd: NameKeeper, clock: Clock) -> ProjectKeeper:
    """Name who keeps a project's money, before the first of it comes. The same again is success.

    Raises:
        NotVisible: no such project.
        Refused: a charity without a name (``custody.charity_name``), no reason (``custody.why``), or by the policy.
        Forbidden: see :func:`fundapp.custody.policy.check_may_name`.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    project = get_project(session, cmd.project_id)
    check_may_name(actor, project, has_moved(session, project.id))
    name = cmd.name.strip() if cmd.kind is Holder.CHARITY else ""
    if cmd.kind is Holder.CHARITY and not name:
        raise Refused("custody.charity_name", field="name")
    if not cmd.reason.strip():
        raise Refused("custody.why", field="reason")
    last = newest_keepers(session, [project.id]).get(project.id)
    if last and (last.holder_kind, last.name, last.reason) == (cmd.kind, name, cmd.reason.strip()):
        return last
    row = ProjectKeeper(
        project_id=project.id, number=(last.number if last else 0) + 1, holder_kind=cmd.kind, name=name,
        reason=cmd.reason.strip(), named_by_id=actor.person_id, named_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "custody.name", f"project:{project.id}", now, keeper=row.id)
    return row


def book_of_project(session: Session, actor: Actor, project: ProjectRow, now: datetime) -> int:
    """Give the book of the legal holder that keeps a project's money, opened where it is missing.

    Two deeds that both find none meet at the place's row, so that the second sees the book of the first. It may be
    the foundation's own book: what is posted there for the foundation and for the project needs keys of its own.

    Raises:
        NotVisible: the project lies in no community.
    """
    keeper = keeper_of(session, project)
    if book_of_holder(session, keeper.kind, keeper.name, keeper.place_id) is None:
        hold_place(session, keeper.place_id)
    return open_book(session, actor, keeper.kind, keeper.name, keeper.place_id, now).id
