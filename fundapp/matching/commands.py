"""The deeds of matching: claim, decide, pay. Each holds the pool first and lets lapse what is due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.db.once import done_before, own_key
from fundapp.db.wiring import ask
from fundapp.fundraising.commands import project_accounts
from fundapp.fundraising.queries import hands_in_money, unconfirmed
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.chart import bank_code
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger, Leg, Posting
from fundapp.matching.approving import Hands, bands_of, hands_for, next_step
from fundapp.matching.facts import claim_facts, related_units
from fundapp.matching.funding import NewFunding, first_funding, fund_pool
from fundapp.matching.lapsing import lapse_due, next_place
from fundapp.matching.models import Disbursement, MatchClaim, MatchDecision, MatchParty, MatchRelated, Step
from fundapp.matching.payout import WHOLE, Due, Work, payable, payout_of
from fundapp.matching.policy import check_may_claim, check_may_decide, check_may_pay
from fundapp.matching.policy_text import policy_of_dict
from fundapp.matching.pool import book_of, lock_pool, money_accounts, pool_account, shift_all
from fundapp.matching.queries import (
    another_signer,
    decisions_of,
    entitled_before,
    granted_by_claim,
    paid_out,
    parties_of,
    people_of,
)
from fundapp.matching.queries.rounds import mode_of
from fundapp.matching.rounds import check_collecting
from fundapp.matching.rules import Mode, entitlement
from fundapp.matching.serving import commit_held, release_held, serve_queue
from fundapp.matching.texts import payment_purpose, waits_for
from fundapp.people.queries import actor_of
from fundapp.programmes.queries import ProgrammeRow, get_policy
from fundapp.projects.apart import check_apart
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.queries import ProjectRow, get_project, tasks_of
from fundapp.projects.rules import Stage

__all__ = [
    "NewClaim", "NewDecision", "NewFunding", "Payment", "claim_match", "decide", "disburse", "due_now", "first_funding",
    "fund_pool", "lock_pool", "pay_out",
]  # fmt: skip


@dataclass(frozen=True)
class NewClaim:
    """A group's claim; ``viable`` is the least with which the project can be done."""

    project_id: int
    op_key: str
    viable: Money


def claim_match(session: Session, actor: Actor, cmd: NewClaim, clock: Clock) -> MatchClaim:
    """Claim matched money: work out the entitlement, give the ticket, serve the queue; all under the pool's lock.

    Raises:
        Forbidden, Refused: see :func:`fundapp.matching.policy.check_may_claim`; also ``matching.pending``,
            ``matching.nothing_due``, ``matching.viable_too_high``, ``matching.no_round``, ``web.used_key``.
    """
    programme = lock_pool(session, get_project(session, cmd.project_id).programme_id)
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key = own_key(actor, cmd.op_key)
    standing = done_before(session, MatchClaim, key, project_id=cmd.project_id, viable_fen=cmd.viable)
    if standing is not None:
        return standing
    project = get_project(session, cmd.project_id)
    check_may_claim(
        actor, project, tasks_of(session, project.id), unconfirmed(session, project.id), _order(session, project)
    )
    _check_none_pending(session, project.id)
    check_collecting(session, programme.id, now)
    lapse_due(session, actor, programme, now)
    related = related_units(session, project, now)
    row = _worked_out(session, actor, project, programme, cmd, related, now)
    session.add(row)
    session.flush()
    session.add_all(MatchRelated(claim_id=row.id, unit_id=unit) for unit in sorted(related))
    session.add_all(MatchParty(claim_id=row.id, person_id=person) for person in sorted(with_a_hand(session, project)))
    session.flush()
    record(session, actor, "matching.claim", f"project:{project.id}", now, claim=row.id, ticket=row.ticket)
    serve_queue(session, actor, programme, now)
    return row


def with_a_hand(session: Session, project: ProjectRow) -> set[int]:
    """Give everybody with a hand in a project: proposer, group, and who recorded or confirmed its money."""
    return {project.proposer_id, *tasks_of(session, project.id), *hands_in_money(session, project.id)}


def _order(session: Session, project: ProjectRow) -> str:
    if project.policy_version_id is None:
        raise Refused("matching.no_policy")
    return str(get_policy(session, project.policy_version_id).parts.get("queue", {}).get("order_by", "ready"))


def _check_none_pending(session: Session, project_id: int) -> None:
    for claim in session.scalars(select(MatchClaim).where(MatchClaim.project_id == project_id)):
        if next_step(decisions_of(session, claim.id), _hands(claim)) is not None:
            raise Refused("matching.pending")


def _hands(claim: MatchClaim) -> Hands:
    return Hands(claim.checkers, claim.supervised)


