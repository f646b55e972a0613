"""What waits: for a household's ballot, for a publication; and where a project stands among the rounds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, false, func, or_, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor, Role
from fundapp.places.models import Place
from fundapp.rosters.models import SnapshotUnit
from fundapp.voting.after_models import VoteBinding
from fundapp.voting.box_models import VoteBox
from fundapp.voting.models import VoteBallot, VoteCandidate, VoteOpening, VoteResult, VoteRound, VoteStanding
from fundapp.voting.move_models import VoteMove
from fundapp.voting.policy import PUBLISHERS
from fundapp.voting.queries.voids import is_void
from fundapp.voting.rounds import votes_shown
from fundapp.voting.void_models import VoteVoid


@dataclass(frozen=True)
class WaitingRound:
    """A round that waits for somebody; ``unit_id``, ``door`` and ``cast`` where it waits for a household."""

    round_id: int
    title: str
    place_id: int
    place_name: str
    opens_at: datetime
    closes_at: datetime
    unit_id: int | None = None
    door: str = ""
    cast: bool = False  # by whomever of the household


@dataclass(frozen=True)
class RoundMark:
    """Where a project stands in its newest round; the last three are empty until the result is published.

    ``votes`` stays empty where fewer than ten ballots were cast; ``bound`` is set once the outcome binds.
    ``moved`` says that it came in from the reserve list since, or fell out.
    """

    round_id: int
    title: str
    opens_at: datetime
    closes_at: datetime
    selected: bool | None
    rank: int | None
    votes: int | None
    bound: bool
    moved: bool | None = None


@cache
def _newest_opened() -> Select[*tuple[Any, ...]]:
    newest = (
        select(VoteCandidate.project_id, func.max(VoteOpening.id).label("opening_id"))
        .join(VoteOpening, VoteOpening.round_id == VoteCandidate.round_id)
        .where(~exists().where(VoteVoid.round_id == VoteCandidate.round_id))
        .where(VoteCandidate.project_id.in_(bindparam("project_ids", expanding=True)))
        .group_by(VoteCandidate.project_id)
        .subquery()
    )
    moved = (
        select(VoteMove.enters)
        .where(VoteMove.candidate_id == VoteCandidate.id)
        .order_by(VoteMove.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(VoteRound, newest.c.project_id, VoteStanding, VoteResult.ballots, VoteBinding, moved)
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .join(newest, newest.c.opening_id == VoteOpening.id)
        .join(
            VoteCandidate,
            (VoteCandidate.round_id == VoteRound.id) & (VoteCandidate.project_id == newest.c.project_id),
        )
        .outerjoin(VoteStanding, VoteStanding.candidate_id == VoteCandidate.id)
        .outerjoin(VoteResult, VoteResult.round_id == VoteRound.id)
        .outerjoin(VoteBinding, VoteBinding.round_id == VoteRound.id)
    )


def place_of(session: Session, project_ids: Iterable[int]) -> dict[int, RoundMark]:
    """Give the newest opened round of each project that was in one, in one statement."""
    rows = session.execute(_newest_opened(), {"project_ids": list(project_ids)})
    return {project_id: _mark(round_, project_id, *rest) for round_, project_id, *rest in rows}


def rounds_open_for(session: Session, actor: Actor, now: datetime) -> list[WaitingRound]:
    """List the open rounds for the actor's households, one row per household, the soonest close first."""
    cast = or_(
        *(
            exists().where(table.round_id == VoteRound.id, table.unit_id == SnapshotUnit.unit_id)
            for table in (VoteBallot, VoteBox)
        )
    )
    rows = session.execute(
        rounds_with_place()
        .add_columns(SnapshotUnit.unit_id, SnapshotUnit.door, cast.label("cast"))
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .join(SnapshotUnit, SnapshotUnit.snapshot_id == VoteOpening.snapshot_id)
        .where(SnapshotUnit.unit_id.in_(actor.unit_ids), VoteRound.opens_at <= now, VoteRound.closes_at > now)
        .where(~is_void())
        .order_by(VoteRound.closes_at, VoteRound.id, SnapshotUnit.unit_id)
    )
    return [WaitingRound(*row) for row in rows]


def rounds_waiting_to_publish(session: Session, actor: Actor, now: datetime) -> list[WaitingRound]:
    """List the closed rounds without a result that the actor may publish, the oldest close first."""
    published = select(VoteResult.id).where(VoteResult.round_id == VoteRound.id).exists()
    rows = session.execute(
        rounds_with_place()
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .where(in_places_of(actor, *PUBLISHERS), VoteRound.closes_at <= now, ~published, ~is_void())
        .order_by(VoteRound.closes_at, VoteRound.id)
    )
    return [WaitingRound(*row) for row in rows]


def rounds_standing_on(session: Session, unit_ids: Iterable[int]) -> list[str]:
    """List the titles of the opened rounds whose electorate holds one of some units and that have no result yet."""
    published = select(VoteResult.id).where(VoteResult.round_id == VoteRound.id).exists()
    return list(
        session.scalars(
            select(VoteRound.title)
            .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
            .join(SnapshotUnit, SnapshotUnit.snapshot_id == VoteOpening.snapshot_id)
            .where(SnapshotUnit.unit_id.in_(list(unit_ids)), ~published, ~is_void())
            .order_by(VoteRound.title)
            .distinct()
        )
    )


def drafts_of(session: Session, actor: Actor) -> list[WaitingRound]:
    """List the drafts of the places in which the actor works, the newest first."""
    opened = select(VoteOpening.id).where(VoteOpening.round_id == VoteRound.id).exists()
    rows = session.execute(
        rounds_with_place().where(in_places_of(actor, Role.WORKER), ~opened).order_by(VoteRound.id.desc())
    )
    return [WaitingRound(*row) for row in rows]


def rounds_with_place() -> Select[int, str, int, str, datetime, datetime]:
    """Select the columns of :class:`WaitingRound`, up to its moments."""
    return select(
        VoteRound.id, VoteRound.title, VoteRound.place_id, Place.name, VoteRound.opens_at, VoteRound.closes_at
    ).join(Place, Place.id == VoteRound.place_id)


def in_places_of(actor: Actor, *roles: Role) -> ColumnElement[bool]:
    """Ask for the places in which the actor has one of some roles."""
    paths = {grant.path for grant in actor.grants if grant.role in roles}
    return or_(false(), *(Place.path.startswith(path, autoescape=True) for path in sorted(paths)))


def _mark(
    round_: VoteRound,
    project_id: int,
    standing: VoteStanding | None,
    ballots: int | None,
    binding: VoteBinding | None,
    moved: bool | None,
) -> RoundMark:
    selected, rank = (standing.selected, standing.rank) if standing else (None, None)
    if binding is not None:
        selected = project_id in binding.selected
        rank = (binding.selected if selected else binding.reserve).index(project_id) + 1
    return RoundMark(
        round_id=round_.id,
        title=round_.title,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        selected=selected,
        rank=rank,
        votes=standing.votes if standing and votes_shown(ballots or 0) else None,
        bound=binding is not None,
        moved=moved,
    )
