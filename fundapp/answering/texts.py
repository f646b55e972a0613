"""Refusals and labels of codes, help and reminders."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from fundapp.answering.rules import SlipScope
from fundapp.consent.events import AnswerGiven, RoundVoided
from fundapp.consent.texts import CHANNELS
from fundapp.notify.commands import Told
from fundapp.web.filters import moment

REFUSALS: Mapping[str, Any] = {
    "answering.code_unknown": lazy_gettext(
        "这个表态码不能使用：可能填写有误、已经换新，或者本轮已经结束。请对照表态单再试一次，或向社区工作者要一张新的。"
    ),
    "answering.visit_over": lazy_gettext("为了安全，页面已超时退出。请重新扫码或填写表态码。"),
    "answering.closed": lazy_gettext("本轮已于 %(closes_at)s 截止，不能再打印表态单。"),
    "answering.nothing_to_print": lazy_gettext("没有需要打印的住户。"),
    "answering.not_open": lazy_gettext("本轮现在没有开放表态，不能协助。"),
    "answering.not_oneself": lazy_gettext("不能协助自己的住户，请用自己的账户表态。"),
    "answering.reason_needed": lazy_gettext("没有表态码时，请写明协助的原因。"),
    "answering.witness_needed": lazy_gettext("没有表态码时，请填写在场见证人的姓名。"),
    "answering.help_over": lazy_gettext("协助时间已到，请重新开始协助。"),
    "answering.help_ended": lazy_gettext("您没有正在进行的协助。"),
    "answering.no_font": lazy_gettext("这台服务器没有中文字体，画不出图片；请联系管理员安装 fonts-noto-cjk。"),
    "answering.nobody_silent": lazy_gettext("没有需要提醒的住户：都已表态，或今天已经提醒过。"),
}
SCOPES: Mapping[SlipScope, Any] = {
    SlipScope.WITHOUT_CODE: lazy_gettext("还没有表态单的住户"),
    SlipScope.SILENT: lazy_gettext("还没有表态的住户（已发的码作废，全部换新）"),
    SlipScope.ONE: lazy_gettext("只给一户换新"),
}


def answer_told(event: AnswerGiven, title: str, door: str, number: int) -> Told:
    """Say to the others at home that their household has a new answer; what it is stands on their own page."""
    how = CHANNELS[event.channel]
    text = _("%(door)s 于 %(at)s 通过“%(how)s”登记了意见。", door=door, at=moment(event.at), how=how)
    return Told(
        title=_("本户有新的表态：%(title)s", title=title),
        text=text + _("截止前本户的账户都可以查看和修改，以最后一次为准。"),
        link=f"/consent/{event.round_id}",
        once_key=f"consent_answer:{number}",
    )


def round_struck(event: RoundVoided, title: str) -> Told:
    """Say to a household that its answer no longer counts, and why."""
    text = _("原因：%(why)s 本户的表态不再有效，社区会就新的内容重新征求意见。", why=event.reason)
    return Told(
        title=_("征求意见作废：%(title)s", title=title),
        text=text,
        link=f"/consent/{event.round_id}",
        once_key=f"consent_void:{event.round_id}",
    )


def reminder(round_id: int, title: str, closes: str, day: str) -> Told:
    """Remind a household that has not answered: when it closes, and never what the others said."""
    return Told(
        title=_("请您户表态：%(title)s", title=title),
        text=_("本户还没有表态。%(at)s 截止，同意、反对、弃权都可以。", at=closes),
        link=f"/consent/{round_id}",
        once_key=f"consent_round:{round_id}:{day}",
    )