def _worked_out(
    session: Session, actor: Actor, project: ProjectRow, programme: ProgrammeRow, cmd: NewClaim,
    related: Collection[int], now: datetime,
) -> MatchClaim:  # fmt: skip
    if project.policy_version_id is None or project.budget is None:
        raise Refused("matching.no_policy")
    if cmd.viable > project.budget:
        raise Refused("matching.viable_too_high", field="viable")
    version = get_policy(session, project.policy_version_id)
    if not version.adopted:
        raise Refused("programmes.unsigned")
    parts = version.parts
    policy = policy_of_dict(parts["matching"], "matching")
    ticket = next_place(session, programme.id)
    facts, claim = claim_facts(session, project, ticket, fen(cmd.viable), related)
    earned = entitlement(policy, claim, entitled_before(session, project.id))
    if earned.entitled == 0:
        raise Refused("matching.nothing_due", why=earned.steps[-1])
    hands = hands_for(bands_of(parts), earned.whole)
    return MatchClaim(
        programme_id=programme.id,
        ticket=ticket,
        project_id=project.id,
        policy_version_id=project.policy_version_id,
        op_key=own_key(actor, cmd.op_key),
        facts=facts,
        steps=list(earned.steps),
        matchable_fen=from_fen(earned.standing.matchable),
        entitled_fen=from_fen(earned.entitled),
        viable_fen=cmd.viable,
        givers=earned.standing.givers,
        checkers=hands.checkers,
        supervised=hands.supervised,
        claimed_by_id=actor.person_id,
        claimed_at=now,
    )


@dataclass(frozen=True)
class NewDecision:
    """One step of a claim, decided."""

    claim_id: int
    op_key: str
    step: Step
    passed: bool
    note: str


def decide(session: Session, actor: Actor, cmd: NewDecision, clock: Clock) -> MatchDecision:
    """Decide the step that a claim waits for. Approval turns what is held into a promise in the same transaction.

    Raises:
        NotVisible: no such claim.
        Refused: ``matching.decided``, ``matching.wrong_step``, ``matching.reason_needed``, ``matching.nothing_held``.
        Forbidden: see :func:`fundapp.matching.policy.check_may_decide` and
            :func:`fundapp.projects.apart.check_apart`.
    """
    claim = session.get(MatchClaim, cmd.claim_id)
    if claim is None:
        raise NotVisible
    programme = lock_pool(session, claim.programme_id)
    lock_project(session, claim.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"step": cmd.step, "passed": cmd.passed, "note": cmd.note}
    standing = done_before(session, MatchDecision, key, claim_id=claim.id, **said)
    if standing is not None:
        return standing
    project = get_project(session, claim.project_id)
    involved = {*tasks_of(session, project.id), *parties_of(session, claim.id)}
    check_may_decide(
        actor_of(session, actor.person_id or 0, now), project, cmd.step, involved, people_of(session, claim.id)
    )
    check_apart(session, actor, project, involved, now)
    _check_step(session, claim, cmd)
    lapse_due(session, actor, programme, now)
    row = MatchDecision(
        claim_id=claim.id,
        op_key=key,
        **said,
        decided_by_id=actor.person_id,
        decided_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, f"matching.{cmd.step.value}", f"project:{project.id}", now, claim=claim.id)
    _follow_decision(session, actor, programme, claim, row, now)
    return row


def _check_step(session: Session, claim: MatchClaim, cmd: NewDecision) -> None:
    so_far = decisions_of(session, claim.id)
    if cmd.step in so_far:
        raise Refused("matching.decided")
    if next_step(so_far, _hands(claim)) is not cmd.step:
        raise Refused("matching.wrong_step")
    if not cmd.passed and not cmd.note.strip():
        raise Refused("matching.reason_needed", field="note")
    _check_shared(session, claim, cmd)


def _check_shared(session: Session, claim: MatchClaim, cmd: NewDecision) -> None:
    """In a pool that is shared all at once, propose what a round has granted, and nothing before."""
    if cmd.step is not Step.PROPOSAL or not cmd.passed or mode_of(session, claim.programme_id) is Mode.QUEUE:
        return
    if not granted_by_claim(session, [claim.id]).get(claim.id):
        raise Refused("matching.nothing_held")


def _follow_decision(
    session: Session, actor: Actor, programme: ProgrammeRow, claim: MatchClaim, row: MatchDecision, now: datetime
) -> None:
    if not row.passed:
        release_held(session, actor, programme, claim, now)
        serve_queue(session, actor, programme, now)
    elif row.step is Step.APPROVAL:
        if commit_held(session, actor, programme, claim, now) == 0:
            raise Refused("matching.nothing_held")
        if get_project(session, claim.project_id).stage is Stage.SELECTED:
            move_on(session, actor, claim.project_id, Stage.MATCHED, now)


