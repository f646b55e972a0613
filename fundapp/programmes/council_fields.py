"""The fields of a policy that say how councils decide, and whether they keep quiet during a vote."""

from collections.abc import Mapping
from typing import Any

import flask_babel
from wtforms import BooleanField, SelectField

from fundapp.programmes import texts
from fundapp.programmes.shares import Choice
from fundapp.web.forms import PageForm

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
USUAL: Mapping[str, Any] = {"passing": ">1/2", "passing_of": "present", "quiet_voting": False}


def _choices(labels: Mapping[str, Any]) -> list[Any]:
    return [Choice(value, label) for value, label in labels.items()]


class CouncilFields(PageForm):
    """What carries an item, of whom, and reasons during a vote."""

    passing = SelectField(
        _("议事会赞成多少算通过"),
        choices=_choices(texts.PASSING_LABELS),
        description=_("默认过半数：“过半数”“超过”不包括本数，“以上”包括。"),
    )
    passing_of = SelectField(_("按什么人算"), choices=_choices(texts.PASSING_OF_LABELS))
    quiet_voting = BooleanField(
        _("投票期间不显示对项目的意见"),
        description=_("默认显示。勾选后，投票期间住户写的赞成和反对的理由不显示，投票结束后恢复。"),
    )

    def fill_council(self, part: Mapping[str, Any]) -> None:
        """Show what a policy says of these."""
        for name, usual in USUAL.items():
            self[name].data = part.get(name, usual)

    def council_part(self) -> dict[str, Any]:
        """Give what is not usual."""
        return {name: self[name].data for name, usual in USUAL.items() if self[name].data != usual}
