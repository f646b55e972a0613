"""The deeds on the tree of pools. Each holds the programme's pool first; every move is one posting."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.db.once import done_before, own_key
from fundapp.fundraising.commands import project_accounts
from fundapp.fundraising.rules import check_amount
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.chart import bank_code
from fundapp.ledger.commands import ensure_account, lock_books, post_all
from fundapp.ledger.queries import balance, get_book
from fundapp.ledger.rules import Holder, Ledger, Leg, Posting
from fundapp.matching.lapsing import lapse_due
from fundapp.matching.pool import book_of, lock_pool, money_accounts, pool_account
from fundapp.matching.queries import hands_of
from fundapp.matching.serving import serve_queue
from fundapp.matching.texts import BANK
from fundapp.places.models import PlaceKind
from fundapp.places.queries import ancestor, get_place
from fundapp.pools.accounts import common_account, given_account, money_moves, share_account
from fundapp.pools.models import CommonFunding, PoolMove, PoolMoveDecision, ShareUse, ShareUseDecision
from fundapp.pools.policy import check_may_decide, check_may_pay_use, check_may_propose, check_may_use
from fundapp.pools.queries import decided_for, gap_of
from fundapp.pools.rules import Way
from fundapp.pools.texts import COMMON, common_purpose, move_purpose, use_purpose
from fundapp.programmes.queries import ProgrammeRow, check_signed
from fundapp.projects.apart import check_apart
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import ProjectRow, get_project


@dataclass(frozen=True)
class NewCommon:
    """Money for a foundation's common pool, and where it comes from."""

    book_id: int
    op_key: str
    amount: Money
    origin: str


def fund_common(session: Session, actor: Actor, cmd: NewCommon, clock: Clock) -> CommonFunding:
    """Put money into the common pool of a foundation's book.

    Raises:
        NotVisible: no book of a foundation.
        Forbidden: see :func:`fundapp.pools.policy.check_may_propose`.
        Refused: ``web.used_key``, no amount, ``pools.reason_needed`` (no origin).
    """
    check_amount(cmd.amount)
    book = get_book(session, cmd.book_id)
    if book.holder_kind is not Holder.FOUNDATION:
        raise NotVisible
    lock_books(session, [book.id])
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"amount_fen": cmd.amount, "origin": cmd.origin.strip()}
    standing = done_before(session, CommonFunding, key, book_id=book.id, **said)
    if standing is not None:
        return standing
    check_may_propose(actor, book.place_path)
    if not said["origin"]:
        raise Refused("pools.reason_needed", field="origin")
    row = CommonFunding(book_id=book.id, op_key=key, **said, funded_by_id=actor.person_id, funded_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "pools.fund_common", f"book:{book.id}", now, funding=row.id)
    _post_common(session, actor, row, now)
    return row


def _post_common(session: Session, actor: Actor, row: CommonFunding, now: datetime) -> None:
    ensure_account(session, row.book_id, Ledger.ACTUAL, "bank", str(BANK), floor_fen=0)
    ensure_account(session, row.book_id, Ledger.ACTUAL, "donation:unrestricted", str(COMMON), ceiling_fen=0)
    amount, key, purpose = fen(row.amount_fen), f"common:{row.id}", common_purpose(row.origin)
    source, open_part = (common_account(session, row.book_id, part) for part in ("source", "available"))
    real = (Leg("bank", amount), Leg("donation:unrestricted", -amount))
    promised = (Leg(open_part, amount), Leg(source, -amount))
    about, on = f"common_funding:{row.id}", local_date(now)
    postings = [
        Posting(row.book_id, ledger, key, purpose, about, None, on, legs)
        for ledger, legs in ((Ledger.ACTUAL, real), (Ledger.COMMIT, promised))
    ]
    post_all(session, actor, postings, now)


