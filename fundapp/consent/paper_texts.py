"""Refusals and labels of the paper of a round in the residents' words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from fundapp.consent.papers import BookForm, SheetEnd, SheetState, VisitResult

PAPER_REFUSALS: Mapping[str, Any] = {
    "consent.no_doors": lazy_gettext("这里没有需要打印的住户。"),
    "consent.book_too_thick": lazy_gettext("一册最多 %(most)s 户，请按楼栋打印。"),
    "consent.no_lines": lazy_gettext("请至少选择一张。"),
    "consent.other_door": lazy_gettext("编号 %(serial)s 是给 %(door)s 打印的，不能录给别的门牌。"),
    "consent.sheet_void": lazy_gettext("编号 %(serial)s 已经作废，不能录入。"),
    "consent.signed_outside": lazy_gettext("签字日期应在 %(first)s 到 %(last)s 之间。"),
    "consent.answered_later": lazy_gettext(
        "这一户签字以后又在 %(at)s 自己表态，以后来的为准。请把这一行留空，再把编号登记为作废，写明原因。"
    ),
    "consent.helper_needed": lazy_gettext("请选择是谁，或者填写姓名。"),
    "consent.helper_twice": lazy_gettext("选了名单上的人，就不要再填姓名。"),
    "consent.helper_unknown": lazy_gettext("这个人在本社区没有任务，请填写姓名。"),
    "consent.witness_is_collector": lazy_gettext("见证人不能是上门的人自己。"),
    "consent.proxy_phone_needed": lazy_gettext("请填写受托人的电话，用来核对一人代理了几户。"),
    "consent.proxy_for_too_many": lazy_gettext("这位受托人已经代理了 %(most)s 户，不能再代理。"),
    "consent.proxy_scan_needed": lazy_gettext("请拍下书面委托书。"),
    "consent.no_proxies": lazy_gettext("本计划的政策不接受代理。"),
    "consent.second_comes_first": lazy_gettext("编号 %(serial)s 正等待另一个人复录，复录以前只有录入的人能更正。"),
    "consent.second_is_another": lazy_gettext("编号 %(serial)s 是您自己录入的，复录要由另一个人做。"),
    "consent.not_in_sample": lazy_gettext("编号 %(serial)s 没有抽中，不需要复录。"),
    "consent.second_done": lazy_gettext("编号 %(serial)s 已经复录过。"),
    "consent.no_difference": lazy_gettext("编号 %(serial)s 的两次录入没有不一致。"),
    "consent.third_is_another": lazy_gettext("第一次录入的人不能自己核对，请由另一位工作者办理。"),
    "consent.look_reason_needed": lazy_gettext("请写明核对的依据。"),
    "consent.void_reason_needed": lazy_gettext("作废要写明原因。"),
    "consent.sheet_not_out": lazy_gettext("编号 %(serial)s 已经录入或者作废。"),
    "consent.sheets_out": lazy_gettext("还有 %(n)s 张纸没有着落：请录入、作废或者登记为未收回。"),
    "consent.second_waits": lazy_gettext("还有 %(n)s 张抽中的纸没有复录，要由另一位工作者录入。"),
    "consent.differ": lazy_gettext("编号 %(serials)s 两次录入不一致，要先核对。"),
    "consent.not_your_doors": lazy_gettext("这一户不在您负责的楼栋或小组里。"),
    "consent.visit_outside": lazy_gettext("上门时间应在 %(first)s 以后，不能晚于现在。"),
    "consent.serials_unread": lazy_gettext("请填写编号，例如 3、5-8。"),
}
SHEET_STATES: Mapping[SheetState, Any] = {
    SheetState.OUT: lazy_gettext("没有着落"),
    SheetState.ENTERED: lazy_gettext("已录入"),
    SheetState.VOID: lazy_gettext("作废"),
    SheetState.MISSING: lazy_gettext("未收回"),
}
SHEET_ENDS: Mapping[SheetEnd, Any] = {
    SheetEnd.VOID: lazy_gettext("作废（写坏的、没有填的）"),
    SheetEnd.MISSING: lazy_gettext("未收回"),
}
VISITS: Mapping[VisitResult, Any] = {
    VisitResult.REFUSED: lazy_gettext("不愿表态"),
    VisitResult.ABSENT: lazy_gettext("家中无人"),
    VisitResult.UNREACHABLE: lazy_gettext("联系不上"),
    VisitResult.MOVED: lazy_gettext("已经搬走"),
}
BOOK_FORMS: Mapping[BookForm, Any] = {
    BookForm.LIST: lazy_gettext("意见簿：一户一行"),
    BookForm.SHEETS: lazy_gettext("单张意见表：一户一张，上门用"),
}
