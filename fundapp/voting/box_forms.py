"""The shape of what is typed about keys and boxes."""

import json
from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.validators import Length, StopValidation

from fundapp.voting.commands import CloseBox, ConfirmShare, RegisterKey, TakePaper, WriteBack
from fundapp.web.forms import REQUIRED, PageForm, TextField

lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text
KEYS = "fundapp-vote-keys/1"
MOST_BYTES = 20_000_000


class KeyForm(PageForm):
    """The public file of a key, and who keeps its three shares."""

    file = FileField(lazy_gettext("公开文件 keys.json"), validators=[FileRequired(lazy_gettext("请选择 keys.json。"))])
    holder_1 = SelectField(lazy_gettext("第 1 份由谁保管"), coerce=int)
    holder_2 = SelectField(lazy_gettext("第 2 份由谁保管"), coerce=int)
    holder_3 = SelectField(lazy_gettext("第 3 份由谁保管"), coerce=int)

    def offer(self, people: list[tuple[int, str]]) -> None:
        """Offer the people who may keep a share."""
        for field in (self.holder_1, self.holder_2, self.holder_3):
            field.choices = people

    def validate_file(self, field: Any) -> None:
        """Take only what the program for making keys wrote."""
        try:
            self.keys = json.loads(field.data.stream.read(10_000))
            sound = self.keys["format"] == KEYS and all(
                bytes.fromhex(one) for one in (self.keys["public_key"], *self.keys["checks"])
            )
        except (TypeError, ValueError, KeyError):
            sound = False
        if not sound:
            raise StopValidation(str(lazy_gettext("这不是做钥匙时得到的 keys.json。")))

    def to_command(self, round_id: int) -> RegisterKey:
        """Make the command."""
        holders = (self.holder_1.data, self.holder_2.data, self.holder_3.data)
        return RegisterKey(round_id, self.keys["public_key"], tuple(self.keys["checks"]), holders)


class ShareForm(PageForm):
    """The check code of a share; its words are never sent."""

    code = TextField(lazy_gettext("核对码"), validators=[REQUIRED, Length(max=40)])

    def to_command(self, round_id: int) -> ConfirmShare:
        """Make the command."""
        return ConfirmShare(round_id, str(self.code.data))


class TakeForm(PageForm):
    """A household that hands in its paper."""

    door = TextField(lazy_gettext("门牌"), validators=[REQUIRED, Length(max=160)])
    seat = TextField(lazy_gettext("在哪里交的"), validators=[REQUIRED, Length(max=80)])

    def to_command(self, round_id: int, unit_id: int) -> TakePaper:
        """Make the command for the household that was found."""
        return TakePaper(round_id, unit_id, str(self.seat.data))


class CloseBoxForm(PageForm):
    """Nothing but the button."""

    def to_command(self, round_id: int) -> CloseBox:
        """Make the command."""
        return CloseBox(round_id)


class CountForm(PageForm):
    """The file that the count outside gave."""

    file = FileField(
        lazy_gettext("计票文件 count.json"), validators=[FileRequired(lazy_gettext("请选择 count.json。"))]
    )

    def to_command(self, round_id: int) -> WriteBack:
        """Make the command."""
        return WriteBack(round_id, self.file.data.stream.read(MOST_BYTES))
