"""The shape of what is filled in about advances."""

from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, RadioField, SelectField
from wtforms.validators import Length, Optional, StopValidation

from fundapp.advances.commands import NewAdvance, NewRepayment, NewWaiver
from fundapp.advances.rules import LENDERS
from fundapp.fundraising.rules import Giver, Means
from fundapp.fundraising.texts import GIVER_LABELS, MEANS_LABELS
from fundapp.web.forms import REQUIRED, MoneyField, OnceForm, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class AdvanceForm(OnceForm):
    """Money that was lent."""

    lender_kind = RadioField(
        _("谁垫付的"), choices=options((g.value, GIVER_LABELS[g]) for g in LENDERS), validators=[REQUIRED]
    )
    unit_id = SelectField(
        _("哪一户（住户垫付填）"), coerce=int, validators=[Optional()], description=_("单位垫付不用选。")
    )
    lender = TextField(_("垫付人或单位"), validators=[REQUIRED, Length(max=80)])
    anonymous = BooleanField(_("公开时不写名字"), description=_("居民的姓名和门牌一律不公开。"))
    related = BooleanField(_("是关联方"), description=_("供应商、小组成员等与项目有利益关系的，要勾选。"))
    amount = MoneyField(_("垫付金额"), validators=[REQUIRED], description=_("不计利息。以后要归还，不算收入，不配比。"))
    means = RadioField(
        _("怎么交的"),
        choices=options((m.value, MEANS_LABELS[m]) for m in (Means.CASH, Means.BANK)),
        validators=[REQUIRED],
    )
    received_on = DateField(_("收到日期"), validators=[REQUIRED])
    repay_from = TextField(
        _("以后用哪笔收入归还"),
        validators=[REQUIRED, Length(max=120)],
        description=_("例如：配比资金到账后；停车收入。会公开。"),
    )
    proof = FileField(
        _("垫付凭证照片"),
        validators=[FileRequired(_("请拍下垫付的收条或转账凭证。"))],
        description=_("双方签字的收条、转账单都可以。只有小组和工作人员能看。"),
    )

    def offer(self, units: list[tuple[int, str]]) -> None:
        """Offer the compound's households."""
        self.unit_id.choices = options([(0, _("不是住户")), *units])

    def validate_unit_id(self, field: Any) -> None:
        """Ask for the household where one lent."""
        if self.lender_kind.data == Giver.HOUSEHOLD.value and not field.data:
            raise StopValidation(str(_("住户垫付请选择是哪一户。")))

    def to_command(self, project_id: int, proof_id: int) -> NewAdvance:
        """Make the command."""
        kind, received_on = Giver(self.lender_kind.data), self.received_on.data
        if received_on is None:
            raise ValueError("the form was not validated")
        return NewAdvance(
            project_id=project_id,
            op_key=str(self.op_key.data),
            lender_kind=kind,
            unit_id=(self.unit_id.data or None) if kind is Giver.HOUSEHOLD else None,
            lender=str(self.lender.data),
            anonymous=self.anonymous.data,
            related=self.related.data,
            amount=self.amount.data,
            means=Means(self.means.data),
            received_on=received_on,
            repay_from=str(self.repay_from.data),
            proof_id=proof_id,
        )


class RepaymentForm(OnceForm):
    """How much goes back, and out of what."""

    amount = MoneyField(_("归还金额"), validators=[REQUIRED])
    paid_from = TextField(
        _("用哪笔收入归还"), validators=[REQUIRED, Length(max=120)], description=_("例如：配比资金。会公开。")
    )

    def to_command(self, advance_id: int) -> NewRepayment:
        """Make the command."""
        return NewRepayment(advance_id, str(self.op_key.data), self.amount.data, str(self.paid_from.data))


class WaiverForm(OnceForm):
    """How much the lender gives up."""

    amount = MoneyField(_("放弃归还的金额"), validators=[REQUIRED])
    proof = FileField(
        _("垫付人签字的放弃书照片"),
        validators=[FileRequired(_("请拍下垫付人签字的放弃书。"))],
        description=_("自愿，不摊派。只有小组和工作人员能看。核对以后开捐款收据，从当天起算捐款。"),
    )

    def to_command(self, advance_id: int, proof_id: int) -> NewWaiver:
        """Make the command."""
        return NewWaiver(advance_id, str(self.op_key.data), self.amount.data, proof_id)


class DecideForm(PageForm):
    """What the second person found."""

    found = RadioField(_("核对结果"), validators=[REQUIRED])
    reason = TextField(_("不予确认的理由"), validators=[Optional(), Length(max=200)])

    def ask(self, yes: str, no: str) -> None:
        """Say what both answers mean here."""
        self.found.choices = options([("yes", yes), ("no", no)])
