"""Results: counted from the answers that count, small numbers merged, texts only as released."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.questionnaire.models import QuestionnaireAnswer, QuestionnaireSaid
from fundapp.questionnaire.queries.facts import AskedQuestion, counting, questions_of, texts_of
from fundapp.questionnaire.rules import SMALL, Cell, Kind, Question, Said, cells_of, mean_of, tenth_text


@dataclass(frozen=True)
class QuestionResult:
    """One question's result: cells, the mean of a number, the texts that were released."""

    question: Question
    cells: list[Cell]
    mean: str
    texts: list[str]
    held_back: int

    @property
    def merged(self) -> bool:
        """Tell whether numbers were merged."""
        return any(cell.merged for cell in self.cells)


@dataclass(frozen=True)
class Results:
    """What is public after the close; with fewer than five answers only that they were few."""

    answered: int
    few: bool
    questions: list[QuestionResult]


def results_of(session: Session, questionnaire_id: int, labels: tuple[str, str]) -> Results:
    """Count a questionnaire; ``labels`` are those for households that skipped a question, and that wrote a text."""
    asked = questions_of(session, questionnaire_id)
    answers = _answers(session, questionnaire_id, asked)
    few = len(answers) < SMALL
    texts: dict[int, list[str]] = defaultdict(list)
    held: dict[int, int] = defaultdict(int)
    for one in texts_of(session, questionnaire_id):
        if one.shown and not few:
            texts[one.question_id].append(one.words)
        else:
            held[one.question_id] += 1
    found = [
        _result(row, [said.get(row.id, Said()) for said in answers], labels, texts[row.id], held[row.id], few)
        for row in asked
    ]
    return Results(len(answers), few, found)


def _result(
    row: AskedQuestion, said: list[Said], labels: tuple[str, str], texts: list[str], held: int, few: bool
) -> QuestionResult:
    cells = [] if few else cells_of(row.question, said, *labels)
    mean = mean_of(said) if row.question.kind is Kind.NUMBER and not any(cell.merged for cell in cells) else None
    return QuestionResult(row.question, cells, tenth_text(mean) if mean is not None else "", texts, held)


def _answers(session: Session, questionnaire_id: int, asked: list[AskedQuestion]) -> list[dict[int, Said]]:
    """Give what each household said, by the row of the question; who it is stays behind."""
    places = {number: place for row in asked for place, number in enumerate(row.option_ids, start=1)}
    rows = session.execute(
        select(QuestionnaireAnswer.id, QuestionnaireSaid)
        .outerjoin(QuestionnaireSaid, QuestionnaireSaid.answer_id == QuestionnaireAnswer.id)
        .where(QuestionnaireAnswer.id.in_(counting(questionnaire_id)))
        .order_by(QuestionnaireAnswer.id, QuestionnaireSaid.option_id)
    )
    found: dict[int, dict[int, Said]] = {}
    for answer_id, said in rows:
        mine = found.setdefault(answer_id, {})
        if said is not None:
            before = mine.get(said.question_id, Said())
            chosen = (*before.options, places[said.option_id]) if said.option_id else ()
            mine[said.question_id] = Said(chosen, said.number, said.words or "")
    return list(found.values())


def said_by(session: Session, answer_id: int, asked: list[AskedQuestion]) -> dict[int, Said]:
    """Give what one revision said, by the number of the question: for the household itself."""
    places = {number: place for row in asked for place, number in enumerate(row.option_ids, start=1)}
    numbers = {row.id: number for number, row in enumerate(asked, start=1)}
    found: dict[int, Said] = {}
    rows = select(QuestionnaireSaid).where(QuestionnaireSaid.answer_id == answer_id).order_by(QuestionnaireSaid.id)
    for row in session.scalars(rows):
        before = found.get(numbers[row.question_id], Said())
        chosen = (*before.options, places[row.option_id]) if row.option_id else ()
        found[numbers[row.question_id]] = Said(chosen, row.number, row.words or "")
    return found


def table_of(results: Results) -> list[tuple[int, str, str, str, int]]:
    """Give the results as rows: number, question, kind, answer, households; merged answers in one row."""
    rows = []
    for number, one in enumerate(results.questions, start=1):
        for cell in one.cells:
            label = "／".join(cell.labels)
            rows.append((number, one.question.words, one.question.kind.value, label, cell.count))
        rows += [(number, one.question.words, "released", words, 1) for words in one.texts]
    return rows
