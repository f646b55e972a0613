"""Refusals and labels of consent rounds in the residents' words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from fundapp.consent.law import Law, Standing, law_of
from fundapp.consent.models import Outcome
from fundapp.consent.paper_texts import BOOK_FORMS, PAPER_REFUSALS, SHEET_ENDS, SHEET_STATES, VISITS
from fundapp.consent.papers import spans_of
from fundapp.consent.policy import Channel, Choice, RoundState
from fundapp.consent.queries import Bar
from fundapp.consent.rules import area_text, asks_owners
from fundapp.consent.sheet import Line, Met, lines_of, met

__all__ = ["BOOK_FORMS", "SHEET_ENDS", "SHEET_STATES", "VISITS", "spans_of"]
REFUSALS: Mapping[str, Any] = {
    **PAPER_REFUSALS,
    "consent.not_worker": lazy_gettext("只有本社区的社区工作者可以办理。"),
    "consent.not_feasible": lazy_gettext("项目通过可行性初审后才能征求意见。"),
    "consent.holder_unknown": lazy_gettext(
        "本计划按业主征求意见，但有 %(count)s 户没有登记产权人，请先在名册里补齐：%(doors)s。"
    ),
    "consent.advice_needs_a_vote": lazy_gettext(
        "议事意见只供参考，不能代替决定；本计划的政策没有安排居民投票，不能只凭议事意见往下办。"
    ),
    "consent.no_law": lazy_gettext("开始的那一天没有可以适用的法律规定，不能发起。"),
    "consent.not_later": lazy_gettext("新的截止时间要晚于现在的截止时间 %(closes_at)s。"),
    "consent.beyond_longest": lazy_gettext("最多开放 %(days)s 天，最晚到 %(latest)s。"),
    "consent.extension_reason_needed": lazy_gettext("请写明延长的原因，所有人都能看到。"),
    "consent.no_early_end": lazy_gettext("这种征求方式没有提前结束的规定，要等到截止时间。"),
    "consent.not_won": lazy_gettext("还没有到提前结束的时候：没有表态的业主全部反对也改变不了结果时，才可以提前结束。"),
    "consent.opens_in_the_past": lazy_gettext("开始时间不能早于现在。"),
    "consent.too_short": lazy_gettext("征求意见至少要开放 %(days)s 天。"),
    "consent.too_long": lazy_gettext("征求意见最多开放 %(days)s 天。"),
    "consent.not_your_household": lazy_gettext("您的账号没有绑定这一户。"),
    "consent.not_on_roster": lazy_gettext("这一户不在本次征求意见的名册里。"),
    "consent.door_not_on_roster": lazy_gettext("名册里没有这个门牌。请写楼栋和房号，例如 1栋101。"),
    "consent.former_holder": lazy_gettext(
        "本户已于 %(at)s 表态；%(since)s 起换了户主，本轮以原来的表态为准，不能再改。"
    ),
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
    "consent.phone_stands": lazy_gettext("这一户已于 %(at)s 自己表态，截止以后以本户自己的表态为准。"),
    "consent.phone_replaced": lazy_gettext("这一户已于 %(at)s 自己重新表态，以本户自己的表态为准，不需要更正。"),
    "consent.reason_needed": lazy_gettext("请写明录错的原因。"),
    "consent.nothing_changed": lazy_gettext("门牌和意见都与已录入的相同，没有需要更正的内容。"),
    "consent.announced": lazy_gettext("初步结果已经公示，意见不再登记；有不同意见，请在公示期内提出异议。"),
    "consent.not_keeper": lazy_gettext("证据包只供本社区的社区工作者和监督员归档。"),
    "consent.not_announced": lazy_gettext("先公示初步结果，公示期满才能公布最终结果。"),
    "consent.not_standing": lazy_gettext("这一户没有可以作废的意见。"),
    "consent.no_such_answer": lazy_gettext("本次征求意见没有这个选项，请重新选择。"),
    "consent.other_text": lazy_gettext("征求意见的文字和您核对过的不是同一份，请重新核对后再提交。"),
}

CHOICES: Mapping[Choice | None, Any] = {
    Choice.AGREE: lazy_gettext("同意"),
    Choice.OPPOSE: lazy_gettext("反对"),
    Choice.ABSTAIN: lazy_gettext("弃权"),
    Choice.FOLLOW: lazy_gettext("从众"),
    Choice.NONE: lazy_gettext("作废"),
    None: lazy_gettext("原住户的意见，不向现住户显示"),
}
MEANINGS: Mapping[Choice, Any] = {
    Choice.AGREE: lazy_gettext("赞成按上面的内容实施。"),
    Choice.OPPOSE: lazy_gettext("不赞成这样实施。"),
    Choice.ABSTAIN: lazy_gettext("收到了，不表示赞成或反对；不计入同意。"),
    Choice.FOLLOW: lazy_gettext("跟着多数的一边走；单独列出，不写进同意的数字。"),
}
CHANNELS: Mapping[Channel, Any] = {
    Channel.PHONE: lazy_gettext("手机"),
    Channel.CODE: lazy_gettext("表态码"),
    Channel.ASSISTED: lazy_gettext("社区协助"),
    Channel.PAPER: lazy_gettext("纸质意见表"),
    Channel.DOOR: lazy_gettext("上门签字"),
    Channel.OBJECTION: lazy_gettext("异议成立"),
}
STATES: Mapping[RoundState, Any] = {
    RoundState.WAITING: lazy_gettext("尚未开始"),
    RoundState.OPEN: lazy_gettext("正在征求意见"),
    RoundState.KEYING: lazy_gettext("已截止，正在录入纸质意见"),
    RoundState.COUNTABLE: lazy_gettext("已截止，等待公布"),
    RoundState.ANNOUNCED: lazy_gettext("初步结果公示中"),
    RoundState.PUBLISHED: lazy_gettext("结果已公布"),
    RoundState.VOID: lazy_gettext("已作废"),
}
OUTCOMES: Mapping[Outcome, Any] = {
    Outcome.PASSED: lazy_gettext("通过"),
    Outcome.FAILED: lazy_gettext("未通过"),
    Outcome.NO_QUORUM: lazy_gettext("参与不足，未通过"),
    Outcome.UNDETERMINED: lazy_gettext("面积没有登记全，不能断定"),
    Outcome.ADVICE: lazy_gettext("意见已收集，只供参考"),
}
STANDINGS: Mapping[Standing, Any] = {
    Standing.STATUTE: lazy_gettext("依据"),
    Standing.PRACTICE: lazy_gettext("这不是业主共同决定"),
    Standing.ADVICE: lazy_gettext("只供参考，没有约束力"),
}


def rule_sentence(regime: str) -> str:
    """Say a regime as a rule that a neighbour could check.

    Source: domain.md section 3.
    """
    said = RULES.get(regime)
    if said is not None:
        return str(said)
    share = regime.partition(":")[2]
    if share.startswith(">"):
        return _("同意的超过全体住户的 %(share)s，即为通过；没有表态的不算同意。", share=share[1:])
    return _("同意的达到全体住户的 %(share)s，即为通过；没有表态的不算同意。", share=share)


RULES: Mapping[str, Any] = {
    "owners:half": lazy_gettext(
        "参与的业主，人数和专有面积都达到三分之二；参与的业主中，同意的人数和面积都过半数，即为通过。一人名下有几套的算一人，面积相加。"
    ),
    "owners:three-quarters": lazy_gettext(
        "参与的业主，人数和专有面积都达到三分之二；参与的业主中，同意的人数和面积都达到四分之三，即为通过。"
        "一人名下有几套的算一人，面积相加。"
    ),
    "residents-meeting": lazy_gettext("参与户数超过全体住户的一半，并且同意的超过参与户数的一半，即为通过。"),
    "representatives": lazy_gettext("参与的达到规定的人数，并且同意的超过参与的一半，即为通过。"),
    "council": lazy_gettext("同意的超过全体住户的一半为多数赞成；只供参考，不论结果如何都没有约束力。"),
}


def law_of_round(code: str) -> Law:
    """Give the law that a round pinned when it opened."""
    return law_of(code)


def noun_of(regime: str) -> str:
    """Give the word that heads are counted with."""
    return _("人") if asks_owners(regime) else _("户")


LINES: Mapping[str, Any] = {
    "total": lazy_gettext("涉及"),
    "participating": lazy_gettext("参与"),
    "agree": lazy_gettext("同意"),
    "oppose": lazy_gettext("反对"),
    "abstain": lazy_gettext("弃权"),
    "follow": lazy_gettext("从众"),
    "silent": lazy_gettext("未表态"),
}


def sheet_lines(bar: Bar) -> list[Line]:
    """Give the lines of a round's result sheet."""
    return lines_of(bar.count, of_all=bar.count.heads.quorum_needed is None, with_follow=bar.with_follow)


def met_of(bar: Bar) -> Met:
    """Tell which bars of a round are reached."""
    return met(bar.rule, bar.count.heads, bar.count.area)


def square(cm2: Any) -> str:
    """Write cm² as square metres, also where a bar is no whole number of them; what is finer is rounded up."""
    return area_text(cm2)


def keyed_words(serial: int | None, door: str, again: bool) -> str:
    """Say that a sheet was taken; *again*: the household had answered before, and this replaces it."""
    done = _("编号 %(serial)s 已录入：%(door)s。", serial=serial, door=door)
    return done + _("这一户以前表过态，现在以这张纸为准；录错了请在编号登记簿更正。") if again else done
