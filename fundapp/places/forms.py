"""Forms for the tree of places."""

from typing import Any

import flask_babel
from wtforms import TextAreaField
from wtforms.validators import Length

from fundapp.places.commands import AddBuildings, MakePlace
from fundapp.places.models import PlaceKind
from fundapp.places.rules import LEVELS, split_names
from fundapp.web.forms import REQUIRED, PageForm, TextField

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text


class PlaceForm(PageForm):
    """The name of a new place; its kind follows from where it is added."""

    name = TextField(
        _("名称"), [REQUIRED, Length(max=40, message=_("名称最多 40 个字。"))], render_kw={"autocomplete": "off"}
    )

    def to_command(self, parent_id: int | None, parent_kind: PlaceKind | None) -> MakePlace:
        """Give the command: one level below the parent."""
        return MakePlace(kind_below(parent_kind) or PlaceKind.BUILDING, str(self.name.data), parent_id)


class BuildingsForm(PageForm):
    """The names of new buildings, several at once."""

    names = TextAreaField(_("楼栋名称"), [REQUIRED, Length(max=4000)])

    def to_command(self, compound_id: int) -> AddBuildings:
        """Give the command."""
        return AddBuildings(compound_id, tuple(split_names(str(self.names.data))))


def kind_below(kind: PlaceKind | None) -> PlaceKind | None:
    """Give the level under *kind* (``None``: the top); ``None`` under a building.

    >>> kind_below(None), kind_below(PlaceKind.BUILDING)
    (<PlaceKind.DISTRICT: 'district'>, None)
    """
    at = 0 if kind is None else LEVELS.index(kind) + 1
    return PlaceKind(LEVELS[at]) if at < len(LEVELS) else None
