"""What ``fundapp check`` looks at again: that every answer fits the questions, and that revisions follow each other."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.kernel.errors import Refused
from fundapp.questionnaire.models import QuestionnaireAnswer
from fundapp.questionnaire.queries.facts import AskedQuestion, questions_of
from fundapp.questionnaire.queries.results import said_by
from fundapp.questionnaire.rules import check_said


def check_answers(session: Session) -> CheckResult:
    """Hold every revision against the questions that it answers."""
    asked: dict[int, list[AskedQuestion]] = {}
    seen: dict[tuple[int, int], int] = {}
    rows = session.scalars(select(QuestionnaireAnswer).order_by(QuestionnaireAnswer.id)).all()
    for number, row in enumerate(rows, start=1):
        if row.questionnaire_id not in asked:
            asked[row.questionnaire_id] = questions_of(session, row.questionnaire_id)
        questions = asked[row.questionnaire_id]
        before = seen.get((row.questionnaire_id, row.unit_id), 0)
        seen[row.questionnaire_id, row.unit_id] = row.revision
        if row.revision != before + 1:
            return CheckResult(number, f"questionnaire_answer:{row.id} is revision {row.revision} after {before}")
        try:
            check_said([one.question for one in questions], said_by(session, row.id, questions))
        except (Refused, KeyError) as fault:
            return CheckResult(number, f"questionnaire_answer:{row.id} does not fit its questions: {fault}")
    return CheckResult(len(rows))


CHECKS: tuple[Check, ...] = (Check("questionnaire.answers", check_answers),)
