"""Refusals and labels of the 议事厅."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from fundapp.council.bars import Charter
from fundapp.council.rules import ItemOutcome, Origin, Seat, SessionState, Side
from fundapp.council.templates import BodyKind
from fundapp.kernel.bars import Bar
from fundapp.kernel.clock import SHANGHAI
from fundapp.notify.commands import Told

REFUSALS: Mapping[str, Any] = {
    "council.not_competent": _("这个议事组织不管这一轮表决所在的地方。"),
    "council.was_not_there": _("由那次会议到会的成员签字。"),
    "council.before_the_result": _("这次会议在结果公布以前开的，请在公布以后的会议上决定。"),
    "council.barred_by_link": _("与别的项目重复、由那个项目接着办，或者互斥的项目正在表决、已经入选。"),
    "council.item_used": _("这个议题已经用来作过一项决定。"),
    "council.not_secretary": lazy_gettext("只有本社区的社区工作者（街道的组织由街道干部）可以办理。"),
    "council.below_law": lazy_gettext("法律规定了最低要求，这一项不能低于它。"),
    "council.reason_needed": lazy_gettext("请写明。"),
    "council.not_above": lazy_gettext("上一级要在本地或更大的范围，而且不能是自己的下级。"),
    "council.nothing_above": lazy_gettext("没有上一级，不能提交；可以延期再议。"),
    "council.not_waiting": lazy_gettext("选中的议题没有在等待再议。"),
    "council.chair_already": lazy_gettext("已经有主持人，请先登记原主持人离任。"),
    "council.unknown_login": lazy_gettext("没有用这个登录名的账号。"),
    "council.term_over": lazy_gettext("任期要在今天以后结束。"),
    "council.two_hats": lazy_gettext("议事、执行、监督三方不能是同一个人。"),
    "council.name_twice": lazy_gettext("有同名的候选人，请加上楼栋以示区别。"),
    "council.too_many_seats": lazy_gettext("抽取人数要少于候选人数（%(candidates)s 人）。"),
    "council.drawn_already": lazy_gettext("已经抽过，结果不再改动。"),
    "council.decided_already": lazy_gettext("这一项已经有结果，回避要在表决以前登记。"),
    "council.recused_already": lazy_gettext("这位成员已经登记回避。"),
    "council.not_your_seat": lazy_gettext("你不是这次会议的成员；观察员请向秘书登记。"),
    "council.not_chair": lazy_gettext("只有这次会议的主持人可以确认；纸上签字的，由秘书拍照登记。"),
    "council.no_chair": lazy_gettext("这次会议没有登记主持人，不用确认。"),
    "council.not_confirmed": lazy_gettext("主持人还没有确认现在的会议记录和结果。"),
    "council.seconded_by_herself": lazy_gettext("动议人和附议人不能是同一位。"),
    "council.not_there": lazy_gettext("这位成员没有登记到会，或者这一项回避。"),
    "council.item_decided": lazy_gettext("这一项已经有结果。"),
    "council.amendments_open": lazy_gettext("还有修正案没有表决，先表决修正案，再表决动议。"),
    "council.on_the_list": lazy_gettext("这位成员已经在等待发言，或者正在发言。"),
    "council.not_of_place": lazy_gettext("只有项目所在地的住户可以发表意见。"),
    "council.quiet_now": lazy_gettext("正在投票，政策规定投票期间不发表、不显示意见。"),
    "council.said_enough": lazy_gettext("每户对一个项目最多写 %(most)s 条。"),
    "council.no_question": lazy_gettext("只有提问需要答复。"),
    "council.answered_already": lazy_gettext("这个问题已经答复。"),
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
    "council.not_a_majority": lazy_gettext("赞成不到 %(needed)s 人，没有达到通过的票数，不能记为通过。"),
    "council.is_a_majority": lazy_gettext("赞成已达到通过所需的 %(needed)s 人，不能记为未通过。"),
    "council.item_without_project": lazy_gettext("这项议题没有对应的项目。"),
    "council.not_passed": lazy_gettext("这项议题没有通过。"),
    "council.not_consented": lazy_gettext("项目要先通过征求意见，才能由议事会确认入选。"),
    "council.chosen_by_vote": lazy_gettext("按本项目的政策，入选要经过各户表决。"),
}

OUTCOMES: Mapping[ItemOutcome, Any] = {
    ItemOutcome.PASSED: lazy_gettext("通过"),
    ItemOutcome.REJECTED: lazy_gettext("未通过"),
    ItemOutcome.ADJOURNED: lazy_gettext("延期再议"),
    ItemOutcome.REFERRED: lazy_gettext("提交上一级"),
}
KINDS: Mapping[BodyKind, Any] = {
    BodyKind.COMMUNITY: lazy_gettext("社区议事会"),
    BodyKind.GROUP: lazy_gettext("小组议事会"),
    BodyKind.BUILDING: lazy_gettext("楼栋议事会"),
    BodyKind.JOINT: lazy_gettext("联席会（街道公事）"),
    BodyKind.REVIEW: lazy_gettext("评议会（社区共事）"),
    BodyKind.NEIGHBOURS: lazy_gettext("邻里会（网格家事）"),
    BodyKind.REPRESENTATIVES: lazy_gettext("居民代表会议"),
    BodyKind.DECIDING: lazy_gettext("议事会（131：议事）"),
    BodyKind.EXECUTING: lazy_gettext("自治小组（131：执行）"),
    BodyKind.SUPERVISING: lazy_gettext("监委会（131：监督）"),
    BodyKind.BRANCH: lazy_gettext("党支部会（提议）"),
    BodyKind.COMMITTEES: lazy_gettext("两委会（商议）"),
    BodyKind.PARTY_MEETING: lazy_gettext("党员大会（审议）"),
}
SETS: Mapping[str, Any] = {
    "three_levels": lazy_gettext("三级议事会"),
    "three_meetings": lazy_gettext("三会"),
    "representatives": lazy_gettext("居民代表会议"),
    "one_three_one": lazy_gettext("131 机制"),
    "four_steps": lazy_gettext("四议两公开"),
}
SEATS: Mapping[Seat, Any] = {
    Seat.CHAIR: lazy_gettext("主持人"),
    Seat.SECRETARY: lazy_gettext("秘书"),
    Seat.MEMBER: lazy_gettext("成员"),
    Seat.OBSERVER: lazy_gettext("观察员（不计人数，不表决）"),
}
SIDES: Mapping[Side, Any] = {
    Side.FOR: lazy_gettext("赞成方"),
    Side.AGAINST: lazy_gettext("反对方"),
    Side.ASKS: lazy_gettext("询问"),
}
POINTS: Mapping[Side, Any] = {
    Side.FOR: lazy_gettext("赞成的理由"),
    Side.AGAINST: lazy_gettext("反对的理由"),
    Side.ASKS: lazy_gettext("提问"),
}
ORIGINS: Mapping[Origin, Any] = {
    Origin.ELECTED: lazy_gettext("选举"),
    Origin.RECOMMENDED: lazy_gettext("推荐"),
    Origin.LOT: lazy_gettext("抽签"),
    Origin.EX_OFFICIO: lazy_gettext("按职务"),
}
BARS: Mapping[str, Any] = {
    "1/2": lazy_gettext("1/2 以上（含 1/2）"),
    ">1/2": lazy_gettext("过半数（不含 1/2）"),
    "2/3": lazy_gettext("2/3 以上（含 2/3）"),
    ">2/3": lazy_gettext("超过 2/3"),
    "3/4": lazy_gettext("3/4 以上（含 3/4）"),
    "4/5": lazy_gettext("4/5 以上（含 4/5）"),
    "1/1": lazy_gettext("全部"),
}
BASES: Mapping[str, Any] = {
    "present": lazy_gettext("按到会的人算"),
    "members": lazy_gettext("按全体成员算"),
}
STATES: Mapping[SessionState, Any] = {
    SessionState.CALLED: lazy_gettext("已通知"),
    SessionState.HELD: lazy_gettext("待办结"),
    SessionState.CLOSED: lazy_gettext("已办结"),
}


def quorum_words(charter: Charter) -> str:
    """Say who must be there."""
    return _("成员%(bar)s到会", bar=bar_words(charter.quorum))


def passing_words(charter: Charter) -> str:
    """Say what carries."""
    of = charter.passing.of_members
    return (
        _("全体成员%(bar)s赞成", bar=bar_words(charter.passing.bar))
        if of
        else _("到会成员%(bar)s赞成", bar=bar_words(charter.passing.bar))
    )


def manner_words(by_ballot: bool) -> str:
    """Say how it was voted in the room."""
    return _("票决") if by_ballot else _("举手表决")


def bar_words(bar: Bar) -> str:
    """Say a bar in one word: "以上" includes the number itself, "过半数" and "超过" do not."""
    share = f"{bar.share.numerator}/{bar.share.denominator}"
    if bar.strict:
        return _("过半数") if share == "1/2" else _("超过 %(share)s ", share=share)
    return _("全部") if share == "1/1" else _(" %(share)s 以上", share=share)


def invitation(session_id: int, title: str, body: str, held_at: datetime, venue: str) -> Told:
    """Write the invitation to a session."""
    at = held_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    text = _("%(body)s于 %(at)s 开会，地点：%(venue)s。议题见通知。", body=body, at=at, venue=venue or _("另行通知"))
    return Told(_("会议通知：%(title)s", title=title), text, f"/council/{session_id}", f"council:{session_id}")


def hidden_message(project_id: int, hiding_id: int, hidden: bool, reason: str) -> Told:
    """Tell an author why her words are hidden, or shown again."""
    title = _("您写的意见没有公开显示") if hidden else _("您写的意见重新公开显示")
    text = _("理由：%(reason)s", reason=reason)
    return Told(title, text, f"/council/projects/{project_id}", f"council-hiding:{hiding_id}")


def moved_into_round(title: str) -> str:
    """Say in a project's history that it stands on a ballot."""
    return _("进入表决：%(title)s", title=title)


