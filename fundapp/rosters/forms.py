"""The forms of the roster: files, holders, moved walls, groups and lists."""

import re
from collections.abc import Sequence
from typing import Any, cast

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, SelectField, TextAreaField
from wtforms.validators import Length

from fundapp.kernel.errors import Refused
from fundapp.places.commands import AssignUnits, GroupKind, MakeGroup, NameHead
from fundapp.places.texts import GROUPS
from fundapp.rosters.commands import ChangeHolders, HolderData, HoldingReason, KeepUpload, NewRoom, RebuildUnits
from fundapp.rosters.heads import HolderKind, Purpose
from fundapp.rosters.privacy import ListOf, LookAtList, LookAtUnit
from fundapp.rosters.rules import area_of
from fundapp.rosters.sheets import MAX_BYTES
from fundapp.rosters.texts import HOLDERS, PURPOSES, REASONS
from fundapp.web.forms import REQUIRED, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
BY_FORM = [reason for reason in HoldingReason if reason is not HoldingReason.REBUILT]


class UploadForm(PageForm):
    """A roster as Excel or CSV."""

    file = FileField(_("名册文件"), [FileRequired(_("请选择文件。"))], render_kw={"accept": ".xlsx,.csv"})

    def to_command(self, compound_id: int) -> KeepUpload:
        """Give the command; one byte over the limit is enough to be refused."""
        sent = self.file.data
        return KeepUpload(compound_id, sent.filename or "", sent.stream.read(MAX_BYTES + 1))


class TakeInForm(PageForm):
    """Take a file in; says whether people moved where the file names other holders."""

    moved = BooleanField(_("文件里业主变了的户是换了人（买卖、继承等）：收回旧住户的账号绑定和入户码"))

    def reason_of(self) -> HoldingReason:
        """Give why holders are others: moved out, or only put right."""
        return HoldingReason.SALE if self.moved.data else HoldingReason.CORRECTION


class HoldersForm(PageForm):
    """Who holds a unit from a day on."""

    name = TextField(_("业主姓名（由这一位表决）"), [Length(max=60)], render_kw={"autocomplete": "off"})
    phone = TextField(_("电话"), [Length(max=30)], render_kw={"autocomplete": "off", "inputmode": "tel"})
    kind = SelectField(
        _("业主类型"), [REQUIRED], choices=options((kind.value, cast(str, words)) for kind, words in HOLDERS.items())
    )
    same_as = TextField(
        _("或与本院落另一套同一业主，那一套的门牌"), [Length(max=40)], render_kw={"autocomplete": "off"}
    )
    others = TextAreaField(_("共有人"), [Length(max=600)])
    on = DateField(_("从哪一天起"), [REQUIRED])
    reason = SelectField(
        _("原因"), [REQUIRED], choices=options((reason.value, cast(str, REASONS[reason])) for reason in BY_FORM)
    )

    def to_command(self, unit_id: int) -> ChangeHolders:
        """Give the command."""
        first = HolderData(str(self.name.data), str(self.phone.data), HolderKind(self.kind.data))
        others = [HolderData(name) for name in re.split(r"[、,，;；\n]", str(self.others.data or "")) if name.strip()]
        reason = HoldingReason(self.reason.data)
        return ChangeHolders(unit_id, (first, *others), self.on.data, reason, str(self.same_as.data))


class RebuildForm(PageForm):
    """Rooms that come out of a split or a merger."""

    with_doors = TextField(_("和哪些户合并（分户不填）"), [Length(max=200)], render_kw={"autocomplete": "off"})
    rooms = TextAreaField(_("新的房号和面积"), [REQUIRED, Length(max=1000)])

    def to_command(self, unit_id: int) -> RebuildUnits:
        """Give the command: a room in each line, its area behind it.

        Raises:
            Refused: an area is no number of square metres.
        """
        doors = tuple(door for door in re.split(r"[、,，;；\s]+", str(self.with_doors.data)) if door)
        lines = (line.split() for line in str(self.rooms.data).splitlines())
        return RebuildUnits(unit_id, doors, tuple(_room(*line[:2]) for line in lines if line))


def _room(room: str, area: str = "") -> NewRoom:
    try:
        return NewRoom(room, area_of(area))
    except ValueError:
        raise Refused("rosters.bad_area", "rooms", area=area) from None


class LookForm(PageForm):
    """What names and phones are needed for."""

    purpose = SelectField(
        _("用途"), [REQUIRED], choices=options((one.value, cast(str, words)) for one, words in PURPOSES.items())
    )

    def to_command(self, unit_id: int) -> LookAtUnit:
        """Give the command."""
        return LookAtUnit(unit_id, Purpose(self.purpose.data))


class GroupForm(PageForm):
    """A new group."""

    kind = SelectField(
        _("种类"), [REQUIRED], choices=options((kind.value, cast(str, words)) for kind, words in GROUPS.items())
    )
    name = TextField(_("名称"), [REQUIRED, Length(max=40)], render_kw={"autocomplete": "off"})

    def to_command(self, compound_id: int) -> MakeGroup:
        """Give the command."""
        return MakeGroup(compound_id, GroupKind(self.kind.data), str(self.name.data))


class AssignForm(PageForm):
    """Units for a group."""

    doors = TextAreaField(_("门牌"), [REQUIRED, Length(max=4000)])

    def to_command(self, group_id: int) -> AssignUnits:
        """Give the command."""
        return AssignUnits(group_id, str(self.doors.data))


class GroupHeadForm(PageForm):
    """Who keeps in touch with a group."""

    name = TextField(_("姓名"), [REQUIRED, Length(max=60)], render_kw={"autocomplete": "off"})
    phone = TextField(_("电话"), [Length(max=30)], render_kw={"autocomplete": "off", "inputmode": "tel"})

    def to_command(self, group_id: int) -> NameHead:
        """Give the command."""
        return NameHead(group_id, str(self.name.data), str(self.phone.data))


class ListForm(PageForm):
    """Whose households to print, and whether with names."""

    which = SelectField(_("哪个名单"), [REQUIRED])
    with_names = BooleanField(_("带业主姓名和电话（会记录是谁、何时、为什么打印）"))
    purpose = SelectField(
        _("用途"), [REQUIRED], choices=options((one.value, cast(str, words)) for one, words in PURPOSES.items())
    )

    def __init__(self, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.which.choices = list(choices)

    def to_command(self, compound_id: int) -> LookAtList:
        """Give the command."""
        of, number = str(self.which.data).split("-")
        return LookAtList(compound_id, ListOf(of), int(number), bool(self.with_names.data), Purpose(self.purpose.data))
