"""The shape of naming a keeper."""

from typing import Any

import flask_babel
from wtforms import RadioField
from wtforms.validators import Length, Optional

from fundapp.custody.commands import NameKeeper
from fundapp.custody.texts import KEEPERS
from fundapp.ledger.rules import Holder
from fundapp.web.forms import REQUIRED, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class KeeperForm(PageForm):
    """Who keeps a project's money."""

    kind = RadioField(_("由谁保管"), choices=options((h.value, KEEPERS[h]) for h in KEEPERS), validators=[REQUIRED])
    name = TextField(
        _("慈善组织的全称"),
        validators=[Optional(), Length(max=120)],
        description=_("选“托管的慈善组织”时填写，与登记证书一致。"),
    )
    reason = TextField(_("为什么"), validators=[REQUIRED, Length(max=200)], description=_("会公开。"))

    def to_command(self, project_id: int) -> NameKeeper:
        """Give what was filled in."""
        name, reason = str(self.name.data or ""), str(self.reason.data or "")
        return NameKeeper(project_id, Holder(self.kind.data), name, reason)
