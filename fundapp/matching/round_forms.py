"""The shape of what is filled in about rounds."""

from typing import Any

import flask_babel
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from fundapp.matching.round_models import RoundKind
from fundapp.matching.rounds import NewPlanDecision, NewRound
from fundapp.matching.texts import ROUND_KINDS
from fundapp.web.forms import REQUIRED, InstantField, OnceForm, options

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class RoundForm(OnceForm):
    """A new round."""

    kind = RadioField(_("这一轮"), choices=options(ROUND_KINDS.items()), coerce=RoundKind, validators=[REQUIRED])
    closes_at = InstantField(
        _("收申请到什么时候"), description=_("补充轮不收新申请，不用填。"), validators=[Optional()]
    )
    notice_days = IntegerField(
        _("方案公开几天以后才能批准"),
        default=3,
        description=_("默认 3 天；填 0 就可以当天批准。"),
        validators=[InputRequired(), NumberRange(0, 60)],
    )

    def to_command(self, programme_id: int) -> NewRound:
        """Make the command."""
        closes_at = self.closes_at.data if self.kind.data is RoundKind.COLLECTED else None
        return NewRound(programme_id, str(self.op_key.data), self.kind.data, closes_at, int(self.notice_days.data or 0))


class PlanForm(OnceForm):
    """Work a round out: nothing to fill in."""


class PlanDecisionForm(OnceForm):
    """What the approver makes of a plan."""

    verdict = RadioField(
        _("意见"), choices=options([("yes", _("批准，按方案预留")), ("no", _("退回重算"))]), validators=[REQUIRED]
    )
    note = TextAreaField(
        _("说明"), validators=[Optional(), Length(max=400)], description=_("退回时必须写明理由，会公开。")
    )

    def to_command(self, plan_id: int) -> NewPlanDecision:
        """Make the command."""
        return NewPlanDecision(plan_id, str(self.op_key.data), self.verdict.data == "yes", str(self.note.data or ""))
