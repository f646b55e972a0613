"""Refusal sentences, and what is wrong with a row."""

from flask_babel import lazy_gettext as _

from fundapp.rosters.rules import Fate

REFUSALS = {
    "rosters.not_worker": _("只有本社区的工作者可以维护名册。"),
    "rosters.wrong_rows": _("有 %(count)s 行不对（最先是第 %(number)s 行），整份文件没有导入。"),
    "rosters.no_rows": _("文件里没有住户行。"),
    "rosters.empty": _("%(place)s还没有名册，请先导入住户名册。"),
    "rosters.not_a_sheet": _("这不是可以读取的名册文件，请上传 .xlsx 或 .csv 文件。"),
    "rosters.macros": _("不接受带宏的文件，请另存为 .xlsx 或 .csv。"),
    "rosters.too_large": _("文件太大，请分成几份上传。"),
    "rosters.too_many_rows": _("一次最多导入 %(rows)s 行，请分成几份上传。"),
    "rosters.no_columns": _("第一行要有“楼栋”和“房号”两列，请使用模板。"),
    "rosters.gone": _("预检结果已过期或已导入，请重新上传文件。"),
}

FAULTS = {
    "no_building": _("缺少楼栋"),
    "no_room": _("缺少房号"),
    "too_long": _("楼栋或房号太长"),
    "odd_signs": _("楼栋或房号中有不能使用的字符"),
    "bad_area": _("建筑面积不是正确的平方米数"),
    "unknown_use": _("用途只能是住宅、商铺或车位"),
    "twice": _("与前面的一行重复，那一行是第"),
}

FATES = {
    Fate.NEW: _("新增"),
    Fate.CHANGED: _("变更"),
    Fate.UNCHANGED: _("无变化"),
    Fate.WRONG: _("有错"),
}
