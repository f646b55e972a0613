"""The shape of what a body decided about the result of a vote."""

from typing import Any

import flask_babel
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length, Optional

from fundapp.council.commands import ProposeOverride, SignOverride
from fundapp.web.forms import REQUIRED, BoxesField, ConfirmField, PageForm, options

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text


class OverrideForm(PageForm):
    """Which item, what changes, and why."""

    item_id = RadioField(_("按哪一项通过的议题"), coerce=int, validators=[REQUIRED])
    taken_out = BoxesField(_("去掉哪些入选项目"), coerce=int, validators=[Optional()])
    put_in = BoxesField(
        _("从备选库补入哪些"),
        coerce=int,
        description=_("加起来不能超过本轮资金；没有一户投票的不能补入。两样都不选，就是维持原结果。"),
        validators=[Optional()],
    )
    reason = TextAreaField(
        _("理由（公开）"), description=_("照会议的决定写，不写姓名。"), validators=[REQUIRED, Length(max=400)]
    )

    def offer(
        self, items: list[tuple[int, str]], selected: list[tuple[int, str]], reserve: list[tuple[int, str]]
    ) -> None:
        """Offer the passed items and the projects on both sides."""
        self.item_id.choices = options((str(number), title) for number, title in items)
        self.taken_out.choices = options((str(number), title) for number, title in selected)
        self.put_in.choices = options((str(number), title) for number, title in reserve)

    def to_command(self, round_id: int) -> ProposeOverride:
        """Make the command."""
        put_in, taken_out = tuple(self.put_in.data or ()), tuple(self.taken_out.data or ())
        return ProposeOverride(round_id, self.item_id.data, str(self.reason.data), put_in, taken_out)


class SignForm(PageForm):
    """The word of a member who was there."""

    agrees = ConfirmField(_("我参加了那次会议，会议就是这样决定的"))

    def to_command(self, override_id: int) -> SignOverride:
        """Make the command."""
        return SignOverride(override_id)
