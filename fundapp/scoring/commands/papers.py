"""Hand in a member's paper, and publish what all of them come to."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.queries import get_place
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage
from fundapp.scoring import policy, queries
from fundapp.scoring.models import ScoreMember, ScorePaper, ScoreResult, ScoreSheet
from fundapp.scoring.rules import Terms, Why, outcome_record
from fundapp.scoring.texts import moved_by_scoring


@dataclass(frozen=True)
class HandIn:
    """A member's points by project, one for each criterion; a reason for each project that she leaves to the others."""

    sheet_id: int
    points: Mapping[int, tuple[int, ...]]
    recused: Mapping[int, str]
    op_key: str


@dataclass(frozen=True)
class PublishScores:
    """Publish what the papers of a sheet say."""

    sheet_id: int


def hand_in(session: Session, actor: Actor, cmd: HandIn, clock: Clock) -> ScorePaper:
    """Take a member's one paper, on all projects; the same form sent again gives the same paper.

    Who proposed a project or has a task in its group leaves it to the others.

    Raises:
        NotVisible: there is no such sheet, or it is a draft.
        Forbidden: not a member.
        Refused: outside the window; handed in already; a project without points or with both; points out of range; a
            project of one's own that is scored.
    """
    sheet = _hold(session, cmd.sheet_id)
    now, key = clock.now(session), own_key(actor, cmd.op_key)
    said = {"sheet_id": sheet.id, "points": _stored(cmd.points), "recused": _stored(cmd.recused)}
    sent = done_before(session, ScorePaper, key, **said)
    if sent is not None:
        return sent
    member = queries.member_of(session, sheet.id, actor)
    there = member is not None and queries.paper_of(session, sheet.id, member.id) is not None
    policy.check_may_score(sheet, queries.state_now(session, sheet, now), member is not None, there)
    _check(session, actor, sheet, cmd)
    paper = ScorePaper(member_id=_number(member), op_key=key, by_id=actor.person_id, at=now, **said)
    session.add(paper)
    session.flush()
    record(session, actor, "scoring.hand_in", f"score_sheet:{sheet.id}", now, recused=len(cmd.recused))
    return paper


def publish_scores(session: Session, actor: Actor, cmd: PublishScores, clock: Clock) -> ScoreResult:
    """Count the papers, publish, and move the chosen projects to 入选, the others to the reserve list.

    Raises:
        NotVisible: there is no such sheet, or it is a draft.
        Forbidden: not the worker of the community.
        Refused: before the close; published already.
    """
    sheet = _hold(session, cmd.sheet_id)
    now = clock.now(session)
    path = get_place(session, sheet.place_id).path
    policy.check_may_publish(actor, path, sheet, queries.state_now(session, sheet, now))
    outcome = queries.counted(session, sheet)
    result = ScoreResult(
        sheet_id=sheet.id, outcome=outcome_record(outcome), published_by_id=actor.person_id, at=now
    )  # fmt: skip
    session.add(result)
    session.flush()
    reserve = [line.project_id for line in outcome.lines if line.why is not Why.CHOSEN]
    for line in sorted(outcome.lines, key=lambda one: one.project_id):
        rank = None if line.why is Why.CHOSEN else reserve.index(line.project_id) + 1
        to = Stage.SELECTED if rank is None else Stage.RESERVED
        move_on(session, actor, line.project_id, to, now, moved_by_scoring(sheet.title, rank))
    about = f"score_sheet:{sheet.id}"
    record(session, actor, "scoring.publish", about, now, papers=outcome.papers, selected=len(outcome.chosen))
    return result


def _hold(session: Session, sheet_id: int) -> ScoreSheet:
    sheet = lock(session, ScoreSheet, sheet_id)
    if sheet is None or queries.opening_of(session, sheet_id) is None:
        raise NotVisible
    return sheet


def _number(member: ScoreMember | None) -> int:
    if member is None:
        raise ValueError("checked before: there is a member")
    return member.id


def _stored(by_project: Mapping[int, object]) -> dict[str, object]:
    return {str(one): list(said) if isinstance(said, tuple) else said for one, said in sorted(by_project.items())}


def _check(session: Session, actor: Actor, sheet: ScoreSheet, cmd: HandIn) -> None:
    ids = {row.project_id for row in queries.candidates_of(session, sheet.id)}
    if set(cmd.points) | set(cmd.recused) != ids or set(cmd.points) & set(cmd.recused):
        raise Refused("scoring.incomplete")
    for project_id, reason in cmd.recused.items():
        if not reason.strip():
            raise Refused("scoring.reason_needed", field=f"recuse-{project_id}")
    for project_id in sorted(queries.own_projects(session, actor, ids) & set(cmd.points)):
        raise Refused("scoring.own_project", field=f"recuse-{project_id}")
    for project_id, given in cmd.points.items():
        _check_points(sheet.terms, project_id, given)


def _check_points(terms: Terms, project_id: int, given: tuple[int, ...]) -> None:
    if len(given) != len(terms.criteria):
        raise Refused("scoring.incomplete")
    for number, one in enumerate(given):
        if not 0 <= one <= terms.most:
            raise Refused("scoring.points_range", field=f"points-{project_id}-{number}", most=terms.most)
