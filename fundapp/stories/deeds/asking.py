"""Questionnaires: ask, answer from an account, key papers in, release a text."""

from typing import Any

from fundapp.kernel.errors import BadInput
from fundapp.questionnaire.commands import (
    Answer,
    Ask,
    KeyPaper,
    Release,
    answer_by_phone,
    ask_households,
    key_paper,
    release_text,
)
from fundapp.questionnaire.queries import AskedQuestion, questionnaire_page, questions_of, texts_of, unit_of_door
from fundapp.questionnaire.rules import Kind, Question, Said
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key

QUESTION = {"words", "kind", "options", "low", "high"}


@deed("questionnaire.ask", "project title questions opens closes")
def questionnaire_ask(scene: Scene) -> Facts:
    """Put a questionnaire to the households. Fields: project, title, questions ([{words, kind, …}]), opens, closes."""
    fields = scene.fields
    questions = tuple(_question(scene, row) for row in fields.listed("questions"))
    opens, closes = fields.instant("opens"), fields.instant("closes")
    cmd = Ask(scene.thing("project"), fields.text("title"), questions, opens, closes)
    made = ask_households(scene.session, scene.actor, cmd, scene.clock)
    scene.make("questionnaire", made.id)
    return {"households": made.households, "questions": len(questions)}


@deed("questionnaire.answer", "questionnaire door answers")
def questionnaire_answer(scene: Scene) -> Facts:
    """Answer for one's household. Fields: questionnaire, door, answers (one for each question, "" for none)."""
    number, page, asked = _page(scene)
    unit_id = unit_of_door(scene.session, page.snapshot_id, scene.fields.text("door"))
    answer_by_phone(scene.session, scene.actor, Answer(number, unit_id, _said(scene, asked), key()), scene.clock)
    return _answered(scene)


@deed("questionnaire.papers", "questionnaire doors answers")
def questionnaire_papers(scene: Scene) -> Facts:
    """Key in the same answers for several doors. Fields: questionnaire, doors ([texts]), answers."""
    number, _page_now, asked = _page(scene)
    said = _said(scene, asked)
    for door in scene.fields.listed("doors"):
        key_paper(scene.session, scene.actor, KeyPaper(number, str(door), said, key()), scene.clock)
    return _answered(scene)


@deed("questionnaire.release", "questionnaire text shown")
def questionnaire_release(scene: Scene) -> Facts:
    """Decide on a text. Fields: questionnaire, text (its words), shown."""
    number, words = scene.thing("questionnaire"), scene.fields.text("text")
    found = [one.said_id for one in texts_of(scene.session, number) if one.words == words]
    if not found:
        raise BadInput(f"{scene.fields.where}, text", repr(words), "a text of an answer that counts")
    cmd = Release(number, found[0], scene.fields.yes("shown", True))
    release_text(scene.session, scene.actor, cmd, scene.clock)
    return {"shown": sum(bool(one.shown) for one in texts_of(scene.session, number))}


def _page(scene: Scene) -> tuple[int, Any, list[AskedQuestion]]:
    number = scene.thing("questionnaire")
    page = questionnaire_page(scene.session, number, scene.actor, scene.clock.at)
    return number, page, questions_of(scene.session, number)


def _answered(scene: Scene) -> Facts:
    return {"answered": _page(scene)[1].answered}


def _question(scene: Scene, row: Any) -> Question:
    where = f"{scene.fields.where}, questions"
    if not isinstance(row, dict) or not {"words", "kind"} <= set(row) <= QUESTION or row["kind"] not in set(Kind):
        raise BadInput(where, repr(row), '{words = "…", kind = "one", options = ["…", "…"]}')
    options = tuple(str(one) for one in row.get("options", ()))
    return Question(str(row["words"]), Kind(row["kind"]), options, row.get("low"), row.get("high"))


def _said(scene: Scene, asked: list[AskedQuestion]) -> dict[int, Said]:
    given = scene.fields.listed("answers")
    if len(given) != len(asked):
        raise BadInput(
            f"{scene.fields.where}, answers", f"{len(given)} answers", f"{len(asked)}, one for each question"
        )
    pairs = enumerate(zip(asked, given, strict=True), start=1)
    return {number: _one(row.question.kind, value) for number, (row, value) in pairs if value != ""}


def _one(kind: Kind, value: Any) -> Said:
    if kind is Kind.TEXT:
        return Said(text=str(value))
    if kind is Kind.NUMBER:
        return Said(number=int(value))
    return Said(options=tuple(int(one) for one in (value if isinstance(value, list) else [value])))
