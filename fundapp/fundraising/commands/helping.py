"""Record help that is not money."""

from dataclasses import dataclass

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.fundraising.models import InKindHelp
from fundapp.fundraising.policy import check_may_record
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import get_project, tasks_of


@dataclass(frozen=True)
class NewHelp:
    """Help that is not money."""

    project_id: int
    op_key: str
    giver: str
    what: str
    value: Money | None


def record_help(session: Session, actor: Actor, cmd: NewHelp, clock: Clock) -> InKindHelp:
    """Record help in kind.

    Raises:
        Refused, Forbidden: see :func:`fundapp.fundraising.policy.check_may_record`.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"giver": cmd.giver, "what": cmd.what, "value_fen": cmd.value}
    standing = done_before(session, InKindHelp, key, project_id=cmd.project_id, **said)
    if standing is not None:
        return standing
    check_may_record(actor, get_project(session, cmd.project_id), tasks_of(session, cmd.project_id))
    row = InKindHelp(
        project_id=cmd.project_id,
        op_key=key,
        **said,
        recorded_by_id=actor.person_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.help", f"project:{cmd.project_id}", now, help=row.id)
    return row
