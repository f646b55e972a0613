"""The shape of what is typed about a vote of several pools: one calendar, an amount for each place that has money."""

from typing import Any

import flask_babel
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import Length, NumberRange, Optional

from fundapp.kernel.errors import Refused
from fundapp.voting.commands import DraftCycle, Pool
from fundapp.voting.rounds import RivalRule
from fundapp.voting.secrecy import Secrecy
from fundapp.voting.texts import MODES, RIVALS
from fundapp.web.forms import REQUIRED, InstantField, MoneyField, PageForm, TextField, options
from fundapp.web.refusals import sentence

lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class CycleForm(PageForm):
    """What all pools have in common."""

    programme_id = SelectField(lazy_gettext("年度计划"), coerce=int)
    title = TextField(lazy_gettext("名称"), validators=[REQUIRED, Length(max=60)])
    opens_at = InstantField(lazy_gettext("开始时间"), validators=[REQUIRED])
    closes_at = InstantField(lazy_gettext("截止时间"), validators=[REQUIRED])
    max_choices = IntegerField(lazy_gettext("每张选票最多选几个"), validators=[Optional(), NumberRange(min=1, max=100)])
    secrecy = RadioField(
        lazy_gettext("怎样保密"),
        choices=options([(mode.value, words) for mode, words in MODES.items()]),
        default=Secrecy.SIMPLE.value,
        validators=[REQUIRED],
    )
    rivals = RadioField(
        lazy_gettext("互斥的项目"),
        choices=options([(rule.value, words) for rule, words in RIVALS.items()]),
        default=RivalRule.EXCLUDE.value,
        validators=[REQUIRED],
    )
    pools: dict[int, str]

    def amounts(self) -> list[Any]:
        """Give the fields of the pools, in the order of their places."""
        return [self[f"pool_{place_id}"] for place_id in self.pools]

    def to_command(self, place_id: int) -> DraftCycle:
        """Make the command; a place without an amount has no pool."""
        given = [(one, self[f"pool_{one}"].data) for one in self.pools]
        return DraftCycle(
            programme_id=self.programme_id.data,
            place_id=place_id,
            title=str(self.title.data),
            opens_at=self.opens_at.data,
            closes_at=self.closes_at.data,
            pools=tuple(Pool(one, amount) for one, amount in given if amount is not None),
            max_choices=self.max_choices.data,
            secrecy=Secrecy(self.secrecy.data),
            rivals=RivalRule(self.rivals.data),
        )


def cycle_form(places: dict[int, str], programmes: list[tuple[int, str]]) -> CycleForm:
    """Make a form with an amount for each of these places."""
    fields = {f"pool_{one}": MoneyField(name, validators=[Optional()]) for one, name in places.items()}
    form: CycleForm = type("PoolsForm", (CycleForm,), {**fields, "pools": places})()
    form.programme_id.choices = programmes
    return form


class CycleDeedForm(PageForm):
    """Nothing but the button; a refusal names the pool that refuses."""

    def take(self, refusal: Refused) -> None:
        """Put the name of the pool before the words of its refusal."""
        pool, words = refusal.facts.get("pool"), sentence(refusal)
        self.refused.append(f"{pool}：{words}" if pool else words)
