"""The shape of what is filled in about matched money."""

from typing import Any

import flask_babel
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length, Optional

from fundapp.matching.commands import NewClaim, NewDecision, NewFunding
from fundapp.matching.models import Step
from fundapp.web.forms import REQUIRED, MoneyField, OnceForm, TextField, options

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class ClaimForm(OnceForm):
    """A group's claim."""

    viable = MoneyField(
        _("最少要配到多少才能开工"),
        validators=[REQUIRED],
        positive=False,
        description=_("资金池不够足额配时，达到这个数就先配给您，达不到就排队等候。填 0 表示多少都可以。"),
    )

    def to_command(self, project_id: int) -> NewClaim:
        """Make the command."""
        return NewClaim(project_id, str(self.op_key.data), self.viable.data)


class DecisionForm(OnceForm):
    """One step of a claim."""

    verdict = RadioField(
        _("意见"), choices=options([("yes", _("同意")), ("no", _("不同意，退回资金池"))]), validators=[REQUIRED]
    )
    note = TextAreaField(
        _("说明"), validators=[Optional(), Length(max=400)], description=_("不同意时必须写明理由，申请人会看到。")
    )

    def to_command(self, claim_id: int, step: Step) -> NewDecision:
        """Make the command."""
        note = (self.note.data or "").strip()
        return NewDecision(claim_id, str(self.op_key.data), step, self.verdict.data == "yes", note)


class PayForm(OnceForm):
    """Pay what is promised: nothing to fill in."""


class FundingForm(OnceForm):
    """Money for a pool."""

    amount = MoneyField(_("金额"), validators=[REQUIRED])
    origin = TextField(
        _("资金来源"),
        validators=[REQUIRED, Length(max=120)],
        description=_("如：区财政 2026 年资助、某公司捐赠。会公开。"),
    )

    def to_command(self, programme_id: int) -> NewFunding:
        """Make the command."""
        return NewFunding(programme_id, str(self.op_key.data), self.amount.data, self.origin.data)