@dataclass(frozen=True)
class NewMove:
    """Money from a pool to its child or back; ``place_id`` none: between the common pool and the programme."""

    programme_id: int
    place_id: int | None
    way: Way
    op_key: str
    amount: Money
    reason: str


def propose_move(session: Session, actor: Actor, cmd: NewMove, clock: Clock) -> PoolMove:
    """Propose a move; it waits for a second person, and the money moves then.

    Raises:
        Forbidden: see :func:`fundapp.pools.policy.check_may_propose`.
        Refused: ``web.used_key``, no amount, ``pools.reason_needed``, ``pools.not_below``, or more than is there now
            (``pools.not_enough``, facts ``account`` and ``available``), or ``programmes.unsigned``.
    """
    check_amount(cmd.amount)
    programme = lock_pool(session, cmd.programme_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"way": cmd.way, "amount_fen": cmd.amount, "reason": cmd.reason.strip()}
    standing = done_before(session, PoolMove, key, programme_id=programme.id, place_id=cmd.place_id, **said)
    if standing is not None:
        return standing
    check_may_propose(actor, programme.place_path)
    check_signed(session, programme.id)
    if not said["reason"]:
        raise Refused("pools.reason_needed", field="reason")
    _check_below(session, programme, cmd.place_id)
    _check_there(session, actor, programme, cmd.place_id, cmd.way, cmd.amount, now)
    row = PoolMove(
        programme_id=programme.id, place_id=cmd.place_id, op_key=key, **said, proposed_by_id=actor.person_id,
        proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "pools.propose", f"programme:{programme.id}", now, move=row.id)
    return row


def _check_below(session: Session, programme: ProgrammeRow, place_id: int | None) -> None:
    if place_id is None:
        return
    place = get_place(session, place_id)
    if place.kind != PlaceKind.COMMUNITY or not place.path.startswith(programme.place_path):
        raise Refused("pools.not_below", field="place_id")


def _check_there(
    session: Session, actor: Actor, programme: ProgrammeRow, place_id: int | None, way: Way, amount: Money,
    now: datetime,
) -> None:  # fmt: skip
    book_id = book_of(session, actor, programme, now)
    upper, lower = _sides(session, book_id, programme, place_id)
    codes = [upper] if way is Way.DOWN else [lower]
    if place_id is None and way is Way.BACK:
        codes.append(given_account(session, book_id, programme))
    there = from_fen(min(balance(session, book_id, Ledger.COMMIT, code) for code in codes))
    if amount > there:
        name = _names(session, programme, place_id)[way is Way.BACK]
        raise Refused("pools.not_enough", field="amount", account=name, available=there)


def _sides(session: Session, book_id: int, programme: ProgrammeRow, place_id: int | None) -> tuple[str, str]:
    """Give the codes of the parent's and the child's open money."""
    open_part = pool_account(session, book_id, programme, "available")
    if place_id is not None:
        return open_part, share_account(session, book_id, programme, place_id)
    return common_account(session, book_id, "available"), open_part


def _names(session: Session, programme: ProgrammeRow, place_id: int | None) -> tuple[str, str]:
    if place_id is None:
        return str(COMMON), programme.name
    return programme.name, get_place(session, place_id).name


