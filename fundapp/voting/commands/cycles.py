"""Draft, open and publish the rounds of several pools together: all of them or none."""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import ask
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.places.queries import get_place
from fundapp.voting import policy, queries
from fundapp.voting.commands.results import PublishResult, publish_result
from fundapp.voting.commands.rounds import (
    DraftRound,
    OpenRound,
    SetCandidates,
    check_pool,
    draft_round,
    open_round,
    set_candidates,
)
from fundapp.voting.cycle_models import VoteCycle
from fundapp.voting.models import VoteRound
from fundapp.voting.rounds import RivalRule, RoundState
from fundapp.voting.secrecy import Secrecy

MOST_POOLS = 60


@dataclass(frozen=True)
class Pool:
    """The money of a place, and the projects that stand for it."""

    place_id: int
    budget: Money
    project_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class DraftCycle:
    """Rounds of these pools with one calendar."""

    programme_id: int
    place_id: int
    title: str
    opens_at: datetime
    closes_at: datetime
    pools: tuple[Pool, ...]
    max_choices: int | None = None
    secrecy: Secrecy = Secrecy.SIMPLE
    rivals: RivalRule = RivalRule.EXCLUDE


def draft_cycle(session: Session, actor: Actor, cmd: DraftCycle, clock: Clock) -> VoteCycle:
    """Draft a round for each pool.

    Raises:
        Forbidden: not the worker of the place.
        NotVisible: there is no such place or programme.
        Refused: no pool, too many, one of a place elsewhere or twice (``voting.pools_wrong``); all pools together above
            what the programme's pool has; what :func:`draft_round` and :func:`set_candidates` refuse.
    """
    now, place = clock.now(session), get_place(session, cmd.place_id)
    policy.check_worker(actor, place.path)
    places = {pool.place_id: get_place(session, pool.place_id) for pool in cmd.pools}
    outside = [one.name for one in places.values() if not one.path.startswith(place.path)]
    if not 1 <= len(cmd.pools) <= MOST_POOLS or len(places) < len(cmd.pools) or outside:
        raise Refused("voting.pools_wrong", field="pools", most=MOST_POOLS)
    check_pool(session, cmd.programme_id, _sum(pool.budget for pool in cmd.pools), field="pools")
    cycle = VoteCycle(
        programme_id=cmd.programme_id, place_id=place.id, title=cmd.title, drafted_by_id=actor.person_id, drafted_at=now
    )
    session.add(cycle)
    session.flush()
    for pool in cmd.pools:
        wish = DraftRound(
            cmd.programme_id,
            pool.place_id,
            f"{cmd.title} · {places[pool.place_id].name}"[:80],
            cmd.opens_at,
            cmd.closes_at,
            pool.budget,
            cmd.max_choices,
            cmd.secrecy,
            cmd.rivals,
        )
        draft = draft_round(session, actor, wish, clock, cycle_id=cycle.id)
        if pool.project_ids:
            set_candidates(session, actor, SetCandidates(draft.id, pool.project_ids), clock)
    record(session, actor, "voting.draft_cycle", f"vote_cycle:{cycle.id}", now, pools=len(cmd.pools))
    return cycle


def open_cycle(session: Session, actor: Actor, cycle_id: int, clock: Clock, chance: random.Random | None = None) -> int:
    """Open every round of a cycle; give their number.

    Raises:
        NotVisible: there is no such cycle.
        Forbidden: not the worker of the place.
        Refused: a pool without candidates (``voting.pool_empty``), a project in two of them (``voting.in_two_pools``),
            or rivals in two of them (``voting.rivals_in_two_pools``); all pools together above what there
            is; what :func:`open_round` refuses.
    """
    cycle, rounds = _hold(session, cycle_id)
    now = clock.now(session)
    policy.check_worker(actor, get_place(session, cycle.place_id).path)
    for round_ in rounds:
        policy.check_draft(queries.state_now(session, round_, now))
    check_pool(session, cycle.programme_id, _sum(round_.budget_fen for round_ in rounds))
    stands: dict[int, str] = {}
    for round_ in rounds:
        candidates = queries.candidates_of(session, round_.id)
        if not candidates:
            raise Refused("voting.pool_empty", title=round_.title)
        for row in candidates:
            if row.project_id in stands:
                raise Refused("voting.in_two_pools", project=row.title, title=round_.title)
            stands[row.project_id] = round_.title
    _check_rivals(session, stands)
    for round_ in rounds:
        with _named(round_.title):
            open_round(session, actor, OpenRound(round_.id), clock, chance)
    record(session, actor, "voting.open_cycle", f"vote_cycle:{cycle.id}", now, pools=len(rounds))
    return len(rounds)


@contextmanager
def _named(title: str) -> Iterator[None]:
    """Let a refusal say which pool refuses, as the fact ``pool``."""
    try:
        yield
    except Refused as refusal:
        raise type(refusal)(refusal.code, refusal.field, **{**refusal.facts, "pool": title}) from refusal


def _check_rivals(session: Session, stands: dict[int, str]) -> None:
    """Refuse rivals in two pools, whatever the rule: a rival on one ballot bars the other from the next."""
    pairs: list[tuple[int, int]] = ask("voting.rivals", session, list(stands))
    for one, other in pairs:
        if one in stands and other in stands and stands[one] != stands[other]:
            raise Refused("voting.rivals_in_two_pools", one=stands[one], other=stands[other])


def publish_cycle(session: Session, actor: Actor, cycle_id: int, clock: Clock) -> int:
    """Publish the results of all rounds of a cycle that have none; give their number.

    Raises:
        NotVisible: there is no such cycle.
        Forbidden: none of those who publish there.
        Refused: nothing is left to publish; before the close; a box that is not counted yet.
    """
    cycle, rounds = _hold(session, cycle_id)
    now = clock.now(session)
    policy.check_publisher(actor, get_place(session, cycle.place_id).path)
    done = (RoundState.PUBLISHED, RoundState.VOID)
    left = [round_.id for round_ in rounds if queries.state_now(session, round_, now) not in done]
    if not left:
        raise Refused("voting.already_published")
    titles = {round_.id: round_.title for round_ in rounds}
    for round_id in left:
        with _named(titles[round_id]):
            publish_result(session, actor, PublishResult(round_id), clock)
    record(session, actor, "voting.publish_cycle", f"vote_cycle:{cycle.id}", now, pools=len(left))
    return len(left)


def _hold(session: Session, cycle_id: int) -> tuple[VoteCycle, list[VoteRound]]:
    """Lock the rounds of a cycle in the order of their numbers."""
    cycle = session.get(VoteCycle, cycle_id)
    if cycle is None:
        raise NotVisible
    query = select(VoteRound).where(VoteRound.cycle_id == cycle_id).order_by(VoteRound.id).with_for_update()
    return cycle, list(session.scalars(query.execution_options(populate_existing=True)))


def _sum(amounts: Iterable[Money]) -> Money:
    return from_fen(sum(fen(one) for one in amounts))
