"""Refusals and labels of public notices."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from fundapp.publicity.rules import Medium, NoticeState, Verdict

REFUSALS: Mapping[str, Any] = {
    "publicity.not_worker": _("只有本社区的社区工作者可以办理。"),
    "publicity.not_staff": _("异议由本社区的社区工作者或者街道干部答复。"),
    "publicity.own_objection": _("不能答复自己这一户提出的异议，请由其他工作人员答复。"),
    "publicity.own_deed": _("这是您自己公布的，异议由另一位工作人员答复。"),
    "publicity.enough": _("本户对这一版公示已经提了 %(most)s 条异议，不能再提；公示内容改动以后可以重新提。"),
    "publicity.answered": _("这条异议已经答复，答复不能更改。"),
    "publicity.not_your_household": _("您的账号没有绑定这一户。"),
    "publicity.not_here": _("这一户不在公示的范围里。"),
    "publicity.no_such_door": _("公示范围里没有这个门牌，请对照纸面重新填写。"),
    "publicity.withdrawn": _("这份公示已经撤回。"),
    "publicity.not_yet": _("公示从 %(starts_at)s 开始。"),
    "publicity.over": _("公示期已于 %(ends_at)s 结束。"),
    "publicity.still_open": _("公示到 %(ends_at)s 结束，之前不能公布最终结果。"),
    "publicity.unproven": _("公示期内没有登记楼道公告栏的张贴照片，请说明原因，重新公示。"),
    "publicity.unanswered": _("还有 %(count)s 条异议没有答复，全部答复以后才能公布最终结果。"),
    "publicity.settled": _("公示已经办完，不能重新公示。"),
    "publicity.text_needed": _("请写明内容。"),
    "publicity.photo_needed": _("请拍下纸质异议书。"),
    "publicity.reason_needed": _("请写明原因。"),
    "publicity.not_posted_there": _("这份公示没有选这种方式。"),
    "publicity.taken_down_early": _("要一直张贴到公示期结束（%(ends_at)s）。"),
    "publicity.nothing_falls": _("异议不成立时，不能作废任何一户的意见。"),
    "publicity.not_nameable": _("所选的内容不能作废，请重新选择。"),
}
MEDIA: Mapping[Medium, Any] = {
    Medium.ONLINE: _("网上（本网站）"),
    Medium.BOARD: _("楼道公告栏"),
    Medium.CHAT: _("居民微信群"),
    Medium.OFFICE: _("社区服务大厅"),
}
VERDICTS: Mapping[Verdict, Any] = {
    Verdict.UPHELD: _("成立"),
    Verdict.PARTLY: _("部分成立"),
    Verdict.REJECTED: _("不成立"),
}
STATES: Mapping[NoticeState, Any] = {
    NoticeState.COMING: _("即将公示"),
    NoticeState.OPEN: _("正在公示"),
    NoticeState.UNPROVEN: _("公示期已过，缺张贴照片"),
    NoticeState.ANSWERING: _("公示期已过，异议待答复"),
    NoticeState.OVER: _("公示已结束"),
    NoticeState.WITHDRAWN: _("已撤回"),
}
STEPS: Mapping[str, Any] = {
    "posted": _("开始公示"),
    "posted_again": _("重新公示"),
    "objected": _("收到一条异议"),
    Verdict.UPHELD.value: _("异议成立"),
    Verdict.PARTLY.value: _("异议部分成立"),
    Verdict.REJECTED.value: _("异议不成立"),
}
