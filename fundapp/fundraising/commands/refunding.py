"""Give money back to who gave it: one prepares, another confirms, and what is posted is the gift's mirror image."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.db.once import Decisions, decided_before, done_before, own_key
from fundapp.db.wiring import ask
from fundapp.fundraising.commands.booking import purse_accounts
from fundapp.fundraising.models import Contribution, Refund, RefundDecision
from fundapp.fundraising.policy import check_may_confirm, check_may_refund
from fundapp.fundraising.queries import purse_of, refundable
from fundapp.fundraising.rules import check_amount, receipt_label
from fundapp.fundraising.texts import refund_purpose
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import fen
from fundapp.ledger.commands import post
from fundapp.ledger.rules import Ledger, Leg, Posting
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import ProjectRow, get_project, tasks_of

_DECISIONS = Decisions("fundraising.refund_decided", "fundraising.reason_needed")


@dataclass(frozen=True)
class NewRefund:
    """How much of a gift goes back, and why."""

    contribution_id: int
    op_key: str
    amount: Money
    reason: str


def prepare_refund(session: Session, actor: Actor, cmd: NewRefund, clock: Clock) -> Refund:
    """Prepare a refund, part or whole; it waits for a second person. Money that earned a match stays until then.

    Raises:
        NotVisible: no such gift.
        Refused: ``web.used_key``, ``fundraising.amount``, ``fundraising.why_refund``, ``fundraising.not_confirmed``,
            ``fundraising.beyond_gift`` (fact ``room``), or what speaks against it above (a claim on matched money).
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_refund`.
    """
    check_amount(cmd.amount)
    gift = session.get(Contribution, cmd.contribution_id)
    if gift is None:
        raise NotVisible
    lock_project(session, gift.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"amount_fen": cmd.amount, "reason": cmd.reason.strip()}
    standing = done_before(session, Refund, key, contribution_id=gift.id, **said)
    if standing is not None:
        return standing
    check_may_refund(actor, get_project(session, gift.project_id), tasks_of(session, gift.project_id))
    if not cmd.reason.strip():
        raise Refused("fundraising.why_refund", field="reason")
    check_nothing_speaks_against(session, gift.project_id)
    room = refundable(session, gift.id)
    if room is None:
        raise Refused("fundraising.not_confirmed")
    if cmd.amount > room:
        raise Refused("fundraising.beyond_gift", field="amount", room=room)
    return keep_refund(session, actor, gift, key, cmd.amount, cmd.reason.strip(), now)


def check_nothing_speaks_against(session: Session, project_id: int) -> None:
    """Ask the packages above whether money may go back now.

    Raises:
        Refused: it may not.
    """
    for code in ask("fundraising.what_speaks_against_refunds", session, project_id):
        raise Refused(code)


def keep_refund(
    session: Session, actor: Actor, gift: Contribution, key: str, amount: Money, reason: str, now: datetime
) -> Refund:
    """Write a refund that was found to be due; the caller holds the project."""
    row = Refund(
        contribution_id=gift.id, op_key=key, amount_fen=amount, reason=reason, prepared_by_id=actor.person_id,
        prepared_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.refund", f"project:{gift.project_id}", now, refund=row.id)
    return row


def decide_refund(
    session: Session, actor: Actor, refund_id: int, confirmed: bool, reason: str, clock: Clock
) -> RefundDecision:
    """Confirm that the giver has the money back, or say that it was not paid; the same again is success.

    Raises:
        NotVisible: no such refund.
        Refused: decided the other way (``fundraising.refund_decided``), refused without a reason, or the money is not
            there (``ledger.not_enough``).
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_confirm`.
    """
    refund = session.get(Refund, refund_id)
    if refund is None:
        raise NotVisible
    gift = session.get_one(Contribution, refund.contribution_id)
    lock_project(session, gift.project_id)
    now = clock.now(session)
    project = get_project(session, gift.project_id)
    if actor.person_id == refund.prepared_by_id:
        raise Forbidden("fundraising.refund_prepared_by_you")
    check_may_confirm(actor, project, tasks_of(session, gift.project_id), refund.prepared_by_id)
    query = select(RefundDecision).where(RefundDecision.refund_id == refund.id)
    standing = decided_before(session, query, _DECISIONS, confirmed, reason)
    if standing is not None:
        return standing
    row = RefundDecision(
        refund_id=refund.id, confirmed=confirmed, reason=reason, decided_by_id=actor.person_id, decided_at=now
    )
    session.add(row)
    session.flush()
    record(session, actor, "fundraising.decide_refund", f"project:{gift.project_id}", now, refund=refund.id)
    if confirmed:
        _post(session, actor, project, gift, refund, now)
    return row


def _post(
    session: Session, actor: Actor, project: ProjectRow, gift: Contribution, refund: Refund, now: datetime
) -> None:
    book_id = book_of_project(session, actor, project, now)
    purse = purse_of(session, gift)
    purse_accounts(session, book_id, purse, project.title, gift.purpose)
    amount, key = fen(refund.amount_fen), f"refund:{refund.id}"
    legs = (Leg(purse.gift(gift.source), amount), Leg(purse.cash, -amount))
    purpose = refund_purpose(project.title, gift.source, receipt_label(gift.receipt_year, gift.receipt_no))
    subject = f"project:{project.id}"
    two = (refund.prepared_by_id, actor.person_id)
    posting = Posting(book_id, Ledger.ACTUAL, key, purpose, key, subject, local_date(now), legs, (), *two)
    post(session, actor, posting, now)
