"""Draft a round, put projects on it, and open it: from then on everything is frozen."""

import random
from dataclasses import asdict, dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import ask, tell
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen, yuan_text
from fundapp.ledger.queries import pool_state
from fundapp.places.queries import PlaceRow, get_place
from fundapp.rosters.commands import freeze_roster
from fundapp.voting import policy, queries
from fundapp.voting.events import RoundOpened
from fundapp.voting.method import named_options
from fundapp.voting.models import VoteCandidate, VoteOpening, VoteRound
from fundapp.voting.rival_models import VoteRival
from fundapp.voting.rounds import Option, ProgrammeFacts, RivalRule, check_window, rules_hash
from fundapp.voting.secrecy import Secrecy

MOST_CANDIDATES = 200


@dataclass(frozen=True)
class DraftRound:
    """A round as the worker wishes it; ``max_choices`` none: as many as the policy says."""

    programme_id: int
    place_id: int
    title: str
    opens_at: datetime
    closes_at: datetime
    budget: Money
    max_choices: int | None = None
    secrecy: Secrecy = Secrecy.SIMPLE
    rivals: RivalRule = RivalRule.EXCLUDE


@dataclass(frozen=True)
class SetCandidates:
    """Put exactly these projects on a draft's ballot."""

    round_id: int
    project_ids: tuple[int, ...]


@dataclass(frozen=True)
class OpenRound:
    """Freeze a draft."""

    round_id: int


def draft_round(
    session: Session, actor: Actor, cmd: DraftRound, clock: Clock, cycle_id: int | None = None
) -> VoteRound:
    """Draft a round among a programme's projects in a place; *cycle_id* where several pools vote together.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such place or programme.
        Refused: the place lies outside the programme; its policy chooses without a vote; more choices than the
            policy allows; a wrong window; a budget above what the programme's pool has available.
    """
    now = clock.now(session)
    place = get_place(session, cmd.place_id)
    policy.check_worker(actor, place.path)
    programme = _programme(session, cmd.programme_id, place, now)
    draft = VoteRound(
        programme_id=cmd.programme_id,
        place_id=place.id,
        policy_version_id=programme.policy_version_id,
        drafted_by_id=actor.person_id,
        drafted_at=now,
        cycle_id=cycle_id,
        **_wishes(session, cmd, programme),
    )
    session.add(draft)
    session.flush()
    record(session, actor, "voting.draft", f"vote_round:{draft.id}", now)
    return draft


def change_draft(session: Session, actor: Actor, round_id: int, cmd: DraftRound, clock: Clock) -> VoteRound:
    """Change a draft's title, window, choices and budget; programme and place stay.

    Raises:
        Forbidden: not the worker of the community.
        Refused: the round is opened; more choices than the policy allows; a wrong window; a budget above what the
            pool has available.
    """
    draft, place, now = hold_draft(session, actor, round_id, clock)
    programme = _programme(session, draft.programme_id, place, now)
    draft.policy_version_id = programme.policy_version_id
    for name, value in _wishes(session, cmd, programme).items():
        setattr(draft, name, value)
    record(session, actor, "voting.change_draft", f"vote_round:{draft.id}", now)
    return draft


def set_candidates(session: Session, actor: Actor, cmd: SetCandidates, clock: Clock) -> list[VoteCandidate]:
    """Put projects on a draft's ballot; those that were on it and are not named are taken off.

    Raises:
        Forbidden: not the worker of the community.
        Refused: the round is opened; a project that is neither 已同意 nor in the reserve list here.
    """
    draft, place, now = hold_draft(session, actor, cmd.round_id, clock)
    wanted = sorted(set(cmd.project_ids))
    if len(wanted) > MOST_CANDIDATES:
        raise Refused("voting.too_many_candidates", field="projects", most=MOST_CANDIDATES)
    options = _options(session, draft.programme_id, place, wanted)
    for row in queries.candidates_of(session, draft.id):
        session.delete(row)
    session.flush()
    rows = [_candidate(draft.id, option) for option in options]
    session.add_all(rows)
    record(session, actor, "voting.set_candidates", f"vote_round:{draft.id}", now, count=len(rows))
    return rows


def open_round(
    session: Session, actor: Actor, cmd: OpenRound, clock: Clock, chance: random.Random | None = None
) -> VoteOpening:
    """Freeze a round: candidates with their versions, rivals, electorate, rule, lots; its projects move to 表决中.

    A draft whose start has passed starts now.

    Raises:
        Forbidden: not the worker of the community.
        Refused: opened already; no candidates, or one that may no longer stand; a wrong window; a budget above what
            the pool still has available; a sealed round whose key-holders have not all confirmed their shares.

    Source: peers.md failures 4, 13 and 14.
    """
    draft, place, now = hold_draft(session, actor, cmd.round_id, clock)
    policy.check_starts_ahead(draft.opens_at, draft.closes_at, now)
    draft.opens_at = max(draft.opens_at, now)
    check_pool(session, draft.programme_id, draft.budget_fen)
    policy.check_keys(draft.secrecy, queries.key_row(session, draft.id) if draft.secrecy is Secrecy.SEALED else None)
    candidates = _freshen(session, draft, place)
    _pair(session, candidates)
    snapshot = freeze_roster(session, actor, place.id, now)
    lots = [row.project_id for row in candidates]
    (chance or random.SystemRandom()).shuffle(lots)
    session.flush()
    opening = VoteOpening(
        round_id=draft.id,
        snapshot_id=snapshot.id,
        households=snapshot.households,
        lots=lots,
        rules_hash=rules_hash(
            queries.frozen_terms(session, draft, candidates, lots, (snapshot.id, snapshot.roster_hash))
        ),
        opened_by_id=actor.person_id,
        opened_at=now,
    )
    session.add(opening)
    session.flush()
    about = f"vote_round:{draft.id}"
    record(session, actor, "voting.open", about, now, households=opening.households, candidates=len(lots))
    tell(session, _opened(draft, candidates, actor, now))
    return opening


