"""The shape of what is filled in about the tree of pools."""

from collections.abc import Mapping
from typing import Any

import flask_babel
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from fundapp.places.queries import PlaceRow
from fundapp.pools.commands import NewCommon, NewMove, NewUse
from fundapp.pools.queries import Decision
from fundapp.pools.rules import Way
from fundapp.web.forms import REQUIRED, MoneyField, OnceForm, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class CommonForm(OnceForm):
    """Money for the common pool."""

    amount = MoneyField(_("金额"), validators=[REQUIRED])
    origin = TextField(
        _("资金来源"), validators=[REQUIRED, Length(max=120)], description=_("没有指定用途的钱；来源会公开。")
    )

    def to_command(self, book_id: int) -> NewCommon:
        """Make the command."""
        return NewCommon(book_id, str(self.op_key.data), self.amount.data, self.origin.data)


class MoveForm(OnceForm):
    """A move along the tree: from where to where is one choice."""

    route = SelectField(_("从哪里到哪里"), validators=[REQUIRED])
    amount = MoneyField(_("金额"), validators=[REQUIRED])
    reason = TextField(_("理由"), validators=[REQUIRED, Length(max=200)], description=_("会公开。"))

    def offer(self, places: list[PlaceRow]) -> None:
        """Offer the common pool above and the communities below, each in both ways."""
        above = [(f"{Way.DOWN}-0", _("公共资金 → 本计划")), (f"{Way.BACK}-0", _("本计划 → 公共资金"))]
        below = [
            (f"{way}-{place.id}", words % {"name": place.name})
            for place in places
            for way, words in ((Way.DOWN, _("本计划 → %(name)s")), (Way.BACK, _("%(name)s → 本计划")))
        ]
        self.route.choices = options([*above, *below])

    def to_command(self, programme_id: int) -> NewMove:
        """Make the command."""
        way, _dash, place = str(self.route.data).partition("-")
        key, place_id = str(self.op_key.data), int(place) or None
        return NewMove(programme_id, place_id, Way(way), key, self.amount.data, self.reason.data)


class VerdictForm(PageForm):
    """What a second person makes of it."""

    verdict = RadioField(
        _("意见"), choices=options([("yes", _("同意，立即办理")), ("no", _("不同意"))]), validators=[REQUIRED]
    )
    note = TextAreaField(_("说明"), validators=[Optional(), Length(max=200)], description=_("不同意时必须写明理由。"))

    @property
    def passed(self) -> bool:
        """Tell what was chosen."""
        return bool(self.verdict.data == "yes")


class UseForm(OnceForm):
    """What residents decided to use their share for."""

    decision = RadioField(_("居民在哪里决定的"), validators=[REQUIRED])
    amount = MoneyField(_("金额"), validators=[REQUIRED])

    def offer(self, decisions: Mapping[Decision, str]) -> None:
        """Offer the recorded decisions."""
        self.decision.choices = options(
            [
                (f"{item or ''}-{vote or ''}", _("议事会：%(t)s", t=title) if item else _("表决：%(t)s", t=title))
                for (item, vote), title in decisions.items()
            ]
        )

    def to_command(self, project_id: int) -> NewUse:
        """Make the command."""
        item, _dash, vote = str(self.decision.data).partition("-")
        numbers = (int(item) if item else None, int(vote) if vote else None)
        return NewUse(project_id, str(self.op_key.data), self.amount.data, *numbers)
