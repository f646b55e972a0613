"""The shape of an approver's word on a drafted policy."""

from typing import Any

import flask_babel
from wtforms import HiddenField, RadioField
from wtforms.validators import Length, Optional

from fundapp.programmes.commands import SignPolicy
from fundapp.web.forms import REQUIRED, OnceForm, TextField, options

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text


class SignForm(OnceForm):
    """An approver's word on a draft; it carries the hash of what the page showed."""

    read = HiddenField()
    verdict = RadioField(
        _("意见"), choices=options([("yes", _("同意，签字")), ("no", _("不同意，退回"))]), validators=[REQUIRED]
    )
    note = TextField(
        _("说明"), validators=[Optional(), Length(max=400)], description=_("不同意时必须写明理由，会公开。")
    )

    def to_command(self, policy_version_id: int) -> SignPolicy:
        """Make the command."""
        note = (self.note.data or "").strip()
        return SignPolicy(
            policy_version_id, str(self.read.data), str(self.op_key.data), self.verdict.data == "yes", note
        )
