"""Refusals and labels of codes, help and reminders."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from fundapp.answering.commands.codes import SlipScope

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
    "answering.nobody_silent": lazy_gettext("没有需要提醒的住户：都已表态，或今天已经提醒过。"),
}
SCOPES: Mapping[SlipScope, Any] = {
    SlipScope.WITHOUT_CODE: lazy_gettext("还没有表态单的住户"),
    SlipScope.SILENT: lazy_gettext("还没有表态的住户（已发的码作废，全部换新）"),
    SlipScope.ONE: lazy_gettext("只给一户换新"),
}
