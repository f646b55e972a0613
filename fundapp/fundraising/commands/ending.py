"""Decide before raising what happens at the deadline, and carry it out when it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.db.once import own_key
from fundapp.db.wiring import ask
from fundapp.fundraising.commands.refunding import check_nothing_speaks_against, keep_refund
from fundapp.fundraising.models import Contribution, RaisingLine, RaisingOutcome, RaisingTerms
from fundapp.fundraising.policy import REFUND_STAGES, check_may_end, check_may_set_terms
from fundapp.fundraising.queries import Terms, begun, confirmed_rooms, raised, terms_of, unconfirmed
from fundapp.fundraising.terms import IfMissed, Line, Need, Outcome, Result, check_terms, minimum, result
from fundapp.fundraising.texts import DEADLINE_MISSED
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import fen, from_fen, split
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger
from fundapp.people.queries import actor_of
from fundapp.projects.commands import keep_lines, lock_project
from fundapp.projects.queries import ProjectRow, get_project, tasks_of, version
from fundapp.projects.rules import CostItem


@dataclass(frozen=True)
class NewTerms:
    """What is decided: the need of each cost line in its order, the last day, and what happens if too little comes."""

    project_id: int
    needs: tuple[Need, ...]
    deadline: date
    if_missed: IfMissed


def set_terms(session: Session, actor: Actor, cmd: NewTerms, clock: Clock) -> RaisingTerms:
    """Decide the terms of raising, as often as needed until the first pledge or gift; then they hold.

    Raises:
        Refused: raising has begun (``fundraising.terms_hold``), a day that is not to come
            (``fundraising.deadline_passed``), not one need for each line (``fundraising.every_line``), or terms that
            mean nothing (see :func:`fundapp.fundraising.terms.check_terms`).
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_set_terms`.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    project = get_project(session, cmd.project_id)
    check_may_set_terms(actor, project, tasks_of(session, cmd.project_id))
    if begun(session, cmd.project_id):
        raise Refused("fundraising.terms_hold")
    if cmd.deadline <= local_date(now):
        raise Refused("fundraising.deadline_passed", field="deadline")
    lines = version(session, project.version_id or 0).text.lines
    if len(lines) != len(cmd.needs):
        raise Refused("fundraising.every_line")
    check_terms(cmd.needs, cmd.if_missed)
    standing = terms_of(session, cmd.project_id)
    row = RaisingTerms(
        project_id=project.id, revision=(standing.revision if standing else 0) + 1, version_id=project.version_id,
        deadline=cmd.deadline, if_missed=cmd.if_missed, decided_by_id=actor.person_id, decided_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for position, (line, need) in enumerate(zip(lines, cmd.needs, strict=True), start=1):
        told = {"name": line.name, "amount_fen": line.amount}
        session.add(RaisingLine(terms_id=row.id, position=position, need=need, **told))
    session.flush()
    record(session, actor, "fundraising.terms", f"project:{project.id}", now, terms=row.id)
    return row


def end_raising(session: Session, actor: Actor, project_id: int, clock: Clock) -> RaisingOutcome:
    """Carry out what was decided, once the last day is over: keep the text, cut it, or prepare every refund.

    What counts is confirmed money, and matched money that the pool has granted. Again is success: it stands.

    Raises:
        Refused: no terms (``fundraising.no_terms``), too early (``fundraising.before_deadline``), money that waits
            for a second person (``fundraising.unconfirmed``, fact ``count``), or a claim that speaks against refunds.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_end`.
    """
    lock_project(session, project_id)
    now = clock.now(session)
    project = get_project(session, project_id)
    check_may_end(actor, project, tasks_of(session, project_id))
    return _end(session, actor, project, now)


def end_due_raising(session: Session, project_id: int, clock: Clock) -> RaisingOutcome:
    """Carry out what was decided, as the deadline asks and nobody in person: in the name of who decided the terms.

    Raises:
        Refused: as :func:`end_raising`, and another moment of the project (``fundraising.not_now``).
    """
    lock_project(session, project_id)
    now = clock.now(session)
    project, terms = get_project(session, project_id), terms_of(session, project_id)
    if terms is None:
        raise Refused("fundraising.no_terms")
    if project.stage not in REFUND_STAGES:
        raise Refused("fundraising.not_now")
    decided_by = session.get_one(RaisingTerms, terms.id).decided_by_id
    return _end(session, actor_of(session, decided_by, now), project, now)


def _end(session: Session, actor: Actor, project: ProjectRow, now: datetime) -> RaisingOutcome:
    project_id = project.id
    standing = session.get(RaisingOutcome, project_id)
    if standing is not None:
        return standing
    terms = terms_of(session, project_id)
    if terms is None:
        raise Refused("fundraising.no_terms")
    if local_date(now) <= terms.deadline:
        raise Refused("fundraising.before_deadline")
    waiting = unconfirmed(session, project_id)
    if waiting:
        raise Refused("fundraising.unconfirmed", count=waiting)
    lines = [Line(line.need, fen(line.amount)) for line in terms.lines]
    came = sum(raised(session, [project_id])[project_id].values()) + int(
        ask("fundraising.granted", session, project_id)
    )
    found = result(lines, terms.if_missed, came)
    row = _keep(session, actor, project, terms, (came, minimum(lines)), found, now)
    _carry_out(session, actor, project, terms, found, now)
    return row


def _keep(
    session: Session, actor: Actor, project: ProjectRow, terms: Terms, sums: tuple[int, int], found: Result,
    now: datetime,
) -> RaisingOutcome:  # fmt: skip
    came, least = sums
    row = RaisingOutcome(
        project_id=project.id, terms_id=terms.id, raised_fen=from_fen(came), minimum_fen=from_fen(least),
        outcome=found.outcome, budget_fen=from_fen(found.budget_fen), run_by_id=actor.person_id, run_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.end", f"project:{project.id}", now, outcome=found.outcome.value, raised=came)
    return row


def _carry_out(session: Session, actor: Actor, project: ProjectRow, terms: Terms, found: Result, now: datetime) -> None:
    if found.outcome is Outcome.RETURNED:
        check_nothing_speaks_against(session, project.id)
        _give_all_back(session, actor, project, now)
    elif len(found.kept) < len(terms.lines):
        kept = [terms.lines[place] for place in found.kept]
        keep_lines(session, actor, project.id, tuple(CostItem(line.name, line.amount) for line in kept), now)


def _give_all_back(session: Session, actor: Actor, project: ProjectRow, now: datetime) -> None:
    """Prepare a refund for each gift; where something was spent, what is left is shared to the fen."""
    rooms = confirmed_rooms(session, project.id)
    for number, amount in _parts(session, actor, project, rooms, now).items():
        key = own_key(actor, f"deadline:{number}")
        gift = session.get_one(Contribution, number)
        keep_refund(session, actor, gift, key, from_fen(amount), str(DEADLINE_MISSED), now)


def _parts(
    session: Session, actor: Actor, project: ProjectRow, rooms: Mapping[int, int], now: datetime
) -> dict[int, int]:
    book_id = book_of_project(session, actor, project, now)
    left = balance(session, book_id, Ledger.ACTUAL, f"cash:{project.id}")
    due = {number: room for number, room in rooms.items() if room > 0}
    if not due:
        return {}
    parts = split(min(left, sum(due.values())), list(due.values()))
    return {number: part for number, part in zip(due, parts, strict=True) if part > 0}
