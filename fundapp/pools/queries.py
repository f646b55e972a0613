"""Read the tree of pools, the moves in it, and what communities' shares were used for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moneyed import Money
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fundapp.council.models import CouncilItem, CouncilSession
from fundapp.council.rules import ItemOutcome
from fundapp.fundraising.queries import raised
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import ZERO, fen, from_fen
from fundapp.ledger.queries import BookRow, PoolState, balances, list_books, pool_state
from fundapp.ledger.rules import Holder, Ledger
from fundapp.matching.queries import hands_of, promised
from fundapp.places.models import Place
from fundapp.places.queries import places_by_id
from fundapp.pools.models import PoolMove, PoolMoveDecision, ShareUse, ShareUseDecision
from fundapp.pools.policy import DECIDERS, PROPOSERS
from fundapp.pools.rules import Way
from fundapp.programmes.models import Programme
from fundapp.programmes.queries import ProgrammeRow, list_programmes
from fundapp.projects.apart import why_tied
from fundapp.projects.models import Project
from fundapp.projects.queries import ProjectRow, get_project
from fundapp.voting.models import VoteCandidate, VoteRound, VoteStanding
from fundapp.voting.move_models import VoteMove

Decision = tuple[int | None, int | None]


@dataclass(frozen=True)
class ProgrammeNode:
    """A programme's pool with its communities' shares: (number, name, fen)."""

    programme: ProgrammeRow
    state: PoolState
    shares: list[tuple[int, str, int]]


@dataclass(frozen=True)
class FoundationNode:
    """A foundation's book with its common pool, in fen; ``None`` where nothing was ever put into one."""

    book: BookRow
    common: int | None
    programmes: list[ProgrammeNode]


def tree(session: Session) -> list[FoundationNode]:
    """Give the whole tree: foundations, their programmes, the newest first, and communities' shares."""
    programmes, found = list_programmes(session), []
    for book in list_books(session):
        if book.holder_kind is Holder.FOUNDATION:
            mine = [row for row in programmes if row.place_id == book.place_id]
            common = balances(session, book.id, Ledger.COMMIT, "common:available")
            nodes = [_node(session, book, row) for row in mine if row.foundation_name == book.holder_name]
            found.append(FoundationNode(book, common.get("common:available"), nodes))
    return found


def _node(session: Session, book: BookRow, programme: ProgrammeRow) -> ProgrammeNode:
    kept = balances(session, book.id, Ledger.COMMIT, f"pool:{programme.id}:shared:")
    amounts = {int(code.rpartition(":")[2]): amount for code, amount in kept.items()}
    places = places_by_id(session, list(amounts))
    shares = [(number, places[number].name, amount) for number, amount in sorted(amounts.items())]
    return ProgrammeNode(programme, pool_state(session, programme.id), shares)


@dataclass(frozen=True)
class MoveRow:
    """A move with what became of it; ``place_name`` empty: between the common pool and the programme."""

    id: int
    programme_id: int
    programme_name: str
    programme_path: str
    place_id: int | None
    place_name: str
    way: Way
    amount: Money
    reason: str
    proposed_by_id: int
    proposed_at: datetime
    passed: bool | None
    note: str
    decided_at: datetime | None


def _moves(session: Session, *where: Any) -> list[MoveRow]:
    query = (
        select(PoolMove, PoolMoveDecision, Programme.name, Place.path)
        .join(Programme, Programme.id == PoolMove.programme_id)
        .join(Place, Place.id == Programme.place_id)
        .outerjoin(PoolMoveDecision, PoolMoveDecision.move_id == PoolMove.id)
        .where(*where)
        .order_by(PoolMove.id.desc())
    )
    rows = session.execute(query).all()
    places = places_by_id(session, [m.place_id for m, *_rest in rows if m.place_id is not None])
    return [
        MoveRow(
            m.id, m.programme_id, name, path, m.place_id, places[m.place_id].name if m.place_id else "", m.way,
            m.amount_fen, m.reason, m.proposed_by_id, m.proposed_at, d.passed if d else None, d.note if d else "",
            d.decided_at if d else None,
        )
        for m, d, name, path in rows
    ]  # fmt: skip


def moves_of(session: Session, programme_id: int) -> list[MoveRow]:
    """List the moves into and out of a programme's pool, the newest first."""
    return _moves(session, PoolMove.programme_id == programme_id)


def get_move(session: Session, move_id: int) -> MoveRow:
    """Give one move.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _moves(session, PoolMove.id == move_id)
    if not found:
        raise NotVisible
    return found[0]


def moves_waiting(session: Session, actor: Actor) -> list[MoveRow]:
    """List the moves that wait for this actor's decision."""
    if not actor.has_any(*DECIDERS):
        return []
    rows = _moves(session, PoolMoveDecision.id.is_(None), PoolMove.proposed_by_id != actor.person_id)
    return [row for row in rows if any(actor.has(role, row.programme_path) for role in DECIDERS)]


