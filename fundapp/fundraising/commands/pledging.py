"""Say what one will give, take it back, be reminded of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.answering.queries import speakers_of_units
from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.fundraising.commands.giving import check_household, check_in_time, check_not_the_streets, check_terms_first
from fundapp.fundraising.models import Pledge, PledgeEnding
from fundapp.fundraising.policy import check_may_pledge, check_may_record
from fundapp.fundraising.queries import pledges_of
from fundapp.fundraising.rules import GIVERS, Giver, PledgeState, Source, check_amount
from fundapp.fundraising.texts import pledge_reminder
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.notify.commands import note_reminders, tell_people
from fundapp.notify.queries import reminded_on
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import get_project, tasks_of


@dataclass(frozen=True)
class NewPledge:
    """What somebody will give by ``due_on``; ``unit_id`` for households only."""

    project_id: int
    op_key: str
    source: Source
    unit_id: int | None
    giver: str
    anonymous: bool
    amount: Money
    due_on: date
    purpose: str = ""
    giver_kind: Giver | None = None


def make_pledge(session: Session, actor: Actor, cmd: NewPledge, clock: Clock) -> Pledge:
    """Note a pledge. It is no money: it is shown apart and counts nowhere.

    Raises:
        Refused: the key was used for something else, an amount that is none, a household of another compound, a giver
            who may not be asked, the street's money (``fundraising.street_by_desk``), a day that has passed
            (``fundraising.due_passed``), or by the policy.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_pledge`.
    """
    check_amount(cmd.amount)
    check_not_the_streets(cmd.source)
    kind = cmd.giver_kind or GIVERS.get(cmd.source, (Giver.UNIT,))[0]
    if kind not in GIVERS.get(cmd.source, ()):
        raise Refused("fundraising.not_this_giver", field="giver_kind")
    cmd = replace(cmd, giver_kind=kind, purpose=cmd.purpose.strip())
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), _said(cmd)
    standing = done_before(session, Pledge, key, **said)
    if standing is not None:
        return standing
    project = get_project(session, cmd.project_id)
    check_may_pledge(actor, project, tasks_of(session, cmd.project_id), cmd.unit_id)
    check_household(session, cmd.source, cmd.unit_id, project.place_id)
    if cmd.due_on < local_date(now):
        raise Refused("fundraising.due_passed", field="due_on")
    check_terms_first(session, project)
    check_in_time(session, cmd.project_id, cmd.due_on)
    row = Pledge(**said, op_key=key, made_by_id=actor.person_id, made_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.pledge", f"project:{cmd.project_id}", now, pledge=row.id)
    return row


def _said(cmd: NewPledge) -> dict[str, Any]:
    names = [name for name in cmd.__dataclass_fields__ if name not in ("amount", "op_key")]
    return {name: getattr(cmd, name) for name in names} | {"amount_fen": cmd.amount}


def cancel_pledge(session: Session, actor: Actor, pledge_id: int, reason: str, clock: Clock) -> PledgeEnding:
    """Take back what is left of a pledge; what was paid stays. Cancelling again is success.

    Raises:
        NotVisible: no such pledge.
        Refused: no reason (``fundraising.why_cancelled``), kept already (``fundraising.pledge_kept``).
        Forbidden: neither her household nor her task.
    """
    row = session.get(Pledge, pledge_id)
    if row is None:
        raise NotVisible
    lock_project(session, row.project_id)
    now = clock.now(session)
    check_may_pledge(actor, get_project(session, row.project_id), tasks_of(session, row.project_id), row.unit_id)
    standing = session.get(PledgeEnding, row.id)
    if standing is not None:
        return standing
    if not reason.strip():
        raise Refused("fundraising.why_cancelled", field="reason")
    found = next(one for one in pledges_of(session, row.project_id, local_date(now)) if one.id == row.id)
    if found.state is PledgeState.FULFILLED:
        raise Refused("fundraising.pledge_kept")
    ending = PledgeEnding(pledge_id=row.id, reason=reason.strip(), ended_by_id=actor.person_id, ended_at=now)
    session.add(ending)
    session.flush()
    record(session, actor, "fundraising.cancel_pledge", f"project:{row.project_id}", now, pledge=row.id)
    return ending


def remind_pledges(session: Session, actor: Actor, project_id: int, clock: Clock) -> tuple[int, int]:
    """Remind the households whose pledges are open, once a day each; give how many, and how many messages.

    Raises:
        Refused: nobody is left to be reminded today (``fundraising.nobody_to_remind``).
        Forbidden: not the treasurer.
    """
    lock_project(session, project_id)
    now = clock.now(session)
    project = get_project(session, project_id)
    check_may_record(actor, project, tasks_of(session, project_id))
    source = f"pledges:{project_id}"
    waiting = _waiting(session, project_id, now) - reminded_on(session, source, local_date(now))
    if not waiting:
        raise Refused("fundraising.nobody_to_remind")
    people = speakers_of_units(session, waiting, now)
    spoken = {unit: sum(unit in units for units in people.values()) for unit in waiting}
    note_reminders(session, actor, source, spoken, now)
    told = pledge_reminder(project_id, project.title, local_date(now).isoformat())
    sent = tell_people(session, people, told, now)
    record(session, actor, "fundraising.remind", f"project:{project_id}", now, households=len(waiting), messages=sent)
    return len(waiting), sent


def _waiting(session: Session, project_id: int, now: datetime) -> set[int]:
    today = local_date(now)
    open_ = (PledgeState.OPEN, PledgeState.PART)
    return {p.unit_id for p in pledges_of(session, project_id, today) if p.state in open_ and p.unit_id is not None}
