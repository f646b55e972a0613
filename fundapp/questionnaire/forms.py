"""The shape of what is typed: the questions by whoever asks, the answers by households, codes and doors."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import flask_babel
from flask import request
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional

from fundapp.questionnaire import texts
from fundapp.questionnaire.commands import Answer, AnswerByCode, Ask, KeyPaper, PrintCodes
from fundapp.questionnaire.rules import HIGHEST, MOST_QUESTIONS, TEXT_LENGTH, Kind, Question, Said
from fundapp.web.forms import REQUIRED, BoxesField, InstantField, OnceForm, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
KEPT = re.compile(r"title|opens_at|closes_at|questions-\d{1,2}-(words|kind|choices|low|high)")
STEPS = 6


class QuestionForm(Form):
    """One question as it is written."""

    words = StringField(_("题目"), validators=[Length(max=120)])
    kind = SelectField(_("怎么回答"), choices=options((one.value, words) for one, words in texts.KINDS.items()))
    choices = TextAreaField(_("选项，一行一个（单选、多选填写）"), validators=[Optional(), Length(max=800)])
    low = IntegerField(_("最小的数（数字题填写）"), validators=[Optional(), NumberRange(0, HIGHEST)])
    high = IntegerField(_("最大的数（数字题填写）"), validators=[Optional(), NumberRange(0, HIGHEST)])

    def to_question(self) -> Question:
        """Give the question."""
        lines = tuple(line.strip() for line in str(self.choices.data or "").splitlines() if line.strip())
        return Question(str(self.words.data or "").strip(), Kind(self.kind.data), lines, self.low.data, self.high.data)


class AskForm(PageForm):
    """A whole questionnaire; which button was pressed stands in ``do``."""

    title = TextField(_("问卷标题"), validators=[REQUIRED, Length(max=60)])
    questions = FieldList(FormField(QuestionForm), _("题目"), min_entries=1, max_entries=MOST_QUESTIONS)
    opens_at = InstantField(_("什么时候开始（不填就是现在）"), validators=[Optional()])
    closes_at = InstantField(_("什么时候截止（不填就是一周）"), validators=[Optional()])

    def wish(self) -> tuple[str, int]:
        """Tell which button was pressed, and for which question."""
        deed, _colon, row = request.form.get("do", "check").partition(":")
        return deed, int(row) if row.isascii() and row.isdigit() and len(row) < 4 else 0

    def shape(self) -> None:
        """Add a question or take one out, as the pressed button says; what was typed stays."""
        deed, row = self.wish()
        if deed == "add" and len(self.questions.entries) < MOST_QUESTIONS:
            self.questions.append_entry()
        elif deed == "drop" and 0 <= row < len(self.questions.entries) > 1:
            typed = [entry.form.data for number, entry in enumerate(self.questions.entries) if number != row]
            self.questions.entries, self.questions.last_index = [], -1
            for one in typed:
                self.questions.append_entry(one)

    def typed(self) -> list[tuple[str, str]]:
        """Give what was typed, to be sent once more from the page on which it is confirmed."""
        return [(name, value) for name, value in request.form.items() if KEPT.fullmatch(name)]

    def to_questions(self) -> tuple[Question, ...]:
        """Give the questions."""
        return tuple(entry.form.to_question() for entry in self.questions.entries)

    def to_command(self, project_id: int) -> Ask:
        """Make the command."""
        title = str(self.title.data)
        return Ask(project_id, title, self.to_questions(), self.opens_at.data, self.closes_at.data)


class SaidForm(OnceForm):
    """A household's answers: a field ``q1``, ``q2``, … for each question; ``sure`` once they were read again."""

    sure = HiddenField()
    asked: tuple[Question, ...] = ()

    def fields(self) -> list[Any]:
        """Give the fields of the questions in their order."""
        return [self[f"q{number}"] for number in range(1, len(self.asked) + 1)]

    def said(self) -> dict[int, Said]:
        """Give what is said, by the number of the question."""
        return {number: _said(question, self[f"q{number}"].data) for number, question in enumerate(self.asked, start=1)}

    def typed(self) -> list[tuple[str, str]]:
        """Give what was typed, to be sent once more from the page on which it is confirmed."""
        kept = {f"q{number}" for number in range(1, len(self.asked) + 1)} | {"unit_id", "op_key"}
        return [(name, value) for name, value in request.form.items(multi=True) if name in kept]


