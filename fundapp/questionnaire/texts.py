"""Refusals, labels and messages of questionnaires."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext, lazy_gettext

from fundapp.notify.commands import Told
from fundapp.questionnaire.policy import State
from fundapp.questionnaire.rules import Channel, Kind
from fundapp.web.filters import moment

_ = lazy_gettext
REFUSALS: Mapping[str, Any] = {
    "questionnaire.not_asker": _("只有本社区的社区工作者和项目小组成员可以发问卷。"),
    "questionnaire.not_worker": _("只有本社区的社区工作者可以办理。"),
    "questionnaire.before_consent_only": _("初审通过以后、征求意见以前可以发问卷；现在的阶段不能发。"),
    "questionnaire.one_at_a_time": _("这个项目还有一份问卷没有截止，一次只发一份。"),
    "questionnaire.title_needed": _("请给问卷起个标题。"),
    "questionnaire.too_long": _("最多 %(most)s 个字。"),
    "questionnaire.no_question": _("至少要有一道题。"),
    "questionnaire.too_many_questions": _("最多 %(most)s 道题。"),
    "questionnaire.words_needed": _("第 %(number)s 题还没有写题目。"),
    "questionnaire.question_too_long": _("第 %(number)s 题太长：题目最多 120 个字，每个选项最多 60 个字。"),
    "questionnaire.options_wrong": _("第 %(number)s 题要有 2 到 %(most)s 个不同的选项，一行一个。"),
    "questionnaire.bounds_wrong": _("第 %(number)s 题请填写最小和最大的数，从 0 到 %(most)s，最大的要大于最小的。"),
    "questionnaire.opens_in_the_past": _("开始时间不能早于现在。"),
    "questionnaire.window_wrong": _("问卷至少开放 %(least)s 天，最多 %(most)s 天。"),
    "questionnaire.not_yet": _("问卷还没有开始。"),
    "questionnaire.closed": _("问卷已于 %(closes_at)s 截止。"),
    "questionnaire.not_resident": _("只有绑定了住户的账户可以填写；没有账户的，用社区送来的问卷码或纸质问卷。"),
    "questionnaire.not_asked": _("您的住户不在这份问卷的名册里。"),
    "questionnaire.nothing_said": _("一题也没有回答，请至少回答一题。"),
    "questionnaire.does_not_fit": _("第 %(number)s 题的回答不在可选范围内，请重新填写。"),
    "questionnaire.answered_itself": _("这一户已经自己填过问卷，不能用纸质的替换。"),
    "questionnaire.still_open": _("截止以后才能审看留言。"),
    "questionnaire.nothing_to_print": _("每一户都已经有问卷码；只给一户换新，请填写门牌。"),
    "questionnaire.code_unknown": _(
        "这个问卷码不能使用：可能填写有误或已经换新。请对照问卷单再试一次，或向社区工作者要一张新的。"
    ),
    "questionnaire.visit_over": _("为了安全，页面已超时退出。请重新扫码或填写问卷码。"),
}
NOT_CONSENT = _("问卷只了解想法，不算同意")
LEFT_OUT = _("没有回答这一题")
WROTE = _("写了留言")
KINDS: Mapping[Kind, Any] = {
    Kind.ONE: _("单选"),
    Kind.SEVERAL: _("多选"),
    Kind.NUMBER: _("填数字或打分"),
    Kind.TEXT: _("留言（最多 200 字）"),
}
STATES: Mapping[State, Any] = {
    State.WAITING: _("还没开始"),
    State.OPEN: _("正在填写"),
    State.CLOSED: _("已截止，结果公开"),
}
TONES: Mapping[State, str] = {State.WAITING: "wait", State.OPEN: "now", State.CLOSED: "done"}
CHANNELS: Mapping[Channel, Any] = {
    Channel.PHONE: _("账户"),
    Channel.CODE: _("问卷码"),
    Channel.PAPER: _("纸质，社区录入"),
}
CSV_HEAD = (_("题号"), _("题目"), _("题型"), _("回答"), _("户数"))
CSV_KINDS: Mapping[str, Any] = {**{kind.value: words for kind, words in KINDS.items()}, "released": _("公开的留言")}


def asked_told(questionnaire_id: int, title: str, project: str, closes_at: datetime) -> Told:
    """Tell a household that there is a questionnaire, until when, and that it is no consent."""
    text = gettext(
        "关于“%(project)s”，%(at)s 截止，每户一份。%(no)s。",
        project=project,
        at=moment(closes_at),
        no=str(NOT_CONSENT),
    )
    return Told(
        title=gettext("请您户填问卷：%(title)s", title=title),
        text=text,
        link=f"/questionnaires/{questionnaire_id}",
        once_key=f"questionnaire:{questionnaire_id}",
    )
