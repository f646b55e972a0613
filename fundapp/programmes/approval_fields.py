"""The part of a policy that says how many people approve: its fields, read and written."""

from collections.abc import Mapping
from typing import Any

import flask_babel
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional, StopValidation

from fundapp.kernel.money import fen, fen_of_text, from_fen, yuan_text
from fundapp.web.forms import MoneyField, PageForm

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
ALL = ("second_from", "supervisor_from", "policy_notice")


class ApprovalFields(PageForm):
    """How many approve. All left open: one checker for every claim, as policies did before they said anything of it."""

    second_from = MoneyField(
        _("满多少要两人审批"),
        validators=[Optional()],
        description=_("默认 5,000 元：不满的一人审批，满了要复核、审批两个人。按项目累计应配算，分几次申请也一样。"),
    )
    supervisor_from = MoneyField(
        _("满多少还要监事监督"), validators=[Optional()], description=_("默认 50,000 元：两人审批以外，监事也要看过。")
    )
    policy_notice = IntegerField(
        _("新政策公示几天才生效"),
        validators=[Optional(), NumberRange(0, 60)],
        description=_("默认 7 天：新版本由两个审批人签过以后，至少公示这么多天才能生效。"),
    )

    def fill_approval(self, parts: Mapping[str, Any]) -> None:
        """Show the part of a policy, or that it has none."""
        part = parts.get("approval")
        if part:
            for name in ALL[:2]:
                self[name].data = from_fen(fen_of_text(part[name], name))
            self.policy_notice.data = part["notice_days"]

    def validate_policy_notice(self, _field: Any) -> None:
        """Take all three or none, and a supervisor from no less than a second checker on."""
        given = [self[name].data is not None for name in ALL]
        if any(given) and not all(given):
            raise StopValidation(str(_("两个金额和公示天数要一起填写，或者都不填。")))
        if all(given) and self.supervisor_from.data < self.second_from.data:
            raise StopValidation(str(_("要监事监督的金额不能比要两人审批的低。")))

    def approval_part(self) -> dict[str, Any]:
        """Give the part, under its name; nothing where it was left open."""
        if self.second_from.data is None:
            return {}
        amounts = {name: yuan_text(fen(self[name].data)) for name in ALL[:2]}
        return {"approval": {**amounts, "notice_days": self.policy_notice.data}}
