"""Record money that was given, and let another person confirm it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from moneyed import Money
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.db.once import decided_before, done_before, own_key
from fundapp.db.wiring import tell
from fundapp.fundraising.commands.booking import DECISIONS, advance_account, open_fund, purse_accounts
from fundapp.fundraising.events import ContributionConfirmed
from fundapp.fundraising.models import Contribution, ContributionDecision
from fundapp.fundraising.policy import check_may_confirm, check_may_record
from fundapp.fundraising.queries import outcome_of, pledges_of, purse_of, terms_of
from fundapp.fundraising.rules import (
    GIVERS,
    RECORDED_MEANS,
    Giver,
    Means,
    PledgeState,
    Source,
    check_amount,
    read_reference,
    receipt_label,
    reference_code,
)
from fundapp.fundraising.terms import Outcome, terms_come_first
from fundapp.fundraising.texts import receipt_purpose
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen
from fundapp.ledger.commands import lock_books, post
from fundapp.ledger.rules import Ledger, Leg, Posting
from fundapp.ledger.standing import open_day
from fundapp.places.queries import units_by_id
from fundapp.programmes.queries import get_policy
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import ProjectRow, get_project, tasks_of


@dataclass(frozen=True)
class NewContribution:
    """What the treasurer fills in.

    ``unit_id`` is the giving household, for residents' money only; the code of a transfer (``reference``) names it
    too. ``purpose``: what alone the money may be spent on, where the giver said so. ``giver_kind``: what the giver is
    (none: what the source's givers usually are).
    """

    project_id: int
    op_key: str
    source: Source
    unit_id: int | None
    giver: str
    anonymous: bool
    related: bool
    amount: Money
    means: Means
    received_on: date
    proof_id: int
    purpose: str = ""
    reference: str = ""
    giver_kind: Giver | None = None
    pledge_id: int | None = None


def record_contribution(session: Session, actor: Actor, cmd: NewContribution, clock: Clock) -> Contribution:
    """Record money that was given and number its receipt; it counts once a second person has confirmed it.

    The receipt's number follows the last one of the book and the year, under the book's lock.

    Raises:
        Refused: the key was used for something else (``web.used_key``), an amount that is none
            (``fundraising.amount``), a household of another compound (``fundraising.not_our_household``), a giver who
            may not be asked for this source (``fundraising.not_this_giver``), the street's money
            (``fundraising.street_by_desk``), a waived advance (``fundraising.waived_by_lender``), a code of another
            project or household
            (``fundraising.other_code``) or of none (``fundraising.no_such_code``), a pledge of somebody else
            (``fundraising.pledge_of_others``), one that ended (``fundraising.pledge_ended``) or that has less left
            (``fundraising.beyond_pledge``, fact ``room``), a day that has not come (``fundraising.not_yet``), or by
            the policy; ``fundraising.terms_first``.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_record`.
    """
    cmd = _understood(cmd)
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), _said(cmd)
    standing = done_before(session, Contribution, key, **said)
    if standing is not None:
        return standing
    project = get_project(session, cmd.project_id)
    check_may_record(actor, project, tasks_of(session, cmd.project_id))
    check_household(session, cmd.source, cmd.unit_id, project.place_id)
    _check_pledge(session, cmd, local_date(now))
    if cmd.received_on > local_date(now):
        raise Refused("fundraising.not_yet", field="received_on")
    check_terms_first(session, project)
    check_in_time(session, cmd.project_id, cmd.received_on)
    return keep_contribution(session, actor, project, cmd, key, now)


def keep_contribution(
    session: Session, actor: Actor, project: ProjectRow, cmd: NewContribution, key: str, now: datetime
) -> Contribution:
    """Write a contribution whose form was checked, with the next receipt number; the caller holds the project."""
    book_id = book_of_project(session, actor, project, now)
    row = Contribution(
        **_said(cmd),
        op_key=key,
        proof_id=cmd.proof_id,
        book_id=book_id,
        receipt_year=local_date(now).year,
        receipt_no=_next_receipt(session, book_id, local_date(now).year),
        recorded_by_id=actor.person_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.record", f"project:{cmd.project_id}", now, contribution=row.id)
    return row


def check_not_the_streets(source: Source) -> None:
    """See that nobody writes down the street's money by hand: it is what the street's own desk paid.

    Raises:
        Refused: it is (``fundraising.street_by_desk``).
    """
    if source is Source.STREET:
        raise Refused("fundraising.street_by_desk", field="source")


def _next_receipt(session: Session, book_id: int, year: int) -> int:
    lock_books(session, [book_id])
    series = (Contribution.book_id == book_id, Contribution.receipt_year == year)
    return (session.scalar(select(func.max(Contribution.receipt_no)).where(*series)) or 0) + 1


def _understood(cmd: NewContribution) -> NewContribution:
    """Read the code and the kind of giver, and check what needs no row."""
    check_amount(cmd.amount)
    check_not_the_streets(cmd.source)
    if cmd.means not in RECORDED_MEANS:
        raise Refused("fundraising.waived_by_lender", field="means")
    kind = cmd.giver_kind or GIVERS.get(cmd.source, (Giver.UNIT,))[0]
    if kind not in GIVERS.get(cmd.source, ()):
        raise Refused("fundraising.not_this_giver", field="giver_kind")
    cmd = replace(cmd, giver_kind=kind, purpose=cmd.purpose.strip())
    if not cmd.reference.strip():
        return replace(cmd, reference="")
    named = read_reference(cmd.reference)
    unit_id = cmd.unit_id or (named.unit_id if cmd.source is Source.RESIDENTS else None)
    if (named.project_id, named.unit_id) != (cmd.project_id, unit_id):
        raise Refused("fundraising.other_code", field="reference")
    return replace(cmd, unit_id=unit_id, reference=reference_code(cmd.project_id, unit_id))


def _said(cmd: NewContribution) -> dict[str, Any]:
    """Give what the form says; its picture is stored anew each time that it is sent."""
    others = {"amount", "op_key", "proof_id"}
    return {name: getattr(cmd, name) for name in cmd.__dataclass_fields__ if name not in others} | {
        "amount_fen": cmd.amount
    }


def _check_pledge(session: Session, cmd: NewContribution, today: date) -> None:
    if cmd.pledge_id is None:
        return
    pledge = next((one for one in pledges_of(session, cmd.project_id, today) if one.id == cmd.pledge_id), None)
    if pledge is None or (pledge.source, pledge.unit_id) != (cmd.source, cmd.unit_id):
        raise Refused("fundraising.pledge_of_others", field="pledge_id")
    if pledge.state is PledgeState.CANCELLED:
        raise Refused("fundraising.pledge_ended", field="pledge_id")
    if cmd.amount > pledge.room:
        raise Refused("fundraising.beyond_pledge", field="amount", room=pledge.room)


def check_in_time(session: Session, project_id: int, day: date) -> None:
    """See that a day lies within the time of raising; once enough has come, more may come later.

    Raises:
        Refused: everything goes back (``fundraising.raising_ended``), or the deadline was before
            (``fundraising.after_deadline``).
    """
    ended, terms = outcome_of(session, project_id), terms_of(session, project_id)
    if ended is not None and ended.outcome is Outcome.RETURNED:
        raise Refused("fundraising.raising_ended")
    if ended is None and terms is not None and day > terms.deadline:
        raise Refused("fundraising.after_deadline")


def check_terms_first(session: Session, project: ProjectRow) -> None:
    """See that the terms of raising were decided before anything is pledged or given, where the programme asks for it.

    Raises:
        Refused: nobody has decided them (``fundraising.terms_first``).
    """
    parts = get_policy(session, project.policy_version_id).parts if project.policy_version_id else {}
    if terms_come_first(parts) and terms_of(session, project.id) is None:
        raise Refused("fundraising.terms_first")


def check_household(session: Session, source: Source, unit_id: int | None, compound_id: int) -> None:
    """See that residents' money comes from a household of the compound.

    Raises:
        Refused: it does not (``fundraising.not_our_household``).
    """
    if source is not Source.RESIDENTS:
        return
    unit = units_by_id(session, [unit_id or 0]).get(unit_id or 0)
    if unit is None or unit.compound_id != compound_id:
        raise Refused("fundraising.not_our_household", field="unit_id")


def decide_contribution(
    session: Session, actor: Actor, contribution_id: int, confirmed: bool, reason: str, clock: Clock
) -> ContributionDecision:
    """Confirm that recorded money is there, or say that it is not; confirmed money is posted in the same transaction.

    Deciding again the same way is success.

    Raises:
        NotVisible: no such contribution.
        Refused: decided the other way before (``fundraising.decided``), refused without a reason.
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_confirm`.
    """
    row = session.get(Contribution, contribution_id)
    if row is None:
        raise NotVisible
    lock_project(session, row.project_id)
    now = clock.now(session)
    project = get_project(session, row.project_id)
    check_may_confirm(actor, project, tasks_of(session, row.project_id), row.recorded_by_id)
    query = select(ContributionDecision).where(ContributionDecision.contribution_id == row.id)
    standing = decided_before(session, query, DECISIONS, confirmed, reason)
    if standing is not None:
        return standing
    decision = ContributionDecision(
        contribution_id=row.id, confirmed=confirmed, reason=reason, decided_by_id=actor.person_id, decided_at=now
    )
    if confirmed:
        open_fund(session, row.project_id, row.purpose, now)
    session.add(decision)
    session.flush()
    record(session, actor, "fundraising.decide", f"project:{row.project_id}", now, contribution=row.id)
    if confirmed:
        _post(session, actor, row, project, now)
        tell(session, ContributionConfirmed(row.project_id, row.id, actor, now))
    return decision


def _post(session: Session, actor: Actor, row: Contribution, project: ProjectRow, now: datetime) -> None:
    book_id = book_of_project(session, actor, project, now)
    purse = purse_of(session, row)
    purse_accounts(session, book_id, purse, project.title, row.purpose)
    amount, into = fen(row.amount_fen), purse.cash
    if row.means is Means.WAIVED:  # the money came when it was lent: now it is no longer owed
        into = advance_account(session, book_id, project.id, project.title)
    legs = (Leg(into, amount), Leg(purse.gift(row.source), -amount))
    purpose = receipt_purpose(project.title, row.source, receipt_label(row.receipt_year, row.receipt_no))
    posting = Posting(
        book_id, Ledger.ACTUAL, f"contribution:{row.id}", purpose, f"contribution:{row.id}", f"project:{project.id}",
        open_day(session, book_id, row.received_on), legs,
    )  # fmt: skip
    post(session, actor, posting, now)
