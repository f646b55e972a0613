"""Sentences of procurement."""

from typing import Any

from flask_babel import lazy_gettext as _

REFUSALS: dict[str, Any] = {
    "procurement.only_group": _("只有本项目小组的组长、财务和组员可以办理，监督员不参与。"),
    "procurement.not_now": _("项目入选以后、开工以前才能登记报价和选择供应商；开工以后先终止和原来供应商的合作。"),
    "procurement.only_lead": _("只有本项目小组的组长可以终止和供应商的合作。"),
    "procurement.nobody_chosen": _("项目实施期间、已选定供应商时才能终止合作。"),
    "procurement.end_needs_reason": _("请写明为什么终止（至少五个字），会公开。"),
    "procurement.ended_before": _("和这家的合作已经终止，请在其余报价里选，或者再登记报价。"),
    "procurement.twice": _("这家供应商已经报过价了，一家只登记一次。"),
    "procurement.chosen": _("供应商已经选定；要换，先由组长终止和这家的合作。"),
    "procurement.too_few": _("至少要有 %(least)s 家不同供应商的报价。"),
    "procurement.dearer_needs_reason": _("没有选最低价，请写明理由（至少五个字），会公开。"),
}
