"""Sentences and labels of advances."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fundapp.advances.rules import AdvanceState
from fundapp.fundraising.rules import Giver
from fundapp.fundraising.texts import GIVER_LABELS

REFUSALS: dict[str, Any] = {
    "advances.own_household": _("垫付的那一户自己不能核对，请由另一个人核对。"),
    "advances.not_this_lender": _("只能登记本院住户、本社区受益单位或公共单位的垫付。"),
    "advances.by_money": _("垫付只有现金或者银行转账。"),
    "advances.repay_from": _("请写明以后用哪笔收入归还，会公开。"),
    "advances.paid_from": _("请写明用哪笔收入归还，会公开。"),
    "advances.returned": _("没有筹足，已按约定退还，不能再登记垫付。"),
    "advances.decided": _("已经核对过了，结论不能改动。"),
    "advances.not_confirmed": _("垫付还没有核对到账，不能归还或放弃。"),
    "advances.beyond_owed": _("这笔垫付只剩 %(room)s 没有归还。"),
    "advances.not_there": _("项目款只有 %(cash)s，等收入到账后再归还。"),
    "advances.prepared_by_you": _("办理归还的人不能自己核对，请由另一个人核对。"),
}
STATES: dict[AdvanceState, Any] = {
    AdvanceState.WAITING: _("待核对"),
    AdvanceState.VOID: _("没有这笔钱"),
    AdvanceState.OWED: _("待归还"),
    AdvanceState.SETTLED: _("已结清"),
}
SOMEBODY: dict[Giver, Any] = GIVER_LABELS | {Giver.HOUSEHOLD: _("一户居民")}
"""How the public reads of a lender who is not named: residents never are."""


def advance_purpose(title: str, number: int) -> str:
    """Say in the public ledger what an advance was."""
    return gettext("%(title)s：垫付第 %(n)s 号，以后归还，不算收入", title=title, n=number)


def repayment_purpose(title: str, number: int, paid_from: str) -> str:
    """Say in the public ledger what a repayment was."""
    return gettext("%(title)s：归还垫付第 %(n)s 号，用%(what)s", title=title, n=number, what=paid_from)
