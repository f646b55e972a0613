"""The part of a policy that says what comes before raising money: its field, read and written."""

from collections.abc import Mapping
from typing import Any

import flask_babel
from wtforms import SelectField

from fundapp.programmes.shares import Choice
from fundapp.programmes.texts import TERMS_LABELS
from fundapp.web.forms import PageForm

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text


class RaisingForm(PageForm):
    """What comes before raising money. Free: nothing need be decided, as in older policies."""

    terms = SelectField(
        _("筹款以前先约定吗"),
        choices=[Choice(value, label) for value, label in TERMS_LABELS.items()],
        default="free",
        description=_("默认先约定：期限、哪些必做、没筹足怎么办，写明以后才收第一笔钱。"),
    )

    def fill_raising(self, parts: Mapping[str, Any]) -> None:
        """Show the part of a policy, or that it has none."""
        self.terms.data = parts.get("raising", {}).get("terms", "free")

    def raising_part(self) -> dict[str, Any]:
        """Give the part, under its name; nothing where it says nothing."""
        return {"raising": {"terms": "first"}} if self.terms.data == "first" else {}
