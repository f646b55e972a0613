"""Refusal sentences, and the names of kinds and uses."""

from flask_babel import lazy_gettext as _

from fundapp.places.models import GroupKind, PlaceKind, UnitState, UnitUse

REFUSALS = {
    "places.not_administrator": _("只有本地区的管理员可以办理。"),
    "places.wrong_level": _("层级不对：区 → 街道 → 社区 → 院落（小区） → 楼栋。"),
    "places.name_needed": _("请填写名称。"),
    "places.door_needed": _("请填写门牌，每行一个。"),
    "places.door_unknown": _("本院落没有“%(door)s”这一户。"),
    "places.name_taken": _("“%(name)s”已经有了，请换一个名称。"),
}

KINDS = {
    PlaceKind.DISTRICT: _("区（县）"),
    PlaceKind.STREET: _("街道（镇）"),
    PlaceKind.COMMUNITY: _("社区（村）"),
    PlaceKind.COMPOUND: _("院落（小区）"),
    PlaceKind.BUILDING: _("楼栋"),
}

USES = {UnitUse.HOME: _("住宅"), UnitUse.SHOP: _("商铺"), UnitUse.PARKING: _("车位")}
STATES = {UnitState.DELIVERED: _("已交付"), UnitState.UNDELIVERED: _("未交付")}
GROUPS = {GroupKind.TEN: _("十户"), GroupKind.GRID: _("网格")}
