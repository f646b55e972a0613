"""What ``fundapp check`` recomputes of projects."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.kernel.money import ZERO
from fundapp.projects.models import CostLine, Project, ProjectVersion, StageChange
from fundapp.projects.rules import CostItem, ProposalText, Stage, content_hash, content_of, may_move


def check_versions(session: Session) -> CheckResult:
    """Recompute that the cost lines of each version add up to its budget and that its text has the hash kept."""
    lines: dict[int, list[CostItem]] = {}
    for line in session.scalars(select(CostLine).order_by(CostLine.version_id, CostLine.position)):
        lines.setdefault(line.version_id, []).append(CostItem(line.name, line.amount_fen))
    rows = session.scalars(select(ProjectVersion).order_by(ProjectVersion.id)).all()
    for row in rows:
        items = tuple(lines.get(row.id, ()))
        if sum((item.amount for item in items), ZERO) != row.budget_fen:
            return CheckResult(len(rows), f"project_version {row.id}: the cost lines are not the budget")
        if content_hash(content_of(_text(row, items))) != row.content_hash:
            return CheckResult(len(rows), f"project_version {row.id}: the text does not have the hash that is kept")
    return CheckResult(len(rows))


def check_stages(session: Session) -> CheckResult:
    """Walk each project's history: every move takes a road and begins where the last one ended."""
    rows = session.execute(select(Project.id, Project.stage, Project.version).order_by(Project.id)).all()
    stands = {row.id: Stage.DRAFT for row in rows}
    for move in session.scalars(select(StageChange).order_by(StageChange.id)):
        if move.from_stage is not stands[move.project_id] or not may_move(move.from_stage, move.to_stage):
            return CheckResult(len(rows), f"stage_change {move.id}: no such road from where the project stood")
        stands[move.project_id] = move.to_stage
    newest: dict[int, int] = {}
    for project_id, number in session.execute(
        select(ProjectVersion.project_id, ProjectVersion.number).order_by(ProjectVersion.number)
    ):
        newest[project_id] = number
    for row in rows:
        if stands[row.id] is not row.stage:
            return CheckResult(len(rows), f"project {row.id}: stands at {row.stage}, its history says {stands[row.id]}")
        if newest.get(row.id, 0) != row.version:
            return CheckResult(len(rows), f"project {row.id}: version {row.version} is not its newest")
    return CheckResult(len(rows))


def _text(row: ProjectVersion, lines: tuple[CostItem, ...]) -> ProposalText:
    return ProposalText(
        title=row.title,
        why=row.why,
        location=row.location,
        kind=row.kind,
        theme=row.theme,
        beneficiaries=row.beneficiaries,
        origin=row.origin,
        payers=row.payers,
        lines=lines,
        shared=row.shared,
    )


CHECKS = (Check("project versions", check_versions), Check("project stages", check_stages))
