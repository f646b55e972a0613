"""The shape of what is typed on the pages of codes and help."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired, Length, Optional

from fundapp.answering.commands import AnswerByCode, AnswerWithHelp, BeginHelp, PrintSlips
from fundapp.answering.rules import SlipScope
from fundapp.answering.texts import SCOPES
from fundapp.consent.policy import Choice, sayable
from fundapp.consent.texts import CHOICES
from fundapp.web.forms import REQUIRED, OnceForm, PageForm, TextField, options

_CHOSEN: Any = InputRequired(lazy_gettext("请选择一个意见。"))


class CodeForm(PageForm):
    """A code typed off a slip."""

    code = TextField(lazy_gettext("表态码"), validators=[REQUIRED, Length(max=40)])


class SaidForm(OnceForm):
    """What a household says; ``confirmed`` is the fingerprint of the text that was confirmed."""

    answer = RadioField(lazy_gettext("本户意见"), choices=[], validators=[_CHOSEN])
    confirmed = HiddenField()

    def offer(self, follow: bool) -> None:
        """Offer the answers; 从众 only where the rules of the round name it."""
        self.answer.choices = options((one.value, CHOICES[one]) for one in sayable(follow))

    def to_command(self, code_id: int) -> AnswerByCode:
        """Make the command."""
        return AnswerByCode(code_id, Choice(self.answer.data), str(self.op_key.data))


class SlipsForm(PageForm):
    """Whose slips are printed."""

    scope = RadioField(
        lazy_gettext("打印哪些住户"),
        choices=options((one.value, SCOPES[one]) for one in SlipScope),
        default=SlipScope.WITHOUT_CODE.value,
        validators=[REQUIRED],
    )
    door = TextField(lazy_gettext("门牌"), validators=[Optional(), Length(max=160)])

    def to_command(self, round_id: int) -> PrintSlips:
        """Make the command."""
        return PrintSlips(round_id, SlipScope(self.scope.data), str(self.door.data or ""))


class HelpForm(PageForm):
    """Whom a worker helps, and on which grounds."""

    door = TextField(lazy_gettext("协助哪一户（门牌）"), validators=[REQUIRED, Length(max=160)])
    code = TextField(lazy_gettext("这一户的表态码"), validators=[Optional(), Length(max=40)])
    reason = TextField(lazy_gettext("没有表态码时：协助的原因"), validators=[Optional(), Length(max=200)])
    witness = TextField(lazy_gettext("没有表态码时：在场见证人姓名"), validators=[Optional(), Length(max=40)])

    def to_command(self, round_id: int) -> BeginHelp:
        """Make the command."""
        words = [str(field.data or "") for field in (self.door, self.code, self.reason, self.witness)]
        return BeginHelp(round_id, *words)


class HelpedForm(SaidForm):
    """What a household says to its helper."""

    def to_help(self, help_id: int) -> AnswerWithHelp:
        """Make the command."""
        return AnswerWithHelp(help_id, Choice(self.answer.data), str(self.op_key.data))
