"""Put a questionnaire to the households of a project's place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.answering.queries import people_of_units
from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.notify.commands import tell_people
from fundapp.projects.commands import lock_project
from fundapp.projects.queries import get_project, tasks_of
from fundapp.questionnaire import policy, queries, rules, texts
from fundapp.questionnaire.models import Questionnaire, QuestionnaireOption, QuestionnaireQuestion
from fundapp.questionnaire.rules import Question
from fundapp.rosters.commands import freeze_roster
from fundapp.rosters.queries import snapshot_units


@dataclass(frozen=True)
class Ask:
    """Ask the households of a project; ``opens_at`` none: now; ``closes_at`` none: a week later."""

    project_id: int
    title: str
    questions: tuple[Question, ...]
    opens_at: datetime | None = None
    closes_at: datetime | None = None


def ask_households(session: Session, actor: Actor, cmd: Ask, clock: Clock) -> Questionnaire:
    """Freeze the roster and the questions, and tell the households that have an account.

    It binds nobody: no answer of it is ever counted as consent.

    Raises:
        Forbidden: neither the community's worker nor of the project's group.
        NotVisible: there is no such project, or it is hidden from the actor.
        Refused: the project does not stand at 可行, another questionnaire of it runs, something is wrong with the
            questions or with the window, or no household lies there.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    project = get_project(session, cmd.project_id, actor)
    policy.check_may_ask(actor, project.place_path, project.stage, tasks_of(session, project.id))
    if queries.running(session, project.id, now):
        raise Refused("questionnaire.one_at_a_time")
    questions = [_trimmed(question) for question in cmd.questions]
    rules.check_questions(cmd.title, questions)
    opens_at = cmd.opens_at or now
    closes_at = cmd.closes_at or opens_at + rules.USUAL
    policy.check_window(opens_at, closes_at, now)
    snapshot = freeze_roster(session, actor, project.place_id, now)
    made = Questionnaire(
        project_id=project.id,
        title=cmd.title.strip(),
        place_id=project.place_id,
        snapshot_id=snapshot.id,
        households=snapshot.households,
        opens_at=opens_at,
        closes_at=closes_at,
        asked_by_id=actor.person_id,
        asked_at=now,
    )
    session.add(made)
    session.flush()
    _write(session, made.id, questions)
    record(session, actor, "questionnaire.ask", f"questionnaire:{made.id}", now, questions=len(questions))
    units = [unit_id for unit_id, _door, _area in snapshot_units(session, snapshot.id)]
    told = texts.asked_told(made.id, made.title, project.title, closes_at)
    tell_people(session, people_of_units(session, units, now), told, now)
    return made


def _write(session: Session, questionnaire_id: int, questions: Sequence[Question]) -> None:
    for number, question in enumerate(questions, start=1):
        row = QuestionnaireQuestion(
            questionnaire_id=questionnaire_id,
            number=number,
            words=question.words,
            kind=question.kind,
            low=question.low,
            high=question.high,
        )
        session.add(row)
        session.flush()
        session.add_all(
            QuestionnaireOption(question_id=row.id, number=place, words=words)
            for place, words in enumerate(question.options, start=1)
        )
    session.flush()


def _trimmed(question: Question) -> Question:
    """Drop blanks around words, and what the kind of the question has no use for."""
    choice = question.kind in (rules.Kind.ONE, rules.Kind.SEVERAL)
    number = question.kind is rules.Kind.NUMBER
    return replace(
        question,
        words=question.words.strip(),
        options=tuple(words.strip() for words in question.options) if choice else (),
        low=question.low if number else None,
        high=question.high if number else None,
    )
