"""Words for the part "voting" of a policy."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

BALLOT_LABELS: Mapping[str, Any] = {
    "approval": _("勾选：最多选几项（默认）"),
    "knapsack": _("勾选：选中的加起来不超过本轮资金"),
    "points": _("打分：把一定的分数分给几个项目"),
    "ranking": _("排名次：第 1 位得分最多，往后每位少 1 分"),
}
RULE_LABELS: Mapping[str, Any] = {
    "greedy": _("按票数，放不下的跳过（默认）"),
    "greedy-no-skip": _("按票数，遇到放不下的就停"),
    "greedy-threshold": _("按票数，先要达到最低票数"),
    "phragmen": _("按支持者轮流凑钱（弗拉格门法）"),
    "mes": _("等额分担：每户份额一样，用完为止"),
    "mes-add1": _("等额分担，剩下的钱逐步补给每户"),
}
UTILITY_LABELS: Mapping[str, Any] = {"cost": _("票多的在前（默认）"), "points": _("每户付得少的在前")}
START_LABELS: Mapping[str, Any] = {"integral": _("取整到元（默认）"), "exact": _("不取整")}
STOP_LABELS: Mapping[str, Any] = {
    "overspend": _("再补就超过本轮资金时停（默认）"),
    "exhaustive": _("剩下的钱放不下任何有票的项目时停"),
}
FILL_LABELS: Mapping[str, Any] = {"none": _("留在资金池（默认）"), "greedy": _("按票数补上放得下的，单独列出")}
PLACES: Mapping[str, Any] = {
    "voting.choose_by_vote": _("由居民投票选项目"),
    "voting.max_choices": _("每户最多选几项"),
    "voting.days": _("投票天数"),
    "voting.publicity_days": _("表决结果公示天数"),
    "voting.reply_days": _("表决异议答复天数"),
    "voting.objections_most": _("表决结果每户最多提几条异议"),
    "voting.ballot": _("选票怎样填"),
    "voting.points": _("一张选票一共几分"),
    "voting.each": _("一个项目最多几分"),
    "voting.rule": _("怎样数票"),
    "voting.threshold": _("最低票数"),
    "voting.utility": _("先选哪些"),
    "voting.start": _("份额从多少算起"),
    "voting.stop": _("补到什么时候停"),
    "voting.step": _("每次给每户补"),
    "voting.fill": _("最后剩下的钱"),
}
VALUES: Mapping[str, Mapping[str, Any]] = {
    "voting.choose_by_vote": {"True": _("是"), "False": _("否")},
    "voting.ballot": BALLOT_LABELS,
    "voting.rule": RULE_LABELS,
    "voting.utility": UTILITY_LABELS,
    "voting.start": START_LABELS,
    "voting.stop": STOP_LABELS,
    "voting.fill": FILL_LABELS,
}
