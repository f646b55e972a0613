"""Record help that is not money, and let another person confirm it. It is shown beside money, and counts as none."""

from dataclasses import dataclass
from datetime import date

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import decided_before, done_before, own_key
from fundapp.fundraising.commands.booking import DECISIONS
from fundapp.fundraising.models import HelpDecision, InKindHelp
from fundapp.fundraising.policy import check_may_confirm, check_may_record
from fundapp.fundraising.rules import Giver, Help, check_amount
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import get_project, tasks_of


@dataclass(frozen=True)
class NewHelp:
    """Help that is not money; ``half_days`` of labour, all helpers together; ``helped_on`` none: today."""

    project_id: int
    op_key: str
    giver: str
    what: str
    value: Money | None
    kind: Help = Help.GOODS
    giver_kind: Giver = Giver.HOUSEHOLD
    anonymous: bool = False
    half_days: int | None = None
    helped_on: date | None = None


def record_help(session: Session, actor: Actor, cmd: NewHelp, clock: Clock) -> InKindHelp:
    """Record help in kind; a second person confirms it.

    Raises:
        Refused: labour without days or days without labour (``fundraising.days_of_labour``), a value that is no
            amount, a day that has not come, or by the policy.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_record`.
    """
    _check_shape(cmd)
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key = own_key(actor, cmd.op_key)
    said = {name: getattr(cmd, name) for name in ("giver", "what", "kind", "giver_kind", "anonymous", "half_days")}
    said |= {"value_fen": cmd.value} | ({"helped_on": cmd.helped_on} if cmd.helped_on else {})
    standing = done_before(session, InKindHelp, key, project_id=cmd.project_id, **said)
    if standing is not None:
        return standing
    check_may_record(actor, get_project(session, cmd.project_id), tasks_of(session, cmd.project_id))
    if cmd.helped_on is not None and cmd.helped_on > local_date(now):
        raise Refused("fundraising.not_yet", field="helped_on")
    row = InKindHelp(
        project_id=cmd.project_id,
        op_key=key,
        **({"helped_on": local_date(now)} | said),
        recorded_by_id=actor.person_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.help", f"project:{cmd.project_id}", now, help=row.id)
    return row


def _check_shape(cmd: NewHelp) -> None:
    if cmd.value is not None:
        check_amount(cmd.value, "value")
    if (cmd.kind is Help.LABOUR) != (cmd.half_days is not None and cmd.half_days > 0):
        raise Refused("fundraising.days_of_labour", field="half_days")


def decide_help(
    session: Session, actor: Actor, help_id: int, confirmed: bool, reason: str, clock: Clock
) -> HelpDecision:
    """Confirm that help was there, or say that it was not; the same again is success.

    Raises:
        NotVisible: no such help.
        Refused: decided the other way before (``fundraising.decided``), refused without a reason.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_confirm`.
    """
    row = session.get(InKindHelp, help_id)
    if row is None:
        raise NotVisible
    lock_project(session, row.project_id)
    now = clock.now(session)
    project = get_project(session, row.project_id)
    check_may_confirm(actor, project, tasks_of(session, row.project_id), row.recorded_by_id)
    query = select(HelpDecision).where(HelpDecision.help_id == row.id)
    standing = decided_before(session, query, DECISIONS, confirmed, reason)
    if standing is not None:
        return standing
    decision = HelpDecision(
        help_id=row.id, confirmed=confirmed, reason=reason, decided_by_id=actor.person_id, decided_at=now
    )
    session.add(decision)
    session.flush()
    record(session, actor, "fundraising.decide_help", f"project:{row.project_id}", now, help=row.id)
    return decision
