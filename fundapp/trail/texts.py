"""Labels of the public pages."""

from typing import Any

from flask_babel import lazy_gettext as _

GROUP_LABELS: dict[str, Any] = {
    "consent": _("征求意见"),
    "vote": _("议事表决"),
    "money": _("自筹配比"),
    "work": _("实施评议"),
    "closed": _("已办结"),
    "reserve": _("备选库"),
    "rejected": _("未通过"),
}
MONEY_LABELS: dict[str, Any] = {
    "donation": _("基金会收到的限定捐赠"),
    "gift:residents": _("居民集资"),
    "gift:street": _("街镇投入"),
    "gift:donors": _("社会捐赠"),
    "gift:foundation": _("基金会配比"),
    "advance": _("其中待归还的垫付"),
    "spend": _("项目支出"),
    "grant": _("基金会拨付项目"),
    "cash": _("项目账户结余"),
    "bank": _("基金会银行存款"),
}