class OwnForm(SaidForm):
    """Answers from an account: for which household."""

    unit_id = SelectField(_("代表哪一户"), coerce=int, validators=[REQUIRED])

    def to_command(self, questionnaire_id: int) -> Answer:
        """Make the command."""
        return Answer(questionnaire_id, self.unit_id.data, self.said(), str(self.op_key.data))


class CodedForm(SaidForm):
    """Answers by a printed code."""

    def to_command(self, code_id: int) -> AnswerByCode:
        """Make the command."""
        return AnswerByCode(code_id, self.said(), str(self.op_key.data))


class PaperForm(SaidForm):
    """Answers off a paper."""

    door = TextField(_("门牌"), validators=[REQUIRED, Length(max=160)])

    def to_command(self, questionnaire_id: int) -> KeyPaper:
        """Make the command."""
        return KeyPaper(questionnaire_id, str(self.door.data), self.said(), str(self.op_key.data))


class CodeForm(PageForm):
    """A code typed off a slip."""

    code = TextField(_("问卷码"), validators=[REQUIRED, Length(max=40)])


class SlipsForm(PageForm):
    """Whose slips are printed."""

    door = TextField(_("只给一户换新时：门牌"), validators=[Optional(), Length(max=160)])

    def to_command(self, questionnaire_id: int) -> PrintCodes:
        """Make the command."""
        return PrintCodes(questionnaire_id, str(self.door.data or ""))


def form_of(base: type[SaidForm], questions: Sequence[Question]) -> Any:
    """Make the form of a questionnaire: the fields of *base* and one for each question."""
    fields: dict[str, Any] = {f"q{number}": _field(number, one) for number, one in enumerate(questions, start=1)}
    return type(base)(base.__name__, (base,), fields | {"asked": tuple(questions)})()


def filled(form: SaidForm, said: Mapping[int, Said]) -> None:
    """Show what a household said before."""
    for number, one in said.items():
        form[f"q{number}"].data = _shown(form.asked[number - 1], one)


def _field(number: int, question: Question) -> Any:
    label = f"{number}. {question.words}"
    if question.kind is Kind.TEXT:
        return TextAreaField(label, validators=[Optional(), Length(max=TEXT_LENGTH)])
    if question.kind is Kind.SEVERAL:
        return BoxesField(
            label,
            choices=options((str(place), words) for place, words in enumerate(question.options, start=1)),
            validators=[Optional()],
        )
    low, high = question.low or 0, question.high or 0
    if question.kind is Kind.NUMBER and high - low >= STEPS:
        return IntegerField(label, validators=[Optional(), NumberRange(low, high)])
    if question.kind is Kind.NUMBER:
        offered = [(str(one), str(one)) for one in range(low, high + 1)]
    else:
        offered = [(str(place), words) for place, words in enumerate(question.options, start=1)]
    return RadioField(label, choices=options([*offered, ("", _("不回答这一题"))]), default="", validators=[Optional()])


def _said(question: Question, typed: Any) -> Said:
    if question.kind is Kind.TEXT:
        return Said(text=str(typed or "").strip())
    if question.kind is Kind.SEVERAL:
        return Said(options=tuple(int(one) for one in typed or ()))
    if typed in (None, ""):
        return Said()
    return Said(number=int(typed)) if question.kind is Kind.NUMBER else Said(options=(int(typed),))


def _shown(question: Question, said: Said) -> Any:
    if question.kind is Kind.TEXT:
        return said.text
    if question.kind is Kind.SEVERAL:
        return [str(place) for place in said.options]
    if question.kind is Kind.ONE:
        return str(said.options[0]) if said.options else ""
    return said.number if (question.high or 0) - (question.low or 0) >= STEPS else str(said.number or 0)
