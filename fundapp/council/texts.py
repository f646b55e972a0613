"""Refusals and labels of the 议事厅."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from fundapp.council.rules import ItemOutcome, SessionState

REFUSALS: Mapping[str, Any] = {
    "council.not_secretary": lazy_gettext("只有本社区的社区工作者可以办理。"),
    "council.body_exists": lazy_gettext("这里已经有同名的议事会。"),
    "council.person_or_name": lazy_gettext("请填写成员姓名。"),
    "council.member_already": lazy_gettext("这位已经是成员。"),
    "council.member_left": lazy_gettext("这位成员已经离任。"),
    "council.no_members": lazy_gettext("议事会还没有成员，请先登记成员。"),
    "council.notice_too_short": lazy_gettext("会议至少要提前 %(days)s 天公布议程。"),
    "council.no_items": lazy_gettext("请至少列一项议题。"),
    "council.project_elsewhere": lazy_gettext("只能讨论本地的项目。"),
    "council.not_held_yet": lazy_gettext("会议 %(held_at)s 才开始。"),
    "council.closed": lazy_gettext("会议已经办结，内容不再改动。"),
    "council.not_closed": lazy_gettext("会议还没有办结。"),
    "council.nobody_present": lazy_gettext("请勾选到会的成员。"),
    "council.not_a_member": lazy_gettext("到会名单里有不是成员的人。"),
    "council.attendance_missing": lazy_gettext("还没有登记到会情况。"),
    "council.items_undecided": lazy_gettext("还有 %(count)s 项议题没有结果。"),
    "council.minutes_missing": lazy_gettext("还没有会议记录。"),
    "council.more_hands_than_present": lazy_gettext("举手共 %(hands)s 人，超过到会的 %(present)s 人。"),
    "council.no_quorum": lazy_gettext("到会 %(present)s 人，不足 %(needed)s 人，这一项只能延期再议。"),
    "council.not_a_majority": lazy_gettext("赞成不到 %(needed)s 人（到会成员过半），不能记为通过。"),
    "council.is_a_majority": lazy_gettext("赞成已达到 %(needed)s 人（到会成员过半），不能记为未通过。"),
    "council.item_without_project": lazy_gettext("这项议题没有对应的项目。"),
    "council.not_passed": lazy_gettext("这项议题没有通过。"),
    "council.not_consented": lazy_gettext("项目要先通过征求意见，才能由议事会确认入选。"),
    "council.chosen_by_vote": lazy_gettext("按本项目的政策，入选要经过各户表决。"),
}

OUTCOMES: Mapping[ItemOutcome, Any] = {
    ItemOutcome.PASSED: lazy_gettext("通过"),
    ItemOutcome.REJECTED: lazy_gettext("未通过"),
    ItemOutcome.ADJOURNED: lazy_gettext("延期再议"),
}
STATES: Mapping[SessionState, Any] = {
    SessionState.CALLED: lazy_gettext("已通知"),
    SessionState.HELD: lazy_gettext("待办结"),
    SessionState.CLOSED: lazy_gettext("已办结"),
}


def moved_into_round(title: str) -> str:
    """Say in a project's history that it stands on a ballot."""
    return _("进入表决：%(title)s", title=title)


def moved_by_vote(title: str, rank: int | None) -> str:
    """Say in a project's history what a vote came to; *rank* is the place in the reserve list."""
    if rank is None:
        return _("%(title)s：入选", title=title)
    return _("%(title)s：未入选，列入备选库第 %(rank)s 位", title=title, rank=rank)


def moved_by_council(title: str) -> str:
    """Say in a project's history that the council chose it."""
    return _("议事会议题通过：%(title)s", title=title)
