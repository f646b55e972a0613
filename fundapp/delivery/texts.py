"""Sentences of delivery."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from moneyed import Money

from fundapp.fundraising.rules import Source
from fundapp.fundraising.texts import SOURCE_LABELS
from fundapp.kernel.money import fen, from_fen
from fundapp.web.filters import yuan

REFUSALS: dict[str, Any] = {
    "delivery.only_group": _("只有本项目小组的组长、财务和组员可以办理。"),
    "delivery.not_delivering": _("项目开工以后、验收以前才能办理。"),
    "delivery.only_supervisor": _("只有本项目的监督员可以办理。"),
    "delivery.second_person": _("申请报销的人不能自己审批。"),
    "delivery.only_checker": _("报销由本项目的监督员或财务审批。"),
    "delivery.decided": _("这笔报销已经审批过了。"),
    "delivery.reason_needed": _("不同意时请写明理由。"),
    "delivery.invoice_twice": _("这张发票已经报销过了。"),
    "delivery.not_yet": _("开支日期不能晚于今天。"),
    "delivery.expenses_open": _("还有 %(count)s 笔报销没有审批，办完才能验收或办结。"),
    "delivery.no_progress": _("还没有进度报告，请小组先报告完工情况。"),
    "delivery.only_worker": _("只有社区工作者可以办结项目。"),
    "delivery.not_evaluated": _("三方评议公布以后才能办结。"),
    "delivery.money_not_paid": _("还有获批的配比资金没有拨付，拨付或退回以后才能办结。"),
}


def expense_purpose(title: str, purpose: str, payee: str) -> str:
    """Say in the public ledger what was paid for."""
    return gettext("%(title)s：支付 %(purpose)s（%(payee)s）", title=title, purpose=purpose, payee=payee)


def return_purpose(title: str, source: object) -> str:
    """Say that the rest went back."""
    return gettext("%(title)s：结余退回 %(source)s", title=title, source=source)


def going_back(parts: Mapping[str, Money]) -> tuple[str, ...]:
    """Say what a closing will return and to whom, to the fen."""
    if not parts:
        return (gettext("钱已全部用完，没有结余。"),)
    total = from_fen(sum(fen(amount) for amount in parts.values()))
    lines = (gettext("%(who)s：%(a)s", who=SOURCE_LABELS[Source(one)], a=yuan(amount)) for one, amount in parts.items())
    return (gettext("结余 %(a)s，按出资比例退回：", a=yuan(total)), *lines)