def decide_move(
    session: Session, actor: Actor, move_id: int, passed: bool, note: str, clock: Clock
) -> PoolMoveDecision:
    """Carry a proposed move out, or refuse it; the same again is success. What reaches a queue serves it at once.

    Raises:
        NotVisible: no such proposal.
        Forbidden: see :func:`fundapp.pools.policy.check_may_decide`.
        Refused: ``pools.decided`` (the other way), ``pools.reason_needed``, or the money has gone meanwhile
            (``pools.not_enough``).
    """
    move = session.get(PoolMove, move_id)
    if move is None:
        raise NotVisible
    programme = lock_pool(session, move.programme_id)
    now = clock.now(session)
    check_may_decide(actor, programme.place_path, move.proposed_by_id)
    standing = session.scalar(select(PoolMoveDecision).where(PoolMoveDecision.move_id == move.id))
    if standing is not None:
        if standing.passed != passed:
            raise Refused("pools.decided")
        return standing
    if not passed and not note.strip():
        raise Refused("pools.reason_needed", field="note")
    if passed:
        _check_there(session, actor, programme, move.place_id, move.way, move.amount_fen, now)
    row = PoolMoveDecision(
        move_id=move.id, passed=passed, note=note.strip(), decided_by_id=actor.person_id, decided_at=now
    )
    session.add(row)
    session.flush()
    record(session, actor, "pools.decide", f"programme:{programme.id}", now, move=move.id)
    if passed:
        _post_move(session, actor, programme, move, now)
    return row


def _post_move(session: Session, actor: Actor, programme: ProgrammeRow, move: PoolMove, now: datetime) -> None:
    book_id = book_of(session, actor, programme, now)
    upper, lower = _sides(session, book_id, programme, move.place_id)
    amount = fen(move.amount_fen) if move.way is Way.DOWN else -fen(move.amount_fen)
    legs = [Leg(upper, -amount), Leg(lower, amount)]
    if move.place_id is None:  # each of the two pools goes on knowing what was put into it
        given, source = given_account(session, book_id, programme), pool_account(session, book_id, programme, "source")
        legs += [Leg(given, amount), Leg(source, -amount)]
    purpose = move_purpose(*_names(session, programme, move.place_id), move.way)
    about, subject, on = f"pool_move:{move.id}", f"programme:{programme.id}", local_date(now)
    postings = [Posting(book_id, Ledger.COMMIT, about, purpose, about, subject, on, tuple(legs))]
    if move.place_id is None:
        real = money_moves(session, book_id, programme, amount)
        postings.append(Posting(book_id, Ledger.ACTUAL, about, purpose, about, subject, on, real))
    post_all(session, actor, postings, now)
    if (move.place_id is None) == (move.way is Way.DOWN):
        lapse_due(session, actor, programme, now)
        serve_queue(session, actor, programme, now)


@dataclass(frozen=True)
class NewUse:
    """Money of a community's share for a project; exactly one of the two decisions of residents."""

    project_id: int
    op_key: str
    amount: Money
    council_item_id: int | None = None
    vote_round_id: int | None = None


def record_use(session: Session, actor: Actor, cmd: NewUse, clock: Clock) -> ShareUse:
    """Record for which project a community's residents decided to use their share; it waits for the foundation.

    Raises:
        Forbidden, Refused: see :func:`fundapp.pools.policy.check_may_use`; ``web.used_key``, no amount,
            ``pools.no_decision``, ``pools.beyond_need`` (fact ``gap``), ``pools.not_enough``.
        NotVisible: the project lies in no community.
    """
    check_amount(cmd.amount)
    programme = lock_pool(session, get_project(session, cmd.project_id).programme_id)
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    decision = {"council_item_id": cmd.council_item_id, "vote_round_id": cmd.vote_round_id}
    key, said = own_key(actor, cmd.op_key), {"amount_fen": cmd.amount, **decision}
    standing = done_before(session, ShareUse, key, project_id=cmd.project_id, **said)
    if standing is not None:
        return standing
    project = get_project(session, cmd.project_id)
    check_may_use(actor, project)
    if (cmd.council_item_id, cmd.vote_round_id) not in decided_for(session, project):
        raise Refused("pools.no_decision", field="decision")
    place_id = _community(session, project)
    _check_usable(session, actor, programme, project, place_id, cmd.amount, now)
    row = ShareUse(
        programme_id=programme.id, place_id=place_id, project_id=project.id, op_key=key, **said,
        recorded_by_id=actor.person_id, recorded_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "pools.use", f"project:{project.id}", now, use=row.id)
    return row


