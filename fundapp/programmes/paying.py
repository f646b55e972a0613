"""The part of a policy that says how matched money is paid: its fields, read and written."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flask_babel
from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange, Optional, StopValidation

from fundapp.programmes.shares import Choice, ShareField
from fundapp.programmes.texts import BASIS_LABELS
from fundapp.web.forms import PageForm

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
SHARES = {"started": "share_started", "half": "share_half", "accepted": "share_accepted"}
WHOLE = {"at": "settled", "share": "1/1"}


class PayingForm(PageForm):
    """How matched money is paid. Basis left open: all at once, as policies did before they said anything of it."""

    basis = SelectField(
        _("配比按什么算"),
        choices=[Choice("", _("一次拨付，不结算")), *(Choice(name, label) for name, label in BASIS_LABELS.items())],
        description=_("默认按结算：晋江 2017 年按结算价补五成，预算 10 万、结算 8.6 万，补 4.3 万。"),
        validators=[Optional()],
    )
    share_started = ShareField(_("开工后累计拨到"), description=_("默认 3/10，先拨一部分好备料；不填就不在这时拨。"))
    share_half = ShareField(_("进度过半累计拨到"), description=_("默认 3/5，凭发票拨。"))
    share_accepted = ShareField(_("验收后累计拨到"), description=_("默认 9/10，余下的结算以后拨。"))
    lapse_days = IntegerField(
        _("获批后多少天内要开工"),
        description=_("默认 60 天：到期没有开工，钱退回资金池，排到队尾。不填就一直保留。"),
        validators=[Optional(), NumberRange(1, 730)],
    )

    def fill_paying(self, parts: Mapping[str, Any]) -> None:
        """Show the part of a policy, or that it has none."""
        part = parts.get("payout", {})
        self.basis.data, self.lapse_days.data = part.get("basis", ""), part.get("lapse_days")
        for tranche in part.get("tranches", ()):
            if tranche["at"] in SHARES:
                self[SHARES[tranche["at"]]].data = tranche["share"]

    def validate_share_accepted(self, field: Any) -> None:
        """Take shares that rise and stay below the whole, which is paid with the settlement."""
        typed = [self[name].data for name in SHARES.values() if self[name].data is not None]
        found = [Fraction(share) for share in typed]
        if self.basis.data and (found != sorted(set(found)) or any(not 0 < share < 1 for share in found)):
            raise StopValidation(str(_("累计比例要一次比一次高，都小于 1；最后一笔在结算后拨清。")))

    def paying_part(self) -> dict[str, Any]:
        """Give the part, under its name; nothing where all is paid at once."""
        if not self.basis.data:
            return {}
        shares = [{"at": at, "share": self[name].data} for at, name in SHARES.items() if self[name].data is not None]
        lapse = {} if self.lapse_days.data is None else {"lapse_days": self.lapse_days.data}
        return {"payout": {"basis": self.basis.data, "tranches": [*shares, WHOLE], **lapse}}
