"""The part of a policy that says how a pool is shared among claims: its fields, read and written."""

from collections.abc import Mapping
from typing import Any

import flask_babel
from wtforms import SelectField
from wtforms.validators import Optional, StopValidation

from fundapp.kernel.money import fen, fen_of_text, from_fen, yuan_text
from fundapp.programmes.shares import Choice
from fundapp.programmes.texts import LINE_LABELS, MODE_LABELS, PARTIAL_LABELS
from fundapp.web.forms import MoneyField, PageForm

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text


def _choices(labels: Mapping[str, Any]) -> list[Any]:
    return [Choice(value, label) for value, label in labels.items()]


class AllocatingForm(PageForm):
    """How a pool is shared. What goes with another way of sharing is kept out of the policy."""

    mode = SelectField(
        _("资金池怎么分"),
        choices=_choices(MODE_LABELS),
        default="queue",
        description=_("默认先干先得。期末一起分：收申请到一个日子，一次算完，公布、批准；开设以后不能改。"),
    )
    bound = MoneyField(
        _("按户数分时，两户相互抬高的上限"),
        description=_("只在按出资户多少分时填写，例如 100 元。假住户会让这种分法失真，请谨慎选用。"),
        validators=[Optional()],
    )
    partial = SelectField(
        _("资金池的钱不够时"),
        choices=_choices(PARTIAL_LABELS),
        default="viable",
        description=_("默认：够项目的最低可行金额就先给一部分，其余等候。"),
    )
    line = SelectField(
        _("排位规则"),
        choices=_choices(LINE_LABELS),
        default="strict",
        description=_("默认严格按排位号，先干先得，不许插队。"),
    )

    def fill_allocating(self, part: Mapping[str, Any]) -> None:
        """Show the part of a policy."""
        self.mode.data = part["mode"]
        self.partial.data, self.line.data = part.get("partial", "viable"), part.get("line", "strict")
        bound = part.get("pairwise_bound")
        self.bound.data = None if bound is None else from_fen(fen_of_text(bound, "policy"))

    def validate_mode(self, field: Any) -> None:
        """Need the bound where the pot is shared by breadth."""
        if field.data == "pairwise" and self.bound.data is None:
            raise StopValidation(str(_("选了按出资户多少分，就要填写两户相互抬高的上限。")))

    def allocating_part(self) -> dict[str, Any]:
        """Give the part."""
        if self.mode.data == "queue":
            return {"mode": "queue", "partial": self.partial.data, "line": self.line.data}
        bound = {"pairwise_bound": yuan_text(fen(self.bound.data))} if self.mode.data == "pairwise" else {}
        return {"mode": self.mode.data, **bound}
