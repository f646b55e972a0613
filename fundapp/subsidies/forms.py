"""The shape of what is filled in about the street's share."""

from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, TextAreaField
from wtforms.validators import Length

from fundapp.subsidies.commands import NewPayment, NewRequest, NewReview
from fundapp.web.forms import REQUIRED, MoneyField, OnceForm

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class RequestForm(OnceForm):
    """What is asked of the street."""

    amount = MoneyField(_("申请金额"), validators=[REQUIRED])
    reason = TextAreaField(_("理由"), validators=[REQUIRED, Length(max=300)], description=_("会公开。"))

    def to_command(self, project_id: int) -> NewRequest:
        """Make the command."""
        return NewRequest(project_id, str(self.op_key.data), self.amount.data, str(self.reason.data))


class ReviewForm(OnceForm):
    """What the street sets."""

    amount = MoneyField(
        _("审定金额"), positive=False, validators=[REQUIRED], description=_("不能多于上报的；填 0 表示不予投入。")
    )
    reason = TextAreaField(_("审定意见"), validators=[REQUIRED, Length(max=300)], description=_("会公开。"))

    def to_command(self, request_id: int) -> NewReview:
        """Make the command."""
        return NewReview(request_id, str(self.op_key.data), self.amount.data, str(self.reason.data))


class PaymentForm(OnceForm):
    """What the street paid."""

    amount = MoneyField(_("拨付金额"), validators=[REQUIRED])
    paid_on = DateField(_("拨付日期"), validators=[REQUIRED])
    proof = FileField(
        _("拨款凭证照片"),
        validators=[FileRequired(_("请拍下拨款凭证。"))],
        description=_("只有小组和工作人员能看。小组或社区核对到账以后才计入。"),
    )

    def to_command(self, request_id: int, proof_id: int) -> NewPayment:
        """Make the command."""
        key, paid_on = str(self.op_key.data), self.paid_on.data
        if paid_on is None:
            raise ValueError("the form was not validated")
        return NewPayment(request_id, key, self.amount.data, paid_on, proof_id)
