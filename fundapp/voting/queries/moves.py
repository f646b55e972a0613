"""What happened to outcomes that bind: who fell out, who came in, and for whom there is money now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.db.wiring import ask
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import fen
from fundapp.people.queries import names_of
from fundapp.voting.after_models import VoteBinding
from fundapp.voting.models import VoteCandidate, VoteRound, VoteStanding
from fundapp.voting.move_models import VoteLeave, VoteLeaveWithdrawal, VoteMove
from fundapp.voting.outcome import Why
from fundapp.voting.policy import LEAVE_STANDS, PUBLISHERS
from fundapp.voting.queries.facts import excluding
from fundapp.voting.queries.waiting import in_places_of, rounds_with_place
from fundapp.voting.reentry import BARRED, Next, Skip, Waits, next_in


@dataclass(frozen=True)
class Pot:
    """The money of a round whose outcome binds: what is in, its cost in fen, and how many moves there were."""

    budget: int
    cost: int
    moves: int
    inside: tuple[int, ...]
    reserve: tuple[int, ...]

    @property
    def left(self) -> int:
        """Give what is free, in fen."""
        return self.budget - self.cost


@dataclass(frozen=True)
class MoveRow:
    """A project that came in or fell out, in public words; of persons only the family name."""

    number: int
    project_id: int
    title: str
    enters: bool
    at: datetime
    by: str
    asked_by: str
    reason: str
    skipped: tuple[tuple[str, Skip], ...]
    cost: int


@dataclass(frozen=True)
class LeaveRow:
    """A project that is asked to fall out and has not yet."""

    id: int
    round_id: int
    project_id: int
    title: str
    reason: str
    asked_by_id: int
    asked_by: str
    at: datetime


@dataclass(frozen=True)
class FreePlace:
    """A round whose money is enough for somebody of its reserve list."""

    round_id: int
    title: str


def pot_of(session: Session, round_id: int) -> Pot:
    """Give what is in, and what it costs.

    Raises:
        NotVisible: there is no such round, or its outcome does not bind.
    """
    binding = session.scalar(select(VoteBinding).where(VoteBinding.round_id == round_id))
    if binding is None:
        raise NotVisible
    rows = session.execute(
        select(VoteCandidate.project_id, VoteMove.enters, VoteMove.cost_fen)
        .join(VoteCandidate, VoteCandidate.id == VoteMove.candidate_id)
        .where(VoteMove.round_id == round_id)
        .order_by(VoteMove.number)
    ).all()
    inside, reserve = list(binding.selected), [int(one) for one in binding.reserve]
    for project_id, enters, _cost in rows:
        (inside.append if enters else inside.remove)(project_id)
        if enters:
            reserve.remove(project_id)
    cost = fen(rows[-1][2] if rows else binding.cost_fen)
    return Pot(fen(binding.budget_fen), cost, len(rows), tuple(inside), tuple(reserve))


def waiting_in_rank(session: Session, round_id: int, reserve: Sequence[int], inside: Sequence[int] = ()) -> list[Waits]:
    """Give those of a reserve list in their rank; *inside* are the projects that are in, of which some have rivals."""
    known = {
        project_id: (cost, why)
        for project_id, cost, why in session.execute(
            select(VoteCandidate.project_id, VoteCandidate.cost_fen, VoteStanding.why)
            .join(VoteStanding, VoteStanding.candidate_id == VoteCandidate.id)
            .where(VoteStanding.round_id == round_id)
        )
    }
    there: set[int] = ask("voting.in_reserve", session, list(reserve))
    pairs = excluding(session, session.get_one(VoteRound, round_id))
    out = {rival for pair in pairs for one in pair if one in inside for rival in pair}
    return [Waits(one, fen(known[one][0]), Why(known[one][1]), one in there, one in out) for one in reserve]


def next_of(session: Session, round_id: int, pot: Pot) -> Next | None:
    """Give who comes in now; ``None`` where nobody can."""
    return next_in(waiting_in_rank(session, round_id, pot.reserve, pot.inside), pot.left)


def leave_of(session: Session, round_id: int, leave_id: int) -> VoteLeave:
    """Give what was asked.

    Raises:
        NotVisible: nobody asked that of this round.
    """
    found = session.get(VoteLeave, leave_id)
    if found is None or found.round_id != round_id:
        raise NotVisible
    return found


def leave_is_over(session: Session, leave_id: int) -> bool:
    """Tell whether what was asked was confirmed, or taken back."""
    moved = select(VoteMove.id).where(VoteMove.leave_id == leave_id).exists()
    back = select(VoteLeaveWithdrawal.id).where(VoteLeaveWithdrawal.leave_id == leave_id).exists()
    return bool(session.scalar(select(moved | back)))


def moves_of(session: Session, round_id: int) -> tuple[MoveRow, ...]:
    """List who came in and fell out, the oldest first."""
    rows = session.execute(
        select(VoteMove, VoteCandidate.project_id, VoteLeave.reason, VoteLeave.asked_by_id)
        .join(VoteCandidate, VoteCandidate.id == VoteMove.candidate_id)
        .outerjoin(VoteLeave, VoteLeave.id == VoteMove.leave_id)
        .where(VoteMove.round_id == round_id)
        .order_by(VoteMove.number)
    ).all()
    if not rows:
        return ()
    titles = _titles(session, round_id)
    names = _family(session, [row.person_id for row, *_rest in rows] + [asked for *_rest, asked in rows if asked])
    return tuple(
        MoveRow(
            number=row.number,
            project_id=project_id,
            title=titles[project_id],
            enters=row.enters,
            at=row.at,
            by=names.get(row.person_id, ""),
            asked_by=names.get(asked or 0, ""),
            reason=reason or "",
            skipped=tuple((titles[number], Skip(why)) for number, why in row.skipped),
            cost=fen(row.cost_fen),
        )
        for row, project_id, reason, asked in rows
    )


def leaves_waiting(
    session: Session, now: datetime, round_id: int | None = None, actor: Actor | None = None
) -> list[LeaveRow]:
    """List what was asked and not confirmed yet: in one round, or in the places of somebody who may confirm it."""
    gone = select(VoteMove.candidate_id).where(~VoteMove.enters)
    query = (
        select(VoteLeave, VoteCandidate.project_id, VoteCandidate.title)
        .join(VoteCandidate, VoteCandidate.id == VoteLeave.candidate_id)
        .where(VoteLeave.candidate_id.not_in(gone), VoteLeave.at > now - LEAVE_STANDS)
        .where(VoteLeave.id.not_in(select(VoteLeaveWithdrawal.leave_id)))
        .order_by(VoteLeave.id)
    )
    if round_id is not None:
        query = query.where(VoteLeave.round_id == round_id)
    if actor is not None:
        mine = rounds_with_place().where(in_places_of(actor, *PUBLISHERS)).with_only_columns(VoteRound.id)
        query = query.where(VoteLeave.round_id.in_(mine), VoteLeave.asked_by_id != actor.person_id)
    rows = session.execute(query).all()
    names = _family(session, [row.asked_by_id for row, *_rest in rows])
    return [
        LeaveRow(
            row.id,
            row.round_id,
            project_id,
            title,
            row.reason,
            row.asked_by_id,
            names.get(row.asked_by_id, ""),
            row.at,
        )
        for row, project_id, title in rows
    ]


def free_places(session: Session, actor: Actor) -> list[FreePlace]:
    """List the rounds with money for somebody of their reserve list, for who may let her in."""
    newest = (
        select(VoteMove.cost_fen)
        .where(VoteMove.round_id == VoteBinding.round_id)
        .order_by(VoteMove.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    left = VoteBinding.budget_fen - func.coalesce(newest, VoteBinding.cost_fen)
    rows = session.execute(
        rounds_with_place()
        .with_only_columns(VoteRound.id, VoteRound.title, VoteCandidate.project_id, VoteBinding.reserve)
        .join(VoteBinding, VoteBinding.round_id == VoteRound.id)
        .join(VoteCandidate, VoteCandidate.round_id == VoteRound.id)
        .join(VoteStanding, VoteStanding.candidate_id == VoteCandidate.id)
        .where(in_places_of(actor, *PUBLISHERS), VoteCandidate.cost_fen <= left, VoteStanding.why.not_in(BARRED))
        .where(VoteCandidate.id.not_in(select(VoteMove.candidate_id).where(VoteMove.enters)))
        .order_by(VoteRound.id)
    ).all()
    there: set[int] = ask("voting.in_reserve", session, [project_id for _id, _title, project_id, _reserve in rows])
    found = [
        FreePlace(number, title)
        for number, title, project_id, reserve in rows
        if project_id in there and project_id in reserve
    ]
    return [one for one in dict.fromkeys(found) if next_of(session, one.round_id, pot_of(session, one.round_id))]


def moved_rounds(session: Session) -> list[int]:
    """List the rounds in which somebody came in or fell out."""
    query = select(VoteMove.round_id).join(VoteBinding, VoteBinding.round_id == VoteMove.round_id)
    return list(session.scalars(query.distinct().order_by(VoteMove.round_id)))


def moves_with_projects(session: Session, round_id: int) -> list[tuple[VoteMove, int]]:
    """List the moves of a round with their projects, the oldest first."""
    query = (
        select(VoteMove, VoteCandidate.project_id)
        .join(VoteCandidate, VoteCandidate.id == VoteMove.candidate_id)
        .where(VoteMove.round_id == round_id)
        .order_by(VoteMove.number)
    )
    return [(row, project_id) for row, project_id in session.execute(query)]


def _titles(session: Session, round_id: int) -> dict[int, str]:
    query = select(VoteCandidate.project_id, VoteCandidate.title).where(VoteCandidate.round_id == round_id)
    return {project_id: title for project_id, title in session.execute(query)}


def _family(session: Session, people: Iterable[int]) -> dict[int, str]:
    return {number: f"{name[:1]}*" for number, name in names_of(session, list(people)).items()}
