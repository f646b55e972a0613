"""Refusals and labels of consent rounds in the residents' words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from fundapp.consent.models import Outcome
from fundapp.consent.policy import Channel, Choice, RoundState

REFUSALS: Mapping[str, Any] = {
    "consent.not_worker": lazy_gettext("只有本社区的社区工作者可以办理。"),
    "consent.not_feasible": lazy_gettext("项目通过可行性初审后才能征求意见。"),
    "consent.owners_need_register": lazy_gettext(
        "该政策要求按业主人数和面积计票，需要产权人名册；现有名册只登记门牌，不能发起。"
    ),
    "consent.opens_in_the_past": lazy_gettext("开始时间不能早于现在。"),
    "consent.too_short": lazy_gettext("征求意见至少要开放 %(days)s 天。"),
    "consent.too_long": lazy_gettext("征求意见最多开放 %(days)s 天。"),
    "consent.not_your_household": lazy_gettext("您的账号没有绑定这一户。"),
    "consent.not_on_roster": lazy_gettext("这一户不在本次征求意见的名册里。"),
    "consent.door_not_on_roster": lazy_gettext("名册里没有这个门牌，请对照纸质意见表重新填写。"),
    "consent.not_open_yet": lazy_gettext("还没有开始，%(opens_at)s 起可以表态。"),
    "consent.closed": lazy_gettext("已于 %(closes_at)s 截止。"),
    "consent.keying_over": lazy_gettext("纸质意见录入已于 %(keying_until)s 截止。"),
    "consent.void": lazy_gettext("项目内容有重大修改，本轮征求意见已作废，将重新征求。"),
    "consent.already_published": lazy_gettext("结果已经公布。"),
    "consent.still_open": lazy_gettext("截止时间 %(closes_at)s 之前不能公布结果。"),
    "consent.paper_outstanding": lazy_gettext("纸质意见可录入到 %(keying_until)s；已全部录完的，请勾选后公布。"),
    "consent.too_many_sheets": lazy_gettext("每次请登记 1 到 %(most)s 张。"),
    "consent.not_registered": lazy_gettext("编号 %(serial)s 没有在截止前登记，不能录入。"),
    "consent.sheet_used": lazy_gettext("编号 %(serial)s 已经录入过；录错了请用“更正”。"),
    "consent.not_keyed": lazy_gettext("编号 %(serial)s 还没有录入。"),
    "consent.phone_stands": lazy_gettext("这一户已于 %(at)s 在手机上表态，截止以后以手机表态为准。"),
    "consent.phone_replaced": lazy_gettext("这一户已于 %(at)s 在手机上重新表态，以手机表态为准，不需要更正。"),
    "consent.reason_needed": lazy_gettext("请写明录错的原因。"),
    "consent.nothing_changed": lazy_gettext("门牌和意见都与已录入的相同，没有需要更正的内容。"),
    "consent.no_such_answer": lazy_gettext("请选择同意、反对或弃权。"),
}

CHOICES: Mapping[Choice, Any] = {
    Choice.AGREE: lazy_gettext("同意"),
    Choice.OPPOSE: lazy_gettext("反对"),
    Choice.ABSTAIN: lazy_gettext("弃权"),
    Choice.NONE: lazy_gettext("录入作废"),
}
MEANINGS: Mapping[Choice, Any] = {
    Choice.AGREE: lazy_gettext("赞成按上面的内容实施。"),
    Choice.OPPOSE: lazy_gettext("不赞成这样实施。"),
    Choice.ABSTAIN: lazy_gettext("收到了，不表示赞成或反对；不计入同意。"),
}
CHANNELS: Mapping[Channel, Any] = {
    Channel.PHONE: lazy_gettext("手机"),
    Channel.PAPER: lazy_gettext("纸质意见表"),
}
STATES: Mapping[RoundState, Any] = {
    RoundState.WAITING: lazy_gettext("尚未开始"),
    RoundState.OPEN: lazy_gettext("正在征求意见"),
    RoundState.KEYING: lazy_gettext("已截止，正在录入纸质意见"),
    RoundState.COUNTABLE: lazy_gettext("已截止，等待公布"),
    RoundState.PUBLISHED: lazy_gettext("结果已公布"),
    RoundState.VOID: lazy_gettext("已作废"),
}
OUTCOMES: Mapping[Outcome, Any] = {
    Outcome.PASSED: lazy_gettext("通过"),
    Outcome.FAILED: lazy_gettext("未通过"),
    Outcome.NO_QUORUM: lazy_gettext("参与户数不足，未通过"),
}


def rule_sentence(regime: str) -> str:
    """Say a regime as a rule that a neighbour could check.

    Source: domain.md section 3.
    """
    kind, _colon, share = regime.partition(":")
    if kind == "residents-meeting":
        return _("参与户数超过全体住户的一半，并且同意的超过参与户数的一半，即为通过。")
    if kind == "representatives":
        return _("参与的达到全体的三分之二，并且同意的超过参与的一半，即为通过。")
    if share.startswith(">"):
        return _("同意的超过全体住户的 %(share)s，即为通过；没有表态的不算同意。", share=share[1:])
    return _("同意的达到全体住户的 %(share)s，即为通过；没有表态的不算同意。", share=share)
