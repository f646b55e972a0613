"""Refusals and labels of rounds of voting in the residents' words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from fundapp.voting.rounds import Channel, RoundState, show_code
from fundapp.voting.rules import Why

__all__ = ["CHANNELS", "REFUSALS", "STATES", "WHY", "show_code"]

REFUSALS: Mapping[str, Any] = {
    "voting.not_worker": lazy_gettext("只有本社区的社区工作者可以办理。"),
    "voting.not_publisher": lazy_gettext("结果由社区工作者、街道或基金会经办人公布。"),
    "voting.frozen": lazy_gettext("本轮表决已经发布，内容不再改动。"),
    "voting.other_programme": lazy_gettext("这个年度计划不包括该地区。"),
    "voting.not_by_vote": lazy_gettext("按这个年度计划的政策，入选由议事会确认，不另外表决。"),
    "voting.more_than_policy": lazy_gettext("每张选票最多选 %(most)s 个（政策规定）。"),
    "voting.over_pool": lazy_gettext(
        "本轮资金 %(budget)s 元超过资金池现在可用的 %(left)s 元，请改小或先给资金池追加资金。"
    ),
    "voting.too_short": lazy_gettext("表决至少要开放 %(days)s 天。"),
    "voting.too_long": lazy_gettext("表决最多开放 %(days)s 天。"),
    "voting.closes_in_the_past": lazy_gettext("截止时间要在开始时间和现在之后。"),
    "voting.too_many_candidates": lazy_gettext("一轮表决最多 %(most)s 个项目。"),
    "voting.no_candidates": lazy_gettext("还没有选定参加表决的项目。"),
    "voting.cannot_stand": lazy_gettext("编号 %(project)s 的项目现在不能参加表决：要先通过征求意见，或者在备选库里。"),
    "voting.not_your_household": lazy_gettext("您的账号没有绑定这一户；表决权属于户，不属于职务。"),
    "voting.not_on_roster": lazy_gettext("这一户不在本轮表决的名册里。"),
    "voting.door_not_on_roster": lazy_gettext("名册里没有这个门牌，请对照纸质票重新填写。"),
    "voting.not_open_yet": lazy_gettext("还没有开始，%(opens_at)s 起可以投票。"),
    "voting.closed": lazy_gettext("投票已于 %(closes_at)s 截止。"),
    "voting.nothing_chosen": lazy_gettext("请至少选一个项目。"),
    "voting.too_many": lazy_gettext("已选 %(chosen)s / %(most)s 个，请去掉多选的项目。选票还没有投出。"),
    "voting.not_a_candidate": lazy_gettext("选票上没有这个项目。"),
    "voting.already_cast_phone": lazy_gettext("本户已于 %(at)s 在手机上投过票，一户一票，以先投出的为准。"),
    "voting.already_cast_paper": lazy_gettext("本户的纸质票已于 %(at)s 录入，一户一票，以先收到的为准。"),
    "voting.serial_used": lazy_gettext("编号 %(serial)s 的纸质票已经录入过。"),
    "voting.invalid_names_nothing": lazy_gettext("无效票不记所选项目。"),
    "voting.still_open": lazy_gettext("结果在截止时间 %(closes_at)s 之前对任何人都不公开。"),
    "voting.already_published": lazy_gettext("结果已经公布。"),
    "voting.no_such_receipt": lazy_gettext("没有找到这个回执号，请核对后重新输入。"),
}

CHANNELS: Mapping[Channel | None, Any] = {
    Channel.PHONE: lazy_gettext("手机"),
    Channel.PAPER: lazy_gettext("纸质票"),
    None: lazy_gettext("手机和纸质票合计"),
}
STATES: Mapping[RoundState, Any] = {
    RoundState.DRAFT: lazy_gettext("草稿"),
    RoundState.WAITING: lazy_gettext("尚未开始"),
    RoundState.OPEN: lazy_gettext("正在投票"),
    RoundState.CLOSED: lazy_gettext("已截止，等待公布"),
    RoundState.PUBLISHED: lazy_gettext("结果已公布"),
}
WHY: Mapping[Why, Any] = {
    Why.SELECTED: lazy_gettext("票数在前，预算够用。"),
    Why.NO_VOTES: lazy_gettext("没有得票。"),
    Why.OVER_BUDGET: lazy_gettext("预算超过本轮全部资金。"),
    Why.DOES_NOT_FIT: lazy_gettext("轮到它时，剩下的资金不够。"),
}
