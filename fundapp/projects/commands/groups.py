"""Name the project group."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.people.commands import give_role_by_task
from fundapp.places.queries import get_place
from fundapp.projects import policy
from fundapp.projects.commands.moves import lock_project
from fundapp.projects.models import Project, ProjectMember
from fundapp.projects.naming import persons_named
from fundapp.projects.queries import tasks_of
from fundapp.projects.rules import Stage, Task, check_group

FIELDS = {Task.LEAD: "lead", Task.TREASURER: "treasurer", Task.MEMBER: "members", Task.SUPERVISOR: "supervisors"}


@dataclass(frozen=True)
class FormGroup:
    """Name who does what in a project, each person by login name, or by door and whole name."""

    project_id: int
    lead: str
    treasurer: str
    members: tuple[str, ...]
    supervisors: tuple[str, ...]

    def tasks(self) -> list[tuple[str, Task]]:
        """List what was typed with the tasks."""
        named = [(self.lead, Task.LEAD), (self.treasurer, Task.TREASURER)]
        named += [(login, Task.MEMBER) for login in self.members]
        return named + [(login, Task.SUPERVISOR) for login in self.supervisors]


def form_group(session: Session, actor: Actor, cmd: FormGroup, clock: Clock) -> dict[int, Task]:
    """Name the whole group; naming it again, as long as no matched money came, replaces it.

    Each person gets the role of her task in the project's compound.

    Raises:
        Forbidden: neither the proposer nor a worker, or not at this stage.
        NotVisible: there is no such project, or it is a draft.
        Refused: somebody who is not found, a task that is missing, or a person with two tasks.

    Source: domain.md section 4 (131).

    """
    project = lock_project(session, cmd.project_id)
    if project.stage is Stage.DRAFT:
        raise NotVisible
    now = clock.now(session)
    path = get_place(session, project.place_id).path
    policy.refuse_if(policy.against_forming(actor, project.proposer_id, project.stage, path))
    wanted = _persons(session, cmd, project.place_id, now)
    check_group(wanted)
    _write(session, project, dict(wanted), now)
    record(session, actor, "projects.form_group", f"project:{project.id}", now, members=len(wanted))
    return dict(wanted)


def _persons(session: Session, cmd: FormGroup, compound_id: int, now: datetime) -> list[tuple[int, Task]]:
    known = persons_named(session, [words for words, _task in cmd.tasks()], compound_id, now)
    for words, task in cmd.tasks():
        if words not in known:
            raise Refused("projects.unknown_login", FIELDS[task], login=words)
    return [(known[words], task) for words, task in cmd.tasks()]


def _write(session: Session, project: Project, wanted: dict[int, Task], now: datetime) -> None:
    standing = tasks_of(session, project.id)
    gone = [person for person, task in standing.items() if wanted.get(person) is not task]
    for person in gone:
        session.delete(session.get_one(ProjectMember, (project.id, person)))
    session.flush()
    for person, task in wanted.items():
        if standing.get(person) is not task:
            session.add(ProjectMember(project_id=project.id, person_id=person, task=task, joined_at=now))
        role = Role.SUPERVISOR if task is Task.SUPERVISOR else Role.GROUP_MEMBER
        give_role_by_task(session, person, role, project.place_id, now)
    session.flush()
