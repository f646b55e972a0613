"""The shape of a reason, a question, an answer, and of hiding one."""

from typing import Any

import flask_babel
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from fundapp.council.commands import AnswerPoint, HidePoint, Say
from fundapp.council.rules import Side
from fundapp.council.texts import POINTS
from fundapp.web.forms import REQUIRED, OnceForm, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text


class SayForm(OnceForm):
    """A household's reason or question."""

    unit_id = RadioField(_("代表哪一户"), coerce=int, validators=[REQUIRED])
    side = RadioField(_("是什么"), choices=options((one.value, POINTS[one]) for one in Side), validators=[REQUIRED])
    text = TextAreaField(_("内容"), validators=[REQUIRED, Length(max=500)])

    def offer(self, units: list[tuple[int, str]]) -> None:
        """Offer the person's households; where there is one only, it is chosen."""
        self.unit_id.choices = options((str(number), door) for number, door in units)
        if len(units) == 1 and self.unit_id.data is None:
            self.unit_id.data = units[0][0]

    def to_command(self, project_id: int) -> Say:
        """Make the command."""
        side, text = Side(self.side.data), str(self.text.data)
        return Say(project_id, int(self.unit_id.data or 0), side, text, str(self.op_key.data))


class HideForm(PageForm):
    """Why a point is hidden, or shown again."""

    reason = TextField(_("理由"), validators=[REQUIRED, Length(max=200)])

    def to_command(self, point_id: int, hidden: bool) -> HidePoint:
        """Make the command."""
        return HidePoint(point_id, hidden, str(self.reason.data))


class AnswerForm(PageForm):
    """The official answer to a question."""

    text = TextAreaField(_("答复"), validators=[REQUIRED, Length(max=1000)])

    def to_command(self, point_id: int) -> AnswerPoint:
        """Make the command."""
        return AnswerPoint(point_id, str(self.text.data))