def disburse(session: Session, actor: Actor, claim_id: int, op_key: str, clock: Clock) -> Disbursement:
    """Pay the claim's project what is promised and due now: bank, promise and its account in one transaction.

    Raises:
        NotVisible: no such claim.
        Refused: nothing is promised and unpaid (``matching.nothing_to_pay``), or the next tranche has not been reached
            (``matching.tranche_not_reached``).
        Forbidden: not a foundation officer here.
    """
    claim = session.get(MatchClaim, claim_id)
    if claim is None:
        raise NotVisible
    programme = lock_pool(session, claim.programme_id)
    lock_project(session, claim.project_id)
    now = clock.now(session)
    key = own_key(actor, op_key)
    standing = done_before(session, Disbursement, key, claim_id=claim.id)
    if standing is not None:
        return standing
    project = get_project(session, claim.project_id)
    check_may_pay(actor, project, parties_of(session, claim.id), people_of(session, claim.id))
    involved = {*tasks_of(session, project.id), *parties_of(session, claim.id)}
    check_apart(session, actor, project, involved, now)
    lapse_due(session, actor, programme, now)
    book_id = book_of(session, actor, programme, now)
    due = due_now(session, project, balance(session, book_id, Ledger.COMMIT, _committed(programme, project)))
    if due.amount == 0:
        raise Refused("matching.tranche_not_reached" if due.told else "matching.nothing_to_pay", told=due.told)
    return pay_out(session, actor, programme, project, Payment(claim.id, key, due.amount, due.tranche), now)


def _committed(programme: ProgrammeRow, project: ProjectRow) -> str:
    return f"pool:{programme.id}:committed:{project.id}"


def due_now(session: Session, project: ProjectRow, unpaid: int) -> Due:
    """Give what may be paid to a project of the *unpaid* fen that are promised to it, by the policy it keeps."""
    payout = payout_of(get_policy(session, project.policy_version_id or 0).parts)
    if payout is None or unpaid == 0:
        return Due(unpaid, WHOLE, "")
    work: Work = ask("matching.work_of", session, project)
    paid = fen(paid_out(session, project.id))
    due = payable(payout, unpaid + paid, paid, work)
    return Due(min(due.amount, unpaid), due.tranche, due.told or waits_for(due.tranche))


@dataclass(frozen=True)
class Payment:
    """One payment on a claim in fen, by form *op_key*, under a tranche."""

    claim_id: int
    op_key: str
    amount: int
    tranche: str


def pay_out(
    session: Session, actor: Actor, programme: ProgrammeRow, project: ProjectRow, pay: Payment, now: datetime
) -> Disbursement:
    """Pay to a project what is promised to it; the caller holds pool and project and has asked who may."""
    book_id = book_of(session, actor, programme, now)
    row = Disbursement(
        claim_id=pay.claim_id,
        project_id=project.id,
        op_key=pay.op_key,
        amount_fen=from_fen(pay.amount),
        tranche=pay.tranche,
        paid_by_id=actor.person_id,
        paid_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "matching.disburse", f"project:{project.id}", now, disbursement=row.id)
    _post_payment(session, actor, programme, project, book_id, row, now)
    return row


def _post_payment(
    session: Session, actor: Actor, programme: ProgrammeRow, project: ProjectRow, book_id: int, row: Disbursement,
    now: datetime,
) -> None:  # fmt: skip
    money_accounts(session, book_id, programme, project.id)
    committed = pool_account(session, book_id, programme, "committed", project.id)
    paid = pool_account(session, book_id, programme, "paid", project.id)
    theirs = book_of_project(session, actor, project, now)
    project_accounts(session, theirs, project.id, project.title)
    amount, on, purpose = fen(row.amount_fen), local_date(now), payment_purpose(project.title)
    key, source, subject = f"disbursement:{row.id}", f"disbursement:{row.id}", f"project:{project.id}"
    approver = another_signer(session, row.claim_id, actor.person_id)
    came = (Leg(f"cash:{project.id}", amount), Leg(f"gift:{project.id}:foundation", -amount))
    moves = (
        (book_id, Ledger.ACTUAL, key, (Leg(f"grant:{project.id}", amount), Leg(bank_code(programme.id), -amount))),
        (book_id, Ledger.COMMIT, key, (Leg(paid, amount), Leg(committed, -amount))),
        (theirs, Ledger.ACTUAL, f"{key}:received", came),  # the keeper may be the foundation itself
    )
    shift_all(
        session,
        actor,
        [
            Posting(book, led, own, purpose, source, subject, on, legs, (), actor.person_id, approver)
            for book, led, own, legs in moves
        ],
        now,
    )