def moved_by_vote(title: str, rank: int | None) -> str:
    """Say in a project's history what a vote came to; *rank* is the place in the reserve list."""
    if rank is None:
        return _("%(title)s：入选", title=title)
    return _("%(title)s：未入选，列入备选库第 %(rank)s 位", title=title, rank=rank)


def moved_from_reserve(title: str) -> str:
    """Say in a project's history that it came in from the reserve list."""
    return _("%(title)s：从备选库按排位补入", title=title)


def moved_out_of_outcome(title: str, reason: str) -> str:
    """Say in a project's history that it fell out, and why."""
    return _("%(title)s：退出入选，可以参加下一轮。原因：%(reason)s", title=title, reason=reason)


def moved_out_of_void(title: str) -> str:
    """Say in a project's history that the vote in which it stood is void."""
    return _("%(title)s：这一轮作废，项目可以参加下一轮", title=title)


def moved_by_council(title: str) -> str:
    """Say in a project's history that the council chose it."""
    return _("议事会议题通过：%(title)s", title=title)


def draft_of(lines: list[tuple[str, dict[str, Any]]]) -> str:
    """Write a draft of minutes from what happened: each line by its kind and its values."""
    return "\n".join(_DRAFT[kind] % values for kind, values in lines)


_DRAFT: Mapping[str, Any] = {
    "there": lazy_gettext(
        "应到成员 %(members)s 人，到会 %(present)s 人（%(quorum)s，即 %(needed)s 人），列席 %(guests)s 人。"
    ),
    "chair": lazy_gettext("主持人：%(name)s。"),
    "item": lazy_gettext("第 %(n)s 项　%(title)s"),
    "aside": lazy_gettext("回避：%(names)s。这一项应到 %(members)s 人，到会 %(present)s 人。"),
    "motion": lazy_gettext("动议：%(text)s（动议人 %(mover)s，附议人 %(seconder)s）"),
    "budget": lazy_gettext("预算：%(amount)s。"),
    "amendment": lazy_gettext(
        "修正案：%(text)s（%(mover)s 提出，%(seconder)s 附议）：%(outcome)s，赞成 %(a)s，反对 %(b)s，弃权 %(c)s。"
    ),
    "speech": lazy_gettext("%(name)s（%(side)s）："),
    "outcome": lazy_gettext("%(manner)s：赞成 %(a)s，反对 %(b)s，弃权 %(c)s。结果：%(outcome)s。"),
    "note": lazy_gettext("说明：%(note)s"),
}
