"""Refusal sentences, and the words that the collector's page needs without a signal."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from fundapp.collecting.rules import Fate
from fundapp.kernel.actor import Role

REFUSALS: Mapping[str, Any] = {
    "collecting.not_worker": _("只有本社区的工作者可以安排上门。"),
    "collecting.not_collector": _("这个人不是本楼的楼栋长，也不是本社区的工作者，不能上门征求。"),
    "collecting.unknown_login": _("没有登录名为“%(login)s”的人，请核对。"),
    "collecting.other_building": _("请选择本次征求意见范围内的楼栋。"),
    "collecting.no_walk": _("还没有给您安排上门的楼栋，请联系社区工作者。"),
    "collecting.no_key": _("手机送来的编号不对，请重新打开上门页面。"),
    "collecting.other_phone": _("这部手机没有登记在您名下，请联网后重新打开上门页面。"),
    "collecting.not_on_walk": _("这一户不在安排给您的楼栋里。"),
    "collecting.clock_ahead": _("手机的时间比实际快，请把手机时间调准。"),
    "collecting.outside_round": _("登记时间不在征求意见的期限内（%(opens_at)s 至 %(closes_at)s）。"),
}
_ROLES: Mapping[Role, Any] = {Role.WORKER: _("社区工作者"), Role.BUILDING_HEAD: _("楼栋长")}
FATES: Mapping[Fate, Any] = {
    Fate.COUNTED: _("已收到，计入"),
    Fate.SUPERSEDED: _("已收到；这一户后来自己用手机表了态，以手机为准"),
}
VISIT = _("已收到，记了一次上门；还没有表态")
WORDS: Mapping[str, Any] = {
    "online": _("有信号"),
    "offline": _("没有信号，可以照常登记"),
    "unsent": _("还有 {n} 条没有发送"),
    "all_sent": _("全部已发送"),
    "waiting": _("等待发送"),
    "answered": _("已表态"),
    "open": _("未登记"),
    "left": _("共 {all} 户，还有 {n} 户没有表态。"),
    "refused": _("没有收下：{why}"),
    "sign_in": _("登录已过期。请在本机重新登录，没有发送的都还在。"),
    "no_photo": _("请先拍下签字。"),
    "no_answer": _("请选择意见，或者没有表态的原因。"),
    "kept": _("已记在手机里。"),
    "leave": _("还有 {n} 条没有发送，退出登录会从手机里清除。再按一次仍然退出。"),
    "full": _("手机存储空间不足，这一条没有保存。请先联网发送。"),
    "nothing": _("名单是空的。"),
}


def collector_words(name: str, role: Role) -> str:
    """Name who may be sent, with what she is."""
    return f"{name}（{_ROLES[role]}）"
