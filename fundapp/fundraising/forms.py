"""The shape of what a treasurer fills in."""

from collections.abc import Sequence
from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, DecimalField, FieldList, Form, FormField, RadioField, SelectField
from wtforms.validators import Length, Optional, StopValidation

from fundapp.fundraising.commands import NewContribution, NewCount, NewHelp, NewPledge, NewRefund, NewRelease, NewTerms
from fundapp.fundraising.purpose_models import AgreedBy
from fundapp.fundraising.queries import PledgeRow
from fundapp.fundraising.rules import GIVERS, RECORDED, RECORDED_MEANS, Giver, Help, Means, Source
from fundapp.fundraising.terms import IfMissed, Need
from fundapp.fundraising.texts import (
    AGREED_BY,
    GIVER_LABELS,
    HELP_LABELS,
    IF_MISSED,
    MEANS_LABELS,
    NEED_LABELS,
    SOURCE_LABELS,
)
from fundapp.web.filters import yuan
from fundapp.web.forms import REQUIRED, MoneyField, OnceForm, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text
HELPERS = (Giver.HOUSEHOLD, Giver.UNIT, Giver.PUBLIC_UNIT)
MOST_DAYS = 10000


class ContributionForm(OnceForm):
    """Money that was given."""

    pledge_id = SelectField(
        _("兑现哪一笔认捐"), coerce=int, validators=[Optional()], description=_("不是兑现认捐的，不用选。")
    )
    source = RadioField(
        _("谁出的钱"), choices=options((s.value, SOURCE_LABELS[s]) for s in RECORDED), validators=[REQUIRED]
    )
    unit_id = SelectField(_("哪一户（居民集资填）"), coerce=int, validators=[Optional()], description=_("捐赠不用选。"))
    reference = TextField(
        _("转账附言码"),
        validators=[Optional(), Length(max=20)],
        description=_("银行转账的，抄回单上的 13 位附言码，哪一户不用再选。"),
    )
    giver_kind = SelectField(
        _("捐赠方是谁（社会捐赠填）"), validators=[Optional()], description=_("本系统不向社区以外的公众募捐。")
    )
    giver = TextField(_("交款人或单位"), validators=[REQUIRED, Length(max=80)])
    anonymous = BooleanField(_("公开时不写名字"), description=_("居民的姓名和门牌一律不公开。"))
    related = BooleanField(_("是关联方"), description=_("供应商、小组成员等与项目有利益关系的，要勾选。"))
    amount = MoneyField(_("金额"), validators=[REQUIRED])
    purpose = TextField(
        _("限定用途"),
        validators=[Optional(), Length(max=120)],
        description=_("交款人指定只能用在哪里的，照写；会公开。"),
    )
    means = RadioField(
        _("怎么交的"), choices=options((m.value, MEANS_LABELS[m]) for m in RECORDED_MEANS), validators=[REQUIRED]
    )
    received_on = DateField(_("收款日期"), validators=[REQUIRED])
    proof = FileField(
        _("凭证照片"),
        validators=[FileRequired(_("请拍下收据或转账凭证。"))],
        description=_("收据、转账单都可以。只有小组和工作人员能看。"),
    )

    def offer(self, units: list[tuple[int, str]], pledges: Sequence[PledgeRow] = ()) -> None:
        """Offer the compound's households, who may give beside them, and the pledges that are not kept yet."""
        said = [(one.id, f"{one.giver} {one.door} {yuan(one.room)}") for one in pledges]
        self.pledge_id.choices = options([(0, _("不是兑现认捐")), *said])
        self.unit_id.choices = options([(0, _("不是居民")), *units])
        kinds = [(one.value, GIVER_LABELS[one]) for one in GIVERS[Source.DONORS]]
        self.giver_kind.choices = options([("", _("不是社会捐赠")), *kinds])

    def validate_unit_id(self, field: Any) -> None:
        """Ask for the household where residents gave."""
        if self.source.data == Source.RESIDENTS.value and not field.data and not self.reference.data:
            raise StopValidation(str(_("居民集资请选择是哪一户交的。")))

    def to_command(self, project_id: int, proof_id: int) -> NewContribution:
        """Make the command."""
        source = Source(self.source.data)
        return NewContribution(
            project_id=project_id,
            op_key=str(self.op_key.data),
            source=source,
            unit_id=(self.unit_id.data or None) if source is Source.RESIDENTS else None,
            giver=self.giver.data,
            anonymous=self.anonymous.data,
            related=self.related.data,
            amount=self.amount.data,
            means=Means(self.means.data),
            received_on=self.received_on.data,
            proof_id=proof_id,
            purpose=self.purpose.data or "",
            reference=self.reference.data or "",
            giver_kind=Giver(self.giver_kind.data) if source is Source.DONORS and self.giver_kind.data else None,
            pledge_id=self.pledge_id.data or None,
        )


