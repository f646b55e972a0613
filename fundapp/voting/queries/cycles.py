"""Pages of a vote in which several pools have a round each: counted together in a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from moneyed import Money
from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import ZERO
from fundapp.ledger.queries import pool_state
from fundapp.places.models import Place
from fundapp.places.queries import PlaceRow, get_place
from fundapp.rosters.models import SnapshotUnit
from fundapp.voting.box_models import VoteBox, VoteBoxClosing, VoteOpened
from fundapp.voting.cycle_models import VoteCycle
from fundapp.voting.models import VoteBallot, VoteCandidate, VoteOpening, VoteResult, VoteRound, VoteStanding
from fundapp.voting.policy import works_here
from fundapp.voting.queries.voids import is_void
from fundapp.voting.rounds import RoundState, results_visible, shown_turnout, state_of, votes_shown
from fundapp.voting.secrecy import Secrecy

NEWEST = 5


@dataclass(frozen=True)
class OwnDoor:
    """A household of the reader in a pool, and whether its ballot is in."""

    unit_id: int
    door: str
    cast: bool


@dataclass(frozen=True)
class PoolRow:
    """One pool: its round, its money, how many may vote and did, and what was selected once that is published."""

    round_id: int
    place: str
    budget: Money
    state: RoundState
    candidates: int
    households: int
    cast: int
    exact: bool
    selected: tuple[tuple[str, Money], ...]
    cost: Money | None
    own: tuple[OwnDoor, ...]
    closed: bool
    opened: bool
    shown: bool


@dataclass(frozen=True)
class CyclePage:
    """A vote of several pools as one person may see it."""

    id: int
    title: str
    place: PlaceRow
    opens_at: datetime
    closes_at: datetime
    sealed: bool
    pools: tuple[PoolRow, ...]

    @property
    def mine(self) -> tuple[PoolRow, ...]:
        """Give the pools in which a household of the reader votes."""
        return tuple(row for row in self.pools if row.own)

    @property
    def state(self) -> RoundState:
        """Tell where the vote stands."""
        return _together(row.state for row in self.pools)

    @property
    def budget(self) -> Money:
        """Give the money of all pools."""
        return sum((row.budget for row in self.pools), ZERO)

    @property
    def cost(self) -> Money:
        """Give what all selected projects cost."""
        return sum((row.cost for row in self.pools if row.cost is not None), ZERO)

    @property
    def kept_back(self) -> tuple[str, ...]:
        """Name the pools whose ballots are not published: so few that they would tell whose they are."""
        return tuple(row.place for row in self.pools if row.cost is not None and not row.shown)

    @property
    def told(self) -> int:
        """Count the pools whose result is published."""
        return sum(row.cost is not None for row in self.pools)


@dataclass(frozen=True)
class CycleRow:
    """A vote of several pools in a list."""

    id: int
    title: str
    place_name: str
    pools: int
    opens_at: datetime
    closes_at: datetime
    state: RoundState


def cycle_page(session: Session, cycle_id: int, actor: Actor, now: datetime) -> CyclePage:
    """Give a vote of several pools.

    Raises:
        NotVisible: there is none of this number, or it is a draft of somebody else's place.
    """
    cycle = session.get(VoteCycle, cycle_id)
    if cycle is None:
        raise NotVisible
    place = get_place(session, cycle.place_id)
    rows = _rows(session, cycle_id)
    if not rows or (all(row[2] is None for row in rows) and not works_here(actor, place.path)):
        raise NotVisible
    ids = [row[0].id for row in rows]
    standing, selected, cast = _candidates(session, ids), _selected(session, ids), _cast(session, ids)
    own = _own(session, actor, {row[3]: row[0].id for row in rows if row[3] is not None})
    pools = tuple(
        PoolRow(
            round_id=round_.id,
            place=name,
            budget=round_.budget_fen,
            state=state_of(round_, now, opened=households is not None, published=cost is not None, void=bool(void)),
            candidates=standing.get(round_.id, 0),
            households=households or 0,
            cast=shown_turnout(cast.get(round_.id, 0), round_, now),
            exact=results_visible(round_, now),
            selected=tuple(selected.get(round_.id, ())),
            cost=cost,
            own=tuple(own.get(round_.id, ())),
            closed=closed is not None,
            opened=opened is not None,
            shown=votes_shown(ballots or 0),
        )
        for round_, name, households, _snapshot, cost, void, closed, opened, ballots in rows
    )
    first = rows[0][0]
    sealed = first.secrecy is Secrecy.SEALED
    return CyclePage(cycle.id, cycle.title, place, first.opens_at, first.closes_at, sealed, pools)


def _rows(session: Session, cycle_id: int) -> Sequence[Any]:
    """Give each round with its place, opening, cost of its result, whether it is void, and how its box stands."""
    query = (
        select(
            VoteRound,
            Place.name,
            VoteOpening.households,
            VoteOpening.snapshot_id,
            VoteResult.cost_fen,
            is_void(),
            VoteBoxClosing.round_id,
            VoteOpened.round_id,
            VoteResult.ballots,
        )
        .join(Place, Place.id == VoteRound.place_id)
        .outerjoin(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .outerjoin(VoteResult, VoteResult.round_id == VoteRound.id)
        .outerjoin(VoteBoxClosing, VoteBoxClosing.round_id == VoteRound.id)
        .outerjoin(VoteOpened, VoteOpened.round_id == VoteRound.id)
        .where(VoteRound.cycle_id == cycle_id)
        .order_by(func.length(Place.path), VoteRound.id)
    )
    return session.execute(query).all()


def available_in(session: Session, programme_ids: Sequence[int]) -> dict[int, int]:
    """Give what the pools of some programmes have available, in fen."""
    return {one: pool_state(session, one).available for one in programme_ids}


def newest_cycles(session: Session, now: datetime) -> list[CycleRow]:
    """List the newest opened votes of several pools, in one statement."""
    newest = (
        select(VoteRound.cycle_id)
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .where(VoteRound.cycle_id.is_not(None))
        .group_by(VoteRound.cycle_id)
        .order_by(VoteRound.cycle_id.desc())
        .limit(NEWEST)
    )
    rows = session.execute(
        select(VoteCycle, Place.name, VoteRound, VoteResult.round_id, is_void())
        .join(Place, Place.id == VoteCycle.place_id)
        .join(VoteRound, VoteRound.cycle_id == VoteCycle.id)
        .outerjoin(VoteResult, VoteResult.round_id == VoteRound.id)
        .where(VoteCycle.id.in_(newest))
        .order_by(VoteCycle.id.desc())
    )
    found = []
    for (cycle, place), pools in groupby(rows, lambda row: (row[0], row[1])):
        rounds = [(row[2], row[3] is not None, bool(row[4])) for row in pools]
        states = [state_of(one, now, opened=True, published=told, void=void) for one, told, void in rounds]
        first = rounds[0][0]
        found.append(
            CycleRow(cycle.id, cycle.title, place, len(rounds), first.opens_at, first.closes_at, _together(states))
        )
    return found


def _together(states: Iterable[RoundState]) -> RoundState:
    """Tell where a vote stands: as far as the pool that is least far; void comes last in their order."""
    return min(states, key=list(RoundState).index)


def taken_in_cycle(session: Session, round_id: int) -> set[int]:
    """Give the projects that stand in another pool of the same vote."""
    cycle = select(VoteRound.cycle_id).where(VoteRound.id == round_id).scalar_subquery()
    query = select(VoteCandidate.project_id).join(VoteRound, VoteRound.id == VoteCandidate.round_id)
    return set(session.scalars(query.where(VoteRound.cycle_id == cycle, VoteRound.id != round_id)))


def published_of(session: Session, cycle_id: int) -> list[tuple[int, str]]:
    """Give the published rounds of a vote of several pools, with their titles."""
    query = select(VoteRound.id, VoteRound.title).join(VoteResult, VoteResult.round_id == VoteRound.id)
    return [(row.id, row.title) for row in session.execute(query.where(VoteRound.cycle_id == cycle_id).order_by("id"))]


def _candidates(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = select(VoteCandidate.round_id, func.count()).where(VoteCandidate.round_id.in_(ids))
    return {round_id: count for round_id, count in session.execute(query.group_by(VoteCandidate.round_id))}


def _selected(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, Money]]]:
    found: dict[int, list[tuple[str, Money]]] = {}
    rows = session.execute(
        select(VoteStanding.round_id, VoteCandidate.title, VoteCandidate.cost_fen)
        .join(VoteCandidate, VoteCandidate.id == VoteStanding.candidate_id)
        .where(VoteStanding.round_id.in_(ids), VoteStanding.selected)
        .order_by(VoteStanding.rank)
    )
    for round_id, title, cost in rows:
        found.setdefault(round_id, []).append((title, cost))
    return found


def _cast(session: Session, ids: Sequence[int]) -> dict[int, int]:
    kept = [
        select(table.round_id, func.count()).where(table.round_id.in_(ids)).group_by(table.round_id)
        for table in (VoteBallot, VoteBox)
    ]
    return {round_id: count for round_id, count in session.execute(union_all(*kept))}


def _own(session: Session, actor: Actor, rounds: Mapping[int, int]) -> dict[int, list[OwnDoor]]:
    if not actor.unit_ids or not rounds:
        return {}
    found: dict[int, list[OwnDoor]] = {}
    cast = union_all(
        *(
            select(table.round_id, table.unit_id).where(
                table.round_id.in_(rounds.values()), table.unit_id.in_(actor.unit_ids)
            )
            for table in (VoteBallot, VoteBox)
        )
    )
    done = {(round_id, unit_id) for round_id, unit_id in session.execute(cast)}
    rows = session.execute(
        select(SnapshotUnit.snapshot_id, SnapshotUnit.unit_id, SnapshotUnit.door)
        .where(SnapshotUnit.snapshot_id.in_(rounds), SnapshotUnit.unit_id.in_(actor.unit_ids))
        .order_by(SnapshotUnit.unit_id)
    )
    for snapshot_id, unit_id, door in rows:
        round_id = rounds[snapshot_id]
        found.setdefault(round_id, []).append(OwnDoor(unit_id, door, (round_id, unit_id) in done))
    return found
