"""The shape of what is typed on the pages of the 议事厅."""

from typing import Any

import flask_babel
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from fundapp.council.commands import (
    AddMember,
    CallSession,
    CloseSession,
    DecideItem,
    MakeBody,
    RecordAttendance,
    WriteMinutes,
)
from fundapp.council.rules import ItemOutcome
from fundapp.council.texts import OUTCOMES
from fundapp.web.forms import REQUIRED, ConfirmField, InstantField, PageForm, TextField, options

lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text

_OUTCOMES = options((outcome.value, OUTCOMES[outcome]) for outcome in ItemOutcome)
_COUNT = [Optional(), NumberRange(min=0, max=9999)]


class BoxesField(SelectMultipleField):
    """Some of several, as boxes that work without script."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class BodyForm(PageForm):
    """A council and its first members."""

    place_id = SelectField(lazy_gettext("哪里的议事会"), coerce=int)
    name = TextField(lazy_gettext("名称"), validators=[REQUIRED, Length(max=80)])
    members = TextAreaField(lazy_gettext("成员姓名，每行一位"), validators=[REQUIRED, Length(max=4000)])

    def to_command(self) -> MakeBody:
        """Make the command."""
        return MakeBody(self.place_id.data, str(self.name.data), tuple(str(self.members.data).splitlines()))


class MemberForm(PageForm):
    """One more member."""

    name = TextField(lazy_gettext("姓名"), validators=[REQUIRED, Length(max=60)])

    def to_command(self, body_id: int) -> AddMember:
        """Make the command."""
        return AddMember(body_id, str(self.name.data))


class CallForm(PageForm):
    """A session with its agenda."""

    title = TextField(lazy_gettext("会议名称"), validators=[REQUIRED, Length(max=80)])
    held_at = InstantField(lazy_gettext("开会时间"), validators=[REQUIRED])
    venue = TextField(lazy_gettext("地点"), validators=[Optional(), Length(max=120)])
    projects = BoxesField(lazy_gettext("讨论哪些项目"), coerce=int, validators=[Optional()])
    items = TextAreaField(lazy_gettext("其他议题，每行一项"), validators=[Optional(), Length(max=4000)])

    def to_command(self, body_id: int) -> CallSession:
        """Make the command."""
        lines = tuple(str(self.items.data or "").splitlines())
        projects = tuple(self.projects.data or ())
        return CallSession(
            body_id, str(self.title.data), self.held_at.data, lines, projects, str(self.venue.data or "")
        )


class AttendanceForm(PageForm):
    """Who came."""

    present = BoxesField(lazy_gettext("到会成员"), coerce=int)
    guests = IntegerField(lazy_gettext("列席人数"), validators=_COUNT)

    def to_command(self, session_id: int) -> RecordAttendance:
        """Make the command."""
        return RecordAttendance(session_id, tuple(self.present.data or ()), self.guests.data or 0)


class ItemForm(PageForm):
    """What became of an item."""

    outcome = RadioField(
        lazy_gettext("结果"), choices=_OUTCOMES, validators=[InputRequired(lazy_gettext("请选择结果。"))]
    )
    votes_for = IntegerField(lazy_gettext("赞成"), validators=_COUNT)
    votes_against = IntegerField(lazy_gettext("反对"), validators=_COUNT)
    votes_abstain = IntegerField(lazy_gettext("弃权"), validators=_COUNT)
    note = TextAreaField(lazy_gettext("说明"), validators=[Optional(), Length(max=1000)])

    def to_command(self, item_id: int) -> DecideItem:
        """Make the command."""
        return DecideItem(
            item_id,
            ItemOutcome(self.outcome.data),
            self.votes_for.data or 0,
            self.votes_against.data or 0,
            self.votes_abstain.data or 0,
            str(self.note.data or ""),
        )


class MinutesForm(PageForm):
    """The minutes."""

    minutes = TextAreaField(lazy_gettext("会议记录"), validators=[REQUIRED, Length(max=20000)])

    def to_command(self, session_id: int) -> WriteMinutes:
        """Make the command."""
        return WriteMinutes(session_id, str(self.minutes.data))


class CloseForm(PageForm):
    """The secretary's word that the papers are complete."""

    sure = ConfirmField(lazy_gettext("到会、结果和会议记录已核对，办结后不再改动"))

    def to_command(self, session_id: int) -> CloseSession:
        """Make the command."""
        return CloseSession(session_id)