class PledgeForm(OnceForm):
    """What somebody will give: her own household, or what the treasurer was told."""

    source = RadioField(
        _("谁认捐"), choices=options((s.value, SOURCE_LABELS[s]) for s in RECORDED), validators=[REQUIRED]
    )
    unit_id = SelectField(_("哪一户（居民集资填）"), coerce=int, validators=[Optional()], description=_("捐赠不用选。"))
    giver_kind = SelectField(_("捐赠方是谁（社会捐赠填）"), validators=[Optional()])
    giver = TextField(_("认捐人或单位"), validators=[REQUIRED, Length(max=80)])
    anonymous = BooleanField(_("公开时不写名字"), description=_("居民的姓名和门牌一律不公开。"))
    amount = MoneyField(_("认捐金额"), validators=[REQUIRED])
    due_on = DateField(_("哪天以前交"), validators=[REQUIRED])
    purpose = TextField(_("限定用途"), validators=[Optional(), Length(max=120)])

    def offer(self, units: list[tuple[int, str]], *, own: bool) -> None:
        """Offer the households; a resident pledges for her own only."""
        self.unit_id.choices = options(units if own else [(0, _("不是居民")), *units])
        kinds = [(one.value, GIVER_LABELS[one]) for one in GIVERS[Source.DONORS]]
        self.giver_kind.choices = options([("", _("不是社会捐赠")), *kinds])
        if own:
            self.source.choices = options([(Source.RESIDENTS.value, SOURCE_LABELS[Source.RESIDENTS])])
            del self.giver_kind

    def validate_unit_id(self, field: Any) -> None:
        """Ask for the household where residents give."""
        if self.source.data == Source.RESIDENTS.value and not field.data:
            raise StopValidation(str(_("居民集资请选择是哪一户。")))

    def to_command(self, project_id: int) -> NewPledge:
        """Make the command."""
        source, kind = Source(self.source.data), self.giver_kind.data if self.giver_kind else ""
        return NewPledge(
            project_id=project_id,
            op_key=str(self.op_key.data),
            source=source,
            unit_id=(self.unit_id.data or None) if source is Source.RESIDENTS else None,
            giver=self.giver.data,
            anonymous=self.anonymous.data,
            amount=self.amount.data,
            due_on=self.due_on.data,
            purpose=self.purpose.data or "",
            giver_kind=Giver(kind) if source is Source.DONORS and kind else None,
        )


class ReasonForm(PageForm):
    """Why something is taken back."""

    reason = TextField(_("理由"), validators=[REQUIRED, Length(max=200)])


class ConfirmForm(PageForm):
    """Nothing but the button."""


class RefundForm(OnceForm):
    """How much goes back, and why."""

    amount = MoneyField(_("退还金额"), validators=[REQUIRED])
    reason = TextField(
        _("理由"), validators=[REQUIRED, Length(max=200)], description=_("例如：交款人要求退回；登记有误。")
    )

    def to_command(self, contribution_id: int) -> NewRefund:
        """Make the command."""
        return NewRefund(contribution_id, str(self.op_key.data), self.amount.data, self.reason.data)


class DecideRefundForm(PageForm):
    """What the second person found."""

    found = RadioField(
        _("核对结果"),
        choices=options([("yes", _("交款人已收到退款，确认")), ("no", _("没有退，不予确认"))]),
        validators=[REQUIRED],
    )
    reason = TextField(_("不予确认的理由"), validators=[Optional(), Length(max=200)])


class ReleaseForm(OnceForm):
    """How much of a purpose's money may be spent otherwise."""

    amount = MoneyField(_("解除的金额"), validators=[REQUIRED])
    agreed_by = RadioField(
        _("谁同意的"), choices=options((a.value, AGREED_BY[a]) for a in AgreedBy), validators=[REQUIRED]
    )
    reason = TextField(
        _("理由"), validators=[REQUIRED, Length(max=200)], description=_("例如：长椅买完有余。会公开，请不要写姓名。")
    )
    proof = FileField(
        _("同意书或会议记录照片"),
        validators=[FileRequired(_("请拍下同意书或会议记录。"))],
        description=_("只有小组和工作人员能看。"),
    )

    def to_command(self, fund_id: int, proof_id: int) -> NewRelease:
        """Make the command."""
        agreed, reason = AgreedBy(self.agreed_by.data), str(self.reason.data)
        return NewRelease(fund_id, str(self.op_key.data), self.amount.data, agreed, reason, proof_id)


class DecideReleaseForm(PageForm):
    """What the second person found."""

    found = RadioField(
        _("核对结果"),
        choices=options([("yes", _("确实同意过，确认")), ("no", _("没有同意，不予确认"))]),
        validators=[REQUIRED],
    )
    reason = TextField(_("不予确认的理由"), validators=[Optional(), Length(max=200)])


