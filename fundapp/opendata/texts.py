"""What the data sets are called."""

from typing import Any

from flask_babel import lazy_gettext as _

SET_LABELS: dict[str, Any] = {
    "projects": _("项目：进展、征求意见、四源资金"),
    "ledger": _("公开账目：每一笔真实收支"),
    "votes": _("表决：算出的、议事会另作决定的、生效的结果"),
    "awards": _("配比：每个排位号的应配和实配"),
    "turnout": _("表决：各种投票方式的户数"),
}
