"""The shape of what is typed about keys and boxes."""

import json
from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, RadioField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from fundapp.kernel.sheets import SheetEnd, serials_of
from fundapp.voting.commands import (
    CloseBox,
    ConfirmShare,
    EndBallots,
    PrintBallots,
    ReadBallot,
    RegisterKey,
    TakePaper,
    WriteBack,
)
from fundapp.voting.forms import MarkedForm, came_field
from fundapp.web.forms import REQUIRED, PageForm, PickField, TextField, options

lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text
KEYS = "fundapp-vote-keys/1"
MOST_BYTES = 20_000_000


class KeyForm(PageForm):
    """The public file of a key, and who keeps its three shares."""

    file = FileField(lazy_gettext("公开文件 keys.json"), validators=[FileRequired(lazy_gettext("请选择 keys.json。"))])
    holder_1 = PickField(lazy_gettext("第 1 份由谁保管"))
    holder_2 = PickField(lazy_gettext("第 2 份由谁保管"))
    holder_3 = PickField(lazy_gettext("第 3 份由谁保管"))

    def offer(self, people: list[tuple[int, str]]) -> None:
        """Offer the people who may keep a share; nobody is chosen beforehand."""
        for field in (self.holder_1, self.holder_2, self.holder_3):
            field.offer(people)

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
    came = came_field()
    seat = TextField(lazy_gettext("在哪里交的"), validators=[REQUIRED, Length(max=80)])

    def to_command(self, round_id: int, unit_id: int) -> TakePaper:
        """Make the command for the household that was found."""
        return TakePaper(round_id, unit_id, str(self.seat.data), visit=self.came.data == "visit")


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


class PrintForm(PageForm):
    """How many sheets are printed."""

    count = IntegerField(lazy_gettext("再登记几张"), validators=[InputRequired(), NumberRange(min=1)])

    def to_command(self, round_id: int) -> PrintBallots:
        """Make the command."""
        return PrintBallots(round_id, int(self.count.data or 0))


class ReadForm(MarkedForm):
    """A ballot without a door, in the order of the paper."""

    serial = IntegerField(
        lazy_gettext("纸票编号"), validators=[InputRequired(lazy_gettext("请填写右上角的编号。")), NumberRange(min=1)]
    )
    valid = RadioField(
        lazy_gettext("这张票"),
        choices=options([("yes", lazy_gettext("有效")), ("no", lazy_gettext("无效：多选、空白或看不清"))]),
        default="yes",
    )

    def to_command(self, round_id: int) -> ReadBallot:
        """Make the command."""
        chosen, points = self.named()
        return ReadBallot(round_id, int(self.serial.data or 0), chosen, self.valid.data == "yes", points)


class EndForm(PageForm):
    """What became of sheets that are not counted."""

    serials = TextField(lazy_gettext("编号"), validators=[REQUIRED, Length(max=400)])
    how = RadioField(
        lazy_gettext("着落"),
        choices=options([("missing", lazy_gettext("没有收回")), ("void", lazy_gettext("作废"))]),
        validators=[REQUIRED],
    )
    reason = TextField(lazy_gettext("作废的原因"), validators=[Optional(), Length(max=200)])

    def validate_serials(self, field: Any) -> None:
        """Take numbers as people write them."""
        if serials_of(field.data or "") is None:
            raise StopValidation(str(lazy_gettext("请填写编号，例如 3、5-8。")))

    def to_command(self, round_id: int) -> EndBallots:
        """Make the command."""
        found = tuple(serials_of(self.serials.data or "") or ())
        return EndBallots(round_id, found, SheetEnd(self.how.data), self.reason.data or "")
