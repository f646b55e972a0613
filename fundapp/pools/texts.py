"""Sentences and labels of the tree of pools."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fundapp.pools.rules import Way

REFUSALS: dict[str, Any] = {
    "pools.not_yours": _("由本地区的基金会人员办理。"),
    "pools.second_person": _("提出或登记的人不能自己批准，请由另一个人办理。"),
    "pools.only_worker": _("由本社区的社区工作者登记。"),
    "pools.not_now": _("项目入选以后、验收以前才能动用社区份额。"),
    "pools.reason_needed": _("请写明理由，会公开。"),
    "pools.decided": _("这一件已经办过了，请刷新页面查看结果。"),
    "pools.not_below": _("请选择本计划所在地区的一个社区。"),
    "pools.not_enough": _("“%(account)s”里只有 %(available)s，不能多划。"),
    "pools.no_decision": _("居民的决定不在这里：请选择通过了这个项目的议事会议题或表决结果。"),
    "pools.beyond_need": _("这个项目还差 %(gap)s，不能多给。"),
}
WAYS: dict[Way, Any] = {Way.DOWN: _("划给下级"), Way.BACK: _("收回上级")}
COMMON = _("基金会公共资金")
SHARED = _("社区份额")
COMMON_PARTS: dict[str, Any] = {"source": _("注入"), "available": _("可用")}


def common_purpose(origin: str) -> str:
    """Say in the public ledger what was put into a common pool."""
    return gettext("基金会公共资金注入，来源 %(origin)s", origin=origin)


def move_purpose(upper: str, lower: str, way: Way) -> str:
    """Say in the public ledger what was moved."""
    if way is Way.DOWN:
        return gettext("%(a)s 划给 %(b)s", a=upper, b=lower)
    return gettext("%(b)s 退回 %(a)s", a=upper, b=lower)


def use_purpose(title: str, community: str) -> str:
    """Say in the public ledger what a share was used for."""
    return gettext("%(title)s：按居民决定动用%(place)s的份额", title=title, place=community)
