"""The base of all forms, and fields for money, instants and areas as people type them.

The idiom of a view that does a deed::

    form = AnswerForm()
    if form.filled_in():
        with form.deed() as session:
            commands.record_answer(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已登记"))
            return redirect(url_for(".new_answer", round_id=round_id), 303)
    return render_template("consent/new_answer.html", form=form), form.status
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from moneyed import Money
from sqlalchemy.orm import Session
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields import choices as choice_fields
from wtforms.validators import InputRequired, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from fundapp.db.work import unit_of_work
from fundapp.kernel.clock import SHANGHAI
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import from_fen, typed_fen, yuan_text
from fundapp.web.refusals import sentence

REQUIRED = InputRequired(cast(str, lazy_gettext("这一项必须填写。")))


class PageForm(FlaskForm):
    """A form of a page. Shape is checked here, rules by the command."""

    class Meta(FlaskForm.Meta):
        """The library's own words, in the language of the house and read once (see ``WTF_I18N_ENABLED``)."""

        locales = ("zh",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refused: list[str] = []
        self.done = False

    def filled_in(self) -> bool:
        """Tell whether the form was sent and has the right shape."""
        return bool(self.validate_on_submit())

    @contextmanager
    def deed(self) -> Iterator[Session]:
        """Open the unit of work of this form's deed; a refusal becomes an error on its field.

        After the block :attr:`done` tells whether the deed was committed.
        """
        try:
            with unit_of_work() as session:
                yield session
            self.done = True
        except Refused as refusal:
            self.take(refusal)

    def take(self, refusal: Refused) -> None:
        """Show a refusal on the field it concerns, or above the form."""
        words = sentence(refusal)
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.refused.append(words)
        else:
            field.errors = [*field.errors, words]

    @property
    def status(self) -> int:
        """Give the status to answer with: 422 where something is wrong, else 200."""
        return 422 if self.refused or self.errors else 200


class OnceForm(PageForm):
    """A form whose deed has one effect however often it is sent."""

    op_key = HiddenField(default=lambda: str(uuid.uuid4()), validators=[InputRequired()])

    def validate_op_key(self, field: Field) -> None:
        """Take only a key of the form that was handed out."""
        try:
            field.data = str(uuid.UUID(str(field.data)))
        except ValueError:
            raise StopValidation(_("页面已过期，请返回重新打开。")) from None


class MoneyField(Field):
    """An amount in yuan as typed: full-width digits, commas, ¥, 元 and 万 are understood.

    ``data`` is ``Money`` or ``None``.
    """

    widget = TextInput()
    input_mode = "decimal"

    def __init__(self, *args: Any, positive: bool = True, **kwargs: Any) -> None:
        self.positive = positive
        super().__init__(*args, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return yuan_text(int(self.data.amount * 100)) if isinstance(self.data, Money) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount."""
        self.data = None
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        amount = typed_fen(typed)
        if amount is None:
            raise ValueError(_("请填写金额，例如 1200 或 1200.50，最多两位小数。"))
        if self.positive and amount == 0:
            raise ValueError(_("金额必须大于 0。"))
        self.data = from_fen(amount)


class InstantField(Field):
    """A day and minute in China's time; ``data`` is an aware instant in UTC or ``None``."""

    widget = TextInput("datetime-local")
    _FORMS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.astimezone(SHANGHAI).strftime(self._FORMS[0]) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the local time."""
        self.data = None
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        for form in self._FORMS:
            try:
                self.data = datetime.strptime(typed, form).replace(tzinfo=SHANGHAI).astimezone(UTC)
            except ValueError:
                continue
            return
        raise ValueError(_("请填写日期和时间，例如 2026-11-24 18:00。"))


class TextField(StringField):
    """A line of text; blanks around it are dropped, control characters refused."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the line."""
        self.data = valuelist[0].strip() if valuelist else ""
        if not all(c.isprintable() or c in "\r\n\t" for c in self.data):
            raise ValueError(_("文字中有无法显示的字符，请删去后重试。"))


class BoxesField(SelectMultipleField):
    """Some of several, as boxes that work without script."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PickField(SelectField):
    """One of several by number. Nothing is picked before somebody does: the first is never sent by oversight."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, coerce=_number, choices=[], validators=[REQUIRED], **kwargs)

    def offer(self, pairs: Iterable[tuple[int, str]]) -> None:
        """Set what may be picked; where that is nothing, the field has no choices at all."""
        several = list(pairs)
        self.choices = options([("", _("请选择")), *several]) if several else []


class ConfirmField(BooleanField):
    """A box that must be ticked."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators=[InputRequired(cast(str, lazy_gettext("请先勾选确认。")))], **kwargs)


def options(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Make the choices of a field from pairs of value and label."""
    one: Any = choice_fields.SelectChoice  # type: ignore[attr-defined]  # newer than its types
    return [one(value, label) for value, label in pairs]


def _number(value: Any) -> int:
    return int(value) if value else 0


def sent_from(default: str) -> str:
    """Give the local page that this request came from, or *default*."""
    return request.referrer if request.referrer and request.referrer.startswith(request.host_url) else default
