"""The deeds of matching: put money into a pool, claim, decide, pay. Each holds the pool first."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.db.work import lock
from fundapp.fundraising.commands import committee_book, project_accounts
from fundapp.fundraising.queries import unconfirmed
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger, Leg, Posting
from fundapp.matching.facts import claim_facts
from fundapp.matching.models import Disbursement, MatchClaim, MatchDecision, PoolFunding, Step
from fundapp.matching.policy import check_may_claim, check_may_decide, check_may_fund, check_may_pay, next_step
from fundapp.matching.policy_text import policy_of_dict
from fundapp.matching.pool import book_of, money_accounts, pool_account, shift, shift_all
from fundapp.matching.queries import decisions_of, people_of
from fundapp.matching.rules import entitlement
from fundapp.matching.serving import commit_held, release_held, serve_queue
from fundapp.matching.texts import funding_purpose, payment_purpose
from fundapp.programmes.events import ProgrammeOpened
from fundapp.programmes.models import Programme
from fundapp.programmes.queries import ProgrammeRow, get_policy, get_programme
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.queries import ProjectRow, get_project, tasks_of
from fundapp.projects.rules import Stage


def lock_pool(session: Session, programme_id: int) -> ProgrammeRow:
    """Hold a programme's pool to the end of the transaction: before its projects and accounts.

    Raises:
        NotVisible: there is none of this number.
    """
    if lock(session, Programme, programme_id) is None:
        raise NotVisible
    return get_programme(session, programme_id)


@dataclass(frozen=True)
class NewFunding:
    """Money for a pool, and where it comes from."""

    programme_id: int
    op_key: str
    amount: Money
    origin: str


def first_funding(session: Session, event: ProgrammeOpened) -> None:
    """Put a programme's first money into its pool: a reaction to its opening."""
    programme = get_programme(session, event.programme_id)
    row = PoolFunding(
        programme_id=programme.id,
        op_key=f"opening-{programme.id}",
        amount_fen=event.funding,
        origin=event.foundation_name,
        funded_by_id=event.by.person_id,
        funded_at=event.at,
    )
    session.add(row)
    session.flush()
    record(session, event.by, "matching.fund", f"programme:{programme.id}", event.at, funding=row.id)
    _post_funding(session, event.by, programme, row, event.at)


def fund_pool(session: Session, actor: Actor, cmd: NewFunding, clock: Clock) -> PoolFunding:
    """Put money into a pool; the waiting list is served at once.

    Raises:
        Forbidden: neither a foundation officer of the place nor an administrator (``matching.not_your_step``).
        Refused: the key was used for something else (``web.used_key``).
    """
    programme = lock_pool(session, cmd.programme_id)
    now = clock.now(session)
    check_may_fund(actor, programme.place_path)
    key, said = own_key(actor, cmd.op_key), {"amount_fen": cmd.amount, "origin": cmd.origin}
    standing = done_before(session, PoolFunding, key, programme_id=cmd.programme_id, **said)
    if standing is not None:
        return standing
    row = PoolFunding(
        programme_id=programme.id,
        op_key=key,
        **said,
        funded_by_id=actor.person_id,
        funded_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "matching.fund", f"programme:{programme.id}", now, funding=row.id)
    _post_funding(session, actor, programme, row, now)
    serve_queue(session, actor, programme, now)
    return row


def _post_funding(session: Session, actor: Actor, programme: ProgrammeRow, row: PoolFunding, now: datetime) -> None:
    book_id = book_of(session, actor, programme, now)
    money_accounts(session, book_id, programme)
    source = pool_account(session, book_id, programme, "source")
    open_part = pool_account(session, book_id, programme, "available")
    amount, purpose = fen(row.amount_fen), funding_purpose(programme.name, row.origin)
    about = (f"pool_funding:{row.id}", f"programme:{programme.id}")
    actual = (Leg("bank", amount), Leg(f"donation:restricted:{programme.id}", -amount))
    shift(session, actor, book_id, f"funding:{row.id}", purpose, about, actual, now, Ledger.ACTUAL)
    promised = (Leg(open_part, amount), Leg(source, -amount))
    shift(session, actor, book_id, f"funding:{row.id}", purpose, about, promised, now)


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
            ``matching.nothing_due``, ``matching.viable_too_high``, ``web.used_key``.
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
    row = _worked_out(session, actor, project, programme, cmd, now)
    session.add(row)
    session.flush()
    record(session, actor, "matching.claim", f"project:{project.id}", now, claim=row.id, ticket=row.ticket)
    serve_queue(session, actor, programme, now)
    return row


