"""Refusal sentences, and what is wrong with a row."""

from flask_babel import lazy_gettext as _

from fundapp.rosters.heads import HolderKind, HoldingReason, Purpose
from fundapp.rosters.rules import Fate

REFUSALS = {
    "rosters.not_worker": _("只有本社区的工作者可以维护名册。"),
    "rosters.wrong_rows": _("有 %(count)s 行不对（最先是第 %(number)s 行），整份文件没有导入。"),
    "rosters.no_rows": _("文件里没有住户行。"),
    "rosters.empty": _("%(place)s还没有名册，请先导入住户名册。"),
    "rosters.too_many_rows": _("一次最多导入 %(rows)s 行，请分成几份上传。"),
    "rosters.no_columns": _("前十行里没有找到列名：要有“楼栋”和“房号”，或者写全门牌的“坐落”，请使用模板。"),
    "rosters.holder_needed": _("请填写业主姓名，或填写同一业主另一套的门牌。"),
    "rosters.bad_phone": _("电话不是正确的号码：5 到 20 位数字。"),
    "rosters.holder_twice": _("同一个人在这一户写了两次，或共有人超过 10 位。"),
    "rosters.same_holders": _("业主没有变化。"),
    "rosters.no_holder_there": _("%(door)s没有登记业主，请检查门牌。"),
    "rosters.day_ahead": _("日期不能晚于今天。"),
    "rosters.before_present": _("日期不能早于现在业主的登记日（%(since)s）。"),
    "rosters.door_unknown": _("本院落没有“%(door)s”这一户。"),
    "rosters.room_needed": _("请填写新的房号，每行一个，最多 20 个字。"),
    "rosters.room_taken": _("房号“%(room)s”已经有了，或写了两次。"),
    "rosters.bad_area": _("“%(area)s”不是正确的平方米数。"),
    "rosters.round_running": _("“%(titles)s”还在征求意见或投票，这一户在名册里。等最终结果公布以后，再分户或合户。"),
    "rosters.nothing_rebuilt": _("一户变一户不是分户或合户。"),
    "rosters.purpose_needed": _("请选择查看姓名和电话的用途。"),
    "rosters.gone": _("预检结果已过期或已导入，请重新上传文件。"),
}

FAULTS = {
    "no_building": _("缺少楼栋"),
    "no_room": _("缺少房号"),
    "too_long": _("楼栋或房号太长"),
    "odd_signs": _("楼栋或房号中有不能使用的字符"),
    "bad_area": _("建筑面积不是正确的平方米数"),
    "unknown_use": _("用途只能是住宅、商铺或车位"),
    "twice": _("与前面的一行是同一户，内容却不同，请合成一行（共有人写在“共有人”列）。那一行是第"),
    "door_unreadable": _("看不出是哪栋哪户，请写成“1栋1单元101”或“1-1-101”"),
    "unknown_state": _("交付状态只能是已交付或未交付"),
    "unknown_kind": _("业主类型只能是个人、单位或开发商"),
    "no_holder": _("有电话或共有人，却没有业主姓名"),
    "bad_phone": _("电话不是正确的号码"),
    "holder_twice": _("同一个人在这一户写了两次，或共有人太多"),
    "odd_name": _("姓名太长，或有不能使用的字符"),
    "same_again": _("与前面的一行完全相同，只算一次；那一行是第"),
    "namesake": _("有同名又没有电话的业主，按不同的人计；如果是同一人，请补电话或在户的页面上合并"),
}

FATES = {
    Fate.NEW: _("新增"),
    Fate.CHANGED: _("变更"),
    Fate.UNCHANGED: _("无变化"),
    Fate.WRONG: _("有错"),
}

HOLDERS = {HolderKind.PERSON: _("个人"), HolderKind.FIRM: _("单位"), HolderKind.DEVELOPER: _("开发商")}

REASONS = {
    HoldingReason.FIRST: _("初始登记"),
    HoldingReason.SALE: _("买卖"),
    HoldingReason.INHERITANCE: _("继承"),
    HoldingReason.GIFT: _("赠与"),
    HoldingReason.COURT: _("法院裁判"),
    HoldingReason.VOTER: _("共有人改由另一位表决"),
    HoldingReason.REBUILT: _("分户或合户"),
    HoldingReason.CORRECTION: _("更正登记"),
}

PURPOSES = {
    Purpose.HOLDERS: _("核对、变更业主"),
    Purpose.CONTACT: _("联系住户"),
    Purpose.OBJECTION: _("处理异议"),
    Purpose.LISTS: _("打印十户、网格名单"),
    Purpose.AUDIT: _("查阅和审计"),
}
