"""Take the answer of a household: from its account, by its printed code, or from a paper."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.db.work import lock
from fundapp.kernel.actor import NOBODY, Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.queries import get_place
from fundapp.questionnaire import policy, queries, rules
from fundapp.questionnaire.models import Questionnaire, QuestionnaireAnswer, QuestionnaireSaid
from fundapp.questionnaire.rules import Channel, Said


@dataclass(frozen=True)
class Answer:
    """What a household says: to each question by its number; a question that is missing was left out."""

    questionnaire_id: int
    unit_id: int
    said: Mapping[int, Said]
    op_key: str


@dataclass(frozen=True)
class AnswerByCode:
    """What the holder of a code says for its household."""

    code_id: int
    said: Mapping[int, Said]
    op_key: str


@dataclass(frozen=True)
class KeyPaper:
    """What stands on the paper of the household behind a door."""

    questionnaire_id: int
    door: str
    said: Mapping[int, Said]
    op_key: str


def answer_by_phone(session: Session, actor: Actor, cmd: Answer, clock: Clock) -> QuestionnaireAnswer:
    """Take the answer of a household from somebody who speaks for it; until the close a later one replaces it.

    Raises:
        NotVisible: there is no such questionnaire.
        Refused: it is not open; the person does not speak for that household, or it is not asked; nothing is said, or
            something that a question does not offer.
    """
    row = _held(session, cmd.questionnaire_id)
    now = clock.now(session)
    asked = cmd.unit_id in actor.unit_ids and queries.is_asked(session, row.snapshot_id, cmd.unit_id)
    policy.check_may_answer(
        policy.state_of(row.opens_at, row.closes_at, now), row.closes_at, bool(actor.unit_ids), asked
    )
    return _note(session, actor, row, cmd, Channel.PHONE, clock)


def answer_by_code(session: Session, cmd: AnswerByCode, clock: Clock) -> QuestionnaireAnswer:
    """Take a household's answer from whoever holds its code.

    Raises:
        Refused: the code was replaced meanwhile, or as for :func:`answer_by_phone`.
    """
    questionnaire_id, unit_id = queries.door_of_code(session, cmd.code_id)
    row = _held(session, questionnaire_id)
    if not queries.code_lives(session, cmd.code_id):
        raise Refused("questionnaire.code_unknown", field="code")
    answer = Answer(questionnaire_id, unit_id, cmd.said, f"code:{cmd.code_id}:{cmd.op_key}")
    return _note(session, NOBODY, row, answer, Channel.CODE, clock)


def key_paper(session: Session, actor: Actor, cmd: KeyPaper, clock: Clock) -> QuestionnaireAnswer:
    """Key in a paper before the close; a second paper of the same household replaces the first.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such questionnaire.
        Refused: no such door on the roster; the household has answered itself; or as for :func:`answer_by_phone`.
    """
    row = _held(session, cmd.questionnaire_id)
    policy.check_worker(actor, get_place(session, row.place_id).path)
    unit_id = queries.unit_of_door(session, row.snapshot_id, cmd.door)
    last = queries.last_answer(session, row.id, unit_id)
    policy.check_may_key(last.channel if last else None)
    answer = Answer(row.id, unit_id, cmd.said, cmd.op_key)
    return _note(session, actor, row, answer, Channel.PAPER, clock)


def _held(session: Session, questionnaire_id: int) -> Questionnaire:
    row = lock(session, Questionnaire, questionnaire_id)
    if row is None:
        raise NotVisible
    return row


def _note(
    session: Session, actor: Actor, row: Questionnaire, cmd: Answer, channel: Channel, clock: Clock
) -> QuestionnaireAnswer:
    """Write the next revision of a household; the caller holds the questionnaire."""
    key, asked = own_key(actor, cmd.op_key), queries.questions_of(session, row.id)
    said = {number: one for number, one in cmd.said.items() if not one.empty}
    again = done_before(session, QuestionnaireAnswer, key, questionnaire_id=row.id, unit_id=cmd.unit_id)
    if again is not None:
        return _same(session, again, asked, said)
    now = clock.now(session)
    policy.check_open(policy.state_of(row.opens_at, row.closes_at, now), row.closes_at)
    rules.check_said([one.question for one in asked], said)
    last = queries.last_answer(session, row.id, cmd.unit_id)
    answer = QuestionnaireAnswer(
        questionnaire_id=row.id,
        snapshot_id=row.snapshot_id,
        unit_id=cmd.unit_id,
        revision=last.revision + 1 if last else 1,
        channel=channel,
        op_key=key,
        person_id=actor.person_id,
        at=now,
    )
    session.add(answer)
    session.flush()
    for number, one in sorted(said.items()):
        session.add_all(_rows(answer, asked[number - 1], one))
    session.flush()
    record(session, actor, "questionnaire.answer", f"questionnaire:{row.id}", now, unit=cmd.unit_id)
    return answer


def _same(
    session: Session, row: QuestionnaireAnswer, asked: list[queries.AskedQuestion], said: Mapping[int, Said]
) -> QuestionnaireAnswer:
    """Give what the same form wrote when it was sent before.

    Raises:
        Refused: it says something else now (code ``web.used_key``).
    """
    if queries.said_by(session, row.id, asked) != said:
        raise Refused("web.used_key")
    return row


def _rows(answer: QuestionnaireAnswer, asked: queries.AskedQuestion, said: Said) -> list[QuestionnaireSaid]:
    def row(option_id: int | None) -> QuestionnaireSaid:
        return QuestionnaireSaid(
            answer_id=answer.id,
            questionnaire_id=answer.questionnaire_id,
            question_id=asked.id,
            kind=asked.question.kind,
            option_id=option_id,
            number=said.number,
            words=said.text or None,
        )

    return [row(asked.option_ids[place - 1]) for place in said.options] if said.options else [row(None)]
