"""Custody's sentences and labels."""

from flask_babel import gettext, lazy_gettext

from fundapp.ledger.rules import Holder

REFUSALS = {
    "custody.only_officer": lazy_gettext("由基金会经办人或管理员指定资金由谁保管。"),
    "custody.not_now": lazy_gettext("提案提交以后、办结以前，才能指定资金由谁保管。"),
    "custody.money_came": lazy_gettext("这个项目已经收到钱了，保管方不能再换。"),
    "custody.charity_name": lazy_gettext("请填写慈善组织登记的全称。"),
    "custody.why": lazy_gettext("请写明为什么由它保管，会公开。"),
}
KEEPERS = {
    Holder.COMMITTEE: lazy_gettext("社区居委会"),
    Holder.FOUNDATION: lazy_gettext("年度计划的基金会"),
    Holder.CHARITY: lazy_gettext("托管的慈善组织"),
}


def committee_name(community: str) -> str:
    """Name the committee of a community."""
    return gettext("%(name)s居民委员会", name=community)
