"""Sentences and labels of evaluation."""

from typing import Any

from flask_babel import lazy_gettext as _

from fundapp.evaluation.rules import Grade, Party

GRADE_LABELS: dict[Grade, Any] = {
    Grade.SATISFIED: _("满意"),
    Grade.BASICALLY: _("基本满意"),
    Grade.UNSATISFIED: _("不满意"),
}
PARTY_LABELS: dict[Party, Any] = {
    Party.COMMUNITY: _("社区"),
    Party.PARTY_MEMBERS: _("党员代表"),
    Party.RESIDENTS: _("居民"),
}
REFUSALS: dict[str, Any] = {
    "evaluation.not_accepted": _("项目验收以后、评议公布以前才能评议。"),
    "evaluation.not_your_project": _("只有本院落的住户可以评议这个项目。"),
    "evaluation.already": _("您家已经评议过了：%(at)s。一户评一次，不能更改。"),
    "evaluation.only_worker": _("只有社区工作者可以登记评议表和公布评议结果。"),
    "evaluation.sheet_twice": _("这一方的评议表已经登记过了。"),
    "evaluation.not_adding_up": _("三档人数之和不能超过应到人数，应到人数必须大于 0。"),
    "evaluation.parties_missing": _("还缺：%(missing)s 的评议，三方都评了才能公布。"),
}
