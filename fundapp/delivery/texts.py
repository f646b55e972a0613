"""Sentences of delivery."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from moneyed import Money

from fundapp.fundraising.rules import Source
from fundapp.fundraising.texts import SOURCE_LABELS
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.reversing import ReversalState
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
    "delivery.no_settlement": _("这个项目没有按结算拨付的配比，不用结算。"),
    "delivery.only_officer": _("配比由基金会经办人结算。"),
    "delivery.not_ones_own": _("项目小组的人不能结算自己的项目。"),
    "delivery.settled": _("项目已经结算，不能再登记报销或再次结算。"),
    "delivery.not_accepted": _("验收以后、办结以前才能结算。"),
    "delivery.claim_waits": _("还有配比申请没有办完，办完才能结算。"),
    "delivery.only_payer": _("只有本项目财务或基金会经办人可以办理退款。"),
    "delivery.nothing_to_repay": _("没有要退回的钱，或者项目账上没有钱可退。"),
    "delivery.not_settled": _("配比还没有结算，请基金会经办人先结算。"),
    "delivery.advances_open": _("还有 %(count)s 笔垫付没有归还，归还或者由垫付人放弃以后才能办结。"),
    "delivery.only_whole_group": _("只有本项目小组的人可以申请更正。"),
    "delivery.settled_before": _("配比已经结算，结算以前付的款不能再更正。"),
    "delivery.not_correcting": _("项目开工以后、办结以前才能更正已付的款。"),
    "delivery.only_corrector": _("更正由本项目的监督员或财务核对。"),
    "delivery.another_corrects": _("申请更正的人不能自己核对。"),
    "delivery.not_paid": _("这笔报销还没有支付，不用更正。"),
    "delivery.corrected": _("这笔付款已经更正过，或者已经有人申请更正。"),
    "delivery.why_correct": _("请写明哪里错了，会公开。"),
    "delivery.correction_decided": _("这次更正已经办过了。"),
    "delivery.correction_waits": _("还有 %(count)s 笔付款更正等人核对，办完才能结算或办结。"),
    "delivery.other_purpose": _("请选择本项目的限定用途，或者选项目款。"),
    "delivery.money_owed": _("还欠基金会的配比资金没有退回，退清才能办结。"),
    "delivery.money_not_paid": _("还有获批的配比资金没有拨付，拨付或退回以后才能办结。"),
}

CORRECTION_STATES = {
    ReversalState.ASKED: _("等另一个人核对"),
    ReversalState.REFUSED: _("没有同意"),
    ReversalState.POSTED: _("已更正，已冲销"),
}


def expense_purpose(title: str, purpose: str, payee: str) -> str:
    """Say in the public ledger what was paid for."""
    return gettext("%(title)s：支付 %(purpose)s（%(payee)s）", title=title, purpose=purpose, payee=payee)


def taken_back_purpose(title: str) -> str:
    """Say that matched money was taken back."""
    return gettext("%(title)s：多拨的配比资金退回", title=title)


def owed_purpose(title: str) -> str:
    """Say that matched money is owed."""
    return gettext("%(title)s：多拨的配比资金，待项目退回", title=title)


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
