"""Settling a match: the cost by invoices, what of the promise the project keeps, and all moves in one transaction.

More is paid or too much taken back; the rest of the promise goes back to the pool and the queue is served with it.
What a project has spent already it owes: a receivable of the foundation, and no closing before it is repaid.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.db.once import done_before, own_key
from fundapp.delivery.models import MatchRepayment, ProjectSettlement
from fundapp.delivery.policy import check_may_repay, check_may_settle, check_nothing_asked
from fundapp.delivery.queries import another, cash_of, expenses_of, settlement_of, waiting_corrections
from fundapp.delivery.texts import owed_purpose, taken_back_purpose
from fundapp.fundraising.commands import project_accounts
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.chart import bank_code, programme_fund
from fundapp.ledger.commands import ensure_account, post_all
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger, Leg, Posting
from fundapp.matching.commands import Payment, lock_pool, pay_out
from fundapp.matching.facts import claim_facts
from fundapp.matching.lapsing import lapse_due
from fundapp.matching.payout import Milestone, Payout, Settled, payout_of, settled
from fundapp.matching.policy_text import policy_of_dict
from fundapp.matching.pool import book_of, pool_account
from fundapp.matching.queries import ClaimRow, claims_of_project, hands_of, paid_out, related_when_claimed
from fundapp.matching.releasing import end_tickets
from fundapp.matching.serving import serve_queue
from fundapp.matching.texts import OWED
from fundapp.programmes.queries import ProgrammeRow, get_policy
from fundapp.projects.apart import check_apart
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import ProjectRow, get_project, tasks_of


@dataclass(frozen=True)
class Account:
    """A project's match as it stands before it is settled, in fen, and what the policy gives for the real cost."""

    cost: int
    promised: int
    paid: int
    cash: int
    result: Settled
    waiting: int

    @property
    def more(self) -> int:
        """Give what is still to be paid."""
        return max(0, self.result.due - self.paid)

    @property
    def back(self) -> int:
        """Give what is to be taken back and can be: no more than the project has."""
        return min(max(0, self.paid - self.result.due), self.cash)

    @property
    def owed(self) -> int:
        """Give what is to be taken back and has been spent."""
        return max(0, self.paid - self.result.due) - self.back


def account_of(session: Session, project: ProjectRow) -> Account | None:
    """Work out a project's settlement as of now; ``None`` where its policy knows none or nothing was granted."""
    parts = get_policy(session, project.policy_version_id).parts if project.policy_version_id else {}
    payout = payout_of(parts)
    claims = [claim for claim in claims_of_project(session, project.id) if not claim.refused]
    if payout is None or not claims:
        return None
    return _worked_out(session, project, payout, claims)


def _worked_out(session: Session, project: ProjectRow, payout: Payout, claims: list[ClaimRow]) -> Account:
    policy = policy_of_dict(get_policy(session, project.policy_version_id or 0).parts["matching"], "matching")
    bills = [row for row in expenses_of(session, project.id) if row.counts]
    cost = sum(fen(row.amount) for row in bills)
    promised = sum(fen(claim.granted) for claim in claims)
    related = related_when_claimed(session, claims[-1].id)
    _facts, claim = claim_facts(session, project, claims[-1].ticket, 0, related)
    return Account(
        cost=cost,
        promised=promised,
        paid=fen(paid_out(session, project.id)),
        cash=cash_of(session, project.id),
        result=settled(policy, payout, claim, cost, promised),
        waiting=sum(not claim.approved for claim in claims),
    )


def settle_match(session: Session, actor: Actor, project_id: int, op_key: str, clock: Clock) -> ProjectSettlement:
    """Settle a project's match once it is accepted. The same again is success.

    Raises:
        Forbidden, Refused: see :func:`fundapp.delivery.policy.check_may_settle`; ``delivery.no_settlement`` where the
            policy knows none, ``delivery.correction_waits``.
    """
    programme = lock_pool(session, get_project(session, project_id).programme_id)
    lock_project(session, project_id)
    now = clock.now(session)
    key = own_key(actor, op_key)
    standing = done_before(session, ProjectSettlement, key, project_id=project_id)
    if standing is not None:
        return standing
    project = get_project(session, project_id)
    account = account_of(session, project)
    if account is None:
        raise Refused("delivery.no_settlement")
    done = settlement_of(session, project_id) is not None
    tasks = tasks_of(session, project_id)
    check_may_settle(actor, project, tasks, done, account.waiting)
    check_nothing_asked(waiting_corrections(session, project_id))
    check_apart(session, actor, project, hands_of(session, project_id), now)
    lapse_due(session, actor, programme, now)
    row = _row(session, actor, project, account, key, now)
    _move(session, actor, programme, project, row, now)
    serve_queue(session, actor, programme, now)
    return row


def _row(
    session: Session, actor: Actor, project: ProjectRow, account: Account, key: str, now: datetime
) -> ProjectSettlement:
    row = ProjectSettlement(
        project_id=project.id,
        op_key=key,
        cost_fen=from_fen(account.cost),
        promised_fen=from_fen(account.promised),
        due_fen=from_fen(account.result.due),
        paid_fen=from_fen(account.paid),
        more_fen=from_fen(account.more),
        back_fen=from_fen(account.back),
        owed_fen=from_fen(account.owed),
        steps=list(account.result.steps),
        settled_by_id=actor.person_id,
        settled_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "delivery.settle", f"project:{project.id}", now, settlement=row.id)
    return row


