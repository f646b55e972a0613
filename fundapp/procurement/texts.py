"""Sentences of procurement."""

from typing import Any

from flask_babel import lazy_gettext as _

REFUSALS: dict[str, Any] = {
    "procurement.only_group": _("只有本项目小组的组长、财务和组员可以办理，监督员不参与。"),
    "procurement.not_now": _("项目入选以后、开工以前才能登记报价和选择供应商。"),
    "procurement.twice": _("这家供应商已经报过价了，一家只登记一次。"),
    "procurement.chosen": _("供应商已经选定，不能再改。"),
    "procurement.too_few": _("至少要有 %(least)s 家不同供应商的报价。"),
    "procurement.dearer_needs_reason": _("没有选最低价，请写明理由（至少五个字），会公开。"),
}