def _community(session: Session, project: ProjectRow) -> int:
    community = ancestor(session, project.place_path, PlaceKind.COMMUNITY)
    if community is None:
        raise NotVisible
    return community.id


def _check_usable(
    session: Session, actor: Actor, programme: ProgrammeRow, project: ProjectRow, place_id: int, amount: Money,
    now: datetime,
) -> None:  # fmt: skip
    gap = gap_of(session, project)
    if amount > gap:
        raise Refused("pools.beyond_need", field="amount", gap=gap)
    book_id = book_of(session, actor, programme, now)
    code = share_account(session, book_id, programme, place_id)
    there = from_fen(balance(session, book_id, Ledger.COMMIT, code))
    if amount > there:
        name = get_place(session, place_id).name
        raise Refused("pools.not_enough", field="amount", account=name, available=there)


def decide_use(session: Session, actor: Actor, use_id: int, passed: bool, note: str, clock: Clock) -> ShareUseDecision:
    """Pay what residents decided out of their share, or refuse it; the same again is success.

    Raises:
        NotVisible: no such record.
        Forbidden, Refused: see :func:`fundapp.pools.policy.check_may_pay_use` and
            :func:`fundapp.projects.apart.check_apart`; ``pools.decided``,
            ``pools.reason_needed``, ``pools.beyond_need``, ``pools.not_enough``.
    """
    use = session.get(ShareUse, use_id)
    if use is None:
        raise NotVisible
    programme = lock_pool(session, use.programme_id)
    lock_project(session, use.project_id)
    now = clock.now(session)
    project = get_project(session, use.project_id)
    standing = session.scalar(select(ShareUseDecision).where(ShareUseDecision.use_id == use.id))
    if standing is not None and standing.passed == passed and standing.decided_by_id == actor.person_id:
        return standing
    check_may_pay_use(actor, project, use.recorded_by_id)
    check_apart(session, actor, project, hands_of(session, project.id), now)
    if standing is not None:
        raise Refused("pools.decided")
    if not passed and not note.strip():
        raise Refused("pools.reason_needed", field="note")
    if passed:
        _check_usable(session, actor, programme, project, use.place_id, use.amount_fen, now)
    row = ShareUseDecision(
        use_id=use.id, passed=passed, note=note.strip(), decided_by_id=actor.person_id, decided_at=now
    )
    session.add(row)
    session.flush()
    record(session, actor, "pools.decide_use", f"project:{project.id}", now, use=use.id)
    if passed:
        _post_use(session, actor, programme, project, use, now)
    return row


def _post_use(
    session: Session, actor: Actor, programme: ProgrammeRow, project: ProjectRow, use: ShareUse, now: datetime
) -> None:
    book_id = book_of(session, actor, programme, now)
    money_accounts(session, book_id, programme, project.id)
    paid = pool_account(session, book_id, programme, "paid", project.id)
    share = share_account(session, book_id, programme, use.place_id)
    theirs = book_of_project(session, actor, project, now)
    project_accounts(session, theirs, project.id, project.title)
    amount, about = fen(use.amount_fen), f"share_use:{use.id}"
    purpose = use_purpose(project.title, get_place(session, use.place_id).name)
    came = (Leg(f"cash:{project.id}", amount), Leg(f"gift:{project.id}:foundation", -amount))
    moves = (
        (book_id, Ledger.ACTUAL, about, (Leg(f"grant:{project.id}", amount), Leg(bank_code(programme.id), -amount))),
        (book_id, Ledger.COMMIT, about, (Leg(paid, amount), Leg(share, -amount))),
        (theirs, Ledger.ACTUAL, f"{about}:received", came),
    )
    subject, on = f"project:{project.id}", local_date(now)
    two = (use.recorded_by_id, actor.person_id)
    postings = [Posting(b, led, key, purpose, about, subject, on, legs, (), *two) for b, led, key, legs in moves]
    post_all(session, actor, postings, now)
