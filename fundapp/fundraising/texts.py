"""Sentences and labels of self-raised money."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fundapp.fundraising.rules import Giver, Means, ReceiptState, Source

SOURCE_LABELS: dict[Source, Any] = {
    Source.FOUNDATION: _("基金会配比"),
    Source.STREET: _("街镇投入"),
    Source.RESIDENTS: _("居民集资"),
    Source.DONORS: _("社会捐赠"),
}
MEANS_LABELS: dict[Means, Any] = {Means.CASH: _("现金"), Means.BANK: _("银行转账"), Means.TRANSFER: _("财政拨款")}
GIVER_LABELS: dict[Giver, Any] = {
    Giver.HOUSEHOLD: _("本院住户"),
    Giver.UNIT: _("本社区受益的企业或单位"),
    Giver.PUBLIC_UNIT: _("本社区的公共单位"),
    Giver.CHARITY: _("有公开募捐资格的慈善组织转交"),
    Giver.GOVERNMENT: _("街道、区政府"),
}
RECEIPT_STATES: dict[ReceiptState, Any] = {
    ReceiptState.WAITING: _("待核对"),
    ReceiptState.CONFIRMED: _("已确认到账"),
    ReceiptState.VOID: _("已作废"),
}

REFUSALS: dict[str, Any] = {
    "fundraising.only_treasurer": _("只有本项目小组的财务可以登记收款。"),
    "fundraising.not_now": _("项目还没有征得居民同意，或者已经完工，现在不能登记收款。"),
    "fundraising.only_group": _("只有本项目小组成员或社区工作者可以核对收款。"),
    "fundraising.second_person": _("登记收款的人不能自己核对，请由另一个人核对。"),
    "fundraising.not_our_household": _("请选择本院落的一户居民。"),
    "fundraising.not_yet": _("收款日期不能晚于今天。"),
    "fundraising.decided": _("这笔收款已经核对过了，结论不能改动。"),
    "fundraising.reason_needed": _("请写明为什么不予确认。"),
    "fundraising.money_given": _("已经有人为这个方案出了钱，不能再改做什么、在哪里、谁出钱或大幅改预算。"),
    "fundraising.amount": _("金额必须大于 0，最多两位小数。"),
    "fundraising.not_this_giver": _(
        "只能登记本院住户、本社区受益单位、街道和区政府，或者有公开募捐资格的慈善组织转交的钱。"
    ),
    "fundraising.no_such_code": _("转账附言码不对，请对照银行回单再看一遍。"),
    "fundraising.other_code": _("这个附言码是别的项目或者别的住户的。"),
    "fundraising.which_household": _("居民集资请选择是哪一户交的。"),
}

CASH = _("项目款")
SPEND = _("支出")


def committee_name(community: str) -> str:
    """Name the committee of a community."""
    return gettext("%(name)s居民委员会", name=community)


def account_name(title: str, what: object) -> str:
    """Name an account of a project."""
    return f"{title} {what}"


def receipt_purpose(title: str, source: Source, number: str) -> str:
    """Say in the public ledger what a contribution was."""
    return gettext(
        "%(title)s：%(source)s，收据第 %(number)s 号", title=title, source=SOURCE_LABELS[source], number=number
    )
