"""Read grades: counts for all, never who graded how."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.evaluation.models import EvaluationResult, GradeSheet, HouseholdGrade
from fundapp.evaluation.rules import Count, Grade, Party
from fundapp.kernel.actor import Actor
from fundapp.places.models import Place, Unit
from fundapp.projects.models import Project
from fundapp.projects.rules import Stage


def counts_of(session: Session, project_id: int) -> dict[Party, Count]:
    """Count the grades by party. The residents' base is the households that graded."""
    counts = dict.fromkeys(Party, Count(0, 0, 0, 0))
    for sheet in session.scalars(select(GradeSheet).where(GradeSheet.project_id == project_id)):
        counts[sheet.party] = Count(sheet.base, sheet.satisfied, sheet.basically, sheet.unsatisfied)
    rows = session.execute(
        select(HouseholdGrade.grade, func.count())
        .where(HouseholdGrade.project_id == project_id)
        .group_by(HouseholdGrade.grade)
    )
    by_grade = {grade: number for grade, number in rows}
    given = [by_grade.get(grade, 0) for grade in (Grade.SATISFIED, Grade.BASICALLY, Grade.UNSATISFIED)]
    counts[Party.RESIDENTS] = Count(sum(given), *given)
    return counts


def result_of(session: Session, project_id: int) -> EvaluationResult | None:
    """Give the published result, if any."""
    return session.scalar(select(EvaluationResult).where(EvaluationResult.project_id == project_id))


def grade_of_household(session: Session, project_id: int, unit_ids: frozenset[int]) -> HouseholdGrade | None:
    """Give the grade that one of these households gave, if any: for the household itself."""
    return session.scalar(
        select(HouseholdGrade).where(HouseholdGrade.project_id == project_id, HouseholdGrade.unit_id.in_(unit_ids))
    )


def waiting_for_grade(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """List the accepted projects (number, title) that a household of this actor has not graded."""
    if not actor.unit_ids:
        return []
    graded = select(HouseholdGrade.project_id).where(HouseholdGrade.unit_id.in_(actor.unit_ids))
    compounds = select(Unit.compound_id).where(Unit.id.in_(actor.unit_ids))
    query = (
        select(Project.id, Project.title)
        .join(Place, Place.id == Project.place_id)
        .where(Project.stage == Stage.ACCEPTED, Project.place_id.in_(compounds), Project.id.not_in(graded))
        .order_by(Project.id)
    )
    return [(row.id, row.title) for row in session.execute(query)]
