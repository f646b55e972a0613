"""What ``fundapp check`` recomputes of sheets: fingerprints, papers and results."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.scoring.models import ScoreOpening, ScorePaper, ScoreResult, ScoreSheet
from fundapp.scoring.queries import candidates_of, counted, hash_of, members_of
from fundapp.scoring.rules import outcome_record


def check_sheets(session: Session) -> CheckResult:
    """Recompute the fingerprint of every opened sheet."""
    query = select(ScoreSheet, ScoreOpening).join(ScoreOpening, ScoreOpening.sheet_id == ScoreSheet.id)
    rows = session.execute(query.order_by(ScoreSheet.id)).all()
    for number, (sheet, opening) in enumerate(rows, start=1):
        found = hash_of(sheet, candidates_of(session, sheet.id), members_of(session, sheet.id), opening.lots)
        if found != opening.terms_hash:
            return CheckResult(number, f"score_sheet:{sheet.id} is not what was opened")
    return CheckResult(len(rows))


def check_papers(session: Session) -> CheckResult:
    """Compare every paper with the projects, the criteria and the points of its sheet."""
    query = select(ScorePaper, ScoreSheet).join(ScoreSheet, ScoreSheet.id == ScorePaper.sheet_id)
    rows = session.execute(query.order_by(ScorePaper.id)).all()
    for number, (paper, sheet) in enumerate(rows, start=1):
        ids = {str(row.project_id) for row in candidates_of(session, sheet.id)}
        terms = sheet.terms
        whole = set(paper.points) | set(paper.recused) == ids and not set(paper.points) & set(paper.recused)
        fits = all(
            len(given) == len(terms.criteria) and all(0 <= one <= terms.most for one in given)
            for given in paper.points.values()
        )
        if not whole or not fits:
            return CheckResult(number, f"score_paper:{paper.id} does not fit its sheet")
    return CheckResult(len(rows))


def check_results(session: Session) -> CheckResult:
    """Count every published sheet again."""
    query = select(ScoreResult, ScoreSheet).join(ScoreSheet, ScoreSheet.id == ScoreResult.sheet_id)
    rows = session.execute(query.order_by(ScoreResult.id)).all()
    for number, (result, sheet) in enumerate(rows, start=1):
        if outcome_record(counted(session, sheet)) != result.outcome:
            return CheckResult(number, f"score_result:{result.id} is not what the papers say")
    return CheckResult(len(rows))


CHECKS = (
    Check("scoring.sheets", check_sheets),
    Check("scoring.papers", check_papers),
    Check("scoring.results", check_results),
)