def _order(session: Session, project: ProjectRow) -> str:
    if project.policy_version_id is None:
        raise Refused("matching.no_policy")
    return str(get_policy(session, project.policy_version_id).parts.get("queue", {}).get("order_by", "ready"))


def _check_none_pending(session: Session, project_id: int) -> None:
    for claim in session.scalars(select(MatchClaim).where(MatchClaim.project_id == project_id)):
        if next_step(decisions_of(session, claim.id)) is not None:
            raise Refused("matching.pending")


def _worked_out(
    session: Session, actor: Actor, project: ProjectRow, programme: ProgrammeRow, cmd: NewClaim, now: datetime
) -> MatchClaim:
    if project.policy_version_id is None or project.budget is None:
        raise Refused("matching.no_policy")
    if cmd.viable > project.budget:
        raise Refused("matching.viable_too_high", field="viable")
    policy = policy_of_dict(get_policy(session, project.policy_version_id).parts["matching"], "matching")
    last = session.scalar(select(func.max(MatchClaim.ticket)).where(MatchClaim.programme_id == programme.id))
    ticket = (last or 0) + 1
    facts, claim = claim_facts(session, project, ticket, fen(cmd.viable))
    before = session.scalars(select(MatchClaim.entitled_fen).where(MatchClaim.project_id == project.id))
    earned = entitlement(policy, claim, sum(fen(amount) for amount in before))
    if earned.entitled == 0:
        raise Refused("matching.nothing_due", why=earned.steps[-1])
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
        Forbidden: see :func:`fundapp.matching.policy.check_may_decide`.
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
    check_may_decide(actor, project, cmd.step, tasks_of(session, project.id), people_of(session, claim.id))
    _check_step(session, claim, cmd)
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
    if next_step(so_far) is not cmd.step:
        raise Refused("matching.wrong_step")
    if not cmd.passed and not cmd.note.strip():
        raise Refused("matching.reason_needed", field="note")


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
    """Pay what is promised to the claim's project: bank, promise and the project's account in one transaction.

    Raises:
        NotVisible: no such claim.
        Refused: nothing is promised and unpaid (``matching.nothing_to_pay``).
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
    check_may_pay(actor, project)
    book_id = book_of(session, actor, programme, now)
    due = balance(session, book_id, Ledger.COMMIT, f"pool:{programme.id}:committed:{project.id}")
    if due == 0:
        raise Refused("matching.nothing_to_pay")
    row = Disbursement(
        claim_id=claim.id,
        project_id=project.id,
        op_key=key,
        amount_fen=from_fen(due),
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
    theirs = committee_book(session, actor, project.place_path, now)
    project_accounts(session, theirs, project.id, project.title)
    amount, on, purpose = fen(row.amount_fen), local_date(now), payment_purpose(project.title)
    key, source, subject = f"disbursement:{row.id}", f"disbursement:{row.id}", f"project:{project.id}"
    moves = (
        (book_id, Ledger.ACTUAL, (Leg(f"grant:{project.id}", amount), Leg("bank", -amount))),
        (book_id, Ledger.COMMIT, (Leg(paid, amount), Leg(committed, -amount))),
        (theirs, Ledger.ACTUAL, (Leg(f"cash:{project.id}", amount), Leg(f"gift:{project.id}:foundation", -amount))),
    )
    shift_all(
        session,
        actor,
        [Posting(book, ledger, key, purpose, source, subject, on, legs) for book, ledger, legs in moves],
        now,
    )