def hold_draft(session: Session, actor: Actor, round_id: int, clock: Clock) -> tuple[VoteRound, PlaceRow, datetime]:
    """Lock a round that is still a draft of the actor's community.

    Raises:
        NotVisible: there is none of this number.
        Forbidden: not the worker of the community.
        Refused: it is opened already.
    """
    draft = lock(session, VoteRound, round_id)
    if draft is None:
        raise NotVisible
    now = clock.now(session)
    place = get_place(session, draft.place_id)
    policy.check_worker(actor, place.path)
    policy.check_draft(queries.state_now(session, draft, now))
    return draft, place, now


def _programme(session: Session, programme_id: int, place: PlaceRow, now: datetime) -> ProgrammeFacts:
    programme: ProgrammeFacts | None = ask("voting.programme", session, programme_id, now)
    if programme is None or not place.path.startswith(programme.place_path):
        raise Refused("voting.other_programme", field="programme_id")
    if not programme.terms.choose_by_vote:
        raise Refused("voting.not_by_vote", field="programme_id")
    return programme


def _wishes(session: Session, cmd: DraftRound, programme: ProgrammeFacts) -> dict[str, object]:
    most = programme.terms.max_choices
    if cmd.max_choices is not None and not 1 <= cmd.max_choices <= most:
        raise Refused("voting.more_than_policy", field="max_choices", most=most)
    check_window(cmd.opens_at, cmd.closes_at)
    check_pool(session, programme.programme_id, cmd.budget)
    method = programme.terms.method.narrowed(cmd.max_choices or most)
    return {
        "title": cmd.title,
        "opens_at": cmd.opens_at,
        "closes_at": cmd.closes_at,
        "max_choices": method.most,
        "secrecy": cmd.secrecy,
        "rivals": cmd.rivals,
        "budget_fen": cmd.budget,
        "ballot": method.ballot,
        "points": method.points,
        "most_points": method.each,
        "rule": method.options.rule,
        "options": named_options(method.options),
        **asdict(programme.terms.notice),
    }


def check_pool(session: Session, programme_id: int, budget: Money, field: str = "budget") -> None:
    """Refuse to let households spend what the pool has not.

    Raises:
        Refused: ``voting.over_pool``.
    """
    left = pool_state(session, programme_id).available
    if fen(budget) > left:
        raise Refused("voting.over_pool", field=field, budget=yuan_text(fen(budget)), left=yuan_text(left))


def _options(session: Session, programme_id: int, place: PlaceRow, wanted: list[int]) -> list[Option]:
    found: list[Option] = ask("voting.options", session, programme_id, place.path)
    possible = {option.project_id: option for option in found}
    missing = [project_id for project_id in wanted if project_id not in possible]
    if missing:
        raise Refused("voting.cannot_stand", field="projects", project=missing[0])
    return [possible[project_id] for project_id in wanted]


def _candidate(round_id: int, option: Option) -> VoteCandidate:
    return VoteCandidate(
        round_id=round_id,
        project_id=option.project_id,
        version_id=option.version_id,
        title=option.title,
        gives=option.gives,
        place_name=option.place_name,
        cost_fen=option.cost,
    )


def _freshen(session: Session, draft: VoteRound, place: PlaceRow) -> list[VoteCandidate]:
    """Bring the candidates to the newest version of their projects, for the last time."""
    rows = queries.candidates_of(session, draft.id)
    if not rows:
        raise Refused("voting.no_candidates")
    options = _options(session, draft.programme_id, place, [row.project_id for row in rows])
    for row, option in zip(rows, options, strict=True):
        row.version_id, row.title, row.gives = option.version_id, option.title, option.gives
        row.place_name, row.cost_fen = option.place_name, option.cost
    return rows


def _pair(session: Session, candidates: list[VoteCandidate]) -> None:
    """Write down which candidates are rivals at this moment."""
    numbers = {row.project_id: row for row in candidates}
    pairs: list[tuple[int, int]] = ask("voting.rivals", session, list(numbers))
    session.add_all(
        VoteRival(round_id=numbers[one].round_id, candidate_id=numbers[one].id, rival_id=numbers[other].id)
        for one, other in sorted(pairs)
        if one in numbers and other in numbers
    )
    session.flush()


def _opened(draft: VoteRound, candidates: list[VoteCandidate], actor: Actor, now: datetime) -> RoundOpened:
    project_ids = tuple(row.project_id for row in candidates)
    return RoundOpened(draft.id, draft.title, draft.place_id, project_ids, draft.opens_at, draft.closes_at, actor, now)
