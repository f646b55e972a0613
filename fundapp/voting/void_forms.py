"""The shape of what is typed about lost shares and a round that is to be void."""

from typing import Any

import flask_babel
from wtforms import HiddenField, RadioField
from wtforms.validators import Length

from fundapp.voting.commands import AskVoid, ConfirmVoid, TellShare
from fundapp.web.forms import REQUIRED, ConfirmField, PageForm, TextField, options

lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class ShareWordForm(PageForm):
    """Which share is lost, or was found again."""

    number = RadioField(lazy_gettext("第几份"), coerce=int, validators=[REQUIRED])
    lost = RadioField(
        lazy_gettext("怎样了"),
        choices=options([("yes", lazy_gettext("丢了，或者已经用不了")), ("no", lazy_gettext("找到了，能用"))]),
        validators=[REQUIRED],
    )
    reason = TextField(lazy_gettext("怎么回事"), validators=[REQUIRED, Length(max=200)])

    def offer(self, shares: list[tuple[int, str]]) -> None:
        """Offer the shares of which this person may say something; the only one is chosen."""
        self.number.choices = shares
        if len(shares) == 1 and self.number.data is None:
            self.number.data = shares[0][0]

    def to_command(self, round_id: int) -> TellShare:
        """Make the command."""
        return TellShare(round_id, self.number.data, self.lost.data == "yes", str(self.reason.data))


class AskVoidForm(PageForm):
    """Why a round is to be void."""

    reason = TextField(lazy_gettext("作废的原因"), validators=[REQUIRED, Length(max=400)])

    def to_command(self, round_id: int) -> AskVoid:
        """Make the command."""
        return AskVoid(round_id, str(self.reason.data))


class ConfirmVoidForm(PageForm):
    """A second person's word, about the reason that she read."""

    ask = HiddenField(validators=[REQUIRED])
    sure = ConfirmField(lazy_gettext("我问过持钥人：确实只剩不到两份钥匙，这一轮谁也打不开"))

    def to_command(self, round_id: int) -> ConfirmVoid:
        """Make the command."""
        typed = str(self.ask.data)
        return ConfirmVoid(round_id, int(typed) if typed.isdecimal() and len(typed) < 16 else 0)
