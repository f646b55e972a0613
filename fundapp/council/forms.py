"""The shape of what is typed on the pages of the 议事厅."""

from typing import Any

import flask_babel
from wtforms import BooleanField, IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from fundapp.council.commands import CallSession, CloseSession, DecideItem, RecordAttendance, Recuse, WriteMinutes
from fundapp.council.rules import ItemOutcome
from fundapp.council.texts import OUTCOMES
from fundapp.web.forms import REQUIRED, BoxesField, ConfirmField, InstantField, PageForm, PickField, TextField, options

lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text

_OUTCOMES = options((outcome.value, OUTCOMES[outcome]) for outcome in ItemOutcome)
_COUNT = [Optional(), NumberRange(min=0, max=9999)]


class CallForm(PageForm):
    """A session with its agenda."""

    title = TextField(lazy_gettext("会议名称"), validators=[REQUIRED, Length(max=80)])
    held_at = InstantField(lazy_gettext("开会时间"), validators=[REQUIRED])
    venue = TextField(lazy_gettext("地点"), validators=[Optional(), Length(max=120)])
    returning = BoxesField(lazy_gettext("延期的、下级提交的议题"), coerce=int, validators=[Optional()])
    projects = BoxesField(lazy_gettext("讨论哪些项目"), coerce=int, validators=[Optional()])
    items = TextAreaField(lazy_gettext("其他议题，每行一项"), validators=[Optional(), Length(max=4000)])

    def to_command(self, body_id: int) -> CallSession:
        """Make the command."""
        lines, returning = tuple(str(self.items.data or "").splitlines()), tuple(self.returning.data or ())
        told = str(self.title.data), self.held_at.data, lines, tuple(self.projects.data or ())
        return CallSession(body_id, *told, str(self.venue.data or ""), returning)


class RecuseForm(PageForm):
    """A member whom an item concerns."""

    member_id = PickField(lazy_gettext("哪位成员回避"))
    reason = TextField(lazy_gettext("为什么"), validators=[REQUIRED, Length(max=200)])

    def to_command(self, item_id: int) -> Recuse:
        """Make the command."""
        return Recuse(item_id, self.member_id.data, str(self.reason.data))


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
    by_ballot = BooleanField(lazy_gettext("用选票表决（不勾选为举手）"))
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
            bool(self.by_ballot.data),
        )


class MinutesForm(PageForm):
    """The minutes."""

    minutes = TextAreaField(lazy_gettext("会议记录"), validators=[REQUIRED, Length(max=20000)], render_kw={"rows": 16})

    def to_command(self, session_id: int) -> WriteMinutes:
        """Make the command."""
        return WriteMinutes(session_id, str(self.minutes.data))


class CloseForm(PageForm):
    """The secretary's word that the papers are complete."""

    sure = ConfirmField(lazy_gettext("到会、结果和会议记录已核对，办结后不再改动"))

    def to_command(self, session_id: int) -> CloseSession:
        """Make the command."""
        return CloseSession(session_id)
