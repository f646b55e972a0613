"""Sentences and labels of sheets in the residents' words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from fundapp.scoring.rules import SheetState, Why, hundredths

__all__ = [
    "REFUSALS", "STATES", "USUAL", "WHY", "hundredths", "moved_by_scoring", "moved_into_scoring", "usual_criteria",
]  # fmt: skip

USUAL: tuple[tuple[Any, int], ...] = (
    (lazy_gettext("惠及面广"), 20),
    (lazy_gettext("参与度高"), 20),
    (lazy_gettext("自筹多"), 20),
    (lazy_gettext("老旧急需"), 20),
    (lazy_gettext("可复制"), 20),
)

REFUSALS: Mapping[str, Any] = {
    "scoring.not_worker": lazy_gettext("只有本社区的社区工作者可以办理。"),
    "scoring.not_member": lazy_gettext("您不是这张评分表的评委。"),
    "scoring.frozen": lazy_gettext("这张评分表已经发布，内容不再改动。"),
    "scoring.handed_in": lazy_gettext("您已经交过打分卷，交了不能改。"),
    "scoring.not_open_yet": lazy_gettext("打分 %(opens_at)s 才开始。"),
    "scoring.closed": lazy_gettext("打分已于 %(closes_at)s 截止。"),
    "scoring.still_open": lazy_gettext("打分 %(closes_at)s 才截止，之前谁也看不到分数。"),
    "scoring.published": lazy_gettext("结果已经公布。"),
    "scoring.other_programme": lazy_gettext("这个地方不在该年度计划之内。"),
    "scoring.by_vote": lazy_gettext("该年度计划的政策规定由各户表决选项目，不用评分。"),
    "scoring.window": lazy_gettext("截止时间要晚于开始时间，也要晚于现在。"),
    "scoring.points": lazy_gettext("每项满分在 1 到 100 之间，入选线在 0 到 100 之间。"),
    "scoring.over_pool": lazy_gettext("本轮资金 %(budget)s 元，超过资金池可用的 %(left)s 元。"),
    "scoring.no_candidates": lazy_gettext("请至少选一个项目。"),
    "scoring.too_many_candidates": lazy_gettext("一张评分表最多 %(most)s 个项目。"),
    "scoring.cannot_stand": lazy_gettext("有项目现在不能参加评选，请重新选择。"),
    "scoring.few_members": lazy_gettext("评委至少 %(least)s 位。"),
    "scoring.too_many_members": lazy_gettext("评委最多 %(most)s 位。"),
    "scoring.member_form": lazy_gettext("第 %(line)s 行看不懂，请写成：登录名 姓名 身份。"),
    "scoring.no_such_login": lazy_gettext("没有登录名是 %(login)s 的账户。"),
    "scoring.member_twice": lazy_gettext("同一个人写了两次。"),
    "scoring.criteria_form": lazy_gettext("“%(line)s”看不懂，请写成：标准名称 权重，例如 惠及面广 20。"),
    "scoring.criteria_count": lazy_gettext("标准要有 1 到 %(most)s 条。"),
    "scoring.criteria_twice": lazy_gettext("同一条标准写了两次。"),
    "scoring.weights": lazy_gettext("权重加起来是 %(given)s，应当是 100。"),
    "scoring.incomplete": lazy_gettext("每个项目的每一条都要打分，或者写明回避。"),
    "scoring.reason_needed": lazy_gettext("请写明为什么回避。"),
    "scoring.own_project": lazy_gettext("这是您提出或参与的项目，请回避并写明原因。"),
    "scoring.points_range": lazy_gettext("请填 0 到 %(most)s 之间的整数。"),
}

STATES: Mapping[SheetState, Any] = {
    SheetState.DRAFT: lazy_gettext("草稿"),
    SheetState.WAITING: lazy_gettext("未开始"),
    SheetState.OPEN: lazy_gettext("打分中"),
    SheetState.CLOSED: lazy_gettext("已截止"),
    SheetState.PUBLISHED: lazy_gettext("已公布"),
}

WHY: Mapping[Why, Any] = {
    Why.CHOSEN: lazy_gettext("入选"),
    Why.BELOW: lazy_gettext("未入选：没有达到入选线"),
    Why.BUDGET: lazy_gettext("未入选：排在前面的项目用过以后，剩下的钱不够"),
    Why.FEW: lazy_gettext("未入选：回避以后，打分的评委不到一半"),
    Why.QUORUM: lazy_gettext("未入选：交卷的评委不足规定人数，本轮不作决定"),
}


def usual_criteria() -> str:
    """Give the five criteria of Panlong, one a line with its weight."""
    return "\n".join(f"{name} {weight}" for name, weight in USUAL)


def moved_into_scoring(title: str) -> str:
    """Say in a project's history that it is being scored."""
    return _("进入评选：%(title)s", title=title)


def moved_by_scoring(title: str, rank: int | None) -> str:
    """Say in a project's history what the scores came to; *rank* is the place in the reserve list."""
    if rank is None:
        return _("%(title)s：入选", title=title)
    return _("%(title)s：未入选，列入备选库第 %(rank)s 位", title=title, rank=rank)