@dataclass(frozen=True)
class UseRow:
    """A use of a community's share with what became of it; ``decision`` says what the residents decided where."""

    id: int
    programme_id: int
    project_id: int
    project_title: str
    project_path: str
    place_name: str
    amount: Money
    decision: str
    recorded_by_id: int
    recorded_at: datetime
    passed: bool | None
    note: str
    decided_at: datetime | None
    council_session_id: int | None
    vote_round_id: int | None


def _uses(session: Session, *where: Any) -> list[UseRow]:
    query = (
        select(ShareUse, ShareUseDecision, Project.title, Place.path, CouncilSession, VoteRound.title)
        .join(Project, Project.id == ShareUse.project_id)
        .join(Place, Place.id == Project.place_id)
        .outerjoin(ShareUseDecision, ShareUseDecision.use_id == ShareUse.id)
        .outerjoin(CouncilItem, CouncilItem.id == ShareUse.council_item_id)
        .outerjoin(CouncilSession, CouncilSession.id == CouncilItem.session_id)
        .outerjoin(VoteRound, VoteRound.id == ShareUse.vote_round_id)
        .where(*where)
        .order_by(ShareUse.id.desc())
    )
    rows = session.execute(query).all()
    places = places_by_id(session, [row[0].place_id for row in rows])
    return [
        UseRow(
            u.id, u.programme_id, u.project_id, title, path, places[u.place_id].name, u.amount_fen,
            held.title if held else vote, u.recorded_by_id, u.recorded_at, d.passed if d else None,
            d.note if d else "", d.decided_at if d else None, held.id if held else None, u.vote_round_id,
        )
        for u, d, title, path, held, vote in rows
    ]  # fmt: skip


def uses_of(session: Session, programme_id: int) -> list[UseRow]:
    """List what communities' shares of a programme were used for, the newest first."""
    return _uses(session, ShareUse.programme_id == programme_id)


def get_use(session: Session, use_id: int) -> UseRow:
    """Give one use.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _uses(session, ShareUse.id == use_id)
    if not found:
        raise NotVisible
    return found[0]


def uses_waiting(session: Session, actor: Actor) -> list[UseRow]:
    """List the uses that wait for this officer's confirmation."""
    if not actor.has_any(*PROPOSERS):
        return []
    rows = _uses(session, ShareUseDecision.id.is_(None), ShareUse.recorded_by_id != actor.person_id)
    return [row for row in rows if any(actor.has(role, row.project_path) for role in PROPOSERS)]


def used_on(session: Session, project_id: int) -> Money:
    """Give what was paid to a project out of communities' shares."""
    query = select(func.sum(ShareUse.amount_fen)).join(ShareUseDecision, ShareUseDecision.use_id == ShareUse.id)
    total = session.scalar(query.where(ShareUse.project_id == project_id, ShareUseDecision.passed))
    return total if total is not None else ZERO


def rests_on_share(session: Session, project_id: int) -> bool:
    """Tell whether money of a community's share was recorded for a project and not refused."""
    refused = select(ShareUseDecision.use_id).where(~ShareUseDecision.passed)
    query = select(ShareUse.id).where(ShareUse.project_id == project_id, ShareUse.id.not_in(refused))
    return session.scalar(query.limit(1)) is not None


def gap_of(session: Session, project: ProjectRow) -> Money:
    """Give what a project still lacks: its budget less all confirmed, granted and paid money; never below 0."""
    came = sum(raised(session, [project.id])[project.id].values()) + promised(session, [project.id]).get(project.id, 0)
    budget = fen(project.budget) if project.budget is not None else 0
    return from_fen(max(0, budget - came - fen(used_on(session, project.id))))


def decided_for(session: Session, project: ProjectRow) -> dict[Decision, str]:
    """Give the recorded decisions of residents for a project: passed items of closed sessions, votes that chose it."""
    items = (
        select(CouncilItem.id, CouncilSession.title)
        .join(CouncilSession, CouncilSession.id == CouncilItem.session_id)
        .where(CouncilItem.project_id == project.id, CouncilSession.closed_at.is_not(None))
        .where(CouncilItem.outcome == ItemOutcome.PASSED)
    )
    came_in = select(VoteMove.id).where(VoteMove.candidate_id == VoteCandidate.id, VoteMove.enters).exists()
    votes = (
        select(VoteRound.id, VoteRound.title)
        .join(VoteCandidate, VoteCandidate.round_id == VoteRound.id)
        .join(VoteStanding, VoteStanding.candidate_id == VoteCandidate.id)
        .where(VoteCandidate.project_id == project.id, or_(VoteStanding.selected, came_in))
    )
    found: dict[Decision, str] = {(number, None): title for number, title in session.execute(items)}
    return found | {(None, number): title for number, title in session.execute(votes)}


def why_not_pay_use(session: Session, actor: Actor, use: UseRow, now: datetime) -> list[str]:
    """Say in which way an officer is related to a project to which she would pay of a share; empty where she is not."""
    return why_tied(session, actor, get_project(session, use.project_id), hands_of(session, use.project_id), now)
