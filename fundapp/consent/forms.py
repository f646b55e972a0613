"""The shape of what is typed on the pages of a round."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.fields import choices
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from fundapp.consent.commands import (
    AnswerByPhone,
    CorrectPaper,
    EndRoundEarly,
    ExtendRound,
    KeySheets,
    LineSaid,
    OpenRound,
    PublishFinal,
    PublishResult,
    RegisterPapers,
)
from fundapp.consent.paper_forms import ProxyForm
from fundapp.consent.policy import MOST_SHEETS, Choice, sayable
from fundapp.consent.texts import CHOICES
from fundapp.kernel.errors import Refused
from fundapp.publicity.rules import Medium
from fundapp.publicity.texts import MEDIA
from fundapp.web.forms import REQUIRED, BoxesField, InstantField, OnceForm, PageForm, TextField

SelectChoice: Any = choices.SelectChoice  # type: ignore[attr-defined]  # newer than its types
lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text
_CHOSEN = InputRequired(lazy_gettext("请选择一个意见。"))


class AnswersForm(OnceForm):
    """A form with the answers that its round offers."""

    answer: Any = RadioField(lazy_gettext("意见"), choices=[], validators=[_CHOSEN])

    def offer_answers(self, follow: bool) -> None:
        """Offer the answers; 从众 only where the rules of the round name it."""
        self.answer.choices = [SelectChoice(choice.value, CHOICES[choice]) for choice in sayable(follow)]


class OpenForm(PageForm):
    """When the households are asked."""

    opens_at = InstantField(lazy_gettext("开始时间"), validators=[REQUIRED])
    closes_at = InstantField(lazy_gettext("截止时间"), validators=[REQUIRED])

    def to_command(self, project_id: int) -> OpenRound:
        """Make the command."""
        return OpenRound(project_id, self.opens_at.data, self.closes_at.data)


class AnswerForm(AnswersForm):
    """A household's own answer; ``confirmed`` is the fingerprint of the text that was confirmed.

    ``stale`` tells that it was refused because that is not the text of the round.
    """

    unit_id = RadioField(lazy_gettext("代表哪一户"), coerce=int, validators=[REQUIRED])
    answer = RadioField(lazy_gettext("本户意见"), choices=[], validators=[_CHOSEN])
    confirmed = HiddenField()
    stale = False

    def take(self, refusal: Refused) -> None:
        """Show a refusal; remember whether it was for the text."""
        self.stale = refusal.code == "consent.other_text"
        super().take(refusal)

    def offer(self, units: Sequence[tuple[int, str]], follow: bool) -> None:
        """Offer the answers, and the person's households; where there is one only, it is chosen."""
        self.offer_answers(follow)
        self.unit_id.choices = [SelectChoice(str(unit_id), door) for unit_id, door in units]
        if len(units) == 1 and self.unit_id.data is None:
            self.unit_id.data = units[0][0]

    def to_command(self, round_id: int) -> AnswerByPhone:
        """Make the command."""
        said = Choice(self.answer.data)
        return AnswerByPhone(round_id, self.unit_id.data, said, str(self.op_key.data), str(self.confirmed.data))


class SheetForm(AnswersForm):
    """A sheet of paper, field by field in the order of the paper."""

    serial = IntegerField(
        lazy_gettext("纸质编号"), validators=[InputRequired(lazy_gettext("请填写右上角的编号。")), NumberRange(min=1)]
    )
    door = TextField(lazy_gettext("门牌"), validators=[REQUIRED, Length(max=160)])
    answer = RadioField(lazy_gettext("意见"), choices=[], validators=[_CHOSEN])


class PaperForm(SheetForm, ProxyForm):
    """A sheet that came back, with its photo and how it came about."""

    scan = FileField(lazy_gettext("纸质意见表照片"), validators=[FileRequired(lazy_gettext("请拍照或选择扫描件。"))])

    def to_command(self, round_id: int, unit_id: int, scan_id: int, proxy_scan_id: int | None) -> KeySheets:
        """Make the command for the household and the photos that were found."""
        day = cast(date, self.signed_on.data)
        line = LineSaid(int(self.serial.data or 0), unit_id, Choice(self.answer.data), day)
        return KeySheets(
            round_id,
            (line,),
            scan_id,
            self.who_went,
            str(self.op_key.data),
            self.who_watched,
            self.proxy(proxy_scan_id),
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


class ExtendForm(PageForm):
    """A later close and why."""

    closes_at = InstantField(lazy_gettext("新的截止时间"), validators=[REQUIRED])
    reason = TextAreaField(lazy_gettext("延长的原因（公开）"), validators=[REQUIRED, Length(max=400)])

    def to_command(self, round_id: int) -> ExtendRound:
        """Make the command."""
        return ExtendRound(round_id, cast(datetime, self.closes_at.data), str(self.reason.data))


class EndForm(PageForm):
    """Nothing is typed to end a round early."""

    def to_command(self, round_id: int) -> EndRoundEarly:
        """Make the command."""
        return EndRoundEarly(round_id)


class PublishForm(PageForm):
    """The worker's word that no paper is outstanding."""

    keying_complete = BooleanField(lazy_gettext("收回的纸质意见已经全部录入"))
    media = BoxesField(
        lazy_gettext("初步结果除了网上，还在哪里公示"),
        choices=[SelectChoice(medium.value, MEDIA[medium]) for medium in Medium if medium is not Medium.ONLINE],
        description=lazy_gettext("选了楼道公告栏，公示期内就要拍照登记张贴；没有照片，最终结果不能公布。"),
        validators=[Optional()],
    )

    def to_command(self, round_id: int) -> PublishResult:
        """Make the command."""
        media = tuple(Medium(name) for name in self.media.data or ())
        return PublishResult(round_id, bool(self.keying_complete.data), media)


class FinalForm(PageForm):
    """Nothing is typed: the worker publishes what was counted."""

    def to_command(self, round_id: int) -> PublishFinal:
        """Make the command."""
        return PublishFinal(round_id)


def offered(form: OpenForm, opens_at: Any, closes_at: Any) -> OpenForm:
    """Fill in the usual window where nothing was typed yet."""
    if not form.opens_at.raw_data:
        form.opens_at.data, form.closes_at.data = opens_at, closes_at
    return form
