"""The shape of what is typed on the pages of a round."""

from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, RadioField, TextAreaField
from wtforms.fields import choices
from wtforms.validators import InputRequired, Length, NumberRange

from fundapp.consent.commands import AnswerByPhone, CorrectPaper, KeyPaper, OpenRound, PublishResult, RegisterPapers
from fundapp.consent.policy import MOST_SHEETS, SAYABLE, Choice
from fundapp.consent.texts import CHOICES
from fundapp.web.forms import REQUIRED, InstantField, OnceForm, PageForm, TextField

SelectChoice: Any = choices.SelectChoice  # type: ignore[attr-defined]  # newer than its types
lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text
_ANSWERS = [SelectChoice(choice.value, CHOICES[choice]) for choice in SAYABLE]
_CHOSEN = InputRequired(lazy_gettext("请选择同意、反对或弃权。"))


class OpenForm(PageForm):
    """When the households are asked."""

    opens_at = InstantField(lazy_gettext("开始时间"), validators=[REQUIRED])
    closes_at = InstantField(lazy_gettext("截止时间"), validators=[REQUIRED])

    def to_command(self, project_id: int) -> OpenRound:
        """Make the command."""
        return OpenRound(project_id, self.opens_at.data, self.closes_at.data)


class AnswerForm(OnceForm):
    """A household's own answer."""

    unit_id = RadioField(lazy_gettext("代表哪一户"), coerce=int, validators=[REQUIRED])
    answer = RadioField(lazy_gettext("本户意见"), choices=_ANSWERS, validators=[_CHOSEN])

    def offer(self, units: list[tuple[int, str]]) -> None:
        """Offer the person's households; where there is one only, it is chosen."""
        self.unit_id.choices = [SelectChoice(str(unit_id), door) for unit_id, door in units]
        if len(units) == 1 and self.unit_id.data is None:
            self.unit_id.data = units[0][0]

    def to_command(self, round_id: int) -> AnswerByPhone:
        """Make the command."""
        return AnswerByPhone(round_id, self.unit_id.data, Choice(self.answer.data), str(self.op_key.data))


class SheetForm(OnceForm):
    """A sheet of paper, field by field in the order of the paper."""

    serial = IntegerField(
        lazy_gettext("纸质编号"), validators=[InputRequired(lazy_gettext("请填写右上角的编号。")), NumberRange(min=1)]
    )
    door = TextField(lazy_gettext("门牌"), validators=[REQUIRED, Length(max=160)])
    answer = RadioField(lazy_gettext("意见"), choices=_ANSWERS, validators=[_CHOSEN])


class PaperForm(SheetForm):
    """A sheet that came back, with its photo."""

    scan = FileField(lazy_gettext("纸质意见表照片"), validators=[FileRequired(lazy_gettext("请拍照或选择扫描件。"))])

    def to_command(self, round_id: int, unit_id: int, scan_id: int) -> KeyPaper:
        """Make the command for the household and the photo that were found."""
        return KeyPaper(
            round_id, int(self.serial.data or 0), unit_id, Choice(self.answer.data), scan_id, str(self.op_key.data)
        )


class CorrectForm(SheetForm):
    """A sheet that was keyed in wrongly."""

    reason = TextAreaField(lazy_gettext("录错的原因"), validators=[REQUIRED, Length(max=400)])

    def to_command(self, round_id: int, unit_id: int) -> CorrectPaper:
        """Make the command for the household that was found."""
        return CorrectPaper(
            round_id,
            int(self.serial.data or 0),
            unit_id,
            Choice(self.answer.data),
            str(self.reason.data),
            str(self.op_key.data),
        )


class RegisterForm(PageForm):
    """How many further sheets are printed."""

    count = IntegerField(
        lazy_gettext("再登记多少张"),
        validators=[InputRequired(lazy_gettext("请填写张数。")), NumberRange(min=1, max=MOST_SHEETS)],
    )

    def to_command(self, round_id: int) -> RegisterPapers:
        """Make the command."""
        return RegisterPapers(round_id, int(self.count.data or 0))


class PublishForm(PageForm):
    """The worker's word that no paper is outstanding."""

    keying_complete = BooleanField(lazy_gettext("收回的纸质意见已经全部录入"))

    def to_command(self, round_id: int) -> PublishResult:
        """Make the command."""
        return PublishResult(round_id, bool(self.keying_complete.data))


def offered(form: OpenForm, opens_at: Any, closes_at: Any) -> OpenForm:
    """Fill in the usual window where nothing was typed yet."""
    if not form.opens_at.raw_data:
        form.opens_at.data, form.closes_at.data = opens_at, closes_at
    return form
