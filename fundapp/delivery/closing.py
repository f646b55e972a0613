"""Closing a project: what is left goes back to its sources, the foundation's part to the pool, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.custody.commands import book_of_project
from fundapp.delivery.models import ClosingReturn, ProjectClosing
from fundapp.delivery.policy import check_may_close
from fundapp.delivery.queries import another, books_of
from fundapp.delivery.rules import returns
from fundapp.delivery.texts import return_purpose
from fundapp.fundraising.commands import project_accounts
from fundapp.fundraising.purses import Purse
from fundapp.fundraising.queries import funds_of
from fundapp.fundraising.rules import ORDER, Source
from fundapp.fundraising.texts import SOURCE_LABELS
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.chart import bank_code
from fundapp.ledger.commands import post_all
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger, Leg, Posting
from fundapp.matching.lapsing import lapse_due
from fundapp.matching.pool import book_of, lock_pool, pool_account
from fundapp.matching.serving import serve_queue
from fundapp.programmes.queries import ProgrammeRow
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.queries import ProjectRow, get_project
from fundapp.projects.rules import Stage


def close_project(session: Session, actor: Actor, project_id: int, clock: Clock) -> ProjectClosing:
    """Close an evaluated project. What the foundation gets back is available again at once, and the queue is served.

    Raises:
        Forbidden, Refused: see :func:`fundapp.delivery.policy.check_may_close`.
    """
    programme = lock_pool(session, get_project(session, project_id).programme_id)
    lock_project(session, project_id)
    now = clock.now(session)
    project = get_project(session, project_id)
    theirs = book_of(session, actor, programme, now)
    unpaid = balance(session, theirs, Ledger.COMMIT, pool_account(session, theirs, programme, "committed", project_id))
    check_may_close(actor, project, books_of(session, project, unpaid))
    lapse_due(session, actor, programme, now)
    book_id = book_of_project(session, actor, project, now)
    project_accounts(session, book_id, project.id, project.title)
    purses = _purses(session, book_id, project_id)
    received, left = sum(sum(one.given.values()) for one in purses), sum(one.left for one in purses)
    closing = _closing(session, actor, project, received, left, now)
    _give_back(session, actor, programme, project, closing, purses, (book_id, theirs), now)
    move_on(session, actor, project_id, Stage.CLOSED, now)
    serve_queue(session, actor, programme, now)
    return closing


@dataclass(frozen=True)
class Left:
    """What a fund of a project got by source, and what is left of it, in fen."""

    purse: Purse
    given: dict[str, int]
    left: int


def _purses(session: Session, book_id: int, project_id: int) -> list[Left]:
    """Look at the general money, and at what was given for one purpose: its rest goes back to those who gave it."""
    purse = Purse(project_id)
    given = {s.value: -balance(session, book_id, Ledger.ACTUAL, purse.gift(s)) for s in ORDER}
    funds = [
        Left(one.purse, {s.value: one.given[s] for s in ORDER}, fen(one.left)) for one in funds_of(session, project_id)
    ]
    return [Left(purse, given, balance(session, book_id, Ledger.ACTUAL, purse.cash)), *funds]


def _closing(
    session: Session, actor: Actor, project: ProjectRow, received: int, left: int, now: datetime
) -> ProjectClosing:
    row = ProjectClosing(
        project_id=project.id,
        received_fen=from_fen(received),
        spent_fen=from_fen(received - left),
        left_fen=from_fen(left),
        closed_by_id=actor.person_id,
        closed_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "delivery.close", f"project:{project.id}", now, left=left)
    return row


def _give_back(
    session: Session, actor: Actor, programme: ProgrammeRow, project: ProjectRow, closing: ProjectClosing,
    purses: list[Left], books: tuple[int, int], now: datetime,
) -> None:  # fmt: skip
    book_id, foundation = books
    postings, parts, approved = [], dict.fromkeys((s.value for s in ORDER), 0), another(session, actor, project.id)
    for one in purses:
        for source, amount in returns(one.left, one.given).items():
            parts[source] += amount
            legs = (Leg(one.purse.gift(source), amount), Leg(one.purse.cash, -amount))
            part = f":r{one.purse.number}" if one.purse.number else ""
            went = _posting(project, closing, book_id, Ledger.ACTUAL, source, legs, now, part)
            postings.append(replace(went, asked_by=actor.person_id, approved_by=approved))
    told = [ClosingReturn(closing_id=closing.id, source=s, amount_fen=from_fen(a)) for s, a in parts.items() if a]
    session.add_all(told)
    back = parts.get(Source.FOUNDATION.value, 0)
    if back:
        open_part = pool_account(session, foundation, programme, "available")
        paid = pool_account(session, foundation, programme, "paid", project.id)
        money = (Leg(bank_code(programme.id), back), Leg(f"grant:{project.id}", -back))
        promise = (Leg(open_part, back), Leg(paid, -back))
        own = Source.FOUNDATION.value  # under a key of its own: the keeper may be the foundation itself
        postings.append(_posting(project, closing, foundation, Ledger.ACTUAL, own, money, now, ":received"))
        postings.append(_posting(project, closing, foundation, Ledger.COMMIT, own, promise, now))
    if postings:
        post_all(session, actor, postings, now)


def _posting(
    project: ProjectRow, closing: ProjectClosing, book_id: int, ledger: Ledger, source: str, legs: tuple[Leg, ...],
    now: datetime, part: str = "",
) -> Posting:  # fmt: skip
    purpose = return_purpose(project.title, SOURCE_LABELS[Source(source)])
    return Posting(
        book_id, ledger, f"closing:{closing.id}:{source}{part}", purpose, f"project_closing:{closing.id}",
        f"project:{project.id}", local_date(now), legs,
    )  # fmt: skip
