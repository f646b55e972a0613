"""Sentences and labels of the street's share."""

from typing import Any

from flask_babel import lazy_gettext as _

from fundapp.subsidies.rules import RequestState

REFUSALS: dict[str, Any] = {
    "subsidies.only_worker": _("由本社区的社区工作者上报。"),
    "subsidies.only_street": _("由本街道的街道干部办理。"),
    "subsidies.second_person": _("上报的人不能自己审定，请由另一个人办理。"),
    "subsidies.not_now": _("项目征得居民同意以后、验收以前才能申请和拨付街镇投入。"),
    "subsidies.reason_needed": _("请写明理由，会公开。"),
    "subsidies.pending": _("上一次上报还没有审定，审定后才能再报。"),
    "subsidies.reviewed": _("这一次上报已经审定，不能改动。"),
    "subsidies.beyond_request": _("审定的金额不能多于上报的 %(asked)s。"),
    "subsidies.beyond_need": _("项目只差 %(gap)s，不能多报。"),
    "subsidies.beyond_review": _("审定的还剩 %(room)s 没有拨，不能多拨。"),
}
STATES: dict[RequestState, Any] = {
    RequestState.REPORTED: _("已上报，等待审定"),
    RequestState.REFUSED: _("不予投入"),
    RequestState.APPROVED: _("已审定，等待拨付"),
    RequestState.SENT: _("已拨付，等待核对到账"),
    RequestState.PAID: _("已拨付到账"),
}