def _move(
    session: Session, actor: Actor, programme: ProgrammeRow, project: ProjectRow, row: ProjectSettlement, now: datetime
) -> None:
    """Void the promise first, then pay or take back."""
    claims = [claim for claim in claims_of_project(session, project.id) if not claim.refused]
    due, paid = fen(row.due_fen), fen(row.paid_fen)
    end_tickets(session, actor, programme, claims, due, fen(row.promised_fen) - max(due, paid), now)
    if fen(row.more_fen):
        pay = Payment(claims[-1].id, f"settled-{row.id}", fen(row.more_fen), Milestone.SETTLED.value)
        pay_out(session, actor, programme, project, pay, now)
    key, source = f"settlement:{row.id}", f"project_settlement:{row.id}"
    if fen(row.back_fen):
        take_back(session, actor, programme, project, fen(row.back_fen), (key, source), now)
    if fen(row.owed_fen):
        owe(session, actor, programme, project, fen(row.owed_fen), (f"{key}:owed", source), now)


def take_back(
    session: Session, actor: Actor, programme: ProgrammeRow, project: ProjectRow, amount: int,
    about: tuple[str, str], now: datetime, from_code: str = "grant",
) -> None:  # fmt: skip
    """Post money that goes from a project's cash back to the foundation's bank and the open part of the pool."""
    foundation = book_of(session, actor, programme, now)
    theirs = book_of_project(session, actor, project, now)
    project_accounts(session, theirs, project.id, project.title)
    open_part = pool_account(session, foundation, programme, "available")
    paid = pool_account(session, foundation, programme, "paid", project.id)
    purpose, on, (key, source) = taken_back_purpose(project.title), local_date(now), about
    went = (Leg(f"gift:{project.id}:foundation", amount), Leg(f"cash:{project.id}", -amount))
    moves = (
        (theirs, Ledger.ACTUAL, f"{key}:returned", went),  # the keeper may be the foundation itself
        (
            foundation,
            Ledger.ACTUAL,
            key,
            (Leg(bank_code(programme.id), amount), Leg(f"{from_code}:{project.id}", -amount)),
        ),
        (foundation, Ledger.COMMIT, key, (Leg(open_part, amount), Leg(paid, -amount))),
    )
    subject = f"project:{project.id}"
    asked, approved = actor.person_id, another(session, actor, project.id)
    posted = [
        Posting(book, led, own, purpose, source, subject, on, legs, (), asked, approved)
        for book, led, own, legs in moves
    ]
    post_all(session, actor, posted, now)


def owe(
    session: Session, actor: Actor, programme: ProgrammeRow, project: ProjectRow, amount: int, about: tuple[str, str],
    now: datetime,
) -> None:  # fmt: skip
    """Post what a project has to give back and has spent: the foundation's receivable."""
    foundation = book_of(session, actor, programme, now)
    code = f"owed:{project.id}"
    name, fund = f"{OWED} {project.title}"[:80], programme_fund(programme.id)
    ensure_account(session, foundation, Ledger.ACTUAL, code, name, floor_fen=0, fund=fund)
    legs = (Leg(code, amount), Leg(f"grant:{project.id}", -amount))
    key, source = about
    posting = Posting(
        foundation, Ledger.ACTUAL, key, owed_purpose(project.title), source, f"project:{project.id}", local_date(now),
        legs,
    )  # fmt: skip
    post_all(session, actor, [posting], now)


def repay(session: Session, actor: Actor, project_id: int, op_key: str, clock: Clock) -> MatchRepayment:
    """Give back of a project's cash what it owes to the foundation, as far as it has it; the queue is served.

    Raises:
        Forbidden: neither the group's treasurer nor a foundation officer of the place (``delivery.only_payer``).
        Refused: nothing is owed, or there is no cash (``delivery.nothing_to_repay``).
    """
    programme = lock_pool(session, get_project(session, project_id).programme_id)
    lock_project(session, project_id)
    now = clock.now(session)
    key = own_key(actor, op_key)
    standing = done_before(session, MatchRepayment, key, project_id=project_id)
    if standing is not None:
        return standing
    project = get_project(session, project_id)
    check_may_repay(actor, project, tasks_of(session, project_id))
    foundation = book_of(session, actor, programme, now)
    owed = balance(session, foundation, Ledger.ACTUAL, f"owed:{project_id}")
    amount = min(owed, cash_of(session, project_id))
    if amount == 0:
        raise Refused("delivery.nothing_to_repay")
    lapse_due(session, actor, programme, now)
    row = MatchRepayment(
        project_id=project_id, op_key=key, amount_fen=from_fen(amount), repaid_by_id=actor.person_id, repaid_at=now
    )
    session.add(row)
    session.flush()
    record(session, actor, "delivery.repay", f"project:{project_id}", now, repayment=row.id)
    about = (f"repayment:{row.id}", f"match_repayment:{row.id}")
    take_back(session, actor, programme, project, amount, about, now, from_code="owed")
    serve_queue(session, actor, programme, now)
    return row
