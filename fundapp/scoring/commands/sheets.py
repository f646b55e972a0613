"""Draft a sheet with its projects and members, and open it: from then on nothing of it moves."""

import random
from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.council.queries import programme_facts, round_options
from fundapp.council.rules import terms_of as council_terms
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen, yuan_text
from fundapp.ledger.queries import pool_state
from fundapp.places.queries import get_place
from fundapp.programmes.queries import get_policy
from fundapp.projects.commands import move_on
from fundapp.projects.queries import persons_by_login
from fundapp.projects.rules import Stage
from fundapp.scoring import policy, queries
from fundapp.scoring.models import ScoreCandidate, ScoreMember, ScoreOpening, ScoreSheet
from fundapp.scoring.rules import MOST_POINTS, WHOLE, read_criteria
from fundapp.scoring.texts import moved_into_scoring

MOST_CANDIDATES, MOST_MEMBERS, LEAST_MEMBERS = 200, 50, 3


@dataclass(frozen=True)
class MemberLine:
    """Who scores: her login, and the name and office that are published."""

    login: str
    name: str
    office: str


@dataclass(frozen=True)
class DraftSheet:
    """A sheet as the worker wishes it; ``criteria`` one a line with its weight."""

    programme_id: int
    place_id: int
    title: str
    opens_at: datetime
    closes_at: datetime
    budget: Money
    criteria: str
    most: int
    least: int
    trim: bool
    project_ids: tuple[int, ...]
    members: tuple[MemberLine, ...]


def draft_sheet(session: Session, actor: Actor, cmd: DraftSheet, clock: Clock) -> ScoreSheet:
    """Draft a sheet for a programme's projects in a place.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such place.
        Refused: what :func:`change_sheet` refuses; a place outside the programme; a policy that chooses by vote.
    """
    now = clock.now(session)
    place = get_place(session, cmd.place_id)
    policy.check_worker(actor, place.path)
    sheet = ScoreSheet(
        programme_id=cmd.programme_id, place_id=place.id, drafted_by_id=actor.person_id, drafted_at=now,
        **_wishes(session, cmd, place.path, now),
    )  # fmt: skip
    session.add(sheet)
    session.flush()
    _put(session, sheet, cmd, place.path)
    record(session, actor, "scoring.draft", f"score_sheet:{sheet.id}", now)
    return sheet


def change_sheet(session: Session, actor: Actor, sheet_id: int, cmd: DraftSheet, clock: Clock) -> ScoreSheet:
    """Write a draft anew; programme and place stay.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is none of this number.
        Refused: opened already; a wrong window, number, criterion, project or member; a budget above the pool.
    """
    sheet, path, now = _hold_draft(session, actor, sheet_id, clock)
    for name, value in _wishes(session, cmd, path, now).items():
        setattr(sheet, name, value)
    session.flush()
    for row in (*queries.candidates_of(session, sheet.id), *queries.members_of(session, sheet.id)):
        session.delete(row)
    session.flush()
    _put(session, sheet, cmd, path)
    record(session, actor, "scoring.change", f"score_sheet:{sheet.id}", now)
    return sheet


def open_sheet(
    session: Session, actor: Actor, sheet_id: int, clock: Clock, chance: random.Random | None = None
) -> ScoreOpening:
    """Freeze a sheet with the newest versions of its projects and drawn lots; its projects move to 表决中.

    Raises:
        Forbidden: not the worker of the community.
        Refused: opened already; no projects or fewer than three members; one that may no longer stand; a close that
            has passed; a budget above what the pool still has.

    Source: peers.md failures 4, 13 and 14.
    """
    sheet, path, now = _hold_draft(session, actor, sheet_id, clock)
    if sheet.closes_at <= max(sheet.opens_at, now):
        raise Refused("scoring.window", field="closes_at")
    sheet.opens_at = max(sheet.opens_at, now)
    _check_pool(session, sheet.programme_id, sheet.budget_fen)
    candidates, members = queries.candidates_of(session, sheet.id), queries.members_of(session, sheet.id)
    if not candidates:
        raise Refused("scoring.no_candidates", field="projects")
    if len(members) < LEAST_MEMBERS:
        raise Refused("scoring.few_members", field="members", least=LEAST_MEMBERS)
    _freshen(session, sheet, path, candidates)
    lots = [row.project_id for row in candidates]
    (chance or random.SystemRandom()).shuffle(lots)
    session.flush()
    opening = ScoreOpening(
        sheet_id=sheet.id, lots=lots, terms_hash=queries.hash_of(sheet, candidates, members, lots),
        opened_by_id=actor.person_id, opened_at=now,
    )  # fmt: skip
    for project_id in sorted(lots):
        move_on(session, actor, project_id, Stage.IN_ROUND, now, moved_into_scoring(sheet.title))
    session.add(opening)
    session.flush()
    record(session, actor, "scoring.open", f"score_sheet:{sheet.id}", now, candidates=len(lots), members=len(members))
    return opening


