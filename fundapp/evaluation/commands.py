"""The deeds of evaluation."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.evaluation.models import EvaluationResult, GradeSheet, HouseholdGrade
from fundapp.evaluation.policy import check_may_grade, check_may_record
from fundapp.evaluation.queries import counts_of
from fundapp.evaluation.rules import SHEETED, Count, Grade, Party, by_scale, outcome, overall
from fundapp.evaluation.texts import PARTY_LABELS
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.programmes.queries import get_policy
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.queries import get_project
from fundapp.projects.rules import Stage


@dataclass(frozen=True)
class NewGrade:
    """A household's grade."""

    project_id: int
    unit_id: int
    op_key: str
    grade: Grade
    comment: str


def grade_project(session: Session, actor: Actor, cmd: NewGrade, clock: Clock) -> HouseholdGrade:
    """Grade a project for one's household, once.

    Raises:
        Forbidden, Refused: see :func:`fundapp.evaluation.policy.check_may_grade`; ``evaluation.already``,
            ``web.used_key``.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"grade": cmd.grade, "comment": cmd.comment}
    sent = done_before(session, HouseholdGrade, key, project_id=cmd.project_id, unit_id=cmd.unit_id, **said)
    if sent is not None:
        return sent
    standing = session.scalar(
        select(HouseholdGrade).where(HouseholdGrade.project_id == cmd.project_id, HouseholdGrade.unit_id == cmd.unit_id)
    )
    if standing is not None:
        raise Refused("evaluation.already", at=standing.graded_at)
    check_may_grade(actor, get_project(session, cmd.project_id), cmd.unit_id)
    row = HouseholdGrade(
        project_id=cmd.project_id,
        unit_id=cmd.unit_id,
        op_key=key,
        **said,
        graded_by_id=actor.person_id,
        graded_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "evaluation.grade", f"project:{cmd.project_id}", now)
    return row


@dataclass(frozen=True)
class NewSheet:
    """A party's counted sheet."""

    project_id: int
    party: Party
    count: Count
    scan_id: int


def record_sheet(session: Session, actor: Actor, cmd: NewSheet, clock: Clock) -> GradeSheet:
    """Record the counted sheet of the community or of the Party-member representatives.

    Raises:
        Forbidden, Refused: the policy, ``evaluation.not_adding_up``, ``evaluation.sheet_twice``.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    check_may_record(actor, get_project(session, cmd.project_id))
    try:
        outcome(cmd.count)
    except ValueError:
        raise Refused("evaluation.not_adding_up", field="base") from None
    twice = select(GradeSheet).where(GradeSheet.project_id == cmd.project_id, GradeSheet.party == cmd.party)
    if session.scalar(twice) is not None:
        raise Refused("evaluation.sheet_twice", field="party")
    row = GradeSheet(
        project_id=cmd.project_id,
        party=cmd.party,
        base=cmd.count.base,
        satisfied=cmd.count.satisfied,
        basically=cmd.count.basically,
        unsatisfied=cmd.count.unsatisfied,
        scan_id=cmd.scan_id,
        recorded_by_id=actor.person_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "evaluation.sheet", f"project:{cmd.project_id}", now, party=cmd.party.value)
    return row


def publish_result(session: Session, actor: Actor, project_id: int, clock: Clock) -> EvaluationResult:
    """Publish the outcome of all three parties; who publishes again gets the standing result.

    Raises:
        Forbidden, Refused: the policy, ``evaluation.parties_missing``.
    """
    lock_project(session, project_id)
    now = clock.now(session)
    standing = session.scalar(select(EvaluationResult).where(EvaluationResult.project_id == project_id))
    if standing is not None:
        return standing
    project = get_project(session, project_id)
    check_may_record(actor, project)
    part = get_policy(session, project.policy_version_id or 0).parts.get("evaluation", {})
    counts = counts_of(session, project_id)
    missing = [str(PARTY_LABELS[party]) for party in (*SHEETED, Party.RESIDENTS) if counts[party].given == 0]
    if missing:
        raise Refused("evaluation.parties_missing", missing="、".join(missing))
    grades = {party: by_scale(str(part.get("scale")), count) for party, count in counts.items()}
    row = EvaluationResult(
        project_id=project_id,
        households=counts[Party.RESIDENTS].base,
        community=grades[Party.COMMUNITY],
        party_members=grades[Party.PARTY_MEMBERS],
        residents=grades[Party.RESIDENTS],
        overall=overall(list(grades.values())),
        published_by_id=actor.person_id,
        published_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "evaluation.publish", f"project:{project_id}", now)
    move_on(session, actor, project_id, Stage.EVALUATED, now)
    return row
