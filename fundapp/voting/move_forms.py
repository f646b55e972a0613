"""The shape of what is typed when a project falls out, or the next of the reserve list comes in."""

from typing import Any

import flask_babel
from wtforms import HiddenField, RadioField
from wtforms.validators import Length

from fundapp.voting.commands import AskLeave, ConfirmLeave, LetIn, WithdrawLeave
from fundapp.web.forms import REQUIRED, ConfirmField, PageForm, TextField

lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class AskLeaveForm(PageForm):
    """Which project falls out, and why."""

    project = RadioField(lazy_gettext("哪个项目退出"), coerce=int, validators=[REQUIRED])
    reason = TextField(
        lazy_gettext("退出的原因（公开）"),
        description=lazy_gettext("比如：项目小组书面提出不做了。不写姓名。"),
        validators=[REQUIRED, Length(max=400)],
    )

    def to_command(self, round_id: int) -> AskLeave:
        """Make the command."""
        return AskLeave(round_id, self.project.data, str(self.reason.data))


class ConfirmLeaveForm(PageForm):
    """The word of a second person."""

    sure = ConfirmField(lazy_gettext("我核对过原因，确认退出"))

    def to_command(self, round_id: int, leave_id: int) -> ConfirmLeave:
        """Make the command."""
        return ConfirmLeave(round_id, leave_id)


class WithdrawLeaveForm(PageForm):
    """Nothing but the button."""

    def to_command(self, round_id: int, leave_id: int) -> WithdrawLeave:
        """Make the command."""
        return WithdrawLeave(round_id, leave_id)


class LetInForm(PageForm):
    """The project that is next, as it was read."""

    project = HiddenField(validators=[REQUIRED])

    def to_command(self, round_id: int) -> LetIn:
        """Make the command; what is no number is nobody's turn."""
        number = str(self.project.data)
        return LetIn(round_id, int(number) if number.isdecimal() else 0)