def _hold_draft(session: Session, actor: Actor, sheet_id: int, clock: Clock) -> tuple[ScoreSheet, str, datetime]:
    sheet = lock(session, ScoreSheet, sheet_id)
    if sheet is None:
        raise NotVisible
    now, path = clock.now(session), get_place(session, sheet.place_id).path
    policy.check_worker(actor, path)
    policy.check_draft(queries.state_now(session, sheet, now))
    return sheet, path, now


def _wishes(session: Session, cmd: DraftSheet, place_path: str, now: datetime) -> dict[str, object]:
    programme = programme_facts(session, cmd.programme_id, now)
    if programme is None or not place_path.startswith(programme.place_path):
        raise Refused("scoring.other_programme", field="programme_id")
    if programme.terms.choose_by_vote:
        raise Refused("scoring.by_vote", field="programme_id")
    if cmd.closes_at <= cmd.opens_at:
        raise Refused("scoring.window", field="closes_at")
    if not (1 <= cmd.most <= MOST_POINTS and 0 <= cmd.least <= WHOLE):
        raise Refused("scoring.points", field="most")
    _check_pool(session, cmd.programme_id, cmd.budget)
    quorum = council_terms(get_policy(session, programme.policy_version_id).parts).quorum
    return {
        "policy_version_id": programme.policy_version_id,
        "title": cmd.title,
        "opens_at": cmd.opens_at,
        "closes_at": cmd.closes_at,
        "budget_fen": cmd.budget,
        "criteria": [[one.name, one.weight] for one in read_criteria(cmd.criteria)],
        "most": cmd.most,
        "least": cmd.least,
        "trim": cmd.trim,
        "quorum_p": quorum.share.numerator,
        "quorum_q": quorum.share.denominator,
        "quorum_strict": quorum.strict,
    }


def _check_pool(session: Session, programme_id: int, budget: Money) -> None:
    left = pool_state(session, programme_id).available
    if fen(budget) > left:
        raise Refused("scoring.over_pool", field="budget", budget=yuan_text(fen(budget)), left=yuan_text(left))


def _put(session: Session, sheet: ScoreSheet, cmd: DraftSheet, place_path: str) -> None:
    wanted = sorted(set(cmd.project_ids))
    if len(wanted) > MOST_CANDIDATES:
        raise Refused("scoring.too_many_candidates", field="projects", most=MOST_CANDIDATES)
    possible = {option.project_id: option for option in round_options(session, sheet.programme_id, place_path)}
    for project_id in wanted:
        if project_id not in possible:
            raise Refused("scoring.cannot_stand", field="projects", project=project_id)
        one = possible[project_id]
        session.add(
            ScoreCandidate(
                sheet_id=sheet.id, project_id=project_id, version_id=one.version_id, title=one.title, gives=one.gives,
                cost_fen=one.cost,
            )
        )  # fmt: skip
    session.add_all(_members(session, sheet.id, cmd.members))
    session.flush()


def _members(session: Session, sheet_id: int, lines: tuple[MemberLine, ...]) -> list[ScoreMember]:
    if len(lines) > MOST_MEMBERS:
        raise Refused("scoring.too_many_members", field="members", most=MOST_MEMBERS)
    found = persons_by_login(session, [line.login for line in lines])
    unknown = [line.login for line in lines if line.login not in found]
    if unknown:
        raise Refused("scoring.no_such_login", field="members", login=unknown[0])
    if len(set(found[line.login] for line in lines)) < len(lines):
        raise Refused("scoring.member_twice", field="members")
    return [
        ScoreMember(sheet_id=sheet_id, person_id=found[line.login], name=line.name, office=line.office)
        for line in lines
    ]


def _freshen(session: Session, sheet: ScoreSheet, path: str, candidates: list[ScoreCandidate]) -> None:
    """Bring the projects to their newest versions, for the last time."""
    options = {option.project_id: option for option in round_options(session, sheet.programme_id, path)}
    for row in candidates:
        if row.project_id not in options:
            raise Refused("scoring.cannot_stand", field="projects", project=row.project_id)
        option = options[row.project_id]
        row.version_id, row.title, row.gives, row.cost_fen = option.version_id, option.title, option.gives, option.cost