class HelpForm(OnceForm):
    """Help that is not money."""

    kind = RadioField(_("提供了什么"), choices=options((h.value, HELP_LABELS[h]) for h in Help), validators=[REQUIRED])
    giver_kind = RadioField(
        _("谁提供的"), choices=options((g.value, GIVER_LABELS[g]) for g in HELPERS), validators=[REQUIRED]
    )
    giver = TextField(_("名称或姓名"), validators=[REQUIRED, Length(max=80)])
    anonymous = BooleanField(_("公开时不写名字"), description=_("居民的姓名一律不公开。"))
    what = TextField(
        _("具体内容"),
        validators=[REQUIRED, Length(max=200)],
        description=_("如：水泥 10 袋；卫生间向居民开放；三人挖沟。"),
    )
    days = DecimalField(
        _("帮工天数"), places=1, validators=[Optional()], description=_("所有人合计，半天算 0.5；不是帮工不填。")
    )
    helped_on = DateField(_("日期"), validators=[REQUIRED])
    value = MoneyField(_("折价"), validators=[Optional()], description=_("只作参考，不算钱、不配比。不知道可以不填。"))

    def validate_days(self, field: Any) -> None:
        """Take whole and half days."""
        if field.data is not None and not (0 < field.data <= MOST_DAYS and field.data * 2 == int(field.data * 2)):
            raise StopValidation(str(_("请填整天或半天，例如 2 或 2.5。")))

    def to_command(self, project_id: int) -> NewHelp:
        """Make the command."""
        return NewHelp(
            project_id=project_id,
            op_key=str(self.op_key.data),
            giver=self.giver.data,
            what=self.what.data,
            value=self.value.data,
            kind=Help(self.kind.data),
            giver_kind=Giver(self.giver_kind.data),
            anonymous=self.anonymous.data,
            half_days=None if self.days.data is None else int(self.days.data * 2),
            helped_on=self.helped_on.data,
        )


class DecideHelpForm(PageForm):
    """What the second person found."""

    found = RadioField(
        _("核对结果"),
        choices=options([("yes", _("属实，确认")), ("no", _("不属实，不予确认"))]),
        validators=[REQUIRED],
    )
    reason = TextField(_("不予确认的理由"), validators=[Optional(), Length(max=200)])


class DecideForm(PageForm):
    """What the second person found."""

    found = RadioField(
        _("核对结果"),
        choices=options([("yes", _("钱已到位，确认")), ("no", _("没有这笔钱，不予确认"))]),
        validators=[REQUIRED],
    )
    reason = TextField(
        _("不予确认的理由"),
        validators=[Optional(), Length(max=200)],
        description=_("收据随即作废，号码留在收据簿里；理由会公开，请不要写姓名。"),
    )


class CountForm(OnceForm):
    """What was counted."""

    cash = MoneyField(_("钱箱里点到的现金"), validators=[REQUIRED], positive=False)
    bank = MoneyField(_("银行账户里本项目的钱"), validators=[REQUIRED], positive=False)
    explanation = TextField(
        _("差额原因"), validators=[Optional(), Length(max=300)], description=_("和账面一样，不用填；不一样，必须写明。")
    )

    def to_command(self, project_id: int) -> NewCount:
        """Make the command."""
        explanation = self.explanation.data or ""
        return NewCount(project_id, str(self.op_key.data), self.cash.data, self.bank.data, explanation)


class DecideCountForm(PageForm):
    """What the second person counted."""

    found = RadioField(
        _("复点结果"),
        choices=options([("yes", _("我也点了一遍，数目一样")), ("no", _("数目不对"))]),
        validators=[REQUIRED],
    )
    reason = TextField(
        _("说明"), validators=[Optional(), Length(max=300)], description=_("有差额的，第二个人也要写明原因。")
    )


class NeedForm(Form):
    """How much one cost line is needed."""

    need = RadioField(choices=options((n.value, NEED_LABELS[n]) for n in Need), validators=[REQUIRED])


class TermsForm(PageForm):
    """What happens at the deadline, decided before raising."""

    deadline = DateField(_("筹款截止日期（含当天）"), validators=[REQUIRED])
    if_missed = RadioField(
        _("到期没有筹足必做的钱，怎么办"),
        choices=options((m.value, IF_MISSED[m]) for m in IfMissed),
        validators=[REQUIRED],
    )
    needs = FieldList(FormField(NeedForm), _("每一项费用"))

    def offer(self, names: list[str]) -> None:
        """Ask for the need of each cost line, by its name."""
        while len(self.needs.entries) < len(names):
            self.needs.append_entry({"need": Need.REQUIRED.value})
        for entry, name in zip(self.needs.entries, names, strict=False):
            entry.form.need.label.text = name

    def to_command(self, project_id: int) -> NewTerms:
        """Make the command."""
        needs = tuple(Need(entry.form.need.data) for entry in self.needs.entries)
        return NewTerms(project_id, needs, self.deadline.data, IfMissed(self.if_missed.data))
