"""The shape of reports, expenses and decisions."""

from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired, MultipleFileField
from wtforms import DateField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from fundapp.delivery.commands import NewExpense, NewReport
from fundapp.delivery.correcting import NewCorrection
from fundapp.fundraising.queries import FundRow
from fundapp.ledger.rules import ReversalReason
from fundapp.ledger.texts import REASONS
from fundapp.web.filters import yuan
from fundapp.web.forms import REQUIRED, ConfirmField, MoneyField, OnceForm, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class ReportForm(OnceForm):
    """A progress report."""

    told = TextAreaField(_("做了什么"), validators=[REQUIRED, Length(max=2000)])
    percent = IntegerField(
        _("完成百分之几"),
        validators=[InputRequired(_("请填写 0 到 100 的数。")), NumberRange(0, 100, _("请填写 0 到 100 的数。"))],
    )
    photos = MultipleFileField(_("现场照片"), validators=[Optional()], description=_("可以选几张，会公开。"))

    def to_command(self, project_id: int, photo_ids: tuple[int, ...]) -> NewReport:
        """Make the command."""
        return NewReport(project_id, str(self.op_key.data), str(self.told.data), int(self.percent.data or 0), photo_ids)


class ExpenseForm(OnceForm):
    """A claim for payment."""

    fund_id = SelectField(
        _("用哪笔钱付"),
        coerce=int,
        validators=[Optional()],
        description=_("有人指定只能用在一处的钱，只能付那一处；其他的都用项目款。"),
    )
    purpose = TextField(
        _("用途"), validators=[REQUIRED, Length(max=120)], description=_("会公开，如：购买感应灯 24 盏。")
    )
    payee = TextField(_("收款方"), validators=[REQUIRED, Length(max=120)], description=_("会公开，写单位名称。"))
    payee_code = TextField(
        _("收款方的统一社会信用代码"),
        validators=[Optional(), Length(max=40)],
        description=_("单位第一次收款时填写；报过价的单位和个人可以不填。"),
    )
    amount = MoneyField(_("金额"), validators=[REQUIRED])
    spent_on = DateField(_("开支日期"), validators=[REQUIRED])
    invoice_no = TextField(_("发票号码"), validators=[REQUIRED, Length(max=40)])
    invoice = FileField(_("发票照片"), validators=[FileRequired(_("请拍下发票。"))], description=_("会公开。"))

    def offer(self, funds: list[FundRow]) -> None:
        """Offer the project's purposes; where it has none there is nothing to choose."""
        told = [
            (fund.id, _("限定用途：%(what)s，还剩 %(left)s", what=fund.purpose, left=yuan(fund.left))) for fund in funds
        ]
        self.fund_id.choices = options([(0, _("项目款")), *told])
        if not funds:
            del self.fund_id

    def to_command(self, project_id: int, invoice_id: int) -> NewExpense:
        """Make the command."""
        return NewExpense(
            project_id=project_id,
            op_key=str(self.op_key.data),
            amount=self.amount.data,
            purpose=self.purpose.data,
            payee=self.payee.data,
            invoice_no=self.invoice_no.data,
            invoice_id=invoice_id,
            spent_on=self.spent_on.data,
            payee_code=self.payee_code.data or "",
            fund_id=(self.fund_id.data or None) if self.fund_id else None,
        )


class DecideForm(PageForm):
    """Approve or refuse an expense."""

    verdict = RadioField(
        _("意见"), choices=options([("yes", _("同意支付")), ("no", _("不同意"))]), validators=[REQUIRED]
    )
    reason = TextField(_("不同意的理由"), validators=[Optional(), Length(max=200)])


class CorrectionForm(OnceForm):
    """Why a payment shall be taken back."""

    reason = RadioField(
        _("原因"), choices=options((one.value, REASONS[one]) for one in ReversalReason), validators=[REQUIRED]
    )
    told = TextField(
        _("哪里错了，钱退回了没有"),
        validators=[REQUIRED, Length(max=160)],
        description=_("会公开，请不要写姓名。如：金额多打了一个零，收款方已经退回。"),
    )

    def to_command(self, expense_id: int) -> NewCorrection:
        """Make the command."""
        reason = ReversalReason(self.reason.data)
        return NewCorrection(expense_id, str(self.op_key.data), reason, str(self.told.data))


class DecideCorrectionForm(PageForm):
    """Take a payment back, or let it stand."""

    verdict = RadioField(
        _("意见"),
        choices=options([("yes", _("同意更正：钱已回到项目账上，或者没有付出去")), ("no", _("不同意"))]),
        validators=[REQUIRED],
    )
    why = TextField(_("不同意的理由"), validators=[Optional(), Length(max=200)])


class AcceptForm(PageForm):
    """Accept the work."""

    told = TextAreaField(_("验收意见"), validators=[REQUIRED, Length(max=1000)], description=_("会公开。"))
    sure = ConfirmField(_("我到现场看过，工作已按方案完成"))


class CloseForm(PageForm):
    """Close the project."""

    sure = ConfirmField(_("我已核对：报销都已审批，结余按出资比例退回"))


class KeyForm(OnceForm):
    """A deed with nothing to fill in, done once."""
