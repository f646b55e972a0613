"""Who goes where, and the shape of what a phone sends."""

from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, StopValidation

from fundapp.collecting.commands import GiveWalk, NoteAtDoor, VisitedDoor
from fundapp.consent.papers import VisitResult
from fundapp.consent.policy import Choice, sayable
from fundapp.web.forms import REQUIRED, PageForm, options

_: Any = lazy_gettext  # labels are typed as plain text


class WalkForm(PageForm):
    """A person and a building."""

    building_id = SelectField(_("楼栋"), coerce=int, validators=[REQUIRED])
    login = SelectField(_("谁去"), validators=[REQUIRED])

    def offer(self, buildings: list[tuple[int, str]], collectors: list[tuple[str, str]]) -> None:
        """Offer the buildings of the round's place, and who may be sent there."""
        self.building_id.choices = options(buildings)
        self.login.choices = options(collectors)

    def to_command(self, round_id: int, person_id: int) -> GiveWalk:
        """Make the command for the person who was found."""
        return GiveWalk(round_id, self.building_id.data, person_id)


class DeviceForm(PageForm):
    """A phone's name for itself."""

    device = StringField(validators=[InputRequired(), Length(max=40)])


class EntryForm(DeviceForm):
    """What a phone sends of one door; ``noted_at`` is in milliseconds of its clock."""

    op_key = StringField(validators=[InputRequired(), Length(max=40)])
    unit_id = StringField(validators=[InputRequired(), Length(max=12)])
    answer = RadioField(_("意见"), choices=options((one.value, one.value) for one in (*sayable(True), *VisitResult)))
    noted_at = StringField(validators=[InputRequired(), Length(max=20)])
    photo = FileField(_("签字照片"))

    def validate_unit_id(self, field: Any) -> None:
        """Take whole numbers only."""
        if not (field.data.isascii() and field.data.isdigit()):
            raise StopValidation(_("门牌编号不对。"))

    def validate_noted_at(self, field: Any) -> None:
        """Take a time that is one."""
        if not (field.data.isascii() and field.data.isdigit() and len(field.data) < 15):
            raise StopValidation(_("登记时间不对。"))

    def validate_photo(self, field: Any) -> None:
        """Need the signature of who answered; nobody signed where nobody answered."""
        if not self.is_visit and not field.data:
            raise StopValidation(_("请先拍下签字。"))

    @property
    def is_visit(self) -> bool:
        """Tell whether this is a visit that brought no answer."""
        return self.answer.data in list(VisitResult)

    @property
    def _noted(self) -> datetime:
        milliseconds = int(str(self.noted_at.data))
        return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)

    def to_visit(self, round_id: int) -> VisitedDoor:
        """Make the command for a visit."""
        device, unit_id, key = str(self.device.data), int(str(self.unit_id.data)), str(self.op_key.data)
        return VisitedDoor(round_id, device, unit_id, VisitResult(self.answer.data), self._noted, key)

    def to_command(self, round_id: int, photo_id: int) -> NoteAtDoor:
        """Make the command with the photo that was kept."""
        device, unit_id, key = str(self.device.data), int(str(self.unit_id.data)), str(self.op_key.data)
        return NoteAtDoor(round_id, device, unit_id, Choice(self.answer.data), photo_id, self._noted, key)
